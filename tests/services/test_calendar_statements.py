"""The calendar of a window of 60 days: as many statements and the same plans, however many have booked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from proctored_exam_xblock.models import Exam
from proctored_exam_xblock.services import booking, entry
from tests.bench import calendar
from tests.world import USAGE, World

pytestmark = pytest.mark.django_db(transaction=True)
MOST_FOR_SLOTS, MOST_FOR_THE_CALENDAR = 3, 2
NOW = datetime(2017, 2, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize("backend", ["none", "fake"])
def test_slots_and_calendar_ask_as_little_of_many_appointments_as_of_few(world: World, backend: str) -> None:
    unlock = "none" if backend == "none" else "appointment_code"
    world.publish(**{**calendar.rules(NOW), "backend": backend, "unlock": unlock})
    alex = world.person()
    world.onboard(alex)
    exam = Exam.objects.get(usage_key=USAGE)
    few, many = (calendar.asked(exam, alex, more, NOW) for more in (50, 2_000))
    for name, most in (("slots", MOST_FOR_SLOTS), ("calendar", MOST_FOR_THE_CALENDAR)):
        assert few[name]["statements"] == many[name]["statements"] <= most, name
        assert few[name]["plans"] == many[name]["plans"], name
        assert not many[name]["scans"], name


def test_seats_that_others_hold_are_counted_and_those_that_ran_out_are_not(world: World) -> None:
    world.publish(**{**calendar.rules(NOW), "seats_per_slot": 2})
    alex = world.person()
    world.onboard(alex)
    exam = Exam.objects.get(usage_key=USAGE)
    calendar.asked(exam, alex, 2_000, NOW)
    facts = booking.with_calendar(entry.load(alex, NOW))
    first = NOW.date() + timedelta(days=7)
    days = [first + timedelta(days=number) for number in range(0, calendar.DAYS, 6)]
    offered = {offer.start for day in days for offer in booking.slots(alex, day, NOW)[1]}
    every = {start for start in calendar.starts_of(world.load(alex).policy, NOW) if start.date() in days}
    assert offered
    assert offered == every - facts.full_starts < every
