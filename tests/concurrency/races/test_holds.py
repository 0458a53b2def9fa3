"""Seats held by many at once, and holds that run out while somebody confirms: never a seat too many, none lost."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import partial

import pytest
from django.db.models import Count

from proctored_exam_xblock.models import Appointment, Seat, SeatHold
from proctored_exam_xblock.services import booking, entry, holds
from tests.concurrency.crowd import at_once, in_between, tally
from tests.world import OTHER_SLOT, SLOT, World

HELD = timedelta(minutes=5)
QUARTER = timedelta(minutes=15)


def taken() -> dict[object, int]:
    return {start: count for start, count in Seat.objects.values_list("start", "taken") if count}


def booked() -> dict[object, int]:
    rows = Appointment.objects.filter(active_key__isnull=False).values("start").annotate(count=Count("pk"))
    return {row["start"]: row["count"] for row in rows}


def crowd(exam: World, count: int) -> list:
    people = [exam.person(f"candidate{number}") for number in range(count)]
    for person in people:
        exam.onboard(person)
    return people


def test_twenty_who_hold_the_last_seat_give_one_hold(exam: World) -> None:
    exam.publish(seats_per_slot=1)
    people = crowd(exam, 20)
    outcomes = at_once([partial(booking.hold_slot, person, SLOT, exam.clock()) for person in people])
    assert tally(outcomes) == {"ok": 1, "slot_full": 19}
    assert (taken(), SeatHold.objects.count()) == ({SLOT: 1}, 1)
    outcomes = at_once([partial(booking.book, person, SLOT, exam.clock()) for person in people])
    assert tally(outcomes) == {"ok": 1, "slot_full": 19}
    assert (taken(), booked(), SeatHold.objects.count()) == ({SLOT: 1}, {SLOT: 1}, 0)


def test_one_candidate_who_holds_ten_slots_at_once_has_one(exam: World) -> None:
    alex = crowd(exam, 1)[0]
    slots = [SLOT + QUARTER * number for number in range(10)]
    outcomes = at_once([partial(booking.hold_slot, alex, slot, exam.clock()) for slot in slots])
    assert tally(outcomes) == {"ok": 10}
    assert taken() == {SeatHold.objects.get().start: 1}


def test_a_hold_that_ran_out_is_given_back_once_by_all_who_find_it(exam: World) -> None:
    exam.publish(seats_per_slot=3)
    people = crowd(exam, 3)
    for person in people:
        booking.hold_slot(person, SLOT, exam.clock())
    assert taken() == {SLOT: 3}
    exam.clock.advance(seconds=HELD.total_seconds())
    given_back = at_once([partial(holds.release_expired, exam.clock())] * 10)
    assert sum(given_back) == 3
    assert (taken(), SeatHold.objects.count()) == ({}, 0)


@pytest.mark.parametrize("turn", range(5))
def test_a_hold_that_runs_out_while_it_is_confirmed_gives_one_seat_or_none(exam: World, turn: int) -> None:
    exam.publish(seats_per_slot=1)
    alex, *others = crowd(exam, 6)
    booking.hold_slot(alex, SLOT, exam.clock())
    exam.clock.advance(seconds=HELD.total_seconds() - 1 + turn % 2)
    before, after = exam.clock(), exam.clock() + timedelta(seconds=1)
    deeds = [
        partial(booking.book, alex, SLOT, before),
        *(partial(booking.book, other, SLOT, after) for other in others),
        partial(entry.close_all, after),
        partial(booking.slots, others[0], SLOT.date(), after),
    ]
    random.Random(turn).shuffle(deeds)
    assert tally(at_once(deeds)) == {"ok": 3, "slot_full": 5}
    assert (taken(), booked(), SeatHold.objects.count()) == ({SLOT: 1}, {SLOT: 1}, 0)


def test_the_sweeper_comes_between_the_click_and_the_lock(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    exam.publish(seats_per_slot=1)
    alex, robin = crowd(exam, 2)
    booking.hold_slot(alex, SLOT, exam.clock())
    later = exam.clock() + HELD
    with in_between(monkeypatch, holds, "give_up", partial(booking.book, robin, SLOT, later)) as thief:
        outcome = at_once([partial(booking.book, alex, SLOT, exam.clock())])
    stolen = [person.outcome for person in thief]
    assert sorted(tally([*outcome, *stolen]).items()) == [("ok", 1), ("slot_full", 1)]
    assert (taken(), booked(), SeatHold.objects.count()) == ({SLOT: 1}, {SLOT: 1}, 0)


def test_a_crowd_that_holds_books_moves_and_lets_go_leaves_seats_equal_to_appointments(exam: World) -> None:
    exam.publish(seats_per_slot=2, max_moves=100, backend="none", unlock="none")
    people, rng = crowd(exam, 12), random.Random(7)
    slots = [SLOT, SLOT + QUARTER, OTHER_SLOT]
    known = {"slot_full", "not_allowed_now", "ok"}
    for _ in range(6):
        deeds = []
        for person in people:
            deed = rng.choice([booking.hold_slot, booking.hold_slot, booking.book, booking.move])
            deeds.append(partial(deed, person, rng.choice(slots), exam.clock()))
        deeds += [partial(booking.cancel, rng.choice(people), exam.clock()), partial(entry.close_all, exam.clock())]
        assert set(tally(at_once(deeds))) <= known
        assert all(0 <= count <= 2 for count in taken().values())
        exam.clock.advance(seconds=rng.choice([30, 299, 300]))
    exam.clock.advance(seconds=HELD.total_seconds())
    at_once([partial(entry.close_all, exam.clock())] * 3)
    assert SeatHold.objects.count() == 0
    assert taken() == booked()
