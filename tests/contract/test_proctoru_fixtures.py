"""Recorded exchanges: the client sends and reads them to the letter, the simulator answers in their shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from proctored_exam_xblock.backends import base
from proctored_exam_xblock.backends.base import (
    Confirmation,
    EventKind,
    Incident,
    Launch,
    Reservation,
    Review,
    SessionState,
    SlotQuery,
    Status,
    Verdict,
)
from proctored_exam_xblock.backends.proctoru import ProctorU
from proctored_exam_xblock.backends.proctoru.wire import UnknownZone
from proctored_exam_xblock.simulators.process import Simulator
from proctored_exam_xblock.simulators.proctoru.store import Reservation as Held
from proctored_exam_xblock.simulators.proctoru.webhooks import payload, signature
from tests.contract.scripted_vendor import NOW, START, Vendor

Make = Callable[..., Any]
FOLDER = Path(__file__).parent / "fixtures" / "proctoru"
EXCHANGES = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted(FOLDER.glob("*.json"))
    if not path.stem.startswith("webhook_")
}
WEBHOOKS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("webhook_*.json"))}
ERRORS = [name for name in EXCHANGES if name.startswith("error_")]
ROOM = EXCHANGES["begin"]["response"]["data"]["url"]
LATER = START + timedelta(hours=1)


# The client.


def vendor_of(name: str) -> Vendor:
    exchange = EXCHANGES[name]
    answer = exchange["response"]
    if exchange["status"] != 200:
        answer = httpx.Response(exchange["status"], text=answer)
    return Vendor(**{exchange["endpoint"]: answer})


QUERY = SlotQuery(START, START + timedelta(hours=1), 30, "Europe/Paris")
LINE = Reservation("r-0001", "907886515", START, SessionState.SCHEDULED)
SENT: dict[str, tuple[Callable[[ProctorU, base.Booking], object], object]] = {
    "slots": (lambda client, held: client.slots(QUERY), (START, START + timedelta(minutes=15))),
    "slots_none": (lambda client, held: client.slots(QUERY), ()),
    "book": (lambda client, held: client.book(held), Confirmation("907886515")),
    "begin": (lambda client, held: client.launch(held), Launch(ROOM)),
    "move": (lambda client, held: client.move(held, LATER), Confirmation("907886517")),
    "remove": (lambda client, held: client.cancel(held), None),
    "reservations_of_a_student": (lambda client, held: client.pending("anon-7f3a"), (LINE,)),
    "reservations_of_the_institution": (
        lambda client, held: client.pending(),
        (LINE, Reservation("", "907886520", datetime(2027, 3, 5, 9, tzinfo=UTC), SessionState.SCHEDULED)),
    ),
    "activity_report": (
        lambda client, held: client.review(held),
        Review(Verdict.SUSPICIOUS, (), (Incident("incident_report"),)),
    ),
}


@pytest.mark.parametrize("name", SENT)
def test_the_client_sends_what_was_recorded_and_reads_the_answer(booking: Make, name: str) -> None:
    vendor = vendor_of(name)
    perform, expected = SENT[name]
    assert perform(vendor.client(), booking(vendor_ref="907886515", return_url="https://lms.test/exam")) == expected
    assert vendor.sent == [(EXCHANGES[name]["endpoint"], EXCHANGES[name]["request"])]


def test_the_client_reschedules_as_recorded(booking: Make) -> None:
    vendor = vendor_of("book_reschedule")
    held = booking(vendor_ref="907886515", return_url="https://lms.test/exam")
    assert vendor.client({"reschedule": "add"}).move(held, LATER) == Confirmation("907886516")
    assert vendor.sent == [("addAdHocProcess", EXCHANGES["book_reschedule"]["request"])]


def test_the_client_reads_the_list_of_zones(booking: Make, person: Make) -> None:
    vendor = vendor_of("time_zones")
    vendor.answers["addAdHocProcess"] = EXCHANGES["book"]["response"]
    vendor.client().book(booking(person=person(time_zone="Europe/Berlin")))
    assert vendor.sent[0] == ("getTimeZoneList", EXCHANGES["time_zones"]["request"])
    assert vendor.sent[1][1]["time_zone_id"] == "Romance Standard Time"


def test_the_client_reads_states_from_the_report(booking: Make) -> None:
    vendor = vendor_of("activity_report")
    vendor.answers["getStudentReservationList"] = EXCHANGES["slots_none"]["response"]
    client = vendor.client()
    assert client.status(booking(vendor_ref="907886515")) == Status(SessionState.ENDED, "907886515", START)
    assert [line.state for line in client.reservations(NOW, NOW + timedelta(days=9))] == [
        SessionState.CANCELLED,
        SessionState.ENDED,
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("error_stale_request", base.StaleRequest),
        ("error_student_not_found", base.NotFound),
        ("error_exam_not_found", base.Misconfigured),
        ("error_reservation_not_found", base.NotFound),
        ("error_in_the_future", base.TooEarly),
        ("error_reservation_id_exists", base.AlreadyExists),
        ("error_overlap", base.Overlap),
        ("error_time_zone_not_found", UnknownZone),
        ("error_start_in_the_past", base.SlotGone),
        ("error_reservation_cancelled", base.AlreadyCancelled),
        ("error_move_of_a_cancelled_one", base.AlreadyCancelled),
        ("error_not_for_this_institution", base.NotFound),
        ("error_report_too_long", base.Unavailable),
    ],
)
def test_each_recorded_error_has_its_type(booking: Make, name: str, expected: type[base.BackendError]) -> None:
    exchange = EXCHANGES[name]
    answer = vendor_of(name).answers[exchange["endpoint"]]
    with pytest.raises(base.BackendError) as caught:
        Vendor(beginReservation=answer).client().launch(booking())
    assert type(caught.value) is expected


def test_every_recorded_error_is_tried() -> None:
    (marks,) = (mark for mark in test_each_recorded_error_has_its_type.pytestmark if mark.name == "parametrize")
    assert {name for name, _ in marks.args[1]} == set(ERRORS)


@pytest.mark.parametrize(
    ("name", "kind", "reservation"),
    [
        ("webhook_reservation_confirmation", EventKind.BOOKING, ("r-0001", "907886515")),
        ("webhook_reservation_cancelled", EventKind.BOOKING, ("r-0001", "907886515")),
        ("webhook_system_metrics", EventKind.OTHER, ("", "")),
    ],
)
def test_recorded_webhooks_are_read(name: str, kind: EventKind, reservation: tuple[str, str]) -> None:
    recorded = WEBHOOKS[name]
    client = Vendor().client({"webhook_secret": recorded["secret"]})
    event = client.parse_event(recorded["headers"], recorded["body"].encode())
    assert (event.kind, (event.reservation_id, event.vendor_ref)) == (kind, reservation)
    with pytest.raises(base.BadSignature):
        client.parse_event(recorded["headers"], recorded["body"].replace("Zoé", "Zoe").encode())


# The simulator.


class Desk:
    """Sends recorded requests to the simulator, whatever its reservation numbers are."""

    def __init__(self, simulator: Simulator, web: httpx.Client) -> None:
        self.simulator, self.web = simulator, web
        simulator.set_clock(NOW)

    def send(self, name: str, **changes: object) -> Any:
        exchange = EXCHANGES[name]
        answer = self.web.request(
            exchange["method"],
            f"{self.simulator.api_url}/{exchange['endpoint']}/",
            headers={"Authorization-Token": self.simulator.api_key},
            json={**exchange["request"], **changes},
        )
        assert answer.status_code == exchange["status"]
        return answer.json() if answer.status_code == 200 else answer.text


@pytest.fixture
def desk(simulator: Simulator, web: httpx.Client) -> Iterator[Desk]:
    yield Desk(simulator, web)
    simulator.reset()


def assert_same_shape(found: object, recorded: object, where: str = "$") -> None:
    """Same names and types; null is of every type; of lists, the first rows are compared."""
    if found is None or recorded is None:
        return
    if isinstance(recorded, dict):
        assert isinstance(found, dict), where
        assert sorted(found) == sorted(recorded), where
        for name, value in recorded.items():
            assert_same_shape(found[name], value, f"{where}.{name}")
    elif isinstance(recorded, list):
        assert isinstance(found, list), where
        assert bool(found) == bool(recorded), where
        for row, like in zip(found[:1], recorded[:1], strict=True):
            assert_same_shape(row, like, f"{where}[0]")
    else:
        assert _kind(found) == _kind(recorded), where


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "truth"
    return "number" if isinstance(value, (int, float)) else type(value).__name__


@pytest.mark.parametrize("name", [name for name in EXCHANGES if name not in ERRORS and name != "slots_none"])
def test_the_simulator_answers_in_the_recorded_shape(desk: Desk, name: str) -> None:
    number = desk.send("book")["data"]["reservation_no"] if name != "book" else 0
    if name == "begin":
        desk.simulator.set_clock(START)
    changes = {"time_sent": START.isoformat()} if name == "begin" else {}
    answer = desk.send(name, **changes)
    assert answer["response_code"] == 1, answer["message"]
    assert_same_shape(answer, EXCHANGES[name]["response"])
    assert number in (0, 907886515)


@pytest.mark.parametrize("name", ERRORS)
def test_the_simulator_refuses_in_the_recorded_words(desk: Desk, name: str) -> None:
    desk.send("book")
    if name in ("error_reservation_cancelled", "error_move_of_a_cancelled_one"):
        desk.send("remove")
    answer, recorded = desk.send(name), EXCHANGES[name]["response"]
    if EXCHANGES[name]["status"] != 200:
        assert "500" in answer
        return
    assert_same_shape(answer, recorded)
    assert answer["message"].split(" : ")[0] == recorded["message"].split(" : ")[0]
    assert answer["data"] in (None, "")
    assert "Error count 1 of 50" in answer["message"]


@pytest.mark.parametrize("name", ["webhook_reservation_confirmation", "webhook_reservation_cancelled"])
def test_the_simulators_payloads_have_the_recorded_shape(name: str) -> None:
    recorded = json.loads(WEBHOOKS[name]["body"])
    state = "cancelled" if "cancelled" in name else "scheduled"
    held = Held("r-0001", 907886515, "anon-7f3a", START, 30, state)
    made = json.loads(json.dumps(payload(recorded["event"]["type"], held, {}, NOW)))
    assert_same_shape(made, recorded)
    header = WEBHOOKS[name]["headers"]["x-proctoru-signature"]
    assert signature(WEBHOOKS[name]["secret"], WEBHOOKS[name]["body"].encode()) == header
