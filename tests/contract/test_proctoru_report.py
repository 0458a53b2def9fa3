"""The activity report: read in pieces, told apart by number, turned into states and reviews; its texts go nowhere."""

from __future__ import annotations

import itertools
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from proctored_exam_xblock.backends import base
from proctored_exam_xblock.backends.base import Incident, Reservation, Review, SessionState, Verdict
from proctored_exam_xblock.backends.proctoru import ProctorU
from proctored_exam_xblock.simulators.process import Simulator
from tests.contract.scripted_vendor import NOW, START, Vendor, bad, good, listed

Make = Callable[..., Any]
DAY = timedelta(days=1)
NUMBER = 907886515
CREATED = "Fulfillment created by X at 4:26pm UTC on Mar 25, 2016"
STARTED, ENDED = f"{CREATED}; Fulfillment started by X", f"{CREATED}; Fulfillment started by X; Fulfillment ended by X"
CANCELLED = f"{CREATED}; Reservation cancelled by X"
SAFE = {"IncidentReport": False, "Escalated": False, "TestSubmitted": False, "CheckID": True}


def row(notes: object = CREATED, number: object = NUMBER, **changes: object) -> dict[str, object]:
    return {
        "Student": "Zoe O",
        "UniqueId": "anon-7f3a",
        "ReservationNo": number,
        "StartDate": "2027-03-04T17:00:00Z",
        "EndDate": "2027-03-04T17:30:00Z",
        "StudentNotes": "the password is BCDEFGHJ",
        "SchoolNotes": "the password is BCDEFGHJ",
        "ProctorNotes": notes,
        **SAFE,
        **changes,
    }


def vendor_with(*rows: object, pending: Any = None) -> Vendor:
    return Vendor(clientActivityReport=good(list(rows)), getStudentReservationList=pending or good([]))


def states(*rows: object, pending: Any = None) -> list[tuple[str, str, SessionState]]:
    found = vendor_with(*rows, pending=pending).client().reservations(START - DAY, START + DAY)
    return [(line.reservation_id, line.vendor_ref, line.state) for line in found]


def spans(vendor: Vendor) -> list[tuple[object, object]]:
    return [
        (params["start_date"], params["end_date"])
        for endpoint, params in vendor.sent
        if endpoint == "clientActivityReport"
    ]


# States.


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        (CREATED, SessionState.SCHEDULED),
        (STARTED, SessionState.WAITING),
        (ENDED, SessionState.ENDED),
        (CANCELLED, SessionState.CANCELLED),
        ("fulfillment ENDED, then Reservation Cancelled", SessionState.CANCELLED),
        ("Fulfillment ended; fulfillment created", SessionState.ENDED),
        ("Something new", SessionState.UNKNOWN),
        ("", SessionState.UNKNOWN),
        (None, SessionState.UNKNOWN),
    ],
)
def test_the_first_words_found_in_the_notes_are_the_state(notes: object, expected: SessionState) -> None:
    assert states(row(notes)) == [("", "907886515", expected)]


def test_no_state_of_the_report_opens_an_exam() -> None:
    assert all(found[2] is not SessionState.OPEN for notes in (CREATED, STARTED, ENDED) for found in states(row(notes)))


def test_our_ids_come_from_the_pending_list_and_states_from_the_report() -> None:
    assert states(row(STARTED, "907886515"), pending=listed()) == [("r-0001", "907886515", SessionState.WAITING)]
    assert states(row("?"), pending=listed()) == [("r-0001", "907886515", SessionState.SCHEDULED)]
    assert states(pending=listed()) == [("r-0001", "907886515", SessionState.SCHEDULED)]


def test_what_is_used_or_cancelled_has_its_number_only() -> None:
    assert states(row(ENDED), row(CANCELLED, 907886516), pending=listed(907886517, START + timedelta(hours=2))) == [
        ("", "907886515", SessionState.ENDED),
        ("", "907886516", SessionState.CANCELLED),
        ("r-0001", "907886517", SessionState.SCHEDULED),
    ]


def test_only_what_starts_in_the_asked_time_is_told() -> None:
    vendor = vendor_with(row(), row(number=907886516, StartDate="2027-03-04T18:00:00Z"), pending=listed(1, START - DAY))
    found = vendor.client().reservations(START, START + timedelta(hours=1))
    assert [line.vendor_ref for line in found] == ["907886515"]


def test_repeated_rows_are_one_reservation_in_its_furthest_state() -> None:
    assert states(row(STARTED), row(ENDED, "907886515"), row(STARTED)) == [("", "907886515", SessionState.ENDED)]
    for repeated in ((row(ENDED), row(STARTED, IncidentReport=True)), (row(STARTED, IncidentReport=True), row(ENDED))):
        review = vendor_with(*repeated).client().review(_booking())
        assert review == Review(Verdict.SUSPICIOUS, (), (Incident("incident_report"),))


@pytest.mark.parametrize(
    "wrong",
    [
        {"ReservationNo": None},
        {"ReservationNo": "soon"},
        {"StartDate": None},
        {"StartDate": "soon"},
        {"StartDate": 7},
        {"UniqueId": None},
        {"UniqueId": 7},
        {"ProctorNotes": ["ended"]},
    ],
)
def test_a_list_with_an_unreadable_row_is_an_outage(wrong: dict[str, object]) -> None:
    with pytest.raises(base.Unavailable):
        states(row(), {**row(), **wrong})


# Pieces.


def test_long_ranges_are_asked_in_pieces_of_ten_days() -> None:
    vendor = vendor_with()
    vendor.client().reservations(NOW, NOW + timedelta(days=25))
    assert spans(vendor) == [
        ("2027-03-01T09:00:00Z", "2027-03-11T09:00:00Z"),
        ("2027-03-11T09:00:00Z", "2027-03-21T09:00:00Z"),
        ("2027-03-21T09:00:00Z", "2027-03-26T09:00:00Z"),
    ]


def test_a_piece_that_fails_is_halved_and_nothing_is_left_out() -> None:
    vendor = Vendor(
        clientActivityReport=[httpx.Response(500), httpx.Response(500), good([row()]), good([]), good([]), good([])],
        getStudentReservationList=good([]),
    )
    found = vendor.client().reservations(NOW, NOW + timedelta(days=10))
    assert [line.vendor_ref for line in found] == ["907886515"]
    asked = spans(vendor)
    assert [span[1] for span in asked[:3]] == ["2027-03-11T09:00:00Z", "2027-03-06T09:00:00Z", "2027-03-03T21:00:00Z"]
    answered = asked[2:]
    assert answered[0][0] == "2027-03-01T09:00:00Z"
    assert answered[-1][1] == "2027-03-11T09:00:00Z"
    assert all(before[1] == after[0] for before, after in itertools.pairwise(answered))


def test_a_report_that_fails_for_a_single_day_is_an_outage() -> None:
    vendor = Vendor(clientActivityReport=httpx.Response(500), getStudentReservationList=good([]))
    with pytest.raises(base.Unavailable):
        vendor.client().reservations(NOW, NOW + timedelta(days=10))
    assert len(spans(vendor)) == 5
    assert spans(vendor)[-1] == ("2027-03-01T09:00:00Z", "2027-03-02T09:00:00Z")


def test_a_refusal_is_not_asked_again() -> None:
    vendor = Vendor(clientActivityReport=bad("stale request"), getStudentReservationList=good([]))
    with pytest.raises(base.StaleRequest):
        vendor.client().reservations(NOW, NOW + timedelta(days=10))
    assert len(vendor.sent) == 1


@pytest.mark.parametrize("days", [1, 3, 10])
def test_everything_is_found_whatever_length_the_vendor_can_bear(
    backend: ProctorU, simulator: Simulator, booking: Make, person: Make, time: Any, days: int
) -> None:
    simulator.switch(report_days=days, duplicate_rows=True)
    expected = []
    for index in range(6):
        start = time.later(days=4 * index + 1)
        someone = person(student_id=f"anon-{index}")
        number = backend.book(booking(reservation_id=f"r-{index}", person=someone, start=start)).vendor_ref
        expected.append(Reservation(f"r-{index}", number, start, SessionState.SCHEDULED))
    assert backend.reservations(time.now, time.later(days=30)) == tuple(expected)


# The state of one session.


def _booking(**changes: object) -> base.Booking:
    person = base.Person("anon-7f3a", "Zoé", "O", "zoe@example.org")
    values: dict[str, Any] = {"start": START, "duration_minutes": 30, "vendor_ref": "907886515", **changes}
    return base.Booking("r-0001", person, "Examen", **values)


def test_a_session_far_away_is_read_from_the_list_alone() -> None:
    vendor = vendor_with(pending=listed(907886599, START + DAY))
    assert vendor.client().status(_booking()) == base.Status(SessionState.SCHEDULED, "907886599", START + DAY)
    assert vendor.endpoints == ["getStudentReservationList"]
    assert vendor.sent[0][1]["student_id"] == "anon-7f3a"


def test_a_session_near_by_is_read_from_the_report() -> None:
    vendor = vendor_with(row(STARTED), pending=listed())
    client = vendor.client(now=lambda: START)
    assert client.status(_booking(vendor_ref="")) == base.Status(SessionState.WAITING, "907886515", START)
    assert vendor.sent[-1][1]["student_id"] == "anon-7f3a"
    unknown = vendor_with(row("?"), pending=listed()).client(now=lambda: START)
    assert unknown.status(_booking()) == base.Status(SessionState.SCHEDULED, "907886515", START)


@pytest.mark.parametrize(
    ("notes", "expected"),
    [(CANCELLED, SessionState.CANCELLED), (ENDED, SessionState.ENDED), ("", SessionState.UNKNOWN)],
)
def test_what_is_no_longer_pending_is_told_by_the_report(notes: str, expected: SessionState) -> None:
    assert vendor_with(row(notes)).client().status(_booking()) == base.Status(expected, "907886515", START)


def test_a_vendor_that_does_not_answer_is_asked_for_one_session_once() -> None:
    for ask in ("status", "review"):
        vendor = Vendor(clientActivityReport=httpx.Response(500), getStudentReservationList=good([]))
        with pytest.raises(base.Unavailable):
            getattr(vendor.client(), ask)(_booking())
        assert spans(vendor) == [("2027-03-04T05:00:00Z", "2027-03-05T05:00:00Z")]


def test_what_is_nowhere_is_unknown() -> None:
    nobody = row(ENDED, UniqueId="anon-other")
    assert vendor_with(nobody).client().status(_booking()) == base.Status(SessionState.UNKNOWN)


def test_a_number_that_changed_unknown_to_us_is_found_by_its_start_but_never_as_cancelled() -> None:
    ended = vendor_with(row(ENDED, 907886599))
    assert ended.client().status(_booking()) == base.Status(SessionState.ENDED, "907886599", START)
    cancelled = vendor_with(row(CANCELLED, 907886599))
    assert cancelled.client().status(_booking()) == base.Status(SessionState.UNKNOWN)


# The review.


@pytest.mark.parametrize(
    ("notes", "flags", "expected"),
    [
        (ENDED, {}, Review(Verdict.CLEAR)),
        (STARTED, {"TestSubmitted": True}, Review(Verdict.CLEAR)),
        (STARTED, {}, None),
        (CREATED, {}, None),
        (CANCELLED, {"IncidentReport": True}, None),
        (ENDED, {"IncidentReport": True}, Review(Verdict.SUSPICIOUS, (), (Incident("incident_report"),))),
        (ENDED, {"Escalated": "true"}, Review(Verdict.SUSPICIOUS, (), (Incident("escalated"),))),
        (
            STARTED,
            {"IncidentReport": 1, "Escalated": "Y"},
            Review(Verdict.SUSPICIOUS, (), (Incident("incident_report"), Incident("escalated"))),
        ),
        (ENDED, {"CheckID": False}, Review(Verdict.CLEAR)),
        (ENDED, {"IncidentReport": None}, Review(Verdict.PENDING)),
        (ENDED, {"Escalated": "perhaps"}, Review(Verdict.PENDING)),
        (ENDED, {"Escalated": [False]}, Review(Verdict.PENDING)),
    ],
)
def test_flags_become_a_review(notes: str, flags: dict[str, object], expected: Review | None) -> None:
    assert vendor_with(row(notes, **flags)).client().review(_booking()) == expected


@pytest.mark.parametrize(
    ("notes", "checked", "expected"),
    [(ENDED, False, ("document",)), (ENDED, True, ()), (ENDED, None, ()), (STARTED, False, ())],
)
def test_a_missing_document_is_claimed_only_where_it_is_required(
    notes: str, checked: object, expected: tuple[str, ...]
) -> None:
    client = vendor_with(row(notes, CheckID=checked, TestSubmitted=True)).client({"check_id_required": True})
    found = client.review(_booking())
    assert found is not None
    assert found.missing_identity == expected


def test_clear_can_be_made_to_wait_for_late_reports() -> None:
    for seconds, verdict in ((86400, Verdict.PENDING), (0, Verdict.CLEAR)):
        client = vendor_with(row(ENDED)).client({"clear_after_seconds": seconds}, lambda: START + timedelta(hours=1))
        assert client.review(_booking()) == Review(verdict)
    for minutes, verdict in ((59, Verdict.PENDING), (60, Verdict.CLEAR)):
        now = START + timedelta(minutes=minutes)
        client = vendor_with(row(ENDED)).client({"clear_after_seconds": 1800}, lambda now=now: now)
        assert client.review(_booking()) == Review(verdict)


def test_nothing_is_known_of_a_session_that_is_not_in_the_report() -> None:
    assert vendor_with().client().review(_booking()) is None


def test_no_text_of_the_report_is_returned_or_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told = row(f"{ENDED}; typed BCDEFGHJ", IncidentReport=True, Escalated=True)
    client = vendor_with(told, pending=listed(1)).client()
    review = client.review(_booking())
    assert review is not None
    shown = [caplog.text, repr(client.reservations(START - DAY, START + DAY)), repr(client.status(_booking()))]
    shown += [review.comment, *(part for incident in review.incidents for part in (incident.kind, incident.text))]
    assert not [text for text in shown if "BCDEFGHJ" in text or "Zoe" in text or "typed" in text]
    assert [incident.text for incident in review.incidents] == ["", ""]


# The simulator tells the same story.


def test_a_session_from_booking_to_verdict(
    backend: ProctorU, simulator: Simulator, booking: Make, time: Any, web: httpx.Client
) -> None:
    number = backend.book(booking()).vendor_ref
    held = booking(vendor_ref=number)

    def act(action: str) -> None:
        web.post(f"{simulator.url}/sessions/{number}/{action}/").raise_for_status()

    told = [backend.status(held).state]
    time.go(booking().start)
    told.append(backend.status(held).state)
    backend.launch(held)
    told.append(backend.status(held).state)
    act("open-room")
    told.append(backend.status(held).state)
    assert backend.review(held) is None
    act("end")
    told.append(backend.status(held).state)
    assert told == [SessionState.SCHEDULED] * 2 + [SessionState.WAITING] * 2 + [SessionState.ENDED]
    assert backend.review(held) == Review(Verdict.CLEAR)
    act("verdict-fraud")
    assert backend.review(held) == Review(Verdict.SUSPICIOUS, (), (Incident("incident_report"), Incident("escalated")))
    first, last = time.later(days=-1), time.later(days=1)
    assert backend.reservations(first, last) == (Reservation("", number, booking().start, SessionState.ENDED),)


def test_a_cancellation_by_the_vendor_is_noticed_and_a_lost_booking_is_unknown(
    backend: ProctorU, simulator: Simulator, booking: Make
) -> None:
    held = booking(vendor_ref=backend.book(booking()).vendor_ref)
    simulator.post("cancel", {"reservation_id": "r-0001"})
    assert backend.status(held).state is SessionState.CANCELLED
    simulator.post("lose", {"reservation_id": "r-0001"})
    assert backend.status(held) == base.Status(SessionState.UNKNOWN)
    assert json.loads(simulator.get("state/"))["sessions"] == []


@pytest.mark.parametrize("mode", ["down", "garbage", "truncated", "lossy"])
@pytest.mark.parametrize("action", ["status", "review", "reservations"])
def test_reading_survives_faults(
    backend: ProctorU, simulator: Simulator, booking: Make, time: Any, mode: str, action: str
) -> None:
    held = booking(vendor_ref=backend.book(booking()).vendor_ref)
    requests: dict[str, Callable[[], object]] = {
        "status": lambda: backend.status(held),
        "review": lambda: backend.review(held),
        "reservations": lambda: backend.reservations(time.now, time.later(days=10)),
    }
    before = requests[action]()
    simulator.set_fault(mode)
    with pytest.raises(base.Unavailable):
        requests[action]()
    simulator.set_fault("ok")
    assert requests[action]() == before
