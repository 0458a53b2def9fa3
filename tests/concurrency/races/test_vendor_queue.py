"""The outbox with several workers: each write leaves once, in order."""

from __future__ import annotations

from functools import partial

from proctored_exam_xblock.backends.base import Unavailable
from proctored_exam_xblock.models import OutboxEntry
from proctored_exam_xblock.services import booking, proctoring
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
