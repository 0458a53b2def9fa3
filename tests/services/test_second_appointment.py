"""A second appointment by the course team's rule: the same as one that staff grant, counted, inside the window."""

from __future__ import annotations

from datetime import timedelta

import pytest

from proctored_exam_xblock.domain.errors import NotAllowedNow, SecondNotOffered, TooLate
from proctored_exam_xblock.models import Attempt, AuditEntry, Seat
from proctored_exam_xblock.services import booking, interventions, second
from proctored_exam_xblock.services.dossier import Caller
from tests.world import SLOT, World

pytestmark = pytest.mark.django_db
LATER = SLOT.replace(day=10)
LAST = SLOT.replace(day=14, hour=19, minute=30)


@pytest.fixture
def exam(world: World) -> World:
    world.publish(second_after=["missed", "interrupted"], second_lead_time_hours=24)
    return world


@pytest.fixture
def alex(exam: World) -> Caller:
    return exam.person()


def miss(exam: World, caller: Caller) -> None:
    exam.book(caller)
    exam.clock.present = SLOT + timedelta(hours=1)
    assert exam.phase(caller) == "missed"


def interrupt(exam: World, caller: Caller) -> None:
    exam.sit(caller)
    interventions.interrupt(exam.candidacy(caller).pk, "staff:1", "power cut", exam.clock())
    assert exam.phase(caller) == "interrupted"


def why_not(exam: World, caller: Caller) -> object:
    with pytest.raises(SecondNotOffered) as refused:
        second.ask_second(caller, exam.clock())
    return refused.value.params["reason"]


def test_who_missed_the_appointment_takes_a_second_one_with_its_own_lead_time(exam: World, alex: Caller) -> None:
    miss(exam, alex)
    dossier = second.ask_second(alex, exam.clock())
    assert (dossier.journey.phase, dossier.facts.taken_before, exam.candidacy(alex).seconds_by_rule) == (
        "booking",
        1,
        1,
    )
    tomorrow = SLOT + timedelta(days=1)
    with pytest.raises(TooLate) as refused:
        booking.book(alex, tomorrow, exam.clock())
    assert refused.value.params["hours"] == 24
    dossier = exam.book(alex, tomorrow + timedelta(hours=1))
    assert (dossier.journey.phase, dossier.facts.taken_before) == ("booked", 1)


def test_the_interrupted_attempt_is_archived_and_the_second_has_the_next_number(exam: World, alex: Caller) -> None:
    interrupt(exam, alex)
    dossier = second.ask_second(alex, exam.clock())
    assert (dossier.journey.phase, dossier.attempt) == ("booking", None)
    first = exam.attempt(alex)
    assert (first.number, first.archived_at) == (1, exam.clock())
    exam.sit(alex, LATER)
    assert (exam.attempt(alex).number, exam.phase(alex)) == (2, "sitting")
    assert exam.load(alex).facts.taken_before == 1
    told = AuditEntry.objects.get(action="second_by_rule")
    assert (told.actor, told.attempt_id, told.data) == (
        f"candidate:{alex.user_id}",
        first.pk,
        {"waive_lead_time": False, "number": 1},
    )


def test_the_same_click_twice_opens_one(exam: World, alex: Caller) -> None:
    miss(exam, alex)
    second.ask_second(alex, exam.clock())
    second.ask_second(alex, exam.clock())
    assert exam.candidacy(alex).seconds_by_rule == 1
    assert AuditEntry.objects.filter(action="second_by_rule").count() == 1


def test_the_rules_give_it_once_and_staff_another_time(exam: World, alex: Caller) -> None:
    miss(exam, alex)
    second.ask_second(alex, exam.clock())
    exam.book(alex, LATER)
    exam.clock.present = LATER + timedelta(hours=1)
    assert exam.phase(alex) == "missed"
    assert why_not(exam, alex) == "used_up"
    interventions.grant_second_appointment(exam.candidacy(alex).pk, "staff:1", "ill", exam.clock())
    assert (exam.phase(alex), exam.candidacy(alex).seconds_by_rule) == ("booking", 1)
    assert exam.load(alex).facts.taken_before == 2


def test_it_keeps_its_lead_time_when_it_is_cancelled_or_moved(exam: World, alex: Caller) -> None:
    miss(exam, alex)
    second.ask_second(alex, exam.clock())
    exam.book(alex, LATER)
    exam.clock.present = LATER - timedelta(hours=48)
    booking.move(alex, LATER - timedelta(hours=24), exam.clock())
    exam.drain()
    booking.cancel(alex, exam.clock())
    assert booking.book(alex, LATER, exam.clock()).facts.taken_before == 1


def test_without_a_rule_only_staff_grant_it(exam: World, alex: Caller) -> None:
    exam.publish(second_after=["interrupted"])
    miss(exam, alex)
    assert why_not(exam, alex) == "ask_staff"
    assert exam.candidacy(alex).seconds_by_rule == 0


def test_it_ends_with_the_last_slot_beyond_its_lead_time(exam: World, alex: Caller) -> None:
    miss(exam, alex)
    exam.clock.present = LAST - timedelta(hours=24, seconds=-1)
    assert why_not(exam, alex) == "short_notice"
    exam.clock.present = LAST + timedelta(minutes=1)
    assert why_not(exam, alex) == "no_slot"
    exam.clock.present = LAST + timedelta(hours=1)
    assert why_not(exam, alex) == "window_over"


def test_full_slots_are_no_slots(exam: World, alex: Caller) -> None:
    exam.publish(first_day="2017-03-02", last_day="2017-03-04", opens_at="16:00", closes_at="17:00")
    miss(exam, alex)
    dossier = exam.load(alex)
    for hour in (0, 15, 30):
        start = SLOT.replace(day=4) + timedelta(minutes=hour)
        Seat.objects.create(exam=dossier.exam, start=start, taken=2)
    assert "ask_second" in dossier.journey.actions
    assert why_not(exam, alex) == "short_notice"
    Seat.objects.filter(start=SLOT.replace(day=4)).update(taken=1)
    assert second.ask_second(alex, exam.clock()).journey.phase == "booking"


def test_the_exams_present_rules_decide(exam: World, alex: Caller) -> None:
    exam.publish(second_after=[])
    interrupt(exam, alex)
    assert why_not(exam, alex) == "ask_staff"
    exam.publish(second_after=["interrupted"])
    assert second.ask_second(alex, exam.clock()).journey.phase == "booking"


@pytest.mark.parametrize("life", ["booking", "booked", "sitting"])
def test_in_any_other_phase_there_is_nothing_to_ask(exam: World, alex: Caller, life: str) -> None:
    {"booking": exam.onboard, "booked": exam.book, "sitting": exam.sit}[life](alex)
    with pytest.raises(NotAllowedNow):
        second.ask_second(alex, exam.clock())
    assert not Attempt.objects.filter(archived_at__isnull=False).exists()
