"""What can be set of the ProctorU client: each guess about the vendor has a way out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from proctored_exam_xblock.backends import base
from proctored_exam_xblock.backends.base import Reservation, SessionState
from proctored_exam_xblock.backends.proctoru import ProctorU
from proctored_exam_xblock.simulators.process import Simulator
from tests.contract.scripted_vendor import CONFIRMED, START, Vendor, bad, good, listed

Make = Callable[..., Any]
HOUR = timedelta(hours=1)
BY_ADDING = {"reschedule": "add"}


@pytest.fixture
def adding(simulator: Simulator, time: Any) -> ProctorU:
    return ProctorU(simulator.settings(timeout_seconds=20, **BY_ADDING), time)


def test_a_move_by_adding_tells_everything_again_with_the_number(booking: Make) -> None:
    vendor = Vendor(addAdHocProcess=good({**CONFIRMED, "reservation_no": 907886517}))
    moved = vendor.client(BY_ADDING).move(booking(vendor_ref="907886515"), START + HOUR)
    assert moved.vendor_ref == "907886517"
    ((endpoint, sent),) = vendor.sent
    assert endpoint == "addAdHocProcess"
    assert (sent["reservation_no"], sent["start_date"]) == ("907886515", "2027-03-04T18:00:00Z")
    assert (sent["reservation_id"], sent["exam_password"]) == ("r-0001", "BCDEFGHJ")


@pytest.mark.parametrize("message", ["reservation_id_EXIST_FOR_THIS_INSTITUTION", "Reservation Cancelled.", "OVERLAP"])
def test_a_move_by_adding_whose_answer_was_lost_is_found_done(booking: Make, message: str) -> None:
    vendor = Vendor(addAdHocProcess=bad(message), getStudentReservationList=listed(907886517, START + HOUR))
    assert vendor.client(BY_ADDING).move(booking(vendor_ref="907886515"), START + HOUR).vendor_ref == "907886517"


@pytest.mark.parametrize("changes", [True, False])
def test_moving_by_adding_keeps_one_reservation(
    adding: ProctorU, simulator: Simulator, booking: Make, changes: bool
) -> None:
    simulator.switch(new_number_on_move=changes)
    first = adding.book(booking()).vendor_ref
    second = adding.move(booking(vendor_ref=first), START + HOUR).vendor_ref
    assert (second != first) is changes
    assert adding.pending("anon-7f3a") == (Reservation("r-0001", second, START + HOUR, SessionState.SCHEDULED),)


def test_a_move_by_adding_that_fails_keeps_the_old_slot(adding: ProctorU, booking: Make, time: Any) -> None:
    number = adding.book(booking()).vendor_ref
    with pytest.raises(base.SlotGone):
        adding.move(booking(vendor_ref=number), time.later(minutes=-15))
    assert adding.pending("anon-7f3a")[0].start == START


@pytest.mark.parametrize("mode", ["down", "garbage", "lossy", "truncated"])
def test_moving_by_adding_survives_two_failures(
    adding: ProctorU, simulator: Simulator, booking: Make, mode: str
) -> None:
    held = booking(vendor_ref=adding.book(booking()).vendor_ref)
    simulator.set_fault(mode, only="addAdHocProcess")
    for _ in range(2):
        with pytest.raises(base.Unavailable):
            adding.move(held, START + HOUR)
    simulator.set_fault("ok")
    adding.move(held, START + HOUR)
    assert [line.start for line in adding.pending("anon-7f3a")] == [START + HOUR]


def test_the_institutions_own_fields_are_sent_with_every_booking(booking: Make) -> None:
    vendor = Vendor(addAdHocProcess=good(CONFIRMED))
    vendor.client({"booking_fields": {"preset": "record_plus", "whitelist_urls": [{"url": "u"}]}}).book(booking())
    assert vendor.sent[0][1]["preset"] == "record_plus"
    assert vendor.sent[0][1]["whitelist_urls"] == [{"url": "u"}]


@pytest.mark.parametrize("name", ["student_id", "exam_password", "anything"])
def test_fields_that_are_not_the_institutions_are_for_the_operator(booking: Make, name: str) -> None:
    vendor = Vendor()
    with pytest.raises(base.Misconfigured):
        vendor.client({"booking_fields": {name: "x"}}).book(booking())
    assert vendor.sent == []


def test_the_code_can_be_kept_out_of_the_notes(booking: Make) -> None:
    vendor = Vendor(addAdHocProcess=good(CONFIRMED))
    vendor.client({"code_in_notes": False}).book(booking(notes="extra time"))
    assert (vendor.sent[0][1]["notes"], vendor.sent[0][1]["exam_password"]) == ("extra time", "BCDEFGHJ")


def test_notes_follow_the_code(booking: Make) -> None:
    vendor = Vendor(addAdHocProcess=good(CONFIRMED))
    vendor.client().book(booking(notes="extra time"))
    assert vendor.sent[0][1]["notes"].splitlines()[1:] == ["extra time"]


def test_without_the_time_sent_clocks_may_disagree(simulator: Simulator, time: Any, booking: Make) -> None:
    simulator.skew_clock(3600)
    with pytest.raises(base.StaleRequest):
        ProctorU(simulator.settings(timeout_seconds=20), time).book(booking())
    ProctorU(simulator.settings(timeout_seconds=20, send_time=False), time).book(booking())


def test_how_near_a_session_must_be_for_its_report_can_be_set(booking: Make) -> None:
    vendor = Vendor(getStudentReservationList=listed(), clientActivityReport=good([]))
    vendor.client({"started_lead_seconds": 90 * 3600}).status(booking())
    assert vendor.endpoints == ["getStudentReservationList", "clientActivityReport"]
