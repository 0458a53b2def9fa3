"""The ProctorExam client against its simulator: appointments that are neither lost nor doubled, and all they become."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from proctored_exam_xblock.backends import base
from proctored_exam_xblock.backends.base import Booking, SessionState, Verdict
from proctored_exam_xblock.backends.proctorexam import ProctorExam
from proctored_exam_xblock.simulators.process import Simulator
from tests.contract.proctorexam_vendor import NOW, START

EVER = (NOW - timedelta(days=1), NOW + timedelta(days=60))
HOUR = timedelta(hours=1)


class Vendor:
    """The simulator seen by its own record, and the client that talks to it."""

    def __init__(self, simulator: Simulator, web: httpx.Client) -> None:
        self.simulator, self.web, self.now = simulator, web, NOW
        self.client = self.configured()

    def configured(self, **settings: object) -> ProctorExam:
        return ProctorExam(self.simulator.settings(timeout_seconds=20, **settings), lambda: self.now)

    def go(self, now: Any) -> None:
        self.now = now
        self.simulator.set_clock(now)

    @property
    def sessions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.web.get(f"{self.simulator.url}/state/").json()["sessions"]
        return found

    @property
    def held(self) -> dict[str, Any]:
        return {line["reservation_id"]: line["start"][:16] for line in self.sessions if line["active"]}

    def seat(self, booked: Booking, *actions: str) -> None:
        for action in actions:
            self.web.post(f"{self.simulator.url}/sessions/{booked.vendor_ref}/{action}/").raise_for_status()

    def step(self, booked: Booking, *steps: str) -> None:
        room = self.client.launch(booked).url
        self.web.get(room).raise_for_status()
        for step in steps:
            self.web.post(f"{room}step/", data={"step": step}).raise_for_status()


@pytest.fixture
def vendor(proctorexam: Simulator, web: httpx.Client) -> Vendor:
    return Vendor(proctorexam, web)


@pytest.fixture
def make(booking: Callable[..., Booking]) -> Callable[..., Booking]:
    return lambda **changes: booking(**{"code": "", "vendor_exam": "4242", "start": START, **changes})


def test_a_booking_sent_again_is_the_same_session(vendor: Vendor, make: Any) -> None:
    first = vendor.client.book(make())
    assert vendor.client.book(make()) == first
    assert vendor.held == {"r-0001": "2027-03-04T17:00"}


def test_a_booking_sent_again_at_another_time_is_moved(vendor: Vendor, make: Any) -> None:
    first = vendor.client.book(make())
    assert vendor.client.book(make(start=START + HOUR)) == first
    assert vendor.held == {"r-0001": "2027-03-04T18:00"}


@pytest.mark.parametrize("envelope", ["errors", "error", "bare", "text"])
def test_a_lost_answer_does_not_double_a_booking(vendor: Vendor, make: Any, envelope: str) -> None:
    vendor.simulator.switch(envelope=envelope)
    for mode in ("lossy", "garbage", "wrong_types"):
        vendor.simulator.set_fault(mode, only="create")
        with pytest.raises(base.Unavailable):
            vendor.client.book(make())
    vendor.simulator.set_fault("ok")
    reference = vendor.client.book(make()).vendor_ref
    assert [line["id"] for line in vendor.sessions] == [int(reference)]


def test_who_cancelled_books_again(vendor: Vendor, make: Any) -> None:
    first = make(vendor_ref=vendor.client.book(make()).vendor_ref)
    vendor.client.cancel(first)
    vendor.client.cancel(first)
    vendor.client.book(make(reservation_id="r-0002"))
    assert vendor.held == {"r-0002": "2027-03-04T17:00"}


def test_a_cancellation_without_the_vendors_id_finds_the_session(vendor: Vendor, make: Any) -> None:
    vendor.client.book(make())
    vendor.client.cancel(make(reservation_id="r-9999"))
    assert vendor.held == {"r-0001": "2027-03-04T17:00"}
    vendor.client.cancel(make())
    assert vendor.held == {}
    vendor.client.book(make())
    vendor.client.cancel(make(vendor_exam=""))
    assert vendor.held == {}


def test_a_second_appointment_leaves_the_first_sessions_evidence(vendor: Vendor, make: Any) -> None:
    """An e-mail address is taken once per exam: the earlier session steps aside, recordings and id kept."""
    first = make(vendor_ref=vendor.client.book(make()).vendor_ref)
    vendor.go(START)
    vendor.step(first)
    vendor.seat(first, "verify-identity", "open-room", "incident", "end")
    second = make(reservation_id="r-0002", start=START + HOUR)
    second = replace(second, vendor_ref=vendor.client.book(second).vendor_ref)
    assert second.vendor_ref != first.vendor_ref
    assert [line["email"] for line in vendor.sessions] == [f"{first.vendor_ref}@former.invalid", "zoe@example.org"]
    assert vendor.client.status(first).state is SessionState.ENDED
    assert vendor.client.status(second).state is SessionState.SCHEDULED
    assert len(vendor.client.review(first).incidents) == 1  # type: ignore[union-attr]


def test_an_earlier_booking_whose_cancellation_comes_late_is_not_deleted_by_the_next(
    vendor: Vendor, make: Any, person: Any
) -> None:
    vendor.client.book(make(reservation_id="r-0003", person=person(email="neighbour@example.org")))
    first = make(vendor_ref=vendor.client.book(make()).vendor_ref)
    vendor.client.book(make(reservation_id="r-0002"))
    assert set(vendor.held) == {"r-0001", "r-0002", "r-0003"}
    former = f"{first.vendor_ref}@former.invalid"
    assert [line["email"] for line in vendor.sessions] == ["neighbour@example.org", former, "zoe@example.org"]
    vendor.client.cancel(first)
    assert set(vendor.held) == {"r-0002", "r-0003"}


def test_an_address_that_stays_taken_is_refused(vendor: Vendor, make: Any) -> None:
    """Held by somebody whom no list shows, or by a session that keeps its address."""
    vendor.client.book(make())
    stubborn = vendor.configured(former_email="zoe@example.org")
    with pytest.raises(base.AlreadyExists):
        stubborn.book(make(reservation_id="r-0002"))
    assert set(vendor.held) == {"r-0001"}


def test_a_move_is_repeatable_and_needs_no_id_of_theirs(vendor: Vendor, make: Any) -> None:
    reference = vendor.client.book(make()).vendor_ref
    vendor.simulator.set_fault("lossy", only="update")
    with pytest.raises(base.Unavailable):
        vendor.client.move(make(vendor_ref=reference), START + HOUR)
    vendor.simulator.set_fault("ok")
    assert vendor.client.move(make(vendor_ref=reference), START + HOUR).vendor_ref == reference
    assert vendor.client.move(make(), START + 2 * HOUR).vendor_ref == reference
    assert vendor.held == {"r-0001": "2027-03-04T19:00"}
    with pytest.raises(base.NotFound):
        vendor.client.move(make(reservation_id="r-9999"), START)


def test_more_sessions_than_a_page(vendor: Vendor, make: Any, person: Any) -> None:
    vendor.simulator.switch(limit=3)
    for number in range(8):
        someone = person(email=f"c{number}@example.org")
        vendor.client.book(make(reservation_id=f"r-{number}", person=someone, start=START + number * HOUR))
    lines = vendor.client.reservations(*EVER)
    assert sorted(line.reservation_id for line in lines) == [f"r-{number}" for number in range(8)]
    some = vendor.client.reservations(START + HOUR, START + 3 * HOUR)
    assert sorted(line.reservation_id for line in some) == ["r-1", "r-2"]
    again = make(reservation_id="r-7", person=person(email="c7@example.org"), start=START + 7 * HOUR)
    assert vendor.client.book(again).vendor_ref in {line.vendor_ref for line in lines}


def test_the_clients_way_through_the_exam(vendor: Vendor, make: Any) -> None:
    booked = make()
    with pytest.raises(base.NotFound):
        vendor.client.launch(booked)
    booked = replace(booked, vendor_ref=vendor.client.book(booked).vendor_ref)

    def state() -> SessionState:
        return vendor.client.status(booked).state

    assert state() is SessionState.SCHEDULED
    vendor.step(booked, "check")  # days before
    assert state() is SessionState.WAITING
    vendor.go(START - timedelta(minutes=10))
    vendor.step(booked, "photo-document", "skip:photo-face")
    assert state() is SessionState.WAITING
    room = vendor.client.launch(booked).url
    assert vendor.web.post(f"{room}step/", data={"step": "start"}).status_code == 409, "open_time is the earliest start"
    vendor.step(booked, "leave")
    assert state() is SessionState.WAITING
    vendor.go(START)
    vendor.step(booked, "return", "start")
    assert state() is SessionState.OPEN
    assert vendor.client.review(booked) is None
    vendor.seat(booked, "end")
    assert state() is SessionState.ENDED
    found = vendor.client.review(booked)
    assert found is not None
    assert (found.verdict, found.missing_identity) == (Verdict.PENDING, ("face",))


@pytest.mark.parametrize("colour_field", ["review_color", ""])
@pytest.mark.parametrize(
    ("action", "coloured", "plain"),
    [
        ("verdict-valid", Verdict.CLEAR, Verdict.SUSPICIOUS),
        ("verdict-suspicious", Verdict.SUSPICIOUS, Verdict.SUSPICIOUS),
        ("verdict-fraud", Verdict.FRAUD, Verdict.SUSPICIOUS),
    ],
)
def test_a_reviewers_colour_or_the_incidents_without_one(
    vendor: Vendor, make: Any, action: str, coloured: Verdict, plain: Verdict, colour_field: str
) -> None:
    vendor.simulator.switch(colour_field=colour_field)
    booked = make(vendor_ref=vendor.client.book(make()).vendor_ref)
    vendor.go(START)
    vendor.step(booked)
    vendor.seat(booked, "verify-identity", "open-room", "incident", "end", action)
    found = vendor.client.review(booked)
    assert found is not None
    assert found.verdict is (coloured if colour_field else plain)
    assert (found.missing_identity, len(found.incidents)) == ((), 1)


def test_erasing_deletes_the_session_and_is_done_ever_after(vendor: Vendor, make: Any) -> None:
    booked = make(vendor_ref=vendor.client.book(make()).vendor_ref)
    for known in (booked, booked, make()):
        vendor.client.erase(known)
    assert vendor.sessions == []
    vendor.client.book(make())
    vendor.client.erase(make())
    assert vendor.sessions == []


def test_what_the_vendor_archived_keeps_its_verdict(vendor: Vendor, make: Any) -> None:
    booked = make(vendor_ref=vendor.client.book(make()).vendor_ref)
    vendor.go(START)
    vendor.step(booked)
    vendor.seat(booked, "verify-identity", "open-room", "end", "verdict-valid")
    vendor.simulator.post("archive", {"reservation_id": "r-0001"})
    found = vendor.client.review(booked)
    assert found is not None
    assert (found.verdict, found.missing_identity) == (Verdict.CLEAR, ())
    with pytest.raises(base.NotFound):
        vendor.client.launch(booked)


def test_the_room_may_open_at_its_hour_only(vendor: Vendor, make: Any) -> None:
    booked = make(vendor_ref=vendor.client.book(make()).vendor_ref)
    strict = vendor.configured(room_opens_minutes=15)
    with pytest.raises(base.TooEarly):
        strict.launch(booked)
    assert vendor.client.launch(booked).form == {}
    vendor.go(START - timedelta(minutes=15))
    assert strict.launch(booked).url.startswith(f"{vendor.simulator.url}/student_sessions/")
    for template in ("{nonsense}", "{site", "javascript:{token}"):
        with pytest.raises(base.Misconfigured):
            vendor.configured(room_url=template).launch(booked)


def test_credentials_and_clocks_are_the_operators_matter(vendor: Vendor, make: Any) -> None:
    booked = make(vendor_ref=vendor.client.book(make()).vendor_ref)
    for wrong in ({"api_token": "wrong"}, {"secret_key": "wrong"}):
        with pytest.raises(base.Misconfigured):
            vendor.configured(**wrong).status(booked)
    with pytest.raises(base.Misconfigured):
        vendor.client.book(make(vendor_exam="1"))
    vendor.simulator.skew_clock(-3600)
    for call in (vendor.client.status, vendor.client.book, vendor.client.cancel):
        with pytest.raises(base.StaleRequest):
            call(booked)
    vendor.simulator.skew_clock(0)
    assert vendor.client.status(booked).state is SessionState.SCHEDULED


@pytest.mark.parametrize("params", ["body", "query"])
def test_parameters_travel_either_way(vendor: Vendor, make: Any, params: str) -> None:
    client = vendor.configured(get_params=params)
    booked = make(vendor_ref=client.book(make()).vendor_ref)
    assert client.status(booked).start == START
    assert len(client.reservations(*EVER)) == 1
