"""Corrections against everything that makes a score at the same moment: one decision, one change, none forgotten."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from submissions import api as submissions_api

from proctored_exam_xblock.domain.corrections import Correction
from proctored_exam_xblock.models import AuditEntry, Exam, Mail, Regrade
from proctored_exam_xblock.services import decisions, exams, regrading, review, scores, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.concurrency.crowd import at_once, in_between, tally, trail
from tests.world import COURSE, SLOT, USAGE, World

MANY = 8
ROUNDS = 3


def the_exam() -> Exam:
    return Exam.objects.select_related("current_version").get(usage_key=USAGE)


def wrong_key() -> Correction:
    version = the_exam().current_version
    assert version is not None
    asked = exams.snapshot(version).paper.questions[0]
    return Correction(asked.id, asked.words, key=tuple(choice.id for choice in asked.choices if not choice.correct))


def apply(exam: World, mark: int = 0) -> regrading.Decision:
    return regrading.apply(the_exam(), [wrong_key()], "the book", "staff:7", known_mark=mark, now=exam.clock())


def sits(exam: World, name: str) -> Callable[[], object]:
    """Somebody about to end with all points of the first part; the end is to be done."""
    caller = exam.person(name)
    exam.clock.present = SLOT.replace(month=2, day=20)
    exam.sit(caller)
    holder = exam.with_window(caller)
    sitting.submit_part(holder, 1, 1, exam.answers(1), exam.clock())
    return partial(sitting.finish, holder, {}, exam.clock())


def settle(exam: World) -> None:
    regrading.finish_due(exam.clock())
    review.release_due(exam.clock())


def is_corrected(exam: World, caller: Caller) -> None:
    """One of the two points is gone, in the row, the gradebook and a whole trail that says so at most once."""
    attempt = exam.attempt(caller)
    assert (attempt.score_earned, attempt.score_possible, attempt.regrade_mark) == (1, 3, the_exam().regrade_mark)
    filed = submissions_api.get_scores(COURSE, exam.candidacy(caller).anonymous_id)[USAGE]
    assert (filed["points_earned"], filed["points_possible"]) == (1, 3)
    assert (
        trail(exam.candidacy(caller)).count("regraded")
        == Mail.objects.filter(attempt=attempt, kind="corrected").count()
    )
    assert trail(exam.candidacy(caller)).count("regraded") <= 1


def test_of_many_decisions_at_once_one_is_made(exam: World) -> None:
    exam.publish(seats_per_slot=20)
    sits(exam, "alex")()
    assert tally(at_once([partial(apply, exam)] * MANY)) == {"ok": 1, "changed_meanwhile": MANY - 1}
    assert (Regrade.objects.count(), the_exam().regrade_mark) == (1, 1)
    assert AuditEntry.objects.filter(action="regraded", attempt=None).count() == 1
    settle(exam)
    is_corrected(exam, exam.person("alex"))


def test_undoing_and_another_correction_at_once_is_one_of_them(exam: World) -> None:
    sits(exam, "alex")()
    apply(exam)
    undo = partial(regrading.undo, the_exam(), 1, "misread", "staff:7", known_mark=1, now=exam.clock())
    assert tally(at_once([undo, partial(apply, exam, 1)] * 2)) == {"ok": 1, "changed_meanwhile": 3}
    assert the_exam().regrade_mark == 2


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_attempts_that_end_while_it_is_applied_are_all_corrected(exam: World, turn: int) -> None:
    exam.publish(seats_per_slot=20)
    people = [f"candidate{number}" for number in range(MANY)]
    ends = [sits(exam, name) for name in people]
    for end in ends[: MANY // 4]:
        end()
    assert tally(at_once([*ends[MANY // 4 :], partial(apply, exam)])) == {"ok": MANY - MANY // 4 + 1}
    settle(exam)
    assert regrading.left(the_exam()) == 0
    for name in people:
        is_corrected(exam, exam.person(name))


def test_an_end_that_read_the_old_corrections_is_found_by_the_next_round(
    exam: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = sits(exam, "alex")
    with in_between(monkeypatch, scores, "put", partial(apply, exam)) as others:
        end()
    assert others[0].outcome.mark == 1
    assert (exam.attempt(exam.person("alex")).score_earned, regrading.left(the_exam())) == (2, 1)
    settle(exam)
    is_corrected(exam, exam.person("alex"))


def test_rounds_at_the_same_time_change_each_attempt_once(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    exam.publish(seats_per_slot=20)
    people = [f"candidate{number}" for number in range(4)]
    for name in people:
        sits(exam, name)()
    monkeypatch.setattr(regrading, "AT_ONCE", 0)
    assert apply(exam).left == len(people)
    rounds = [partial(regrading.finish_due, exam.clock())] * MANY
    assert tally(at_once([*rounds, *[partial(review.release_due, exam.clock())] * 2])) == {"ok": MANY + 2}
    settle(exam)
    for name in people:
        is_corrected(exam, exam.person(name))
        assert trail(exam.candidacy(exam.person(name))).count("regraded") == 1


def test_drafts_that_come_to_count_meanwhile_are_in_the_corrected_score(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    holder = exam.with_window(alex)
    drafts = {"1": {"revision": 1, "answers": exam.answers(1)}, "2": {"revision": 1, "answers": exam.answers(2)}}
    sitting.finish(holder, drafts, exam.clock())
    count = partial(decisions.count_drafts, exam.attempt(alex).pk, "staff:7", "a power cut", exam.clock())
    assert tally(at_once([count, partial(apply, exam)])) == {"ok": 2}
    settle(exam)
    attempt = exam.attempt(alex)
    assert (attempt.score_earned, attempt.score_possible, attempt.regrade_mark) == (2, 3, 1)
