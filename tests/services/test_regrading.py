"""A key corrected after the fact: who changes is said first, then it is done once, wherever it was interrupted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from submissions import api as submissions_api

from proctored_exam_xblock.domain.corrections import Correction
from proctored_exam_xblock.domain.errors import ChangedMeanwhile, Gone, InvalidCorrection, InvalidField, NotAllowedNow
from proctored_exam_xblock.domain.questions import Question, Ruling
from proctored_exam_xblock.models import Attempt, AuditEntry, Exam, Mail, PartResponse, Regrade
from proctored_exam_xblock.services import (
    audit,
    decisions,
    exams,
    grading,
    interventions,
    letters,
    mails,
    practice,
    regrade_preview,
    regrading,
    review,
    scores,
    sitting,
)
from proctored_exam_xblock.services.dossier import Caller
from tests import populace
from tests.statements import MANY_ROWS, Watch
from tests.world import COURSE, NONCE, PAPER, SLOT, USAGE, World

pytestmark = pytest.mark.django_db
TEAM = "staff:7"
WHY = "The book says otherwise."


@pytest.fixture
def exam(world: World) -> World:
    world.publish(show_result_in_exam=True, pass_percent=60, seats_per_slot=9)
    return world


def sat(exam: World, name: str = "alex", *, right: bool = True, ended: bool = True) -> Caller:
    """Three points of three, or none."""
    caller = exam.person(name)
    exam.clock.present = exam.clock.present.replace(month=2, day=20)
    exam.sit(caller)
    for part in (1, 2):
        sitting.submit_part(exam.with_window(caller), part, 1, exam.answers(part, right=right), exam.clock())
    if ended:
        finish(exam, caller)
    return caller


def finish(exam: World, caller: Caller) -> None:
    sitting.finish(exam.with_window(caller), {}, exam.clock())
    review.release_due(exam.clock())


def row() -> Exam:
    return Exam.objects.select_related("current_version").get(usage_key=USAGE)


def asked(number: int = 1) -> Question:
    version = row().current_version
    assert version is not None
    return exams.snapshot(version).paper.questions[number - 1]


def other_key(number: int = 1) -> Correction:
    """The wrong choices of a question are the right ones."""
    return Correction(asked(number).id, key=tuple(c.id for c in asked(number).choices if not c.correct))


def ruled(ruling: Ruling, number: int = 1) -> Correction:
    return Correction(asked(number).id, ruling=ruling)


def apply(exam: World, *wanted: Correction, raise_only: bool = False) -> regrading.Decision:
    found = row()
    return regrading.apply(
        found, wanted, WHY, TEAM, known_mark=found.regrade_mark, now=exam.clock(), raise_only=raise_only
    )


def undo(exam: World, number: int, reason: str = "Right after all.") -> regrading.Decision:
    found = row()
    return regrading.undo(found, number, reason, TEAM, known_mark=found.regrade_mark, now=exam.clock())


def settle(exam: World) -> None:
    """What runs after each commit and every minute."""
    regrading.finish_due(exam.clock())
    review.release_due(exam.clock())


def points(exam: World, caller: Caller) -> tuple[int, int]:
    attempt = exam.attempt(caller)
    found = scores.read(attempt)
    assert found is not None
    return int(found.earned), int(found.possible)


def filed(exam: World, caller: Caller) -> tuple[int, int] | None:
    score = submissions_api.get_scores(COURSE, exam.candidacy(caller).anonymous_id).get(USAGE)
    return (score["points_earned"], score["points_possible"]) if score else None


def whole(caller: Caller, exam: World) -> bool:
    chain = AuditEntry.objects.filter(chain=f"candidacy:{exam.candidacy(caller).pk}").order_by("sequence")
    return audit.broken_link(chain) is None


def rows_of(*models: Any) -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in models]


EVERYTHING = (Attempt, AuditEntry, Regrade, Exam, Mail, PartResponse)


# --- the preview ----------------------------------------------------------------------------------------------------


def test_the_preview_says_who_changes_by_how_much_and_who_passes_and_writes_nothing(exam: World) -> None:
    for name, right in (("alex", True), ("robin", False), ("sam", True)):
        sat(exam, name, right=right)
    before = rows_of(*EVERYTHING)

    found = regrade_preview.of(row(), [other_key(1), other_key(2)])

    assert rows_of(*EVERYTHING) == before
    assert (found.mark, found.attempts, found.left) == (0, 3, 0)
    told = [(c.name, c.before.earned, c.after.earned, c.passed_before, c.passed_after) for c in found.changes]
    assert told == [
        ("Alex Martin", 3, 1, True, False),
        ("Robin Martin", 0, 2, False, True),
        ("Sam Martin", 3, 1, True, False),
    ]
    assert [(c.rises, c.falls, c.is_out) for c in found.changes[:2]] == [(False, True, True), (True, False, True)]
    assert found.changes[0].certification_number == exam.attempt(exam.person("alex")).certification_number


def test_who_newly_passes_or_no_longer_does_comes_first(exam: World) -> None:
    exam.publish(pass_percent=90)
    for name, right in (("alex", False), ("robin", True)):
        sat(exam, name, right=right)
    found = regrade_preview.of(row(), [other_key(1)])
    assert [(c.name, c.passed_before, c.passed_after) for c in found.changes] == [
        ("Robin Martin", True, False),
        ("Alex Martin", False, False),
    ]


def test_nobody_changes_by_a_correction_that_only_raises_who_had_it_right(exam: World) -> None:
    sat(exam)
    found = regrade_preview.of(row(), [other_key(1), ruled(Ruling.GIVEN, 2)], raise_only=True)
    assert (found.attempts, found.changes) == (1, ())


def test_the_preview_is_what_applying_does(exam: World) -> None:
    people = [sat(exam, name, right=right) for name, right in (("alex", True), ("robin", False))]
    apply(exam, ruled(Ruling.VOID, 2))
    wanted = [other_key(1), ruled(Ruling.GIVEN, 3)]
    foreseen = {c.certification_number: c.after for c in regrade_preview.of(row(), wanted).changes}
    apply(exam, *wanted)
    assert {exam.attempt(who).certification_number: scores.read(exam.attempt(who)) for who in people} == foreseen


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_attempts_are_read_in_chunks(exam: World) -> None:
    counts = []
    for others in (400, 10_000 - 400):
        populace.settle(row(), others, SLOT - timedelta(days=400))
        watch = Watch()
        with connection.execute_wrapper(watch):
            found = regrade_preview.of(row(), [other_key(1)])
        counts.append((found.attempts, len(watch.statements)))
    (few, at_least), (many, at_most) = counts
    assert (few, many) == (400, 10_000)
    assert at_most - at_least <= 2 * (10_000 // regrade_preview.CHUNK)


@pytest.mark.django_db(transaction=True)
def test_a_round_finds_those_that_are_left_without_reading_everybody(exam: World) -> None:
    alex = sat(exam)
    apply(exam, other_key(1))
    populace.settle(row(), 2 * MANY_ROWS, SLOT - timedelta(days=400))
    Attempt.objects.update(regrade_mark=1)
    Attempt.objects.filter(pk=exam.attempt(alex).pk).update(regrade_mark=0)
    watch = Watch()
    with connection.execute_wrapper(watch):
        assert regrading.finish_due(exam.clock()) == 1
        assert regrading.left(row()) == 0
    assert not [plan for plan in watch.scans if "examversion" not in plan.partition("in SELECT")[0]]
    assert any("pex_attempt_regrade" in str(plan) for plan in watch.plans)


# --- applying -------------------------------------------------------------------------------------------------------


def test_applied_it_writes_scores_trail_and_gradebook_and_tells_those_who_change(exam: World) -> None:
    alex, robin = sat(exam, "alex"), sat(exam, "robin", right=False)
    assert (filed(exam, alex), filed(exam, robin)) == ((3, 3), (0, 3))
    corrected = [other_key(1)]
    exam.minutes(5)

    done = apply(exam, *corrected)
    settle(exam)

    assert (done.number, done.mark, done.left) == (1, 1, 0)
    assert (filed(exam, alex), filed(exam, robin)) == ((2, 3), (1, 3))
    decision = AuditEntry.objects.get(chain=f"exam:{row().pk}", action="regraded")
    assert (decision.actor, decision.data["reason"], decision.data["number"]) == (TEAM, WHY, 1)
    entry = AuditEntry.objects.get(attempt=exam.attempt(alex), action="regraded")
    assert entry.data == {
        "mark": 1,
        "reason": WHY,
        "before": {"earned": 3, "possible": 3},
        "after": {"earned": 2, "possible": 3},
    }
    assert whole(alex, exam)
    assert sorted(Mail.objects.filter(kind="corrected").values_list("attempt_id", flat=True)) == sorted(
        [exam.attempt(alex).pk, exam.attempt(robin).pk]
    )


def test_who_does_not_change_is_told_nothing_and_has_no_entry(exam: World) -> None:
    alex, robin = sat(exam, "alex"), sat(exam, "robin", right=False)
    apply(exam, other_key(1), raise_only=True)
    assert not AuditEntry.objects.filter(attempt=exam.attempt(alex), action="regraded").exists()
    assert list(Mail.objects.filter(kind="corrected").values_list("attempt_id", flat=True)) == [exam.attempt(robin).pk]
    assert exam.attempt(alex).regrade_mark == 1
    assert exam.attempt(alex).score_sent_at is not None


def test_of_two_corrections_before_an_e_mail_left_the_last_is_told_once_it_is_filed(exam: World) -> None:
    sat(exam)
    apply(exam, other_key(1))
    apply(exam, other_key(3))
    first, second = Mail.objects.filter(kind="corrected").order_by("pk")
    assert letters.read(first, exam.clock(), "exam@example.org") == letters.Unsaid("overtaken")
    Attempt.objects.update(score_sent_at=None)
    waits = letters.read(Mail.objects.get(pk=second.pk), exam.clock(), "exam@example.org")
    assert isinstance(waits, letters.Unsaid)
    assert waits.reason == "not_filed"
    settle(exam)
    said = letters.read(Mail.objects.get(pk=second.pk), exam.clock(), "exam@example.org")
    assert isinstance(said, letters.Said)


def test_a_void_question_leaves_fewer_points_and_a_given_one_is_everybodys(exam: World) -> None:
    alex, robin = sat(exam, "alex"), sat(exam, "robin", right=False)
    apply(exam, ruled(Ruling.VOID, 1), ruled(Ruling.GIVEN, 3))
    settle(exam)
    assert (points(exam, alex), points(exam, robin)) == ((2, 2), (1, 2))
    assert (filed(exam, alex), filed(exam, robin)) == ((2, 2), (1, 2))


def test_the_result_shows_the_corrected_paper_and_score(exam: World) -> None:
    alex = sat(exam)
    apply(exam, other_key(1))
    settle(exam)
    facts = exam.load(alex).facts.attempt
    assert facts is not None
    assert facts.paper is not None
    assert facts.paper.questions[0].key == set(other_key(1).key or ())
    assert (facts.score_earned, facts.score_possible) == (2, 3)


def test_it_holds_for_who_ends_later_for_rescoring_and_for_drafts_that_come_to_count(exam: World) -> None:
    alex, robin = sat(exam, "alex", ended=False), exam.person("robin")
    apply(exam, other_key(1))
    finish(exam, alex)
    assert (points(exam, alex), exam.attempt(alex).regrade_mark) == ((2, 3), 1)
    grading.override(alex, 0, 3, exam.clock())
    grading.rescore(alex, False, exam.clock())
    assert points(exam, alex) == (2, 3)
    exam.clock.present = exam.clock.present.replace(month=2, day=20)
    exam.sit(robin)
    sitting.finish(exam.with_window(robin), {"1": {"revision": 1, "answers": exam.answers(1)}}, exam.clock())
    decisions.count_drafts(exam.attempt(robin).pk, TEAM, "a power cut", exam.clock())
    assert (points(exam, robin), exam.attempt(robin).regrade_mark) == ((1, 3), 1)


def test_every_version_that_has_the_question_is_corrected(exam: World) -> None:
    alex, wanted = sat(exam), other_key(1)
    exam.publish(PAPER.replace("norme ISO", "norme"))
    robin = sat(exam, "robin")
    assert exam.attempt(alex).version_id != exam.attempt(robin).version_id
    apply(exam, wanted)
    assert (points(exam, alex), points(exam, robin)) == ((2, 3), (2, 3))


def test_a_question_that_only_an_earlier_version_has_can_be_corrected(exam: World) -> None:
    alex, wanted = sat(exam), ruled(Ruling.VOID, 3)
    exam.publish(PAPER.replace('url_name="q3"', 'url_name="q9"'))
    apply(exam, wanted)
    assert points(exam, alex) == (2, 2)


def test_a_former_sitting_stays_as_it_was(exam: World) -> None:
    alex = sat(exam)
    former = exam.attempt(alex).pk
    interventions.grant_second_appointment(exam.candidacy(alex).pk, TEAM, "noise", exam.clock())
    before = Attempt.objects.filter(pk=former).values().get()
    assert regrade_preview.of(row(), [other_key(1)]).attempts == 0
    apply(exam, other_key(1))
    settle(exam)
    assert Attempt.objects.filter(pk=former).values().get() == before


def test_a_score_put_by_hand_stays_and_the_preview_says_so(exam: World) -> None:
    alex = sat(exam)
    grading.override(alex, 1, 3, exam.clock())
    (change,) = regrade_preview.of(row(), [other_key(1)]).changes
    assert (change.by_hand, change.before, change.after) == (True, change.after, change.before)
    apply(exam, other_key(1))
    settle(exam)
    assert (points(exam, alex), filed(exam, alex)) == ((1, 3), (1, 3))
    assert regrading.left(row()) == 0
    assert not AuditEntry.objects.filter(attempt=exam.attempt(alex), action="regraded").exists()


def test_who_had_none_of_the_questions_keeps_a_score_that_grading_would_not_give_today(exam: World) -> None:
    alex = sat(exam)
    Attempt.objects.update(score_earned=1)  # as an earlier release graded
    exam.publish(PAPER.replace('url_name="q3"', 'url_name="q9"'))
    apply(exam, ruled(Ruling.VOID, 3))
    assert points(exam, alex) == (1, 3)


def test_an_invalidated_sitting_is_corrected_and_its_grade_stays_taken_back(exam: World) -> None:
    alex = sat(exam)
    decisions.decide(exam.attempt(alex).pk, "invalidate", TEAM, "fraud", exam.clock())
    apply(exam, other_key(1))
    settle(exam)
    assert (points(exam, alex), filed(exam, alex)) == ((2, 3), None)
    assert not Mail.objects.filter(kind="corrected").exists()
    decisions.decide(exam.attempt(alex).pk, "validate", TEAM, "mistaken", exam.clock())
    settle(exam)
    assert filed(exam, alex) == (2, 3)


def test_what_is_not_released_is_corrected_without_a_word(exam: World) -> None:
    exam.publish(release="manual")
    alex = sat(exam)
    apply(exam, other_key(1))
    settle(exam)
    assert (points(exam, alex), filed(exam, alex)) == ((2, 3), None)
    assert not Mail.objects.filter(kind="corrected").exists()


def test_a_practice_is_corrected_and_nothing_of_it_is_filed(world: World) -> None:
    world.publish(backend="none", unlock="none", appointments=False, practice=True, show_result_in_exam=True)
    alex = world.person()
    world.onboard(alex)
    world.clock.present = SLOT
    sitting.enter(alex, world.clock())
    world.windows[alex.user_id or 0] = sitting.start(alex, NONCE, world.clock())[1]
    sitting.submit_part(world.with_window(alex), 1, 1, world.answers(1), world.clock())
    sitting.finish(world.with_window(alex), {}, world.clock())
    apply(world, other_key(1))
    settle(world)
    assert (points(world, alex), filed(world, alex)) == ((1, 3), None)
    assert world.attempt(alex).score_sent_at is not None, "no round looks at it again"
    practice.try_again(alex, world.clock())


def test_a_correction_that_makes_the_gradebooks_own_scale_cross_the_pass_mark(exam: World) -> None:
    exam.publish(lms_points=20, pass_percent=66)
    alex = sat(exam)
    apply(exam, other_key(1))
    settle(exam)
    assert filed(exam, alex) == (14, 20)


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 501])
def test_without_a_reason_nothing_is_decided(exam: World, reason: str) -> None:
    sat(exam)
    apply(exam, other_key(1))
    before = rows_of(*EVERYTHING)
    for deed in (
        partial(regrading.apply, row(), [other_key(2)], reason, TEAM, known_mark=1, now=exam.clock()),
        partial(regrading.undo, row(), 1, reason, TEAM, known_mark=1, now=exam.clock()),
    ):
        with pytest.raises(InvalidField):
            deed()
    assert rows_of(*EVERYTHING) == before


def test_what_fits_no_version_is_refused(exam: World) -> None:
    sat(exam)
    for wanted in ([Correction("stranger", ruling=Ruling.VOID)], [Correction(asked().id, key=("no such",))], []):
        with pytest.raises(InvalidCorrection):
            apply(exam, *wanted)
        with pytest.raises(InvalidCorrection):
            regrade_preview.of(row(), wanted)
    apply(exam, ruled(Ruling.VOID, 1), ruled(Ruling.VOID, 2))
    with pytest.raises(InvalidCorrection):
        apply(exam, ruled(Ruling.VOID, 3))
    assert row().regrade_mark == 1


def test_a_preview_that_was_overtaken_decides_nothing(exam: World) -> None:
    sat(exam)
    found = row()
    apply(exam, other_key(1))
    before = rows_of(*EVERYTHING)
    with pytest.raises(ChangedMeanwhile):
        regrading.apply(found, [other_key(2)], WHY, TEAM, known_mark=0, now=exam.clock())
    with pytest.raises(ChangedMeanwhile):
        regrading.undo(found, 1, WHY, TEAM, known_mark=0, now=exam.clock())
    assert rows_of(*EVERYTHING) == before


def test_a_regrade_is_undone_once_and_an_unknown_one_never(exam: World) -> None:
    sat(exam)
    apply(exam, other_key(1))
    undo(exam, 1)
    with pytest.raises(NotAllowedNow):
        undo(exam, 1)
    with pytest.raises(NotAllowedNow):
        regrade_preview.of_undoing(row(), 1)
    with pytest.raises(Gone):
        undo(exam, 9)
    with pytest.raises(Gone):
        regrade_preview.of_undoing(row(), 9)


# --- undoing --------------------------------------------------------------------------------------------------------


def test_undoing_restores_scores_and_gradebook_and_the_trail_keeps_both(exam: World) -> None:
    alex, robin = sat(exam, "alex"), sat(exam, "robin", right=False)
    scored = {who.user_id: (points(exam, who), exam.attempt(who).score_unit) for who in (alex, robin)}
    apply(exam, other_key(1))
    settle(exam)
    (first, second) = regrade_preview.of_undoing(row(), 1).changes
    assert [(first.before.earned, first.after.earned), (second.before.earned, second.after.earned)] == [(2, 3), (1, 0)]

    done = undo(exam, 1)
    settle(exam)

    assert (done.number, done.mark, done.left) == (1, 2, 0)
    assert {who.user_id: (points(exam, who), exam.attempt(who).score_unit) for who in (alex, robin)} == scored
    assert (filed(exam, alex), filed(exam, robin)) == ((3, 3), (0, 3))
    regrade = Regrade.objects.get()
    assert (regrade.undone_by, regrade.undone_reason, regrade.undone_mark) == (TEAM, "Right after all.", 2)
    assert [
        entry.data["reason"] for entry in AuditEntry.objects.filter(attempt=exam.attempt(alex), action="regraded")
    ] == [
        WHY,
        "Right after all.",
    ]
    assert whole(alex, exam)


def test_undoing_an_earlier_one_leaves_the_later_in_force(exam: World) -> None:
    alex = sat(exam)
    apply(exam, other_key(1))
    apply(exam, other_key(3))
    assert points(exam, alex) == (1, 3)
    undo(exam, 1)
    assert points(exam, alex) == (2, 3)


# --- interrupted anywhere -------------------------------------------------------------------------------------------


class Crash(BaseException):
    """A process that dies: nothing catches it."""


def dies(*args: Any, **kwargs: Any) -> Any:
    raise Crash


STEPS: Sequence[tuple[Any, str]] = (
    (regrading, "_follow"),
    (regrading, "_settle"),
    (scores, "mark_by"),
    (audit, "record"),
    (mails, "tell"),
    (review, "publish_grade"),
)


@pytest.mark.parametrize(("module", "step"), STEPS, ids=[name for _, name in STEPS])
@pytest.mark.django_db(transaction=True)
def test_a_crash_at_any_step_is_made_good_by_the_next_round(
    exam: World, monkeypatch: pytest.MonkeyPatch, module: Any, step: str
) -> None:
    alex, robin = sat(exam, "alex"), sat(exam, "robin", right=False)
    with monkeypatch.context() as patch:
        patch.setattr(module, step, dies)
        with pytest.raises(Crash):
            apply(exam, other_key(1))
    assert row().regrade_mark == 1, "the decision stands"

    settle(exam)
    after = rows_of(*EVERYTHING)
    settle(exam)

    assert rows_of(*EVERYTHING) == after, "done twice it changes nothing"
    assert (filed(exam, alex), filed(exam, robin)) == ((2, 3), (1, 3))
    assert Mail.objects.filter(kind="corrected").count() == 2
    assert AuditEntry.objects.filter(action="regraded", attempt__isnull=False).count() == 2
    assert whole(alex, exam)


@pytest.mark.django_db(transaction=True)
def test_a_crash_before_the_decision_is_whole_leaves_nothing(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sat(exam)
    before = rows_of(*EVERYTHING)
    with monkeypatch.context() as patch:
        patch.setattr(audit, "record_exam", dies)
        with pytest.raises(Crash):
            apply(exam, other_key(1))
    settle(exam)
    assert rows_of(*EVERYTHING) == before


def failing_for(attempt_id: int, real: Callable[..., Any]) -> Callable[..., Any]:
    def settle_one(found: int, *args: Any) -> None:
        if found == attempt_id:
            raise RuntimeError("one that fails")
        real(found, *args)

    return settle_one


def test_one_that_fails_keeps_nobody_back_and_is_tried_again(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alex, robin = sat(exam, "alex"), sat(exam, "robin", right=False)
    with monkeypatch.context() as patch:
        patch.setattr(regrading, "_settle", failing_for(exam.attempt(alex).pk, regrading._settle))
        assert apply(exam, other_key(1)).left == 1
    assert (points(exam, alex), points(exam, robin)) == ((3, 3), (1, 3))
    assert regrade_preview.of(row(), [other_key(2)]).left == 1
    settle(exam)
    assert (points(exam, alex), regrading.left(row())) == ((2, 3), 0)


def test_a_request_does_so_many_and_the_rounds_the_rest(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [sat(exam, name) for name in ("alex", "robin", "sam")]
    monkeypatch.setattr(regrading, "AT_ONCE", 1)
    monkeypatch.setattr(regrading, "A_ROUND", 1)
    assert apply(exam, other_key(1)).left == 2
    assert [regrading.finish_due(exam.clock()) for _ in range(3)] == [1, 1, 0]
    assert [points(exam, who) for who in people] == [(2, 3)] * 3


def test_an_end_that_read_the_corrections_before_the_decision_is_caught_up(
    exam: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alex = sat(exam, ended=False)
    real = scores.mark

    def decided_meanwhile(attempt: Attempt, counted: Any) -> Any:
        found = real(attempt, counted)
        apply(exam, other_key(1))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(scores, "mark", decided_meanwhile)
        finish(exam, alex)
    assert (points(exam, alex), regrading.left(row())) == ((3, 3), 1)
    settle(exam)
    assert (filed(exam, alex), regrading.left(row())) == ((2, 3), 0)


def test_without_a_regrade_an_end_and_a_round_ask_for_none(exam: World) -> None:
    alex = sat(exam, ended=False)
    watch = Watch()
    with connection.execute_wrapper(watch):
        finish(exam, alex)
        regrading.finish_due(exam.clock())
        exam.load(alex)
    assert not watch.touching('_regrade"')
