"""The simulator's wire format, held against the vendor's documents without our client."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from proctored_exam_xblock.simulators.process import Simulator

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
BOOKING = {
    "student_id": "anon-7f3a",
    "first_name": "Zoé",
    "last_name": "O'Neil",
    "email": "zoe@example.org",
    "phone1": "+33612345678",
    "country": "FR",
    "time_zone_id": "Romance Standard Time",
    "description": "Examen",
    "duration": 30,
    "start_date": "2027-03-04T17:00:00Z",
    "reservation_id": "r-0001",
    "takeitnow": "N",
    "exam_password": "BCDEFGHJ",
    "notes": "password BCDEFGHJ",
}


class Wire:
    """Calls as any client in any language would make them."""

    def __init__(self, simulator: Simulator, web: httpx.Client) -> None:
        self.simulator = simulator
        self.web = web
        simulator.set_clock(NOW)

    def request(self, method: str, endpoint: str, **options: Any) -> httpx.Response:
        headers = {"Authorization-Token": self.simulator.api_key, **options.pop("headers", {})}
        return self.web.request(method, f"{self.simulator.api_url}/{endpoint}", headers=headers, **options)

    def __call__(self, endpoint: str, **params: object) -> dict[str, Any]:
        response = self.request("POST", endpoint, json=params)
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("application/json")
        envelope: dict[str, Any] = response.json()
        assert list(envelope) == ["time_sent", "response_code", "message", "data"]
        return envelope


@pytest.fixture
def wire(simulator: Simulator, web: httpx.Client) -> Wire:
    return Wire(simulator, web)


def test_success_has_the_documented_envelope(wire: Wire) -> None:
    answer = wire("getTimeZoneList")
    assert (answer["time_sent"], answer["response_code"], answer["message"]) == ("2027-03-01T09:00:00Z", 1, "")
    zones = {row["Id"]: row for row in answer["data"]}
    assert zones["Romance Standard Time"]["GMTOffset"] == 1
    assert zones["UTC-11"]["DisplayName"].startswith("(UTC-11:00)")
    assert len(zones) == len(answer["data"]) > 90


def test_errors_are_sent_with_status_200_a_counter_and_no_data(wire: Wire) -> None:
    answers = [wire("removeReservation", student_id="nobody", reservation_no=1) for _ in range(3)]
    assert [answer["response_code"] for answer in answers] == [2, 2, 2]
    assert answers[0]["message"] == "Student Not found : Error count 1 of 50"
    assert answers[2]["message"] == "Student Not found" + " : Error count 3 of 50" * 2
    assert [answer["data"] for answer in answers] == [None, "", None]
    assert answers[0]["time_sent"] == "2027-03-01T09:00:00.000Z"


def test_parameters_come_by_query_form_or_json_with_or_without_a_trailing_slash(wire: Wire) -> None:
    asked = {"time_zone_id": "UTC", "start_date": "2027-03-01T12:00:00", "isadhoc": "Y", "duration": "30"}
    endpoint = "getScheduleInfoAvailableTimesList"
    half = {name: asked.pop(name) for name in ("time_zone_id", "start_date")}
    whole = {**half, **asked}
    answers = [
        wire.request("GET", endpoint, params=whole),
        wire.request("GET", f"{endpoint}/", data=whole),
        wire.request("POST", f"{endpoint}/", data=whole),
        wire.request("POST", endpoint, params=half, json=asked),
        wire.request("GET", endpoint, params=half, content=json.dumps(asked)),
    ]
    starts = {row["start_date"] for row in answers[0].json()["data"]}
    assert len(starts) == 96
    assert all(answer.json() == answers[0].json() for answer in answers)


def test_writes_want_post(wire: Wire) -> None:
    assert wire.request("GET", "addAdHocProcess", params=BOOKING).status_code == 405
    assert wire.request("POST", "noSuchThing").status_code == 404


def test_the_key_is_wanted_in_its_own_header(wire: Wire) -> None:
    for headers in ({"Authorization-Token": "other"}, {"Authorization-Token": ""}):
        answer = wire.request("POST", "getTimeZoneList", json={}, headers=headers)
        assert answer.json()["response_code"] == 3


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("2027-03-01T08:45:00Z", 1),
        ("2027-03-01T08:45:00", 1),
        ("2027-03-01T08:44:59Z", 2),
        ("2027-03-01T09:15:01Z", 2),
        ("yesterday", 2),
    ],
)
def test_requests_of_more_than_a_quarter_of_an_hour_ago_are_stale(wire: Wire, sent: str, code: int) -> None:
    answer = wire("getTimeZoneList", time_sent=sent)
    assert answer["response_code"] == code
    assert code == 1 or answer["message"].startswith("stale request")


def test_local_start_date_ignores_summer_time_as_the_vendor_does(wire: Wire) -> None:
    answer = wire(
        "getScheduleInfoAvailableTimesList",
        time_zone_id="Romance Standard Time",
        start_date="2027-07-01T10:00:00Z",
        isadhoc="Y",
        duration=30,
    )
    first = answer["data"][0]
    assert first["start_date"] == "2027-07-01T10:00:00Z"
    assert first["local_start_date"] == "2027-07-01T11:00:00+01:00", "the right offset would be +02:00"


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"time_zone_id": "Europe/Paris"}, 2, "TimeZone not found."),
        ({"start_date": "2027-03-01T08:45:00Z"}, 2, "start_date in the past"),
        ({"email": ""}, 3, "email is required"),
        ({"takeitnow": ""}, 3, "takeitnow is required"),
        ({"country": "US", "address1": "1 Main St", "city": "Troy", "state": "NY"}, 3, "zipcode is required"),
        ({"duration": "half an hour"}, 3, "duration is not a number"),
        ({"start_date": "tomorrow"}, 3, "start_date is not a date"),
    ],
)
def test_a_booking_that_cannot_be_made_says_why(
    wire: Wire, changes: dict[str, object], code: int, message: str
) -> None:
    answer = wire("addAdHocProcess", **{**BOOKING, **changes})
    assert answer["response_code"] == code
    assert answer["message"].startswith(message)
    assert wire("getStudentReservationList")["data"] == []


def test_booking_with_a_number_reschedules(wire: Wire) -> None:
    first = wire("addAdHocProcess", **BOOKING, reservation_no="")["data"]
    assert first["reservation_no"] == 907886515
    again = wire("addAdHocProcess", **{**BOOKING, "start_date": "2027-03-04T18:00:00Z"}, reservation_no=str(907886515))
    assert again["data"]["reservation_id"] == "r-0001"
    (row,) = wire("getStudentReservationList", student_id="anon-7f3a")["data"]
    assert (row["start_date"], row["reservation_no"]) == ("2027-03-04T18:00:00Z", again["data"]["reservation_no"])


def test_moves_answer_for_foreign_and_given_up_numbers(wire: Wire) -> None:
    number = wire("addAdHocProcess", **BOOKING)["data"]["reservation_no"]
    move = {"reservation_id": "r-0001", "start_date": "2027-03-04T18:00:00Z"}
    assert wire("moveReservation", reservation_no=number, **move)["data"]["reservation_no"] == number + 1
    assert wire("moveReservation", reservation_no=number, **move)["message"].startswith("Reservation Cancelled.")
    foreign = wire("moveReservation", reservation_no=1, **move)
    assert foreign["message"].startswith("RESERVATION_NOT_FOR_THIS_INSTITUTION")


def test_lists_by_status(wire: Wire) -> None:
    number = wire("addAdHocProcess", **BOOKING)["data"]["reservation_no"]
    wire("addAdHocProcess", **{**BOOKING, "student_id": "anon-2", "reservation_id": "r-0002"})
    wire("removeReservation", student_id="anon-7f3a", reservation_no=number)

    def ids(**params: object) -> list[str]:
        return [row["reservation_id"] for row in wire("getStudentReservationList", **params)["data"]]

    assert ids() == ["r-0002"]
    assert ids(student_id="anon-7f3a") == []
    assert ids(status="cancelled") == ["r-0001"]
    assert wire("getStudentReservationList", status="lost")["response_code"] == 3


def test_the_report_tells_a_session_in_the_vendors_words(wire: Wire) -> None:
    number = wire("addAdHocProcess", **BOOKING)["data"]["reservation_no"]
    span = {"start_date": "2027-03-01T00:00:00Z", "end_date": "2027-03-10T00:00:00Z"}

    def row() -> dict[str, Any]:
        (found,) = wire("clientActivityReport", **span)["data"]
        return dict(found)

    assert row()["ProctorNotes"] == "Fulfillment created by Simulator at 9:00am UTC on Mar 1, 2027"
    assert not any(row()[flag] for flag in ("Authenticated", "CheckID", "TestSubmitted", "IncidentReport", "Escalated"))
    start = datetime(2027, 3, 4, 17, 0, tzinfo=UTC)
    wire.simulator.set_clock(start)
    wire("beginReservation", student_id="anon-7f3a", reservation_id="r-0001")
    for action in ("verify-identity", "open-room", "incident", "end", "verdict-fraud"):
        wire.web.post(f"{wire.simulator.url}/sessions/{number}/{action}/").raise_for_status()
    after = row()
    assert [part.split(" by ")[0] for part in after["ProctorNotes"].split("; ")] == [
        "Fulfillment created",
        "Fulfillment started",
        "Fulfillment ended",
    ]
    assert all(after[flag] for flag in ("Authenticated", "CheckID", "TestSubmitted", "IncidentReport", "Escalated"))
    assert "BCDEFGHJ" in after["SchoolNotes"], "the vendor repeats the notes: the report is for staff only"
    assert wire("getStudentReservationList")["data"] == [], "used"


def test_the_report_fails_on_long_ranges_and_may_repeat_rows(wire: Wire) -> None:
    wire("addAdHocProcess", **BOOKING)
    long = {"start_date": "2027-03-01T00:00:00Z", "end_date": "2027-03-12T00:00:00Z"}
    assert wire.request("POST", "clientActivityReport", json=long).status_code == 500
    wire.simulator.switch(duplicate_rows=True)
    rows = wire("clientActivityReport", **{**long, "end_date": "2027-03-10T00:00:00Z"})["data"]
    assert len(rows) == 2
    assert rows[0] == rows[1]


def test_students_can_be_edited_read_and_logged_in_once(wire: Wire) -> None:
    assert wire("getStudentProfile", student_id="anon-9")["message"].startswith("Student Not found")
    edited = wire("editStudent", student_id="anon-9", first_name="Léa", email="lea@example.org")
    assert edited["data"]["profilecomplete"] is True
    wire("editStudent", student_id="anon-9", city="Lyon")
    profile = wire("getStudentProfile", student_id="anon-9")["data"]
    assert (profile["first_name"], profile["city"], profile["active"]) == ("Léa", "Lyon", True)
    url = wire("autoLogin", student_id="anon-9")["data"]["url"]
    assert wire.web.get(url).status_code == 200
    assert wire.web.get(url).status_code == 403


def test_the_clock_can_be_read_set_advanced_and_stopped(wire: Wire) -> None:
    wire.simulator.post("clock", {"advance": 3600})
    assert json.loads(wire.simulator.get("clock/")) == {
        "now": "2027-03-01T10:00:00+00:00",
        "stopped": True,
        "skew": 0,
    }
    wire.simulator.set_clock(NOW + timedelta(days=1), stopped=False)
    running = json.loads(wire.simulator.get("clock/"))
    assert running["stopped"] is False
    assert running["now"] >= "2027-03-02T09:00:00+00:00"
    assert wire.web.post(f"{wire.simulator.url}/clock/", json={"now": "noon"}).status_code == 400


@pytest.mark.parametrize(
    ("lever", "body"),
    [
        ("faults", {"mode": "angry"}),
        ("faults", {"mode": "slow", "seconds": -1}),
        ("faults", {}),
        ("switches", {"capacity": "many"}),
        ("switches", {"capacity": -1}),
        ("clock", {}),
    ],
)
def test_levers_refuse_what_they_cannot_read(wire: Wire, lever: str, body: dict[str, object]) -> None:
    before = wire.simulator.get(f"{lever}/") if lever != "clock" else ""
    assert wire.web.post(f"{wire.simulator.url}/{lever}/", json=body).status_code == 400
    assert before == (wire.simulator.get(f"{lever}/") if lever != "clock" else "")


def test_garbage_is_cut_json_then_a_page(wire: Wire) -> None:
    wire.simulator.set_fault("garbage")
    first, second = (wire.request("POST", "getTimeZoneList", json={}) for _ in range(2))
    assert first.text.startswith('{"time_sent"')
    with pytest.raises(json.JSONDecodeError):
        first.json()
    assert second.headers["content-type"].startswith("text/html")
    assert (first.status_code, second.status_code) == (200, 200)


def test_lossy_does_it_and_answers_500_then_drops_the_connection(wire: Wire) -> None:
    wire.simulator.set_fault("lossy", only="addAdHocProcess")
    assert wire.request("POST", "addAdHocProcess", json=BOOKING).status_code == 500
    with pytest.raises(httpx.RemoteProtocolError):
        wire.request("POST", "addAdHocProcess", json={**BOOKING, "reservation_id": "r-2", "student_id": "anon-2"})
    assert [row["reservation_id"] for row in wire("getStudentReservationList")["data"]] == ["r-0001"]


def test_reset_forgets_bookings_faults_switches_and_counts(wire: Wire) -> None:
    wire("addAdHocProcess", **BOOKING)
    wire.simulator.switch(capacity=1)
    wire("addAdHocProcess", **BOOKING)
    wire.simulator.set_fault("down")
    wire.simulator.reset()
    assert wire("getStudentReservationList")["data"] == []
    assert wire("addAdHocProcess", **BOOKING)["data"]["reservation_no"] == 907886515
    assert wire("addAdHocProcess", **BOOKING)["message"].endswith("Error count 1 of 50")
    assert json.loads(wire.simulator.get("switches/"))["capacity"] == 10
