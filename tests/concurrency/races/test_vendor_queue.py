"""The outbox with several workers and operators: each write leaves once, in order, and ends in one way."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from proctored_exam_xblock.backends.base import Misconfigured, Unavailable
from proctored_exam_xblock.models import Alert, OutboxEntry, VendorHealth
from proctored_exam_xblock.services import alerts, booking, breaker, by_hand, patience, proctoring, reconciliation
from proctored_exam_xblock.services.dossier import Caller
from tests.concurrency.crowd import at_once, tally, trail
from tests.world import OTHER_SLOT, SLOT, World

WORKERS = 4


def drain_together(exam: World) -> int:
    """All workers until nothing is due; returns how many entries they closed."""
    outcomes = at_once([partial(proctoring.drain, exam.clock())] * WORKERS)
    assert tally(outcomes) == {"ok": WORKERS}
    return sum(outcomes)


def test_workers_send_each_booking_once(exam: World) -> None:
    exam.publish(seats_per_slot=20)
    people = [exam.person(f"candidate{number}") for number in range(12)]
    exam.ledger.fail = Unavailable()
    for person in people:
        exam.onboard(person)
        booking.book(person, SLOT, exam.clock())
    exam.ledger.fail = None
    exam.ledger.calls.clear()
    exam.minutes(5)
    assert drain_together(exam) == 12
    assert exam.ledger.calls.count("book") == 12
    assert set(OutboxEntry.objects.values_list("state", flat=True)) == {"done"}
    for person in people:
        assert trail(exam.candidacy(person)).count("confirmed") == 1


def test_workers_keep_the_order_of_one_appointment(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    booking.book(alex, SLOT, exam.clock())
    exam.ledger.fail = Unavailable()
    booking.move(alex, OTHER_SLOT, exam.clock())
    booking.cancel(alex, exam.clock())
    exam.ledger.fail = None
    exam.ledger.calls.clear()
    for _ in range(3):
        exam.minutes(5)
        drain_together(exam)
    assert exam.ledger.calls == ["cancel"]
    assert list(OutboxEntry.objects.order_by("id").values_list("kind", "state")) == [
        ("book", "done"),
        ("move", "skipped"),
        ("cancel", "done"),
    ]


def test_a_cancellation_races_the_vendor_s_answer(exam: World) -> None:
    for number in range(4):
        person = exam.person(f"candidate{number}")
        exam.onboard(person)
        exam.ledger.fail = Unavailable()
        booking.book(person, SLOT, exam.clock())
        exam.ledger.fail = None
        exam.minutes(5)
        outcomes = at_once([partial(booking.cancel, person, exam.clock()), partial(proctoring.drain, exam.clock())])
        assert tally(outcomes) == {"ok": 2}
        exam.minutes(5)
        exam.drain()
        assert exam.appointment(person).state == "cancelled"
        assert exam.appointment(person).reservation_id not in exam.ledger.scheduled
        assert not OutboxEntry.objects.filter(state="pending").exists()


# --- operators beside the workers ----------------------------------------------------------------------------------


def waiting(exam: World, name: str) -> tuple[Caller, OutboxEntry]:
    """Somebody whose booking met an outage that is over, but is not due yet."""
    person = exam.person(name)
    exam.onboard(person)
    exam.ledger.fail = Unavailable()
    booking.book(person, SLOT, exam.clock())
    exam.ledger.fail = None
    VendorHealth.objects.all().delete()
    return person, OutboxEntry.objects.get(appointment=exam.appointment(person))


def test_an_operator_and_a_worker_confirm_once_between_them(exam: World) -> None:
    exam.publish(seats_per_slot=20)
    ends = set()
    for number in range(6):
        person, entry = waiting(exam, f"candidate{number}")
        exam.minutes(5)
        outcomes = at_once(
            [
                partial(by_hand.done, entry.pk, "staff:7", "by phone", exam.clock(), "4711"),
                partial(proctoring.drain, exam.clock()),
            ]
        )
        assert set(tally(outcomes)) <= {"ok", "not_allowed_now"}
        exam.minutes(5)
        exam.drain()
        entry.refresh_from_db()
        ends.add(entry.state)
        row, actions = exam.appointment(person), trail(exam.candidacy(person))
        assert (row.state, actions.count("confirmed")) == ("confirmed", 1)
        assert actions.count("done_by_hand") == (entry.state == "by_hand")
        assert (row.vendor_ref == "4711") == (entry.state == "by_hand")
    assert ends <= {"by_hand", "done"}


def test_two_operators_do_it_by_hand_once(exam: World) -> None:
    person, entry = waiting(exam, "alex")
    deed = partial(by_hand.done, entry.pk, "staff:7", "by phone", exam.clock())
    assert tally(at_once([deed] * 3)) == {"ok": 1, "not_allowed_now": 2}
    assert trail(exam.candidacy(person)).count("confirmed") == 1


def test_a_retry_beside_the_workers_sends_once(exam: World) -> None:
    exam.publish(seats_per_slot=20)
    for number in range(4):
        person, entry = waiting(exam, f"candidate{number}")
        exam.ledger.calls.clear()
        deeds = [partial(by_hand.retry, entry.pk, "staff:7", exam.clock())]
        assert set(tally(at_once([*deeds, *[partial(proctoring.drain, exam.clock())] * 3]))) <= {
            "ok",
            "not_allowed_now",
        }
        exam.minutes(5)
        exam.drain()
        assert exam.ledger.calls == ["book"]
        assert trail(exam.candidacy(person)).count("confirmed") == 1


# --- what all processes share --------------------------------------------------------------------------------------


def test_exactly_one_of_many_tries_a_service_that_was_down(exam: World) -> None:
    for _ in range(breaker.FAILURES_TO_OPEN):
        breaker.failed("fake", "unavailable", exam.clock())
    for number in range(5):
        now = VendorHealth.objects.get().open_until
        assert now is not None
        allowed = at_once([partial(breaker.allow, "fake", now + timedelta(microseconds=turn)) for turn in range(8)])
        assert allowed.count(True) == 1, number
        VendorHealth.objects.update(open_until=now + timedelta(minutes=1))


def test_failures_of_many_processes_are_all_counted_and_open_it_once(exam: World) -> None:
    at_once([partial(breaker.failed, "fake", "unavailable", exam.clock())] * 4)
    assert (VendorHealth.objects.get().failures, VendorHealth.objects.get().open_until) == (4, None)
    at_once([partial(breaker.failed, "fake", "unavailable", exam.clock())] * 6)
    assert VendorHealth.objects.get().open_until == exam.clock() + breaker.SHORTEST_PAUSE
    assert Alert.objects.get(kind="vendor_down").count == 1


def test_one_alert_however_many_notice(exam: World) -> None:
    at_once([partial(alerts.raise_alert, "vendor_late", exam.clock(), backend="fake")] * 8)
    assert Alert.objects.get().count == 8


def test_workers_wake_keep_and_give_up_without_waiting_for_each_other(exam: World) -> None:
    """The rows that an outage left are woken by one while others put theirs back: no deadlock, nothing sent twice."""
    exam.publish(seats_per_slot=40)
    for number in range(12):
        waiting(exam, f"candidate{number}")
    exam.ledger.calls.clear()
    for _ in range(3):
        exam.ledger.fail = Misconfigured()
        exam.minutes(1)
        deeds = [
            *[partial(proctoring.drain, exam.clock())] * 3,
            partial(patience.look, exam.clock()),
            partial(breaker.succeeded, "fake", exam.clock()),
        ]
        VendorHealth.objects.filter(backend="fake").update(open_until=exam.clock() - timedelta(seconds=1))
        assert tally(at_once(deeds)) == {"ok": 5}
    exam.ledger.fail = None
    exam.ledger.calls.clear()
    exam.minutes(60)
    drain_together(exam)
    assert exam.ledger.calls == ["book"] * 12


# --- reconciliation beside candidates ------------------------------------------------------------------------------


def test_two_reconciliations_book_again_once(exam: World, settings) -> None:  # type: ignore[no-untyped-def]
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "BACKENDS": {"fake": {}}}
    alex = exam.person()
    exam.book(alex)
    exam.minutes(30)
    exam.ledger.reservations.clear()
    at_once([partial(reconciliation.compare_all, exam.clock())] * 3)
    assert OutboxEntry.objects.filter(kind="book").count() == 2
    assert trail(exam.candidacy(alex)).count("rebooked") == 1
    assert exam.ledger.scheduled == {exam.appointment(alex).reservation_id: SLOT}


def test_a_reconciliation_races_the_candidate_s_cancellation(exam: World, settings) -> None:  # type: ignore[no-untyped-def]
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "BACKENDS": {"fake": {}}}
    for number in range(4):
        person = exam.person(f"candidate{number}")
        exam.book(person)
        exam.minutes(30)
        row = exam.appointment(person)
        exam.ledger.reservations[row.reservation_id] = (row.vendor_ref, OTHER_SLOT, True)
        outcomes = at_once(
            [
                partial(reconciliation.compare_all, exam.clock()),
                partial(booking.cancel, person, exam.clock()),
            ]
        )
        assert tally(outcomes) == {"ok": 2}
        exam.minutes(5)
        exam.drain()
        assert exam.appointment(person).state == "cancelled"
        assert exam.appointment(person).reservation_id not in exam.ledger.scheduled
