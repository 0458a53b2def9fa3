"""A vendor's answer counts for what was asked, not for what the appointment has become meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from proctored_exam_xblock.backends import registry
from proctored_exam_xblock.backends.base import Booking, Reservation, SessionState, SlotGone, Status, Unavailable
from proctored_exam_xblock.models import Alert, Appointment, OutboxEntry
from proctored_exam_xblock.services import booking, interventions, mending, reconciliation, rooms
from proctored_exam_xblock.services.dossier import Caller
from tests.world import OTHER_SLOT, SLOT, World

pytestmark = pytest.mark.django_db
THIRD_SLOT = SLOT + timedelta(days=1, minutes=30)
BY_STAFF = ("staff:7", "a clash with another exam")


@pytest.fixture
def exam(world: World, settings: Any) -> World:
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "BACKENDS": {"none": {}, "live": {}}}
    world.publish(backend="live", unlock="none", max_moves=9)
    return world


@pytest.fixture
def alex(exam: World) -> Caller:
    """Somebody whose appointment the vendor confirmed a while ago."""
    caller = exam.person()
    exam.book(caller)
    exam.minutes(30)
    return caller


def stands(exam: World, caller: Caller) -> tuple[str, object, object]:
    row = exam.appointment(caller)
    return row.state, row.start, row.pending_start


def moved_by_hand_then_by_the_candidate(exam: World, caller: Caller) -> None:
    """Both while the vendor is down: its queue holds two moves."""
    exam.ledger.fail = Unavailable()
    interventions.book_for(exam.candidacy(caller).pk, OTHER_SLOT, *BY_STAFF, exam.clock())
    booking.move(caller, THIRD_SLOT, exam.clock())
    assert stands(exam, caller) == ("move_requested", OTHER_SLOT, THIRD_SLOT)
    exam.ledger.fail = None
    exam.minutes(5)


def test_the_answer_to_a_move_by_hand_confirms_no_other_move(exam: World, alex: Caller) -> None:
    moved_by_hand_then_by_the_candidate(exam, alex)
    exam.drain()
    assert stands(exam, alex) == ("confirmed", THIRD_SLOT, None)
    assert list(exam.ledger.scheduled.values()) == [THIRD_SLOT]
    assert exam.appointment(alex).vendor_ref == exam.ledger.reservations[exam.appointment(alex).reservation_id][0]


def test_the_refusal_of_a_move_by_hand_refuses_no_other_move(
    exam: World, alex: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved_by_hand_then_by_the_candidate(exam, alex)
    honest = registry.backend_class("live").move

    def move(self: Any, wanted: Booking, start: Any) -> Any:
        if start == OTHER_SLOT:
            raise SlotGone
        return honest(self, wanted, start)

    monkeypatch.setattr(registry.backend_class("live"), "move", move)
    exam.drain()
    assert stands(exam, alex) == ("confirmed", THIRD_SLOT, None)
    assert list(exam.ledger.scheduled.values()) == [THIRD_SLOT]


def meanwhile(monkeypatch: pytest.MonkeyPatch, deed: Callable[[], object], said: SessionState) -> None:
    """Something happens while the vendor is asked for a session's state."""

    def status(self: Any, booking: Booking) -> Status:
        deed()
        return Status(said, booking.vendor_ref)

    monkeypatch.setattr(registry.backend_class("live"), "status", status)


def test_the_end_of_the_number_that_was_asked_about_is_not_the_end_of_its_successor(
    exam: World, alex: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def a_move() -> None:
        booking.move(alex, OTHER_SLOT, exam.clock())
        exam.drain()

    meanwhile(monkeypatch, a_move, SessionState.CANCELLED)
    assert not rooms.look(exam.candidacy(alex).pk, exam.clock()), "it is asked again"
    assert stands(exam, alex) == ("confirmed", OTHER_SLOT, None)
    assert exam.appointment(alex).room_state == ""


def test_what_the_vendor_cancels_after_a_telephone_call_is_left_to_people(exam: World, alex: Caller) -> None:
    candidacy = exam.candidacy(alex).pk
    interventions.book_for(candidacy, OTHER_SLOT, *BY_STAFF, exam.clock(), tell_vendor=False)
    exam.ledger.room = SessionState.CANCELLED  # of the number that the vendor replaced
    assert rooms.look(candidacy, exam.clock())
    assert stands(exam, alex) == ("confirmed", OTHER_SLOT, None)


def test_a_number_that_another_appointment_took_over_is_not_cancelled(exam: World, alex: Caller) -> None:
    """The vendor's staff gave a cancelled reservation to the candidate's new appointment, an operator noted it."""
    old = exam.appointment(alex)
    booking.cancel(alex, exam.clock())
    exam.drain()
    booking.book(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    new = exam.appointment(alex)
    exam.ledger.reservations = {old.reservation_id: (old.vendor_ref, OTHER_SLOT, True)}
    Appointment.objects.filter(pk=new.pk).update(vendor_ref=old.vendor_ref)
    OutboxEntry.objects.filter(appointment=new).update(state="by_hand")
    exam.minutes(30)
    found = reconciliation.compare_all(exam.clock())["live"]
    assert (found["cancel_sent"], found["still_booked"]) == (0, 1)
    assert list(exam.ledger.scheduled.values()) == [OTHER_SLOT]


def test_a_booking_whose_answer_was_lost_is_cancelled_there_too(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    exam.ledger.lose_answer = Unavailable()
    booking.book(alex, SLOT, exam.clock())
    exam.drain()
    exam.ledger.lose_answer = None
    booking.cancel(alex, exam.clock())
    exam.drain()
    assert exam.ledger.scheduled == {}
    assert list(OutboxEntry.objects.order_by("pk").values_list("kind", "state")) == [
        ("book", "skipped"),
        ("cancel", "done"),
    ]


def test_a_worker_whose_lease_ran_out_records_nothing_again(
    exam: World, alex: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = registry.backend_class("live").cancel

    def slowly(self: Any, wanted: Booking) -> None:
        monkeypatch.setattr(registry.backend_class("live"), "cancel", honest)
        honest(self, wanted)
        exam.minutes(2)
        exam.drain()  # another worker

    monkeypatch.setattr(registry.backend_class("live"), "cancel", slowly)
    booking.cancel(alex, exam.clock())
    exam.drain()
    assert exam.ledger.calls.count("cancel") == 2, "the vendor takes it twice"
    assert exam.candidacy(alex).audit.filter(action="cancel_confirmed").count() == 1


def test_what_another_comparison_queued_is_left_to_it(exam: World, alex: Caller) -> None:
    booking.cancel(alex, exam.clock())
    exam.drain()
    exam.minutes(30)
    row = exam.appointment(alex)
    seen = reconciliation._as_ours(row)
    line = Reservation(row.reservation_id, row.vendor_ref, SLOT, SessionState.SCHEDULED)
    found = [mending.mend("still_booked", "live", seen, line, exam.clock()) for _ in range(2)]
    assert found == ["cancel_sent", "in_flight"]
    assert not Alert.objects.filter(kind="still_booked").exists()
