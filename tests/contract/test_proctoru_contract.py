"""The ProctorU client against the simulator, over real HTTP: each capability, each error, each fault."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from proctored_exam_xblock.backends import base
from proctored_exam_xblock.backends.base import Reservation, SessionState, SlotQuery
from proctored_exam_xblock.backends.proctoru import ProctorU
from proctored_exam_xblock.simulators.process import Simulator

Make = Callable[..., Any]
HOUR = timedelta(hours=1)


def numbers(backend: ProctorU, student_id: str = "anon-7f3a") -> list[str]:
    return [reservation.vendor_ref for reservation in backend.pending(student_id)]


# Slots.


def test_slots_are_every_quarter_of_an_hour_over_several_days(backend: ProctorU, time: Any) -> None:
    first = time.later(days=3)
    found = backend.slots(SlotQuery(first, first + timedelta(days=2, hours=6), 30, "Europe/Paris"))
    assert found == tuple(first + index * timedelta(minutes=15) for index in range(54 * 4))


def test_slots_of_the_past_are_not_offered(backend: ProctorU, time: Any) -> None:
    found = backend.slots(SlotQuery(time.later(hours=-5), time.later(hours=1), 30, "UTC"))
    assert found == tuple(time.later(minutes=15 * index) for index in (1, 2, 3))


def test_a_full_slot_is_not_offered_and_not_booked(
    backend: ProctorU, simulator: Simulator, booking: Make, person: Make
) -> None:
    simulator.switch(capacity=1)
    backend.book(booking())
    start = booking().start
    offered = backend.slots(SlotQuery(start, start + HOUR, 30, "Europe/Paris"))
    assert offered == tuple(start + index * timedelta(minutes=15) for index in (1, 2, 3))
    with pytest.raises(base.SlotGone):
        backend.book(booking(reservation_id="r-0002", person=person(student_id="anon-2")))


def test_the_vendor_may_ask_for_notice(backend: ProctorU, simulator: Simulator, time: Any) -> None:
    simulator.switch(lead_minutes=120)
    assert backend.slots(SlotQuery(time.now, time.later(hours=3), 30, "UTC"))[0] == time.later(hours=2)


# Booking.


def test_booking_twice_gives_one_reservation(backend: ProctorU, booking: Make) -> None:
    first = backend.book(booking())
    assert backend.book(booking()) == first
    assert backend.pending("anon-7f3a") == (
        Reservation("r-0001", first.vendor_ref, booking().start, SessionState.SCHEDULED),
    )
    assert backend.pending("anon-unknown") == ()


def test_an_overlapping_booking_is_refused(backend: ProctorU, booking: Make) -> None:
    backend.book(booking())
    with pytest.raises(base.Overlap):
        backend.book(booking(reservation_id="r-0002", start=booking().start + timedelta(minutes=15)))
    backend.book(booking(reservation_id="r-0003", start=booking().start + timedelta(minutes=30)))


def test_a_start_in_the_past_is_refused(backend: ProctorU, booking: Make, time: Any) -> None:
    with pytest.raises(base.SlotGone):
        backend.book(booking(start=time.later(minutes=-15)))


def test_the_id_of_a_cancelled_reservation_cannot_be_used_again(backend: ProctorU, booking: Make) -> None:
    number = backend.book(booking()).vendor_ref
    backend.cancel(booking(vendor_ref=number))
    with pytest.raises(base.AlreadyExists):
        backend.book(booking())


@pytest.mark.parametrize("zone", ["Asia/Qyzylorda", "Antarctica/Troll", "Europe/Paris", "Nowhere/Land", ""])
def test_no_time_zone_stands_in_the_way_of_a_booking(backend: ProctorU, booking: Make, person: Make, zone: str) -> None:
    backend.book(booking(person=person(time_zone=zone)))
    assert backend.pending("anon-7f3a")[0].start == booking().start


def test_a_missing_name_is_for_the_operator(backend: ProctorU, booking: Make, person: Make) -> None:
    with pytest.raises(base.Misconfigured):
        backend.book(booking(person=person(first_name="", last_name="")))


def test_a_wrong_key_is_for_the_operator(simulator: Simulator, time: Any, booking: Make) -> None:
    with pytest.raises(base.Misconfigured):
        ProctorU(simulator.settings(api_key="wrong"), time).book(booking())


@pytest.mark.parametrize("minutes", [-16, 16])
def test_clocks_that_disagree_are_said_so(backend: ProctorU, time: Any, booking: Make, minutes: int) -> None:
    time.now = time.later(minutes=minutes)
    with pytest.raises(base.StaleRequest):
        backend.book(booking())


# Moving and cancelling.


@pytest.mark.parametrize("changes", [True, False])
def test_moving_keeps_one_reservation_under_the_number_answered(
    backend: ProctorU, simulator: Simulator, booking: Make, changes: bool
) -> None:
    simulator.switch(new_number_on_move=changes)
    first = backend.book(booking()).vendor_ref
    later = booking().start + HOUR
    second = backend.move(booking(vendor_ref=first), later).vendor_ref
    assert (second != first) is changes
    assert backend.pending("anon-7f3a") == (Reservation("r-0001", second, later, SessionState.SCHEDULED),)


def test_a_reservation_is_not_in_its_own_way_when_moved_a_little(backend: ProctorU, booking: Make) -> None:
    number = backend.book(booking()).vendor_ref
    backend.move(booking(vendor_ref=number), booking().start + timedelta(minutes=15))
    assert backend.pending("anon-7f3a")[0].start == booking().start + timedelta(minutes=15)


def test_moving_without_or_with_an_old_number_works_too(backend: ProctorU, booking: Make) -> None:
    old = backend.book(booking()).vendor_ref
    backend.move(booking(), booking().start + HOUR)
    last = backend.move(booking(vendor_ref=old), booking().start + 2 * HOUR).vendor_ref
    assert numbers(backend) == [last]


def test_a_move_that_fails_keeps_the_old_slot(
    backend: ProctorU, simulator: Simulator, booking: Make, person: Make, time: Any
) -> None:
    simulator.switch(capacity=1)
    other = booking(reservation_id="r-0002", person=person(student_id="anon-2"), start=booking().start + HOUR)
    backend.book(other)
    number = backend.book(booking()).vendor_ref
    for start in (other.start, time.later(minutes=-15)):
        with pytest.raises(base.SlotGone):
            backend.move(booking(vendor_ref=number), start)
    assert backend.pending("anon-7f3a")[0].start == booking().start


def test_moving_what_was_cancelled_or_never_booked_is_refused(backend: ProctorU, booking: Make) -> None:
    with pytest.raises(base.NotFound):
        backend.move(booking(vendor_ref="12345"), booking().start + HOUR)
    number = backend.book(booking()).vendor_ref
    backend.cancel(booking(vendor_ref=number))
    with pytest.raises(base.AlreadyCancelled):
        backend.move(booking(vendor_ref=number), booking().start + HOUR)


def test_a_reservation_whose_time_has_passed_unused_can_be_moved(backend: ProctorU, booking: Make, time: Any) -> None:
    number = backend.book(booking()).vendor_ref
    time.go(booking().start + 3 * HOUR)
    backend.move(booking(vendor_ref=number), booking().start + 4 * HOUR)
    assert backend.pending("anon-7f3a")[0].start == booking().start + 4 * HOUR


@pytest.mark.parametrize("known", ["number", "no number", "old number"])
def test_cancelling_leaves_nothing_behind_however_often(backend: ProctorU, booking: Make, known: str) -> None:
    old = backend.book(booking()).vendor_ref
    new = backend.move(booking(vendor_ref=old), booking().start + HOUR).vendor_ref
    held = booking(vendor_ref={"number": new, "no number": "", "old number": old}[known])
    backend.cancel(held)
    assert numbers(backend) == []
    backend.cancel(held)


def test_cancelling_what_was_never_booked_counts_as_done(backend: ProctorU, booking: Make) -> None:
    backend.cancel(booking())
    backend.cancel(booking(vendor_ref="12345"))


# The room.


def test_the_room_opens_ten_minutes_before_and_can_be_rejoined(backend: ProctorU, booking: Make, time: Any) -> None:
    backend.book(booking())
    time.go(booking().start - timedelta(minutes=11))
    with pytest.raises(base.TooEarly):
        backend.launch(booking())
    time.go(booking().start - timedelta(minutes=10))
    first, second = backend.launch(booking()).url, backend.launch(booking()).url
    assert first != second


def test_a_moved_reservation_is_launched_whatever_number_we_know(backend: ProctorU, booking: Make, time: Any) -> None:
    old = backend.book(booking()).vendor_ref
    backend.move(booking(vendor_ref=old), booking().start + HOUR)
    time.go(booking().start + HOUR)
    assert "/room/" in backend.launch(booking(vendor_ref=old)).url


def test_no_room_without_a_reservation(backend: ProctorU, booking: Make) -> None:
    with pytest.raises(base.NotFound):
        backend.launch(booking())
    backend.book(booking())
    backend.cancel(booking())
    with pytest.raises(base.NotFound):
        backend.launch(booking())


# Faults.


@pytest.mark.parametrize("mode", ["down", "garbage", "lossy"])
@pytest.mark.parametrize("action", ["slots", "book", "move", "cancel", "reservations", "launch"])
def test_every_request_survives_two_failures_of_each_kind(
    backend: ProctorU, simulator: Simulator, booking: Make, time: Any, mode: str, action: str
) -> None:
    if action not in ("book", "slots"):
        backend.book(booking())
    if action == "launch":
        time.go(booking().start)
    later = booking().start + HOUR
    request: Callable[[], object] = {
        "slots": lambda: backend.slots(SlotQuery(later, later + HOUR, 30, "UTC")),
        "book": lambda: backend.book(booking()),
        "move": lambda: backend.move(booking(), later),
        "cancel": lambda: backend.cancel(booking()),
        "reservations": lambda: backend.pending("anon-7f3a"),
        "launch": lambda: backend.launch(booking()),
    }[action]
    simulator.set_fault(mode)
    for _ in range(2):
        with pytest.raises(base.Unavailable):
            request()
    simulator.set_fault("ok")
    request()
    expected = {"slots": 0, "cancel": 0}.get(action, 1)
    assert len(numbers(backend)) == expected
    if action == "move":
        assert backend.pending("anon-7f3a")[0].start == later


def test_a_lost_answer_was_done_once_only(backend: ProctorU, simulator: Simulator, booking: Make) -> None:
    simulator.set_fault("lossy", only="addAdHocProcess")
    with pytest.raises(base.Unavailable):
        backend.book(booking())
    (done,) = numbers(backend)
    with pytest.raises(base.Unavailable):
        backend.book(booking())
    simulator.set_fault("ok")
    assert backend.book(booking()).vendor_ref == done


def test_a_lost_request_was_not_done(backend: ProctorU, simulator: Simulator, booking: Make) -> None:
    simulator.set_fault("lossy", only="addAdHocProcess")
    with pytest.raises(base.Unavailable):
        backend.book(booking())
    with pytest.raises(base.Unavailable):
        backend.book(booking(reservation_id="r-0002", start=booking().start + HOUR))
    assert [found.reservation_id for found in backend.pending("anon-7f3a")] == ["r-0001"]


def test_a_lost_cancellation_after_a_move_is_repeated_safely(
    backend: ProctorU, simulator: Simulator, booking: Make
) -> None:
    old = backend.book(booking()).vendor_ref
    simulator.set_fault("lossy", only="moveReservation")
    with pytest.raises(base.Unavailable):
        backend.move(booking(vendor_ref=old), booking().start + HOUR)
    simulator.set_fault("ok")
    backend.cancel(booking(vendor_ref=old))
    assert numbers(backend) == []


def test_a_slow_service_is_left_alone_after_the_time_out(simulator: Simulator, time: Any, booking: Make) -> None:
    hasty = ProctorU(simulator.settings(timeout_seconds=0.2), time)
    simulator.set_fault("slow", seconds=120, only="addAdHocProcess")
    with pytest.raises(base.Unavailable):
        hasty.book(booking())
    simulator.set_fault("ok")
    patient = ProctorU(simulator.settings(timeout_seconds=20), time)
    patient.book(booking())
    assert len(numbers(patient)) == 1


def test_a_fault_can_be_limited_to_one_endpoint(backend: ProctorU, simulator: Simulator, booking: Make) -> None:
    simulator.set_fault("down", only="getScheduleInfoAvailableTimesList")
    backend.book(booking())
    with pytest.raises(base.Unavailable):
        backend.slots(SlotQuery(booking().start, booking().start + HOUR, 30, "UTC"))


def test_a_vendor_that_is_not_there_is_unavailable(booking: Make, time: Any) -> None:
    with pytest.raises(base.Unavailable):
        ProctorU({"base_url": "http://127.0.0.1:9/api", "api_key": "k"}, time).book(booking())


def test_the_room_address_leads_to_a_page(backend: ProctorU, booking: Make, time: Any, web: httpx.Client) -> None:
    backend.book(booking())
    time.go(booking().start)
    assert web.get(backend.launch(booking()).url).status_code == 200
