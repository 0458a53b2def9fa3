"""A seat is held between choosing and confirming: it counts, it is given back by itself, it grants nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from proctored_exam_xblock.domain.errors import (
    AwaitingConfirmation,
    MoveDeadline,
    MoveLimit,
    NotAllowedNow,
    SlotFull,
    SlotNotOffered,
    TooLate,
)
from proctored_exam_xblock.models import Appointment, AuditEntry, Seat, SeatHold
from proctored_exam_xblock.services import booking, entry, interventions
from proctored_exam_xblock.services.dossier import Caller
from tests.world import OTHER_SLOT, SLOT, World

pytestmark = pytest.mark.django_db
HELD = timedelta(minutes=5)


@pytest.fixture
def exam(world: World) -> World:
    world.publish(seats_per_slot=1)
    return world


@pytest.fixture
def alex(exam: World) -> Caller:
    caller = exam.person()
    exam.onboard(caller)
    return caller


@pytest.fixture
def robin(exam: World) -> Caller:
    caller = exam.person("robin")
    exam.onboard(caller)
    return caller


def taken(start: datetime = SLOT) -> int:
    return sum(Seat.objects.filter(start=start).values_list("taken", flat=True))


def hold(exam: World, caller: Caller, start: datetime = SLOT) -> datetime:
    _, held = booking.hold_slot(caller, start, exam.clock())
    assert held is not None
    return held.expires_at


def offered(exam: World, caller: Caller, start: datetime = SLOT) -> bool:
    _, offers = booking.slots(caller, start.date(), exam.clock())
    return start in [offer.start for offer in offers]


def test_the_held_seat_is_kept_from_others_and_shown_to_its_holder(exam: World, alex: Caller, robin: Caller) -> None:
    assert hold(exam, alex) == exam.clock() + HELD
    assert (taken(), offered(exam, alex), offered(exam, robin)) == (1, True, False)
    with pytest.raises(SlotFull):
        booking.book(robin, SLOT, exam.clock())
    with pytest.raises(SlotFull):
        hold(exam, robin)
    booking.book(alex, SLOT, exam.clock())
    assert (taken(), SeatHold.objects.count(), exam.appointment(alex).start) == (1, 0, SLOT)


def test_the_same_slot_again_does_not_prolong_it(exam: World, alex: Caller) -> None:
    until = hold(exam, alex)
    exam.minutes(3)
    assert hold(exam, alex) == until
    assert taken() == 1


def test_another_slot_releases_the_former(exam: World, alex: Caller) -> None:
    hold(exam, alex)
    exam.minutes(3)
    assert hold(exam, alex, OTHER_SLOT) == exam.clock() + HELD
    assert (taken(SLOT), taken(OTHER_SLOT), SeatHold.objects.count()) == (0, 1, 1)


def test_booking_another_slot_gives_the_held_one_back(exam: World, alex: Caller) -> None:
    hold(exam, alex)
    booking.book(alex, OTHER_SLOT, exam.clock())
    assert (taken(SLOT), taken(OTHER_SLOT), SeatHold.objects.count()) == (0, 1, 0)


def test_a_full_slot_leaves_the_former_hold_as_it_is(exam: World, alex: Caller, robin: Caller) -> None:
    booking.book(robin, OTHER_SLOT, exam.clock())
    hold(exam, alex)
    with pytest.raises(SlotFull):
        hold(exam, alex, OTHER_SLOT)
    assert (taken(), SeatHold.objects.get().start) == (1, SLOT)


FINDERS: dict[str, Callable[[World, Caller], object]] = {
    "slots": lambda exam, robin: booking.slots(robin, SLOT.date(), exam.clock()),
    "hold": lambda exam, robin: booking.hold_slot(robin, SLOT, exam.clock()),
    "book": lambda exam, robin: booking.book(robin, SLOT, exam.clock()),
    "sweeper": lambda exam, robin: entry.close_all(exam.clock()),
}


@pytest.mark.parametrize("finder", FINDERS)
def test_whoever_finds_one_that_ran_out_gives_the_seat_back(
    exam: World, alex: Caller, robin: Caller, finder: str
) -> None:
    hold(exam, alex)
    exam.clock.advance(seconds=HELD.total_seconds())
    FINDERS[finder](exam, robin)
    assert not SeatHold.objects.filter(candidacy=exam.candidacy(alex)).exists()
    assert taken() == (1 if finder in ("hold", "book") else 0)
    assert offered(exam, robin) is (finder != "book") if finder != "book" else True


def test_a_move_finds_it_too(exam: World, alex: Caller, robin: Caller) -> None:
    booking.book(robin, OTHER_SLOT, exam.clock())
    exam.drain()
    hold(exam, alex)
    exam.clock.advance(seconds=HELD.total_seconds())
    booking.move(robin, SLOT, exam.clock())
    assert (taken(), SeatHold.objects.count()) == (1, 0)


def test_before_its_time_nobody_takes_it(exam: World, alex: Caller, robin: Caller) -> None:
    hold(exam, alex)
    exam.clock.advance(seconds=HELD.total_seconds() - 1)
    entry.close_all(exam.clock())
    assert not offered(exam, robin)
    assert taken() == 1


def test_who_confirms_too_late_has_the_slot_if_a_seat_is_left(exam: World, alex: Caller, robin: Caller) -> None:
    hold(exam, alex)
    exam.clock.advance(seconds=HELD.total_seconds())
    booking.book(alex, SLOT, exam.clock())
    assert (taken(), SeatHold.objects.count()) == (1, 0)
    hold(exam, robin, OTHER_SLOT)
    exam.clock.advance(seconds=HELD.total_seconds())
    sam = exam.person("sam")
    exam.book(sam, OTHER_SLOT)
    with pytest.raises(SlotFull):
        booking.book(robin, OTHER_SLOT, exam.clock())
    assert taken(OTHER_SLOT) == 1


def test_a_hold_grants_nothing_that_the_rules_do_not(exam: World, alex: Caller) -> None:
    exam.clock.present = SLOT - timedelta(hours=72)
    hold(exam, alex)
    exam.clock.advance(seconds=1)
    with pytest.raises(TooLate):
        booking.book(alex, SLOT, exam.clock())
    with pytest.raises(TooLate):
        hold(exam, alex)
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("start", [SLOT + timedelta(minutes=1), SLOT.replace(day=8), SLOT.replace(tzinfo=None)])
def test_what_is_no_slot_is_not_held(exam: World, alex: Caller, start: datetime) -> None:
    with pytest.raises(SlotNotOffered):
        booking.hold_slot(alex, start, exam.clock())
    assert (Seat.objects.count(), SeatHold.objects.count()) == (0, 0)


def test_nothing_is_held_before_the_file_is_complete(exam: World) -> None:
    with pytest.raises(NotAllowedNow):
        booking.hold_slot(exam.person("sam"), SLOT, exam.clock())


def test_a_new_time_is_held_beside_the_present_one(exam: World, alex: Caller) -> None:
    exam.book(alex)
    hold(exam, alex, OTHER_SLOT)
    assert (taken(SLOT), taken(OTHER_SLOT)) == (1, 1)
    booking.move(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    assert (taken(SLOT), taken(OTHER_SLOT), SeatHold.objects.count()) == (0, 1, 0)


def test_the_time_that_one_has_needs_no_hold(exam: World, alex: Caller) -> None:
    exam.book(alex)
    assert booking.hold_slot(alex, SLOT, exam.clock())[1] is None
    assert (taken(), SeatHold.objects.count()) == (1, 0)


def test_what_could_not_be_moved_is_not_held(exam: World, alex: Caller) -> None:
    exam.publish(max_moves=0, move_deadline_hours=48)
    booking.book(alex, SLOT, exam.clock())
    with pytest.raises(AwaitingConfirmation):
        booking.hold_slot(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    with pytest.raises(MoveLimit):
        booking.hold_slot(alex, OTHER_SLOT, exam.clock())
    assert taken(OTHER_SLOT) == 0


def test_a_move_that_is_too_late_is_not_held(exam: World, alex: Caller) -> None:
    exam.publish(move_deadline_hours=48, lead_time_hours=1)
    exam.book(alex)
    exam.clock.present = SLOT - timedelta(hours=47)
    with pytest.raises(MoveDeadline):
        booking.hold_slot(alex, OTHER_SLOT, exam.clock())
    assert taken(OTHER_SLOT) == 0


def test_staff_book_the_seat_that_is_held_for_their_candidate(exam: World, alex: Caller) -> None:
    hold(exam, alex)
    interventions.book_for(exam.candidacy(alex).pk, SLOT, "staff:1", "by telephone", exam.clock())
    assert (taken(), SeatHold.objects.count(), exam.appointment(alex).start) == (1, 0, SLOT)


def test_a_hold_is_no_event_of_the_exam_and_changes_no_screen(exam: World, alex: Caller) -> None:
    before, entries = exam.load(alex).fingerprint, AuditEntry.objects.count()
    hold(exam, alex)
    assert (exam.load(alex).fingerprint, AuditEntry.objects.count()) == (before, entries)


def test_a_calendar_knows_full_slots_and_the_own_hold_and_writes_nothing(
    exam: World, alex: Caller, robin: Caller
) -> None:
    until = hold(exam, alex)
    mine, theirs = (booking.with_calendar(exam.load(who)) for who in (alex, robin))
    assert (mine.full_starts, theirs.full_starts) == (frozenset(), {SLOT})
    assert mine.hold is not None
    assert (mine.hold.start, mine.hold.expires_at, theirs.hold) == (SLOT, until, None)
    exam.clock.advance(seconds=HELD.total_seconds())
    mine, theirs = (booking.with_calendar(exam.load(who)) for who in (alex, robin))
    assert (mine.full_starts, theirs.full_starts, mine.hold) == (frozenset(), frozenset(), None)
    assert (taken(), SeatHold.objects.count()) == (1, 1)
