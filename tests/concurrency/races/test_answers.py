"""Drafts against everything that closes a part: what was acknowledged is there, what was graded stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest

from proctored_exam_xblock.domain.errors import ExamError
from proctored_exam_xblock.domain.grading import grade
from proctored_exam_xblock.models import AuditEntry, LateAnswer, PartResponse
from proctored_exam_xblock.services import drafts, ending, entry, exams, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.concurrency.crowd import Deed, at_once, in_between, tally, trail
from tests.world import World

REVISIONS = range(1, 11)
ROUNDS = 3


def answers_of(exam: World, revision: int) -> dict[str, list[str]]:
    """Different answers for even and odd revisions."""
    return exam.answers(1, right=bool(revision % 2))


def saves(exam: World, holder: Caller, now: datetime) -> list[Deed]:
    return [partial(drafts.save_draft, holder, 1, revision, answers_of(exam, revision), now) for revision in REVISIONS]


def part_of(exam: World, caller: Caller) -> PartResponse:
    return PartResponse.objects.get(attempt=exam.attempt(caller), number=1)


def acknowledged(outcomes: list[object]) -> int:
    """The newest revision that some page was told is stored."""
    return max((found.revision for found in outcomes if isinstance(found, drafts.Saved)), default=0)


def check_graded(exam: World, caller: Caller, action: str) -> None:
    """The score and the trail belong to the answers on file."""
    attempt = exam.attempt(caller)
    parts = list(attempt.parts.order_by("number"))
    counted = {q: tuple(chosen) for part in parts if part.counted for q, chosen in part.answers.items()}
    assert attempt.score_earned == grade(exams.snapshot(attempt.version).paper, counted).earned
    said = AuditEntry.objects.get(attempt=attempt, action=action)
    assert said.data["answers"] == ending.digest({str(part.number): part.answers for part in parts})
    trail(exam.candidacy(caller))


@pytest.mark.parametrize("closing", ["finish", "expire", "sweep"])
def test_drafts_race_the_end_of_the_exam(exam: World, closing: str) -> None:
    exam.publish(expiry="submit_drafts")
    for round_number in range(ROUNDS):
        person = exam.person(f"candidate{round_number}")
        exam.clock.present = exam.clock.present.replace(month=2, day=20)
        exam.sit(person, exam_slot(round_number))
        holder = exam.with_window(person)
        saved_at = exam.minutes(30) + timedelta(seconds=1)
        over_at = saved_at + timedelta(seconds=2)
        close: Deed = {
            "finish": partial(sitting.finish, holder, {}, saved_at),
            "expire": partial(entry.load, person, over_at),
            "sweep": partial(entry.close_all, over_at),
        }[closing]
        deeds = saves(exam, holder, saved_at)
        outcomes = at_once([*deeds[:5], close, *deeds[5:]])
        assert set(tally(outcomes)) <= {"ok", "stale_revision", "part_closed", "not_allowed_now", "time_over"}
        part = part_of(exam, person)
        assert part.closed_at is not None
        assert part.revision == acknowledged(outcomes)
        assert part.answers == (answers_of(exam, part.revision) if part.revision else {})
        check_graded(exam, person, "finished" if closing == "finish" else "expired")


def exam_slot(number: int) -> datetime:
    """A slot of its own for each round: 15:00, 15:15, 15:30..."""
    return datetime.fromisoformat("2017-03-02T15:00:00+00:00") + timedelta(minutes=15 * number)


def test_drafts_race_the_verification_of_their_part(exam: World) -> None:
    for round_number in range(ROUNDS):
        person = exam.person(f"candidate{round_number}")
        exam.clock.present = exam.clock.present.replace(month=2, day=20)
        exam.sit(person, exam_slot(round_number))
        holder = exam.with_window(person)
        verify = partial(sitting.submit_part, holder, 1, 5, answers_of(exam, 5), exam.clock())
        deeds = saves(exam, holder, exam.clock())
        *saved, verified = at_once([*deeds, verify])
        part = part_of(exam, person)
        if isinstance(verified, ExamError):
            assert verified.code == "stale_revision"
            assert part.closed_at is None
            assert part.revision == acknowledged(saved) > 5
        else:
            assert acknowledged(saved) <= 5 == part.revision
            assert part.submitted_at is not None
        assert part.answers == answers_of(exam, part.revision)


def test_a_verification_does_not_undo_a_newer_draft(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alex = exam.person()
    exam.sit(alex)
    holder = exam.with_window(alex)
    newer = partial(drafts.save_draft, holder, 1, 6, answers_of(exam, 6), exam.clock())
    with in_between(monkeypatch, sitting, "clean_answers", newer) as people:
        sitting.submit_part(holder, 1, 5, answers_of(exam, 5), exam.clock())
    assert tally([people[0].outcome]) == {"part_closed": 1}
    assert part_of(exam, alex).answers == answers_of(exam, 5)


def test_unsent_edits_of_a_finish_do_not_undo_a_newer_draft(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    exam.publish(expiry="submit_drafts")
    alex = exam.person()
    exam.sit(alex)
    holder = exam.with_window(alex)
    newer = partial(drafts.save_draft, holder, 1, 6, answers_of(exam, 6), exam.clock())
    unsent = {"1": {"revision": 5, "answers": answers_of(exam, 5)}}
    with in_between(monkeypatch, sitting, "clean_answers", newer) as people:
        sitting.finish(holder, unsent, exam.clock())
    part = part_of(exam, alex)
    saved = people[0].outcome
    assert part.revision == (5 if isinstance(saved, ExamError) else 6)
    assert part.answers == answers_of(exam, part.revision)
    check_graded(exam, alex, "finished")


def test_of_ten_packets_the_newest_stays(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    deeds = saves(exam, exam.with_window(alex), exam.clock())
    outcomes = at_once([*deeds[::-1], *deeds])
    assert set(tally(outcomes)) <= {"ok", "stale_revision"}
    part = part_of(exam, alex)
    assert (part.revision, part.answers) == (10, answers_of(exam, 10))
    assert acknowledged(outcomes) == 10


def test_of_ten_packets_after_the_end_the_newest_is_kept_aside(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    holder = exam.with_window(alex)
    exam.minutes(31)
    exam.load(alex)
    for _ in range(ROUNDS):
        LateAnswer.objects.all().delete()
        assert tally(at_once(saves(exam, holder, exam.clock())[::-1])) == {"time_over": 10}
        late = LateAnswer.objects.get()
        assert (late.number, late.revision, late.answers) == (1, 10, answers_of(exam, 10))
    assert part_of(exam, alex).answers == {}
