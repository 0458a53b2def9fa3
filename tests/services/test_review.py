"""Grades: filed once, released by the policy, found again after a crash, taken back for a second appointment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from submissions import api as submissions_api
from xblock.scorable import Score

from proctored_exam_xblock.domain.errors import NotAllowedNow
from proctored_exam_xblock.models import AuditEntry, PartResponse
from proctored_exam_xblock.services import grading, interventions, review, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.world import COURSE, SLOT, USAGE, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(world: World) -> World:
    world.publish()
    return world


def sat(exam: World, name: str = "alex", *, right: bool = True) -> Caller:
    caller = exam.person(name)
    exam.sit(caller)
    holder = exam.with_window(caller)
    sitting.submit_part(holder, 1, 1, exam.answers(1, right=right), exam.clock())
    sitting.finish(holder, {}, exam.clock())
    return caller


def points(exam: World, caller: Caller) -> tuple[int, int] | None:
    score = submissions_api.get_scores(COURSE, exam.candidacy(caller).anonymous_id).get(USAGE)
    return (score["points_earned"], score["points_possible"]) if score else None


def filed(exam: World, caller: Caller) -> list[dict[str, Any]]:
    return submissions_api.get_submissions(review.student_item(exam.attempt(caller)))


def test_a_grade_follows_the_commit_of_the_end(exam: World, django_capture_on_commit_callbacks) -> None:
    alex = exam.person()
    exam.sit(alex)
    with django_capture_on_commit_callbacks(execute=True):
        sitting.finish(exam.with_window(alex), {}, exam.clock())
        assert points(exam, alex) is None
    assert points(exam, alex) == (0, 3)


def test_a_grade_is_filed_once_with_the_answers(exam: World) -> None:
    alex = sat(exam)
    attempt = exam.attempt(alex)
    assert review.publish_grade(attempt.pk, exam.clock()) is True
    assert review.publish_grade(attempt.pk, exam.clock()) is False
    assert review.release_due(exam.clock()) == 0
    (submission,) = filed(exam, alex)
    assert submission["answer"]["parts"][0] == {"part": 1, "counted": True, "answers": exam.answers(1)}
    assert (points(exam, alex), submission["attempt_number"]) == ((2, 3), 1)


def test_a_crash_between_the_end_and_the_grade_is_mended_by_the_sweeper(
    exam: World, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
) -> None:
    def crash(*args: object) -> bool:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken, django_capture_on_commit_callbacks(execute=True):
        broken.setattr(submissions_api, "create_submission", crash)
        alex = sat(exam)
    assert (exam.attempt(alex).state, points(exam, alex)) == ("submitted", None)
    assert review.release_due(exam.clock()) == 1
    assert points(exam, alex) == (2, 3)


def test_a_crash_between_submission_and_score_files_no_second_submission(
    exam: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alex = sat(exam)

    def crash(*args: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(submissions_api, "set_score", crash)
        with pytest.raises(RuntimeError):
            review.publish_grade(exam.attempt(alex).pk, exam.clock())
    assert review.release_due(exam.clock()) == 1
    assert (len(filed(exam, alex)), points(exam, alex)) == (1, (2, 3))


def test_one_grade_that_cannot_be_filed_does_not_keep_the_others_back(
    exam: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    alex = sat(exam)
    exam.clock.present -= timedelta(days=5)
    robin = sat(exam, "robin")
    real = submissions_api.create_submission
    bad = exam.candidacy(alex).anonymous_id

    def moody(item: dict[str, str], *args: object, **kwargs: object) -> object:
        if item["student_id"] == bad:
            raise submissions_api.SubmissionInternalError("no")
        return real(item, *args, **kwargs)

    monkeypatch.setattr(submissions_api, "create_submission", moody)
    assert review.release_due(exam.clock()) == 1
    assert (points(exam, alex), points(exam, robin)) == (None, (2, 3))
    assert "could not be filed" in caplog.text


def test_a_grade_released_on_a_date_waits_for_it(world: World) -> None:
    world.publish(release="on_date", release_at="2017-03-20T08:00:00+01:00", show_result_in_exam=True)
    alex = sat(world)
    assert review.release_due(world.clock()) == 1  # the answers are filed
    assert (points(world, alex), world.phase(alex)) == (None, "submitted")
    attempt = world.load(alex).facts.attempt
    assert attempt is not None
    assert (attempt.score_earned, attempt.passed) == (None, None)
    world.clock.present = SLOT.replace(day=20, hour=6, minute=59, second=59)
    assert review.release_due(world.clock()) == 0
    world.clock.advance(seconds=1)
    assert review.release_due(world.clock()) >= 1
    assert (points(world, alex), world.phase(alex)) == ((2, 3), "result")


def test_a_grade_released_by_hand_waits_for_the_hand(world: World) -> None:
    world.publish(release="manual")
    alex = sat(world)
    world.minutes(365 * 24 * 60)
    review.release_due(world.clock())
    assert points(world, alex) is None
    review.release(world.attempt(alex).pk, world.clock(), "staff:1")
    review.release(world.attempt(alex).pk, world.clock(), "staff:1")
    review.release_due(world.clock())
    assert points(world, alex) == (2, 3)
    assert AuditEntry.objects.filter(action="released").count() == 1


def test_there_is_nothing_to_release_before_the_end(world: World) -> None:
    world.publish(release="manual")
    alex = world.person()
    world.sit(alex)
    with pytest.raises(NotAllowedNow):
        review.release(world.attempt(alex).pk, world.clock(), "staff:1")
    assert world.attempt(alex).released_at is None


def test_an_invalidated_attempt_gives_no_grade(exam: World) -> None:
    alex = sat(exam)
    attempt = exam.attempt(alex)
    attempt.review = "invalidated"
    attempt.save()
    review.release_due(exam.clock())
    assert points(exam, alex) is None


def test_a_second_appointment_takes_the_grade_back_and_the_second_attempt_counts(exam: World) -> None:
    alex = sat(exam, right=False)
    review.release_due(exam.clock())
    assert points(exam, alex) == (0, 3)
    interventions.grant_second_appointment(
        exam.candidacy(alex).pk, "staff:1", "network of the vendor", exam.clock(), waive_lead_time=True
    )
    assert points(exam, alex) is None
    assert review.release_due(exam.clock()) == 0
    exam.sit(alex, SLOT + timedelta(hours=2))
    sitting.submit_part(exam.with_window(alex), 1, 1, exam.answers(1), exam.clock())
    sitting.finish(exam.with_window(alex), {}, exam.clock())
    review.release_due(exam.clock())
    assert (exam.attempt(alex).number, points(exam, alex)) == (2, (2, 3))


def test_a_grade_filed_while_staff_grant_a_second_appointment_is_taken_back(exam: World) -> None:
    alex = sat(exam)
    stale = exam.attempt(alex)  # as read before the grade was filed
    review.publish_grade(stale.pk, exam.clock())
    assert stale.submission_uuid == ""
    review.withdraw(stale)
    assert points(exam, alex) is None


# --- the platform's tools -------------------------------------------------------------------------------------------


def test_rescoring_reads_the_counted_answers_with_the_attempts_own_paper(exam: World) -> None:
    alex = sat(exam)
    review.release_due(exam.clock())
    attempt = exam.attempt(alex)
    attempt.score_earned = 1
    attempt.save()
    grading.rescore(alex, only_if_higher=True, now=exam.clock())
    assert exam.attempt(alex).score_earned == 2
    part = PartResponse.objects.get(attempt=attempt, number=1)
    part.answers = exam.answers(1, right=False)
    part.save()
    grading.rescore(alex, only_if_higher=True, now=exam.clock())
    assert exam.attempt(alex).score_earned == 2
    grading.rescore(alex, only_if_higher=False, now=exam.clock())
    review.release_due(exam.clock())
    assert points(exam, alex) == (0, 3)
    assert AuditEntry.objects.filter(action="rescored").count() == 2


def test_a_score_by_hand_reaches_the_gradebook_and_the_trail(exam: World) -> None:
    alex = sat(exam)
    grading.override(alex, 1, 3, exam.clock())
    review.release_due(exam.clock())
    assert points(exam, alex) == (1, 3)
    assert grading.score(alex) == Score(1.0, 3.0)
    entry = AuditEntry.objects.get(action="score_overridden")
    assert (entry.data, entry.actor) == ({"earned": 1, "possible": 3}, "staff")


def test_who_has_no_counted_attempt_has_no_score(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    grading.rescore(alex, only_if_higher=False, now=exam.clock())
    grading.override(alex, 3, 3, exam.clock())
    grading.publish_again(alex, exam.clock())
    assert (grading.score(alex), grading.has_counted_answers(alex), exam.attempt(alex).score_earned) == (
        None,
        False,
        None,
    )
    assert grading.score(Caller(USAGE, None)) is None


def test_deleting_the_state_archives_and_lets_book_again(exam: World) -> None:
    alex = sat(exam)
    review.release_due(exam.clock())
    anonymous = exam.candidacy(alex).anonymous_id
    grading.clear_state(USAGE, anonymous, exam.clock())
    assert (exam.phase(alex), points(exam, alex)) == ("booking", None)
    assert (exam.attempt(alex).state, exam.attempt(alex).archived_at) == ("submitted", exam.clock())
    grading.clear_state(USAGE, anonymous, exam.clock())
    grading.clear_state(USAGE, "nobody", exam.clock())
    assert AuditEntry.objects.filter(action="second_granted").count() == 1


@pytest.mark.parametrize(("minutes", "state"), [(5, "interrupted"), (31, "expired")])
def test_deleting_the_state_of_a_sitting(exam: World, minutes: int, state: str) -> None:
    alex = exam.person()
    exam.sit(alex)
    exam.minutes(minutes)
    grading.clear_state(USAGE, exam.candidacy(alex).anonymous_id, exam.clock())
    assert (exam.attempt(alex).state, exam.phase(alex)) == (state, "booking")
