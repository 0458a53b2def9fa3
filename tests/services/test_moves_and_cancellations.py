"""Moves and cancellations: the old slot stands until the new one is sure, and the vendor ends with what we have."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from proctored_exam_xblock.backends.base import Overlap, Refused, Unavailable
from proctored_exam_xblock.domain.errors import (
    AwaitingConfirmation,
    CancelDeadline,
    MoveDeadline,
    MoveLimit,
    SlotFull,
    SlotNotOffered,
)
from proctored_exam_xblock.models import OutboxEntry, Seat
from proctored_exam_xblock.services import booking, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.world import OTHER_SLOT, SLOT, World

pytestmark = pytest.mark.django_db
SLOT_AFTER = SLOT + timedelta(minutes=15)


@pytest.fixture
def exam(world: World) -> World:
    world.publish()
    return world


@pytest.fixture
def alex(exam: World) -> Caller:
    caller = exam.person()
    exam.onboard(caller)
    return caller


def taken(start: datetime = SLOT) -> int:
    return sum(Seat.objects.filter(start=start).values_list("taken", flat=True))


def kinds(**conditions: object) -> list[str]:
    return list(OutboxEntry.objects.filter(**conditions).order_by("id").values_list("kind", flat=True))


# --- moving ---------------------------------------------------------------------------------------------------------


def test_a_move_gives_the_old_seat_back(exam: World, alex: Caller) -> None:
    exam.book(alex)
    booking.move(alex, OTHER_SLOT, exam.clock())
    row = exam.appointment(alex)
    assert (row.state, row.start, row.pending_start) == ("move_requested", SLOT, OTHER_SLOT)
    assert (taken(SLOT), taken(OTHER_SLOT)) == (1, 1)
    exam.drain()
    row = exam.appointment(alex)
    assert (row.state, row.start, row.pending_start, row.moves) == ("confirmed", OTHER_SLOT, None, 1)
    assert (taken(SLOT), taken(OTHER_SLOT)) == (0, 1)
    assert row.vendor_ref == "902"
    assert exam.ledger.scheduled == {row.reservation_id: OTHER_SLOT}


def test_a_double_click_moves_once(exam: World, alex: Caller) -> None:
    exam.book(alex)
    booking.move(alex, OTHER_SLOT, exam.clock())
    booking.move(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    booking.move(alex, OTHER_SLOT, exam.clock())
    assert (kinds(), exam.appointment(alex).moves, taken(OTHER_SLOT)) == (["book", "move"], 1, 1)


def test_a_move_back_has_to_wait_for_the_answer(exam: World, alex: Caller) -> None:
    exam.book(alex)
    booking.move(alex, OTHER_SLOT, exam.clock())
    with pytest.raises(AwaitingConfirmation):
        booking.move(alex, SLOT, exam.clock())


def test_a_refused_move_keeps_the_old_slot(exam: World, alex: Caller) -> None:
    exam.book(alex)
    booking.move(alex, OTHER_SLOT, exam.clock())
    exam.ledger.fail = Overlap()
    exam.drain()
    row = exam.appointment(alex)
    assert (row.state, row.start, row.pending_start, row.notice) == ("confirmed", SLOT, None, "move_refused")
    assert (taken(SLOT), taken(OTHER_SLOT)) == (1, 0)


def test_a_move_while_the_vendor_is_down_keeps_both_until_it_answers(exam: World, alex: Caller) -> None:
    exam.book(alex)
    exam.ledger.fail = Unavailable()
    booking.move(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    facts = exam.load(alex).facts.appointment
    assert facts is not None
    assert (facts.state, facts.start, facts.pending_start) == ("move_requested", SLOT, OTHER_SLOT)
    exam.ledger.fail = None
    exam.minutes(1)
    exam.drain()
    assert (exam.appointment(alex).start, taken(SLOT)) == (OTHER_SLOT, 0)


def test_a_lost_answer_to_a_move_is_asked_again(exam: World, alex: Caller) -> None:
    exam.book(alex)
    exam.ledger.lose_answer = Unavailable()
    booking.move(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    exam.ledger.lose_answer = None
    exam.minutes(1)
    exam.drain()
    row = exam.appointment(alex)
    assert (row.start, exam.ledger.scheduled) == (OTHER_SLOT, {row.reservation_id: OTHER_SLOT})


def test_moves_are_counted(world: World) -> None:
    world.publish(max_moves=1)
    alex = world.person()
    world.book(alex)
    booking.move(alex, OTHER_SLOT, world.clock())
    world.drain()
    with pytest.raises(MoveLimit):
        booking.move(alex, SLOT, world.clock())
    assert world.appointment(alex).start == OTHER_SLOT


@pytest.mark.parametrize("start", [SLOT + timedelta(minutes=1), OTHER_SLOT.replace(day=15)])
def test_a_move_to_what_is_not_offered_changes_nothing(exam: World, alex: Caller, start: datetime) -> None:
    exam.book(alex)
    with pytest.raises(SlotNotOffered):
        booking.move(alex, start, exam.clock())
    assert (exam.appointment(alex).state, kinds()) == ("confirmed", ["book"])


def test_a_move_to_a_full_slot_changes_nothing(exam: World, alex: Caller) -> None:
    exam.book(exam.person("robin"), OTHER_SLOT)
    exam.book(exam.person("sam"), OTHER_SLOT)
    exam.book(alex)
    with pytest.raises(SlotFull):
        booking.move(alex, OTHER_SLOT, exam.clock())
    assert (exam.appointment(alex).state, exam.appointment(alex).moves, taken()) == ("confirmed", 0, 1)


def test_a_move_asked_for_too_late_is_dropped_when_the_room_opens(exam: World, alex: Caller) -> None:
    exam.publish(lead_time_hours=0)
    exam.book(alex)
    exam.ledger.fail = Unavailable()
    exam.clock.present = SLOT - timedelta(hours=1)
    booking.move(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    exam.ledger.fail = None
    exam.clock.present = SLOT
    dossier = exam.load(alex)
    assert dossier.journey.phase.value == "available"
    sitting.open_room(alex, exam.clock())
    row = exam.appointment(alex)
    assert (row.state, row.start, row.pending_start) == ("used", SLOT, None)
    assert (taken(SLOT), taken(OTHER_SLOT)) == (1, 0)
    exam.minutes(1)
    exam.drain()
    assert (kinds(state="skipped"), exam.ledger.scheduled[row.reservation_id]) == (["move"], SLOT)


# --- cancelling -----------------------------------------------------------------------------------------------------


def test_a_cancelled_appointment_gives_its_seat_back_and_the_vendor_is_told(exam: World, alex: Caller) -> None:
    exam.book(alex)
    booking.cancel(alex, exam.clock())
    booking.cancel(alex, exam.clock())
    assert (exam.appointment(alex).state, exam.appointment(alex).active_key, taken()) == ("cancelled", None, 0)
    assert exam.phase(alex) == "booking"
    exam.drain()
    assert (exam.ledger.scheduled, kinds(state="done")) == ({}, ["book", "cancel"])
    exam.book(alex)
    assert (exam.appointment(alex).number, taken()) == (2, 1)


def test_a_booking_cancelled_before_it_was_sent_is_never_sent(exam: World, alex: Caller) -> None:
    booking.book(alex, SLOT, exam.clock())
    booking.cancel(alex, exam.clock())
    exam.drain()
    assert (exam.ledger.calls, kinds(state="skipped")) == ([], ["book", "cancel"])


def test_a_booking_cancelled_after_its_answer_was_lost_is_taken_back(exam: World, alex: Caller) -> None:
    exam.ledger.lose_answer = Unavailable()
    exam.book(alex)
    assert len(exam.ledger.scheduled) == 1
    exam.ledger.lose_answer = None
    booking.cancel(alex, exam.clock())
    exam.drain()
    assert exam.ledger.scheduled == {}
    assert exam.ledger.calls == ["book", "cancel"]  # no second booking only to take it back
    assert kinds(state="pending") == []


def test_a_cancellation_of_what_the_vendor_never_had_is_done(exam: World, alex: Caller) -> None:
    exam.ledger.fail = Unavailable()
    exam.book(alex)
    exam.ledger.fail = None
    booking.cancel(alex, exam.clock())
    exam.drain()
    assert (exam.ledger.calls, kinds(state="done")) == (["book", "cancel"], ["cancel"])


def test_cancelling_with_a_move_under_way_frees_both_seats(exam: World, alex: Caller) -> None:
    exam.book(alex)
    booking.move(alex, OTHER_SLOT, exam.clock())
    booking.cancel(alex, exam.clock())
    assert (taken(SLOT), taken(OTHER_SLOT)) == (0, 0)
    exam.drain()
    assert (exam.ledger.calls, exam.ledger.scheduled) == (["book", "cancel"], {})


def test_a_new_booking_waits_until_the_vendor_knows_of_the_cancelled_one(exam: World, alex: Caller) -> None:
    exam.book(alex)
    exam.ledger.fail = Unavailable()
    booking.cancel(alex, exam.clock())
    exam.drain()
    exam.book(alex)
    assert exam.ledger.calls == ["book", "cancel", "cancel"]
    exam.ledger.fail = None
    exam.minutes(5)
    exam.drain()
    assert exam.ledger.calls[-2:] == ["cancel", "book"]
    assert exam.ledger.scheduled == {exam.appointment(alex).reservation_id: SLOT}


def test_a_cancellation_that_the_vendor_refuses_is_said_loudly(
    exam: World, alex: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    exam.book(alex)
    booking.cancel(alex, exam.clock())
    exam.ledger.fail = Refused()
    exam.drain()
    assert [record.levelname for record in caplog.records if "refused" in record.getMessage()] == ["ERROR"]
    assert kinds(state="refused") == ["cancel"]


# --- deadlines ------------------------------------------------------------------------------------------------------


def test_an_appointment_is_moved_until_the_deadline_and_not_a_second_later(exam: World, alex: Caller) -> None:
    exam.publish(move_deadline_hours=72, lead_time_hours=1)
    exam.book(alex)
    exam.clock.present = SLOT - timedelta(hours=72) + timedelta(seconds=1)
    with pytest.raises(MoveDeadline) as refused:
        booking.move(alex, OTHER_SLOT, exam.clock())
    assert (refused.value.params, kinds(), taken(OTHER_SLOT)) == ({"hours": 72}, ["book"], 0)
    exam.clock.present = SLOT - timedelta(hours=72)
    booking.move(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    assert exam.appointment(alex).start == OTHER_SLOT


def test_an_appointment_is_cancelled_until_the_deadline_and_not_a_second_later(exam: World, alex: Caller) -> None:
    exam.publish(cancel_deadline_hours=24)
    exam.book(alex)
    exam.clock.present = SLOT - timedelta(hours=24) + timedelta(seconds=1)
    with pytest.raises(CancelDeadline):
        booking.cancel(alex, exam.clock())
    exam.clock.present = SLOT
    with pytest.raises(CancelDeadline):
        booking.cancel(alex, exam.clock())
    assert (exam.phase(alex), kinds(), taken()) == ("available", ["book"], 1)
    exam.clock.present = SLOT - timedelta(hours=24)
    booking.cancel(alex, exam.clock())
    assert exam.appointment(alex).state == "cancelled"


def test_what_the_vendor_has_just_refused_is_not_offered_at_once_again(exam: World, alex: Caller) -> None:
    def offered() -> set[datetime]:
        return {offer.start for offer in booking.slots(alex, SLOT.date(), exam.clock())[1]} & {SLOT, SLOT_AFTER}

    exam.ledger.fail = Refused()
    exam.book(alex)
    exam.ledger.fail = None
    assert offered() == {SLOT_AFTER}
    exam.clock.advance(seconds=booking.REST_AFTER_REFUSAL.total_seconds())
    assert offered() == {SLOT, SLOT_AFTER}
    exam.book(alex, OTHER_SLOT)
    exam.ledger.fail = Refused()
    booking.move(alex, SLOT_AFTER, exam.clock())
    exam.drain()
    exam.ledger.fail = None
    assert offered() == {SLOT}
