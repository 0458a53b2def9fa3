"""Lives that go another way: missed, abandoned, closed, interrupted, tried by staff; the rows tell the same to all."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proctored_exam_xblock.backends.base import TooEarly, Unavailable
from proctored_exam_xblock.domain.attempt import State
from proctored_exam_xblock.domain.errors import Gone, NotAllowedNow, TimeOver, VendorUnavailable, WindowLost
from proctored_exam_xblock.models import Appointment, Attempt, AuditEntry, LateAnswer, PartResponse
from proctored_exam_xblock.services import booking, drafts, entry, interventions, proctoring, room, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.world import NONCE, SLOT, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(world: World) -> World:
    world.publish()
    return world


@pytest.fixture
def open_exam(world: World) -> World:
    """No proctor, no appointment."""
    world.publish(backend="none", unlock="none", appointments=False)
    return world


def actions(caller: Caller) -> list[str]:
    rows = AuditEntry.objects.filter(candidacy__user_id=caller.user_id).order_by("sequence")
    return list(rows.values_list("action", flat=True))


def token_of(exam: World, caller: Caller) -> str:
    return proctoring.launch_url(exam.load(caller)).rstrip("/").rpartition("/")[2]


# --- the clock alone ------------------------------------------------------------------------------------------------


def test_an_appointment_never_launched_is_missed_an_hour_after_its_start(exam: World) -> None:
    alex = exam.person()
    exam.book(alex)
    exam.clock.present = SLOT - timedelta(minutes=10) - timedelta(microseconds=1)
    assert exam.phase(alex) == "booked"
    exam.clock.present = SLOT - timedelta(minutes=10)
    assert exam.phase(alex) == "available"
    exam.clock.present = SLOT + timedelta(minutes=60) - timedelta(microseconds=1)
    assert exam.phase(alex) == "available"
    exam.clock.present = SLOT + timedelta(minutes=60)
    assert exam.phase(alex) == "missed"
    assert (exam.appointment(alex).state, actions(alex)[-1]) == ("missed", "appointment_missed")


def test_a_room_that_was_never_unlocked_is_abandoned_and_counts_as_missed(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    exam.clock.present = SLOT + timedelta(minutes=90)
    assert exam.phase(alex) == "missed"
    assert (exam.attempt(alex).state, exam.appointment(alex).state) == ("voided", "missed")


@pytest.mark.parametrize("who", ["visitor", "sweeper"])
def test_an_unlock_forgotten_until_the_next_day_lapses_and_is_abandoned_at_once(exam: World, who: str) -> None:
    alex = exam.person()
    exam.unlock(alex)
    exam.minutes(24 * 60)
    if who == "sweeper":
        assert entry.close_all(exam.clock()) == 1
    else:
        exam.load(alex)
    assert (exam.attempt(alex).state, exam.appointment(alex).state) == ("voided", "missed")
    assert actions(alex)[-2:] == ["unlock_lapsed", "appointment_missed"]


def test_nobody_unlocks_a_room_that_is_abandoned(exam: World) -> None:
    alex = exam.person()
    exam.unlock(alex)
    exam.minutes(24 * 60)
    with pytest.raises(NotAllowedNow):
        sitting.unlock(alex, exam.code(alex), "", exam.clock())


def test_a_window_that_closed_before_a_booking_leads_nowhere(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    exam.clock.present = datetime(2017, 3, 14, 20, 0, tzinfo=UTC)
    assert exam.phase(alex) == "closed"
    with pytest.raises(NotAllowedNow):
        booking.book(alex, exam.clock(), exam.clock())


def test_a_sitting_once_started_outlives_the_window(exam: World) -> None:
    exam.publish(last_day="2017-03-02", closes_at="16:30")
    alex = exam.person()
    exam.sit(alex)
    exam.publish(last_day="2017-03-01", first_day="2017-03-01")
    exam.minutes(29)
    drafts.save_draft(exam.with_window(alex), 1, 1, exam.answers(1), exam.clock())
    assert exam.load(exam.with_window(alex)).journey.phase.value == "sitting"


def test_one_broken_dossier_does_not_keep_the_others_open(
    exam: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    alex, robin = exam.person(), exam.person("robin")
    exam.book(alex)
    exam.book(robin)
    exam.clock.present = SLOT + timedelta(hours=2)
    broken = exam.candidacy(alex).pk
    real = entry.of_candidacy

    def read(candidacy_id: int) -> Caller:
        if candidacy_id == broken:
            raise RuntimeError("bad row")
        return real(candidacy_id)

    monkeypatch.setattr(entry, "of_candidacy", read)
    assert entry.close_all(exam.clock()) == 1
    assert exam.appointment(robin).state == "missed"
    assert "could not be brought up to date" in caplog.text


def test_sweeping_twice_changes_nothing(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    exam.minutes(31)
    assert (entry.close_all(exam.clock()), entry.close_all(exam.clock())) == (1, 0)
    assert actions(alex).count("expired") == 1


# --- too late -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["save_draft", "submit_part", "finish"])
def test_what_comes_after_the_cut_off_is_kept_aside_and_never_counted(exam: World, way: str) -> None:
    exam.publish(expiry="submit_drafts")
    alex = exam.person()
    exam.sit(alex)
    holder = exam.with_window(alex)
    drafts.save_draft(holder, 1, 1, exam.answers(1, right=False), exam.clock())
    exam.clock.advance(minutes=30, seconds=3)
    if way == "finish":
        unsent = {"1": {"revision": 2, "answers": exam.answers(1)}, "2": {"revision": 0, "answers": exam.answers(2)}}
        assert sitting.finish(holder, unsent, exam.clock()).journey.phase.value == "submitted"
    else:
        send = drafts.save_draft if way == "save_draft" else sitting.submit_part
        with pytest.raises(TimeOver):
            send(holder, 1, 2, exam.answers(1), exam.clock())  # type: ignore[operator]
    late = LateAnswer.objects.get()
    assert (late.number, late.revision, late.answers) == (1, 2, exam.answers(1))
    assert (exam.attempt(alex).state, exam.attempt(alex).score_earned) == ("expired", 0)
    assert PartResponse.objects.get(attempt=exam.attempt(alex), number=1).answers == exam.answers(1, right=False)


def test_an_older_late_packet_does_not_replace_a_newer_one(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    exam.clock.advance(minutes=31)
    for revision in (7, 3):
        with pytest.raises(TimeOver):
            drafts.save_draft(exam.with_window(alex), 1, revision, exam.answers(1), exam.clock())
    assert LateAnswer.objects.get().revision == 7


def test_a_part_verified_by_hand_and_one_left_as_draft_end_differently(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    holder = exam.with_window(alex)
    sitting.submit_part(holder, 1, 1, exam.answers(1), exam.clock())
    sitting.finish(holder, {"2": {"revision": 1, "answers": exam.answers(2)}}, exam.clock())
    attempt = exam.load(alex).facts.attempt
    assert attempt is not None
    assert [part.state for part in attempt.parts] == ["submitted", "discarded"]
    assert exam.attempt(alex).score_earned == 2


def test_only_the_holding_window_verifies_and_finishes(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    with pytest.raises(WindowLost):
        sitting.submit_part(alex, 1, 1, {}, exam.clock())
    with pytest.raises(WindowLost):
        sitting.finish(alex, {}, exam.clock())
    assert exam.attempt(alex).state == "sitting"


# --- the room -------------------------------------------------------------------------------------------------------


def test_the_launch_link_is_for_one_person_and_one_appointment(exam: World) -> None:
    alex, robin = exam.person(), exam.person("robin")
    exam.book(alex)
    exam.book(robin)
    exam.clock.present = SLOT
    token = token_of(exam, alex)
    for wrong in (token + "x", token.replace(".", ":"), "1.1", "", token.partition(":")[0]):
        with pytest.raises(Gone):
            room.launch(wrong, alex.user_id or 0, exam.clock())
    with pytest.raises(Gone):
        room.launch(token, robin.user_id or 0, exam.clock())
    assert Attempt.objects.count() == 0
    first = room.launch(token, alex.user_id or 0, exam.clock())
    again = room.launch(token, alex.user_id or 0, exam.clock())
    assert first.url == again.url == f"https://vendor.example/room/{exam.appointment(alex).reservation_id}"
    assert Attempt.objects.count() == 1


def test_a_link_to_a_cancelled_appointment_leads_nowhere(exam: World) -> None:
    alex = exam.person()
    exam.book(alex)
    token = token_of(exam, alex)
    booking.cancel(alex, exam.clock())
    exam.book(alex)
    exam.clock.present = SLOT
    with pytest.raises(Gone):
        room.launch(token, alex.user_id or 0, exam.clock())


@pytest.mark.parametrize(("error", "refusal"), [(Unavailable(), VendorUnavailable), (TooEarly(), NotAllowedNow)])
def test_a_room_that_cannot_be_opened_changes_nothing(exam: World, error: Exception, refusal: type[Exception]) -> None:
    alex = exam.person()
    exam.book(alex)
    exam.clock.present = SLOT
    token = token_of(exam, alex)
    exam.ledger.fail = error  # type: ignore[assignment]
    with pytest.raises(refusal):
        room.launch(token, alex.user_id or 0, exam.clock())
    assert (exam.phase(alex), Attempt.objects.count(), exam.appointment(alex).consent_at) == ("available", 0, None)


def test_an_unconfirmed_appointment_opens_no_room(exam: World) -> None:
    alex = exam.person()
    exam.ledger.fail = Unavailable()
    exam.book(alex)
    exam.ledger.fail = None
    exam.clock.present = SLOT
    with pytest.raises(NotAllowedNow):
        room.launch(token_of(exam, alex), alex.user_id or 0, exam.clock())


def test_an_exam_with_a_room_is_not_entered_without_it(exam: World) -> None:
    alex = exam.person()
    exam.book(alex)
    exam.clock.present = SLOT
    with pytest.raises(NotAllowedNow):
        sitting.enter(alex, exam.clock())


# --- second lives ---------------------------------------------------------------------------------------------------


def test_a_second_sitting_of_an_exam_without_appointments(open_exam: World) -> None:
    alex = open_exam.person()
    open_exam.onboard(alex)
    for number in (1, 2):
        assert open_exam.phase(alex) == "available"
        sitting.enter(alex, open_exam.clock())
        sitting.start(alex, NONCE + str(number), open_exam.clock())
        assert (open_exam.attempt(alex).number, open_exam.attempt(alex).state) == (number, "sitting")
        interventions.interrupt(open_exam.candidacy(alex).pk, "staff:1", "power cut", open_exam.clock())
        interventions.grant_second_appointment(open_exam.candidacy(alex).pk, "staff:1", "power cut", open_exam.clock())
    assert Appointment.objects.filter(implicit=True).count() == 2


def test_an_exam_that_stopped_using_appointments_is_entered_despite_a_cancelled_one(exam: World) -> None:
    alex = exam.person()
    exam.book(alex)
    booking.cancel(alex, exam.clock())
    exam.publish(backend="none", unlock="none", appointments=False)
    assert sitting.enter(alex, exam.clock()).journey.phase.value == "unlocked"


def test_entering_twice_gives_one_attempt(open_exam: World) -> None:
    alex = open_exam.person()
    open_exam.onboard(alex)
    sitting.enter(alex, open_exam.clock())
    sitting.enter(alex, open_exam.clock())
    assert (Attempt.objects.count(), Appointment.objects.count()) == (1, 1)


def test_the_course_team_tries_the_exam_like_a_candidate(exam: World) -> None:
    dominique = exam.person("dominique", None, staff=True)
    exam.onboard(dominique)
    booking.book(dominique, SLOT, exam.clock())
    exam.drain()
    exam.clock.present = SLOT
    assert exam.phase(dominique) == "available"


def test_an_interrupted_attempt_keeps_its_answers_and_counts_nothing(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    drafts.save_draft(exam.with_window(alex), 1, 1, exam.answers(1), exam.clock())
    interventions.interrupt(exam.candidacy(alex).pk, "staff:1", "power cut", exam.clock())
    attempt = exam.attempt(alex)
    assert (attempt.state, attempt.score_earned, attempt.submission_uuid) == (State.INTERRUPTED, None, "")
    assert PartResponse.objects.get(attempt=attempt, number=1).answers == exam.answers(1)
    with pytest.raises(NotAllowedNow):
        drafts.save_draft(exam.with_window(alex), 1, 2, {}, exam.clock())


# --- locks ----------------------------------------------------------------------------------------------------------


def test_the_lock_of_a_candidate_joins_no_other_table(exam: World) -> None:
    """MySQL locks every row that a locking read joins: the exam's would make all candidates wait for each other."""
    alex = exam.person()
    exam.onboard(alex)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        booking.book(alex, SLOT, exam.clock())
    begin = next(number for number, query in enumerate(seen.captured_queries) if "SAVEPOINT" in query["sql"])
    questions = [query["sql"] for query in seen.captured_queries[begin:]]
    first = next(sql for sql in questions if re.match(r"SELECT .*FROM .proctored_exam_xblock_candidacy.", sql))
    assert "JOIN" not in first
