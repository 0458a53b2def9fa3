"""Slots with few seats, and many who want them."""

from __future__ import annotations

from functools import partial

from proctored_exam_xblock.domain.attempt import AppointmentState
from proctored_exam_xblock.models import Appointment, Candidacy, Exam, Seat
from proctored_exam_xblock.services import booking, entry
from tests.concurrency.crowd import at_once, tally, trail
from tests.world import OTHER_SLOT, SLOT, USAGE, World


def taken() -> dict[object, int]:
    return {start: count for start, count in Seat.objects.values_list("start", "taken") if count}


def active() -> list[Appointment]:
    return list(Appointment.objects.filter(active_key__isnull=False))


def test_fifty_candidates_and_one_seat_give_one_booking(exam: World) -> None:
    exam.publish(seats_per_slot=1)
    people = [exam.person(f"candidate{number}") for number in range(50)]
    for person in people:
        exam.onboard(person)
    outcomes = at_once([partial(booking.book, person, SLOT, exam.clock()) for person in people])
    assert tally(outcomes) == {"ok": 1, "slot_full": 49}
    assert taken() == {SLOT: 1}
    assert [row.state for row in active()] == [AppointmentState.CONFIRMED]
    assert len(exam.ledger.scheduled) == 1
    assert Appointment.objects.count() == 1


def test_ten_clicks_on_ten_slots_give_one_appointment_and_one_seat(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    slots = [SLOT.replace(hour=15 + number // 4, minute=15 * (number % 4)) for number in range(10)]
    outcomes = at_once([partial(booking.book, alex, slot, exam.clock()) for slot in slots])
    assert tally(outcomes) == {"ok": 1, "not_allowed_now": 9}
    (row,) = active()
    assert taken() == {row.start: 1}
    assert trail(exam.candidacy(alex)).count("booked") == 1


def test_ten_cancellations_give_the_seat_back_once(exam: World) -> None:
    alex, robin = exam.person(), exam.person("robin")
    exam.book(alex)
    exam.book(robin)
    outcomes = at_once([partial(booking.cancel, alex, exam.clock())] * 10)
    assert tally(outcomes) == {"ok": 10}
    assert taken() == {SLOT: 1}
    assert trail(exam.candidacy(alex)).count("cancelled") == 1
    assert exam.ledger.calls.count("cancel") == 1


def swap(exam: World) -> None:
    """Two candidates change places, again and again; each move is both a seat taken and a seat given back."""
    alex, robin = exam.person(), exam.person("robin")
    here, there = SLOT, OTHER_SLOT
    exam.book(alex, here)
    exam.book(robin, there)
    for _ in range(8):
        outcomes = at_once(
            [partial(booking.move, alex, there, exam.clock()), partial(booking.move, robin, here, exam.clock())]
        )
        assert tally(outcomes) == {"ok": 2}
        here, there = there, here
        assert (exam.appointment(alex).start, exam.appointment(robin).start) == (here, there)
        assert taken() == {SLOT: 1, OTHER_SLOT: 1}
    trail(exam.candidacy(alex))
    trail(exam.candidacy(robin))


def test_two_candidates_swap_slots_without_a_vendor(exam: World) -> None:
    exam.publish(backend="none", unlock="none", max_moves=100)
    swap(exam)


def test_two_candidates_swap_slots_with_a_vendor(exam: World) -> None:
    exam.publish(max_moves=100)
    swap(exam)
    assert sorted(exam.ledger.scheduled.values()) == [SLOT, OTHER_SLOT]


def test_twenty_first_visits_give_one_candidacy(exam: World) -> None:
    alex = exam.person()
    outcomes = at_once([partial(entry.load, alex, exam.clock())] * 20)
    assert tally(outcomes) == {"ok": 20}
    assert Candidacy.objects.count() == 1


def test_twenty_first_pages_give_one_exam_with_one_version(exam: World) -> None:
    published = Exam.objects.get(usage_key=USAGE)
    Exam.objects.filter(pk=published.pk).update(current_version=None)
    published.versions.all().delete()
    published.delete()
    outcomes = at_once([exam.publish] * 20)
    assert tally(outcomes) == {"ok": 20}
    assert Exam.objects.get().versions.count() == 1
