"""The simulator's levers: webhooks as documented and disturbed on purpose, lost bookings, a wrong clock, forms."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from lxml import html as lxml_html

from proctored_exam_xblock.backends import base
from proctored_exam_xblock.backends.base import EventKind, VendorEvent
from proctored_exam_xblock.backends.proctoru import ProctorU
from proctored_exam_xblock.simulators.process import Simulator

Make = Callable[..., Any]
SECRET = "webhook secret é"


class Receiver:
    """The platform's side: keeps what arrives."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/proctored_exam/webhooks/proctoru/"

    @property
    def types(self) -> list[str]:
        return [json.loads(body)["event"]["type"] for _, body in self.calls]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield receiver
    receiver.server.shutdown()
    thread.join()
    receiver.server.server_close()


@pytest.fixture
def hooked(simulator: Simulator, time: Any, receiver: Receiver) -> Iterator[Callable[..., ProctorU]]:
    """Turns webhooks on, disturbed as told, and gives a client that knows the secret."""

    def turn_on(fault: str = "ok") -> ProctorU:
        simulator.switch(webhook_url=receiver.url, webhook_secret=SECRET, webhook_fault=fault)
        return ProctorU(simulator.settings(timeout_seconds=20, webhook_secret=SECRET), time)

    yield turn_on
    simulator.reset()


def sent(simulator: Simulator) -> list[str]:
    """What left the vendor, once nothing is on its way."""
    return [line["type"] for line in simulator.post("webhooks", {})["sent"]]


def book_and_cancel(client: ProctorU, booking: Make) -> str:
    number = client.book(booking()).vendor_ref
    client.cancel(booking(vendor_ref=number))
    return number


BOOKED, CANCELLED = "event-reservation-confirmation", "event-reservation-cancelled"


# Webhooks.


def test_what_happens_is_told_in_order_signed_and_readable(
    hooked: Make, simulator: Simulator, receiver: Receiver, booking: Make, time: Any, web: httpx.Client
) -> None:
    client = hooked()
    number = client.book(booking()).vendor_ref
    time.go(booking().start)
    client.launch(booking())
    client.launch(booking())
    for action in ("verify-identity", "open-room", "incident", "open-room", "end", "verdict-valid"):
        web.post(f"{simulator.url}/sessions/{number}/{action}/").raise_for_status()
    assert sent(simulator) == receiver.types
    assert receiver.types == [
        BOOKED,
        "event-fulfillment-started",
        "event-incident",
        "event-fulfillment-ended",
        "event-review-submitted",
    ]
    events = [client.parse_event(headers, body) for headers, body in receiver.calls]
    kinds = [EventKind.BOOKING, EventKind.SESSION, EventKind.REVIEW, EventKind.SESSION, EventKind.REVIEW]
    assert [event.kind for event in events] == kinds
    assert {(event.reservation_id, event.vendor_ref) for event in events} == {("r-0001", number)}
    assert len({event.key for event in events}) == 5


def test_a_payload_has_the_documented_blocks(
    hooked: Make, simulator: Simulator, receiver: Receiver, booking: Make
) -> None:
    number = book_and_cancel(hooked(), booking)
    assert sent(simulator) == [BOOKED, CANCELLED]
    headers, body = receiver.calls[-1]
    payload = json.loads(body)
    assert headers["content-type"] == "application/json"
    assert set(payload) == {"event", "exam", "reservation", "test_taker", "cancellation"}
    assert all("show" in block["links"] for name, block in payload.items() if name != "event")
    assert payload["event"]["created_at"] == "2027-03-01T09:00:00.000Z"
    assert payload["reservation"]["number"] == int(number)
    assert payload["reservation"]["status"] == "cancelled"
    assert "BCDEFGHJ" not in body.decode()


def test_the_same_event_twice_has_one_key(
    hooked: Make, simulator: Simulator, receiver: Receiver, booking: Make
) -> None:
    client = hooked("duplicated")
    client.book(booking())
    assert sent(simulator) == [BOOKED, BOOKED]
    first, second = (client.parse_event(headers, body) for headers, body in receiver.calls)
    assert first == second


def test_events_can_come_in_the_wrong_order(
    hooked: Make, simulator: Simulator, receiver: Receiver, booking: Make
) -> None:
    book_and_cancel(hooked("reordered"), booking)
    sent(simulator)
    assert receiver.types == [CANCELLED, BOOKED]


def test_events_can_be_late(hooked: Make, simulator: Simulator, receiver: Receiver, booking: Make) -> None:
    book_and_cancel(hooked("late"), booking)
    assert simulator.post("webhooks", {}) == {"sent": [], "held": 2}
    hooked("ok")
    assert sent(simulator) == receiver.types == [BOOKED, CANCELLED]


def test_events_can_be_badly_signed(hooked: Make, simulator: Simulator, receiver: Receiver, booking: Make) -> None:
    client = hooked("bad_signature")
    client.book(booking())
    sent(simulator)
    with pytest.raises(base.BadSignature):
        client.parse_event(*receiver.calls[0])


def test_events_can_be_lost(hooked: Make, simulator: Simulator, receiver: Receiver, booking: Make) -> None:
    book_and_cancel(hooked("never"), booking)
    hooked("ok")
    assert sent(simulator) == receiver.types == []


def test_a_platform_that_does_not_answer_disturbs_nobody(
    simulator: Simulator, backend: ProctorU, booking: Make
) -> None:
    simulator.switch(webhook_url="http://127.0.0.1:9/nobody")
    backend.book(booking())
    assert simulator.post("webhooks", {})["sent"] == [{"type": BOOKED, "status": 0}]


def test_what_is_refused_is_not_told(hooked: Make, simulator: Simulator, booking: Make, time: Any) -> None:
    with pytest.raises(base.SlotGone):
        hooked().book(booking(start=time.later(minutes=-15)))
    assert sent(simulator) == []


def test_a_cancellation_by_the_vendor_is_told(
    hooked: Make, simulator: Simulator, receiver: Receiver, booking: Make
) -> None:
    client: ProctorU = hooked()
    number = client.book(booking()).vendor_ref
    simulator.post("cancel", {"reservation_id": "r-0001"})
    assert sent(simulator) == [BOOKED, CANCELLED]
    assert client.parse_event(*receiver.calls[-1]) == VendorEvent(
        key=client.parse_event(*receiver.calls[-1]).key,
        kind=EventKind.BOOKING,
        reservation_id="r-0001",
        vendor_ref=number,
        at=datetime(2027, 3, 1, 9, tzinfo=UTC),
    )


# Bookings, clock, reports.


def test_a_lost_booking_can_be_made_again(backend: ProctorU, simulator: Simulator, booking: Make, person: Make) -> None:
    first = backend.book(booking()).vendor_ref
    backend.book(booking(reservation_id="r-0002", person=person(student_id="anon-2")))
    assert simulator.post("lose", {"reservation_id": "r-0001"}) == {"lost": True}
    assert simulator.post("lose", {"reservation_id": "r-0001"}) == {"lost": False}
    assert [line.reservation_id for line in backend.pending()] == ["r-0002"]
    assert backend.book(booking()).vendor_ref != first
    simulator.post("lose", {"all": True})
    assert backend.pending() == ()


@pytest.mark.parametrize("seconds", [-1200, 1200])
def test_a_vendor_with_a_wrong_clock_finds_requests_stale(
    backend: ProctorU, simulator: Simulator, booking: Make, seconds: int
) -> None:
    simulator.skew_clock(seconds)
    with pytest.raises(base.StaleRequest):
        backend.book(booking())
    simulator.reset()
    backend.book(booking())


def test_reports_fail_beyond_the_days_that_were_set(simulator: Simulator, web: httpx.Client, time: Any) -> None:
    simulator.switch(report_days=2)
    statuses = []
    for days in (2, 3):
        answer = web.post(
            f"{simulator.api_url}/clientActivityReport/",
            headers={"Authorization-Token": simulator.api_key},
            json={"start_date": time.now.isoformat(), "end_date": time.later(days=days).isoformat()},
        )
        statuses.append(answer.status_code)
    assert statuses == [200, 500]


def test_refusals_are_counted(backend: ProctorU, simulator: Simulator, booking: Make, time: Any) -> None:
    for _ in range(2):
        with pytest.raises(base.SlotGone):
            backend.book(booking(start=time.later(minutes=-15)))
    assert json.loads(simulator.get("state/"))["errors"] == 2


@pytest.mark.parametrize(
    ("lever", "body"),
    [
        ("switches", {"webhook_fault": "sometimes"}),
        ("switches", {"webhook_url": "ftp://x"}),
        ("switches", {"webhook_url": 7}),
        ("switches", {"report_days": "3"}),
        ("lose", {}),
        ("lose", {"reservation_id": ["r-0001"]}),
        ("cancel", {}),
        ("cancel", {"reservation_id": "r-unknown"}),
    ],
)
def test_levers_refuse_what_they_cannot_read(simulator: Simulator, web: httpx.Client, lever: str, body: Any) -> None:
    assert web.post(f"{simulator.url}/{lever}/", json=body).status_code == 400


# The forms on the proctor's page.


def submit(web: httpx.Client, simulator: Simulator, xpath: str, **values: str) -> Any:
    """Fill in and send the form, as a browser without scripts does; the page that follows."""
    page = lxml_html.fromstring(web.get(f"{simulator.url}/").text)
    (form,) = page.xpath(xpath)
    answer = web.post(str(httpx.URL(simulator.url).join(form.get("action"))), data={**dict(form.fields), **values})
    assert answer.status_code == 200
    return lxml_html.fromstring(answer.text)


def test_habits_are_changed_by_form(simulator: Simulator, web: httpx.Client) -> None:
    chosen = {"capacity": "3", "report_days": "2", "new_number_on_move": "false", "duplicate_rows": "true"}
    submit(web, simulator, '//form[.//*[@name="capacity"]]', **chosen)
    submit(web, simulator, '//form[.//*[@name="webhook_url"]]', webhook_url="http://a.test/", webhook_fault="late")
    switches = json.loads(simulator.get("switches/"))
    assert switches == {
        "capacity": 3,
        "lead_minutes": 0,
        "new_number_on_move": False,
        "duplicate_rows": True,
        "report_days": 2,
        "webhook_url": "http://a.test/",
        "webhook_secret": "",
        "webhook_fault": "late",
    }


def test_a_form_that_makes_no_sense_changes_nothing(simulator: Simulator, web: httpx.Client) -> None:
    before = simulator.get("switches/")
    assert web.post(f"{simulator.url}/switches/", data={"capacity": "many"}).status_code == 400
    assert simulator.get("switches/") == before


def test_a_part_of_the_calls_can_be_hit_by_form(simulator: Simulator, web: httpx.Client) -> None:
    page = submit(web, simulator, '//form[.//*[@name="share"]]', mode="down", share="0.1", seed="4", only="x")
    assert page.xpath("//@data-sim-fault") == ["down"]
    assert "Seulement pour x. 10% des appels, au hasard (graine 4)." in page.text_content()
    fault = json.loads(simulator.get("faults/"))
    assert fault == {"mode": "down", "seconds": 5.0, "only": "x", "every": 1, "share": 0.1, "seed": 4}


def test_bookings_are_lost_and_cancelled_by_button(
    backend: ProctorU, simulator: Simulator, web: httpx.Client, booking: Make
) -> None:
    backend.book(booking())
    card = "//*[@data-sim-session]//form[.//*[@data-sim-lever={!r}]]"
    page = submit(web, simulator, card.format("cancel"))
    assert page.xpath("//*[@data-sim-session]/@data-state") == ["cancelled"]
    assert page.xpath('//*[@data-sim-lever="cancel"]') == []
    page = submit(web, simulator, card.format("lose"))
    assert page.xpath("//*[@data-sim-session]") == []


def test_the_clock_is_put_wrong_by_form(simulator: Simulator, web: httpx.Client) -> None:
    submit(web, simulator, '//form[.//*[@name="skew"]]', skew="-900")
    assert json.loads(simulator.get("clock/"))["skew"] == -900
