"""How long the queue waits, what it tells operators, when it gives up; a stuck entry stands in nobody's way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from proctored_exam_xblock.backends import registry
from proctored_exam_xblock.backends.base import Capability, Misconfigured, Refused, Step, Unavailable
from proctored_exam_xblock.models import Alert, OutboxEntry
from proctored_exam_xblock.services import booking, outbox, proctoring
from proctored_exam_xblock.services.dossier import Caller
from tests.world import OTHER_SLOT, SLOT, START, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(world: World) -> World:
    world.publish()
    return world


@pytest.fixture
def alex(exam: World) -> Caller:
    caller = exam.person()
    exam.onboard(caller)
    return caller


def entries() -> list[tuple[str, str]]:
    return list(OutboxEntry.objects.order_by("id").values_list("kind", "state"))


def open_alerts() -> set[str]:
    return set(Alert.objects.filter(closed_at=None).values_list("kind", flat=True))


def try_on(exam: World, times: int) -> None:
    """Drain as often as entries become due."""
    for _ in range(times):
        exam.drain()
        waiting = OutboxEntry.objects.filter(state="pending").order_by("next_try_at").first()
        if waiting is not None:
            exam.clock.present = max(exam.clock(), waiting.next_try_at)


def stuck(exam: World, alex: Caller) -> OutboxEntry:
    """A booking that was given up because of wrong credentials, which are mended now."""
    exam.ledger.fail = Misconfigured()
    booking.book(alex, SLOT, exam.clock())
    try_on(exam, 5)
    exam.ledger.fail = None
    entry = OutboxEntry.objects.get()
    assert entry.state == "stuck"
    return entry


def test_what_an_operator_must_mend_is_said_at_once_and_given_up_after_five_tries(exam: World, alex: Caller) -> None:
    exam.ledger.fail = Misconfigured()
    booking.book(alex, SLOT, exam.clock())
    exam.drain()
    assert open_alerts() == {"vendor_fault"}
    try_on(exam, 10)
    entry = OutboxEntry.objects.get()
    assert (entry.state, entry.tries, entry.last_error) == ("stuck", 5, "misconfigured")
    assert open_alerts() == {"vendor_fault", "vendor_stuck"}
    assert exam.clock() - START > timedelta(minutes=5)  # somebody had a while to mend it
    assert exam.ledger.calls == ["book"] * 5
    assert exam.appointment(alex).state == "requested"


def test_only_faults_in_a_row_give_up(exam: World, alex: Caller) -> None:
    booking.book(alex, SLOT, exam.clock())
    for error in (Misconfigured(), Unavailable()) * 4:
        exam.ledger.fail = error
        try_on(exam, 1)
    assert entries() == [("book", "pending")]


def test_an_outage_is_waited_for_and_said_once_after_half_an_hour(exam: World, alex: Caller) -> None:
    exam.ledger.fail = Unavailable()
    booking.book(alex, SLOT, exam.clock())
    exam.clock.present = START + timedelta(minutes=30) - timedelta(microseconds=1)
    exam.drain()
    assert open_alerts() == set()
    for minute in range(30, 40):
        exam.clock.present = START + timedelta(minutes=minute)
        exam.drain()
    (late,) = Alert.objects.filter(kind="vendor_late")
    assert (late.count, late.detail["entries"]) == (1, 1)
    exam.ledger.fail = None
    exam.clock.present = START + timedelta(hours=3)
    exam.drain()
    assert open_alerts() == set()
    assert exam.appointment(alex).state == "confirmed"


def test_after_three_days_an_outage_is_given_up(exam: World, alex: Caller) -> None:
    exam.ledger.fail = Unavailable()
    booking.book(alex, SLOT, exam.clock())
    exam.drain()
    exam.clock.present = START + timedelta(hours=72) - timedelta(seconds=1)
    exam.drain()
    assert entries() == [("book", "pending")]
    exam.clock.present = START + timedelta(hours=72)
    exam.drain()
    assert entries() == [("book", "stuck")]
    assert "vendor_stuck" in open_alerts()
    assert Alert.objects.get(kind="vendor_stuck").appointment == exam.appointment(alex)


def test_a_cancellation_is_sent_past_a_stuck_booking(exam: World, alex: Caller) -> None:
    stuck(exam, alex)
    booking.cancel(alex, exam.clock())
    exam.drain()
    assert entries() == [("book", "skipped"), ("cancel", "done")]
    assert exam.ledger.calls[-1] == "cancel"
    assert open_alerts() == set()  # nothing is left to be seen to


def test_a_booking_that_was_sent_once_before_its_worker_died_is_cancelled_there(exam: World, alex: Caller) -> None:
    """The vendor has it, nobody recorded it, and nothing was tried again before it was given up."""
    exam.ledger.lose_answer = Unavailable()
    booking.book(alex, SLOT, exam.clock())
    exam.drain()
    exam.ledger.lose_answer = None
    assert OutboxEntry.objects.filter(tries=1).update(state="stuck") == 1
    assert exam.ledger.scheduled
    exam.ledger.fail = Unavailable()
    booking.cancel(alex, exam.clock())
    exam.drain()
    exam.ledger.fail = None
    exam.minutes(5)
    exam.drain()
    assert entries() == [("book", "skipped"), ("cancel", "done")]
    assert exam.ledger.scheduled == {}


def test_a_new_booking_is_sent_past_a_stuck_one(exam: World, alex: Caller) -> None:
    stuck(exam, alex)
    booking.cancel(alex, exam.clock())
    booking.book(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    assert exam.ledger.scheduled == {exam.appointment(alex).reservation_id: OTHER_SLOT}


def test_a_booking_given_up_whose_hour_has_passed_is_an_operators_to_explain(exam: World, alex: Caller) -> None:
    stuck(exam, alex)
    exam.clock.present = SLOT + timedelta(hours=2)
    assert exam.load(alex).journey.phase.value != "booked"
    exam.drain()
    assert entries() == [("book", "skipped")]
    assert open_alerts() == {"never_confirmed"}


def test_a_worker_whose_lease_ran_out_changes_nothing_of_its_successors(exam: World, alex: Caller) -> None:
    booking.book(alex, SLOT, exam.clock())
    slow = outbox.claim(exam.clock())
    assert slow is not None
    exam.minutes(2)
    second = outbox.claim(exam.clock())
    assert second is not None
    assert not outbox.postpone(slow, exam.clock(), "unavailable", timedelta(seconds=5))
    outbox.give_back(slow)
    row = OutboxEntry.objects.get()
    assert (row.claimed_until, row.last_error, row.tries) == (second.claimed_until, "", 2)


def test_a_worker_that_dies_while_sending_is_followed_by_another(
    exam: World, alex: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(BaseException):
        pass

    vendor, honest = registry.backend_class("fake"), registry.backend_class("fake").book

    def dies(self: object, wanted: object) -> None:
        honest(self, wanted)  # type: ignore[arg-type]
        raise PowerCut

    booking.book(alex, SLOT, exam.clock())
    with monkeypatch.context() as broken:
        broken.setattr(vendor, "book", dies)
        with pytest.raises(PowerCut):
            exam.drain()
    exam.drain()
    assert entries() == [("book", "pending")]  # the lease stands
    exam.clock.advance(seconds=61)
    exam.drain()
    assert entries() == [("book", "done")]
    assert exam.ledger.scheduled == {exam.appointment(alex).reservation_id: SLOT}


def test_a_lost_answer_to_a_move_moves_once(exam: World, alex: Caller) -> None:
    exam.book(alex)
    exam.ledger.lose_answer = Unavailable()
    booking.move(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    assert exam.appointment(alex).state == "move_requested"
    exam.ledger.lose_answer = None
    exam.minutes(1)
    exam.drain()
    row = exam.appointment(alex)
    assert (row.state, row.start) == ("confirmed", OTHER_SLOT)
    assert exam.ledger.reservations[row.reservation_id][0] == row.vendor_ref


def test_a_cancellation_that_is_refused_is_an_operators(exam: World, alex: Caller) -> None:
    exam.book(alex)
    exam.ledger.fail = Refused()
    booking.cancel(alex, exam.clock())
    exam.drain()
    alert = Alert.objects.get(kind="cancel_refused")
    assert (alert.appointment, alert.detail["code"]) == (exam.appointment(alex), "refused")


# --- erasing evidence ----------------------------------------------------------------------------------------------


def erasing(exam: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    vendor, erased = registry.backend_class("fake"), []
    monkeypatch.setattr(vendor, "capabilities", vendor.capabilities | {Capability.ERASURE})

    def erase(self: object, wanted: object) -> None:
        exam.ledger.answer("erase")
        erased.append(wanted.reservation_id)  # type: ignore[attr-defined]

    monkeypatch.setattr(vendor, "erase", erase)
    return erased


def test_an_erasure_goes_through_the_queue_and_is_on_file(
    exam: World, alex: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    erased = erasing(exam, monkeypatch)
    exam.book(alex)
    exam.clock.present = SLOT + timedelta(days=42)
    outbox.add(exam.appointment(alex), "erase", exam.clock())
    assert proctoring.drain(exam.clock()) == 1
    assert erased == [exam.appointment(alex).reservation_id]
    assert exam.candidacy(alex).audit.filter(action="vendor_erased").exists()


def test_nothing_waits_for_an_erasure(exam: World, alex: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    erasing(exam, monkeypatch)
    exam.book(alex)
    booking.cancel(alex, exam.clock())
    exam.drain()
    exam.ledger.fail = Misconfigured()
    outbox.add(exam.appointment(alex), "erase", exam.clock())
    exam.drain()
    exam.ledger.fail = None
    booking.book(alex, OTHER_SLOT, exam.clock())
    OutboxEntry.objects.filter(kind="erase").update(next_try_at=exam.clock() + timedelta(hours=1))
    exam.drain()
    assert exam.appointment(alex).state == "confirmed"
    assert ("erase", "pending") in entries()


def test_steps_of_an_attempt_are_told_in_their_order(
    exam: World, alex: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def progress(self: object, wanted: object, step: Step) -> None:
        exam.ledger.answer("progress")
        told.append(step.value)

    monkeypatch.setattr(registry.backend_class("fake"), "progress", progress)
    exam.book(alex)
    exam.ledger.fail = Unavailable()
    for step in list(Step)[:2]:
        outbox.add(exam.appointment(alex), "progress", exam.clock(), step=step.value)
        exam.drain()
    exam.ledger.fail = None
    exam.minutes(5)
    exam.drain()
    assert told == [step.value for step in list(Step)[:2]]
    assert {state for _, state in entries()} == {"done"}
