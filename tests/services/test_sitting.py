"""The sitting as a candidate lives it: room, unlock, start, save, submit, finish."""

from __future__ import annotations

from datetime import timedelta

import pytest
from submissions import api as submissions_api

from proctored_exam_xblock.domain.errors import (
    NotAllowedNow,
    PartClosed,
    PasswordLocked,
    StaleRevision,
    TimeOver,
    WindowBusy,
    WindowLost,
    WrongPassword,
)
from proctored_exam_xblock.models import LateAnswer, PartResponse
from proctored_exam_xblock.services import drafts, entry, interventions, review, sitting
from tests.world import COURSE, NONCE, SLOT, USAGE, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(world: World) -> World:
    world.publish()
    return world


def test_the_whole_path_gives_a_grade(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    holder = exam.with_window(alex)
    drafts.save_draft(holder, 1, 1, exam.answers(1), exam.clock())
    sitting.submit_part(holder, 1, 2, exam.answers(1), exam.clock())
    sitting.submit_part(holder, 2, 1, exam.answers(2, right=False), exam.clock())
    dossier = sitting.finish(holder, {}, exam.clock())
    assert dossier.journey.phase.value == "submitted"
    review.release_due(exam.clock())
    scores = submissions_api.get_scores(COURSE, exam.candidacy(alex).anonymous_id)
    assert (scores[USAGE]["points_earned"], scores[USAGE]["points_possible"]) == (2, 3)


@pytest.mark.parametrize(("policy", "earned"), [("discard", 0), ("submit_drafts", 2)])
def test_drafts_at_zero_follow_the_policy(exam: World, policy: str, earned: int) -> None:
    exam.publish(expiry=policy)
    alex = exam.person()
    exam.sit(alex)
    drafts.save_draft(exam.with_window(alex), 1, 1, exam.answers(1), exam.clock())
    exam.minutes(31)
    assert exam.phase(alex) == "submitted"
    attempt = exam.attempt(alex)
    assert (attempt.state, attempt.score_earned) == ("expired", earned)


def test_sweeper_and_visitor_close_alike(exam: World) -> None:
    alex, robin = exam.person(), exam.person("robin")
    exam.sit(alex)
    exam.clock.present = exam.clock.present.replace(day=20, month=2)
    exam.sit(robin)
    exam.minutes(45)
    exam.load(alex)
    entry.close_all(exam.clock())
    one, two = exam.attempt(alex), exam.attempt(robin)
    assert one.ended_at == one.deadline == two.ended_at == two.deadline
    assert (one.state, one.end_reason, one.score_earned) == (two.state, two.end_reason, two.score_earned)


def test_an_answer_within_the_network_grace_counts_and_a_later_one_is_kept_aside(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    holder = exam.with_window(alex)
    exam.clock.advance(minutes=30, seconds=2)
    drafts.save_draft(holder, 1, 1, exam.answers(1), exam.clock())
    exam.clock.advance(milliseconds=1)
    with pytest.raises(TimeOver):
        drafts.save_draft(holder, 1, 2, exam.answers(1, right=False), exam.clock())
    part = PartResponse.objects.get(attempt=exam.attempt(alex), number=1)
    assert part.revision == 1
    late = LateAnswer.objects.get()
    assert (late.revision, late.answers) == (2, exam.answers(1, right=False))


def test_a_late_packet_cannot_overwrite_a_newer_one(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    holder = exam.with_window(alex)
    drafts.save_draft(holder, 1, 5, exam.answers(1), exam.clock())
    with pytest.raises(StaleRevision) as refused:
        drafts.save_draft(holder, 1, 4, {}, exam.clock())
    assert refused.value.params["revision"] == 5
    assert PartResponse.objects.get(attempt=exam.attempt(alex), number=1).answers == exam.answers(1)


def test_a_verified_part_never_changes_and_its_repeated_request_is_no_error(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    holder = exam.with_window(alex)
    sitting.submit_part(holder, 1, 3, exam.answers(1), exam.clock())
    sitting.submit_part(holder, 1, 3, exam.answers(1), exam.clock())
    with pytest.raises(PartClosed):
        sitting.submit_part(holder, 1, 4, {}, exam.clock())
    with pytest.raises(PartClosed):
        drafts.save_draft(holder, 1, 9, {}, exam.clock())


def test_starting_twice_gives_one_deadline_and_the_same_window(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    deadline, token = exam.attempt(alex).deadline, exam.windows[alex.user_id or 0]
    exam.minutes(1)
    _, again = sitting.start(alex, NONCE, exam.clock())
    assert (exam.attempt(alex).deadline, again) == (deadline, token)
    with pytest.raises(WindowLost):
        sitting.start(alex, "another-page-with-its-own-nonce", exam.clock())


def test_a_reload_trades_its_predecessor_once(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    old = exam.windows[alex.user_id or 0]
    dossier, new = sitting.open_window(alex, old, "nonce-of-the-second-page", exam.clock())
    assert dossier.journey.phase.value == "sitting"
    assert new != old
    dossier, third = sitting.open_window(alex, old, "nonce-of-a-third-window", exam.clock())
    assert (dossier.journey.phase.value, third) == ("room", "")
    with pytest.raises(WindowLost):
        drafts.save_draft(exam.with_window(alex), 1, 1, {}, exam.clock())


def test_another_window_needs_the_code(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    assert exam.load(alex).journey.phase.value == "sitting"
    with pytest.raises(WrongPassword):
        sitting.unlock(alex, "BBBBBBBB", "nonce-of-the-second-page", exam.clock())
    with pytest.raises(NotAllowedNow):
        sitting.claim_window(alex, "nonce-of-the-second-page", exam.clock())
    dossier, token = sitting.unlock(alex, exam.code(alex), "nonce-of-the-second-page", exam.clock())
    assert dossier.journey.phase.value == "sitting"
    assert token
    assert exam.phase(alex) == "room"


def test_without_a_code_a_silent_window_can_be_replaced(exam: World) -> None:
    exam.publish(backend="none", unlock="none", appointments=False)
    alex = exam.person()
    exam.onboard(alex)
    sitting.enter(alex, exam.clock())
    sitting.start(alex, NONCE, exam.clock())
    with pytest.raises(WindowBusy) as busy:
        sitting.claim_window(alex, "nonce-of-the-second-page", exam.clock())
    assert busy.value.params["seconds"] == 60
    exam.clock.advance(seconds=60)
    dossier, _ = sitting.claim_window(alex, "nonce-of-the-second-page", exam.clock())
    assert dossier.journey.phase.value == "sitting"


def test_wrong_passwords_slow_down_and_staff_lift_the_lock(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(WrongPassword) as wrong:
            sitting.unlock(alex, "WRONG", "", exam.clock())
        assert wrong.value.params["tries_left"] == left
    with pytest.raises(PasswordLocked) as locked:
        sitting.unlock(alex, exam.code(alex), "", exam.clock())
    assert locked.value.params["seconds"] == 60
    exam.clock.advance(seconds=60)
    with pytest.raises(WrongPassword):
        sitting.unlock(alex, "WRONG", "", exam.clock())
    with pytest.raises(PasswordLocked) as locked:
        sitting.unlock(alex, exam.code(alex), "", exam.clock())
    assert locked.value.params["seconds"] == 120
    interventions.lift_password_lock(exam.candidacy(alex).pk, "staff:1", "the proctor called", exam.clock())
    dossier, _ = sitting.unlock(alex, exam.code(alex).lower(), "", exam.clock())
    assert dossier.journey.phase.value == "unlocked"


def test_an_unlock_not_followed_by_start_lapses(exam: World) -> None:
    alex = exam.person()
    exam.unlock(alex)
    exam.minutes(15)
    assert exam.phase(alex) == "room"
    with pytest.raises(NotAllowedNow):
        sitting.start(alex, NONCE, exam.clock())


def test_extra_time_given_mid_exam_moves_the_running_deadline(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    before = exam.attempt(alex).deadline
    assert before is not None
    after = interventions.extend(exam.candidacy(alex).pk, timedelta(minutes=10), "staff:1", "noise", exam.clock())
    assert after == before + timedelta(minutes=10)
    exam.minutes(39)
    drafts.save_draft(exam.with_window(alex), 1, 1, exam.answers(1), exam.clock())


def test_a_pause_gives_its_time_back(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    before = exam.attempt(alex).deadline
    assert before is not None
    interventions.pause(exam.candidacy(alex).pk, "staff:1", "fire alarm", exam.clock())
    exam.minutes(60)
    assert exam.phase(alex) == "paused"
    with pytest.raises(NotAllowedNow):
        drafts.save_draft(exam.with_window(alex), 1, 1, exam.answers(1), exam.clock())
    interventions.resume(exam.candidacy(alex).pk, "staff:1", "over", exam.clock())
    assert exam.attempt(alex).deadline == before + timedelta(minutes=60)
    assert exam.phase(alex) == "sitting"


def test_a_second_appointment_archives_the_first_and_takes_its_grade_back(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    interventions.interrupt(exam.candidacy(alex).pk, "staff:1", "power cut", exam.clock())
    assert exam.phase(alex) == "interrupted"
    interventions.grant_second_appointment(
        exam.candidacy(alex).pk, "staff:1", "power cut", exam.clock(), waive_lead_time=True
    )
    assert exam.phase(alex) == "booking"
    exam.clock.present = SLOT
    exam.book(alex, SLOT.replace(hour=19))
    assert exam.appointment(alex).number == 2
