"""The ProctorU client after a lost answer: nothing is booked twice, forgotten, or taken for done when it is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from proctored_exam_xblock.backends import base
from tests.contract.scripted_vendor import CONFIRMED, START, Vendor, bad, good, listed

Make = Callable[..., Any]

EXISTS = bad("reservation_id_EXIST_FOR_THIS_INSTITUTION : Error count 3 of 50")


@pytest.mark.parametrize("message", ["reservation_id_EXIST_FOR_THIS_INSTITUTION", "OVERLAP", "start_date in the past"])
def test_a_second_try_finds_what_the_first_one_booked(booking: Make, message: str) -> None:
    vendor = Vendor(addAdHocProcess=bad(message), getStudentReservationList=listed("907886599"))
    assert vendor.client().book(booking()).vendor_ref == "907886599"
    assert vendor.sent[1][1]["student_id"] == "anon-7f3a"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("reservation_id_EXIST_FOR_THIS_INSTITUTION", base.AlreadyExists),
        ("OVERLAP", base.Overlap),
        ("start_date in the past", base.SlotGone),
    ],
)
def test_a_refusal_stands_when_the_list_does_not_know_the_booking(
    booking: Make, message: str, expected: type[base.BackendError]
) -> None:
    vendor = Vendor(addAdHocProcess=bad(message), getStudentReservationList=listed(reservation_id="r-other"))
    with pytest.raises(expected):
        vendor.client().book(booking())


def test_a_list_that_fails_leaves_the_booking_to_be_tried_again(booking: Make) -> None:
    vendor = Vendor(addAdHocProcess=EXISTS, getStudentReservationList=httpx.Response(500))
    with pytest.raises(base.Unavailable):
        vendor.client().book(booking())


def test_a_booking_found_at_another_time_is_moved_to_the_wanted_one(booking: Make) -> None:
    vendor = Vendor(
        addAdHocProcess=EXISTS,
        getStudentReservationList=listed(start=START - timedelta(hours=1)),
        moveReservation=good({**CONFIRMED, "reservation_no": 907886600}),
    )
    assert vendor.client().book(booking()).vendor_ref == "907886600"
    assert vendor.sent[-1][1]["start_date"] == "2027-03-04T17:00:00Z"


def test_a_move_answers_the_new_number(booking: Make) -> None:
    vendor = Vendor(moveReservation=good({**CONFIRMED, "reservation_no": 907886517}))
    moved = vendor.client().move(booking(vendor_ref="907886515"), START + timedelta(hours=1))
    assert moved.vendor_ref == "907886517"
    assert vendor.sent == [
        (
            "moveReservation",
            {
                "time_sent": "2027-03-01T09:00:00Z",
                "reservation_no": "907886515",
                "reservation_id": "r-0001",
                "start_date": "2027-03-04T18:00:00Z",
                "notify": "Y",
            },
        )
    ]


@pytest.mark.parametrize("message", ["Reservation Cancelled.", "RESERVATION_NOT_FOR_THIS_INSTITUTION", "OVERLAP"])
def test_a_move_whose_answer_was_lost_is_found_done(booking: Make, message: str) -> None:
    later = START + timedelta(hours=1)
    vendor = Vendor(moveReservation=bad(message), getStudentReservationList=listed(907886517, later))
    assert vendor.client().move(booking(vendor_ref="907886515"), later).vendor_ref == "907886517"


def test_a_move_under_an_old_number_is_done_under_the_present_one(booking: Make) -> None:
    vendor = Vendor(
        moveReservation=[bad("Reservation Cancelled."), good({**CONFIRMED, "reservation_no": 907886520})],
        getStudentReservationList=listed(907886517),
    )
    moved = vendor.client().move(booking(vendor_ref="907886515"), START + timedelta(hours=1))
    assert moved.vendor_ref == "907886520"
    assert [params.get("reservation_no") for _, params in vendor.sent] == ["907886515", None, "907886517"]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Reservation Cancelled.", base.AlreadyCancelled),
        ("RESERVATION_NOT_FOR_THIS_INSTITUTION", base.NotFound),
        ("start_date in the past", base.SlotGone),
        ("OVERLAP", base.Overlap),
    ],
)
def test_a_move_that_is_refused_stays_refused(booking: Make, message: str, expected: type[base.BackendError]) -> None:
    held = listed() if expected in (base.SlotGone, base.Overlap) else good([])
    vendor = Vendor(moveReservation=bad(message), getStudentReservationList=held)
    with pytest.raises(expected):
        vendor.client().move(booking(vendor_ref="907886515"), START + timedelta(hours=1))
    assert vendor.endpoints.count("moveReservation") == 1


def test_a_move_without_a_known_number_looks_it_up(booking: Make) -> None:
    vendor = Vendor(getStudentReservationList=listed("0907886515"), moveReservation=good(CONFIRMED))
    vendor.client().move(booking(), START + timedelta(hours=1))
    assert vendor.sent[1][1]["reservation_no"] == "907886515"


def test_cancelling_removes_by_number(booking: Make) -> None:
    vendor = Vendor(removeReservation=good({"onaccount": "30.00"}))
    vendor.client().cancel(booking(vendor_ref="907886515"))
    assert vendor.endpoints == ["removeReservation"]
    assert vendor.sent[0][1]["student_id"] == "anon-7f3a"
    assert vendor.sent[0][1]["reservation_no"] == "907886515"


@pytest.mark.parametrize("message", ["Reservation Cancelled.", "Reservation Not found", "Student Not found"])
def test_cancelling_what_is_already_gone_counts_as_done(booking: Make, message: str) -> None:
    vendor = Vendor(removeReservation=bad(message), getStudentReservationList=good([]))
    vendor.client().cancel(booking(vendor_ref="907886515"))
    assert vendor.endpoints == ["removeReservation", "getStudentReservationList"]


def test_cancelling_under_an_old_number_removes_the_present_one(booking: Make) -> None:
    vendor = Vendor(
        removeReservation=[bad("Reservation Cancelled."), good({"onaccount": "30.00"})],
        getStudentReservationList=listed(907886517),
    )
    vendor.client().cancel(booking(vendor_ref="907886515"))
    assert vendor.sent[-1][0] == "removeReservation"
    assert vendor.sent[-1][1]["reservation_no"] == "907886517"


@pytest.mark.parametrize(
    ("answer", "endpoints"),
    [
        (listed(), ["getStudentReservationList", "removeReservation"]),
        (listed(reservation_id="r-other"), ["getStudentReservationList"]),
    ],
)
def test_cancelling_without_a_number_looks_it_up_first(booking: Make, answer: object, endpoints: list[str]) -> None:
    vendor = Vendor(getStudentReservationList=answer, removeReservation=good({"onaccount": "30.00"}))
    vendor.client().cancel(booking())
    assert vendor.endpoints == endpoints


def test_cancelling_is_not_done_while_the_vendor_does_not_answer(booking: Make) -> None:
    vendor = Vendor(removeReservation=httpx.Response(500))
    with pytest.raises(base.Unavailable):
        vendor.client().cancel(booking(vendor_ref="907886515"))
