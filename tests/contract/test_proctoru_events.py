"""Webhooks: nothing unsigned is read, the same event has the same key, and no payload breaks the reader."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctored_exam_xblock.backends.base import BadEvent, BadSignature, EventKind, VendorEvent
from tests.contract.scripted_vendor import Vendor

SECRET = "proctoru-webhook-secret"
CANCELLED = {
    "event": {"type": "event-reservation-cancelled", "created_at": "2025-01-15T10:30:00.000Z"},
    "reservation": {"number": 907886515, "external_id": "r-0001"},
    "test_taker": {"first_name": "Zoé", "email": "zoe@example.org"},
}


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"x-proctoru-signature": "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()}


def parse(payload: object, **options: Any) -> VendorEvent:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Vendor().client({"webhook_secret": SECRET, **options}).parse_event(signed(body), body)


def merged(**changes: Any) -> dict[str, Any]:
    """The cancellation with parts of its blocks replaced: ``event__type=...``."""
    payload: dict[str, Any] = json.loads(json.dumps(CANCELLED))
    for name, value in changes.items():
        block, _, field = name.partition("__")
        if field:
            payload[block][field] = value
        else:
            payload[block] = value
    return payload


# The signature.


VECTORS = [
    ("authentication secret", "request body", "f7000d3a2fd51f8f53d91e0085fae1423dfbab8e"),
    (
        SECRET,
        '{"event":{"type":"event-reservation-cancelled"},"reservation":{"number":907886515,"external_id":"r-0001"}}',
        "8d6d5c7c28bc89f0afed8b083b259a1feca601ef",
    ),
    (
        SECRET,
        '{"event": {"type": "event-x"}, "test_taker": {"first_name": "Zoé"}}',
        "85439e8ff4d69bd426af875d850b2b3f2bc4732c",
    ),
]


@pytest.mark.parametrize(("secret", "text", "digest"), VECTORS)
def test_known_signatures_are_accepted(secret: str, text: str, digest: str) -> None:
    client = Vendor().client({"webhook_secret": secret})
    headers = {"x-proctoru-signature": f"sha1={digest}"}
    if text == "request body":
        with pytest.raises(BadEvent) as caught:
            client.parse_event(headers, text.encode())
        assert type(caught.value) is BadEvent, "signed, and no event"
    else:
        assert client.parse_event(headers, text.encode()).key
    with pytest.raises(BadSignature):
        client.parse_event(headers, text.encode() + b" ")


def test_the_raw_bytes_are_signed_not_their_meaning() -> None:
    body = json.dumps(CANCELLED).encode()
    client = Vendor().client({"webhook_secret": SECRET})
    with pytest.raises(BadSignature):
        client.parse_event(signed(body), json.dumps(CANCELLED, separators=(",", ":")).encode())


@pytest.mark.parametrize(
    "header",
    [None, "", "sha1=", "{}", "sha256={}", "SHA1={}", "sha1={}0", "sha1=é{}", "sha1=\udcff", "sha1=" + "0" * 40, "\0"],
)
def test_anything_else_in_the_header_is_refused_and_breaks_nothing(header: str | None) -> None:
    body = json.dumps(CANCELLED).encode()
    right = signed(body)["x-proctoru-signature"].removeprefix("sha1=")
    headers = {} if header is None else {"x-proctoru-signature": header.replace("{}", right)}
    with pytest.raises(BadSignature):
        Vendor().client({"webhook_secret": SECRET}).parse_event(headers, body)


@pytest.mark.parametrize("secret", [None, "", [], [""], 7 * [None]])
def test_without_a_secret_nothing_is_accepted(secret: object) -> None:
    body = json.dumps(CANCELLED).encode()
    for forged in ("", "None"):
        with pytest.raises(BadSignature):
            Vendor().client({"webhook_secret": secret}).parse_event(signed(body, forged), body)


def test_an_old_secret_is_good_while_it_is_kept() -> None:
    body = json.dumps(CANCELLED).encode()
    both = Vendor().client({"webhook_secret": ["new one", SECRET]})
    assert both.parse_event(signed(body), body) == both.parse_event(signed(body, "new one"), body)


# What is read.


def test_an_event_is_known_by_its_reservation_and_nothing_personal() -> None:
    found = parse(CANCELLED)
    assert (found.kind, found.reservation_id, found.vendor_ref) == (EventKind.BOOKING, "r-0001", "907886515")
    assert found.at == datetime(2025, 1, 15, 10, 30, tzinfo=UTC)
    assert len(found.key) == 64
    assert "Zo" not in repr(found)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("event-reservation-cancelled", EventKind.BOOKING),
        ("event-reservation-confirmation", EventKind.BOOKING),
        ("Event-Fulfillment-Started", EventKind.SESSION),
        ("event-fulfillment-ended", EventKind.SESSION),
        ("event-prechecks-completed", EventKind.SESSION),
        ("event-identity-verification", EventKind.SESSION),
        ("event-hard-disconnection", EventKind.SESSION),
        ("event-incident", EventKind.REVIEW),
        ("event-review-submitted", EventKind.REVIEW),
        ("event-system-metrics-test-it-out-log", EventKind.OTHER),
        ("event-of-next-year", EventKind.OTHER),
    ],
)
def test_types_have_kinds_and_unknown_ones_are_other(kind: str, expected: EventKind) -> None:
    assert parse(merged(event__type=kind)).kind is expected


def test_more_types_can_be_told_by_a_setting() -> None:
    more = {"event-of-next": "review", "event-fulfillment": "other"}
    assert parse(merged(event__type="event-of-next-year"), event_kinds=more).kind is EventKind.REVIEW
    assert parse(merged(event__type="event-fulfillment-ended"), event_kinds=more).kind is EventKind.OTHER


def test_the_same_event_sent_again_has_the_same_key_whatever_else_it_says() -> None:
    again = merged(test_taker={"first_name": "Zoe"}, cancellation={"reason": "x"}, reservation__number="907886515")
    assert parse(again).key == parse(CANCELLED).key


@pytest.mark.parametrize(
    "other",
    [
        {"event__type": "event-reservation-confirmation"},
        {"reservation__number": 907886516},
        {"event__created_at": "2025-01-15T10:30:00.001Z"},
    ],
)
def test_another_event_has_another_key(other: dict[str, object]) -> None:
    assert parse(merged(**other)).key != parse(CANCELLED).key


def test_without_an_instant_the_bytes_tell_events_apart() -> None:
    one, other = merged(event__created_at=None), merged(event__created_at=None, test_taker=None)
    assert parse(one).key == parse(one).key != parse(other).key
    assert parse(one).at is None


def test_without_a_number_our_own_id_tells_events_apart() -> None:
    one, other = (merged(reservation={"external_id": name}) for name in ("r-1", "r-2"))
    assert parse(one).key != parse(other).key
    assert parse(one).vendor_ref == ""


def test_an_event_about_no_reservation_is_an_event() -> None:
    found = parse({"event": CANCELLED["event"], "system_metrics": {"browser": "x"}})
    assert (found.reservation_id, found.vendor_ref) == ("", "")


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff\xfe",
        b"event=1&type=x",
        b"type,number\nevent-x,1\n",
        b"[" * 100_000,
        b'{"event":' * 50_000,
        b"9" * 10_000,
        b'{"event":{"type":"x"},"reservation":{"number":' + b"9" * 10_000 + b"}}",
        b'{"event":{"type":"x"},"reservation":{"number":1e999}}',
        b'{"event":{"type":"x"},"reservation":{"number":NaN}}',
        b'{"event":{"type":"x"}, "fill": "' + b"x" * 1024 * 1024 + b'"}',
        None,
        [],
        [CANCELLED],
        "event",
        7,
        {},
        {"event": {}},
        merged(event=[]),
        merged(event="event-x"),
        merged(event__type=7),
        merged(event__type=""),
        merged(event__type="x" * 101),
        merged(event__type="a\u0000b"),
        merged(event__type="\ud800"),
        merged(event__created_at=1736937000),
        merged(reservation=[1]),
        merged(reservation="r-0001"),
        merged(reservation__number=True),
        merged(reservation__number=-1),
        merged(reservation__number=0),
        merged(reservation__number=1.5),
        merged(reservation__number=10**18),
        merged(reservation__number="９"),
        merged(reservation__number={"value": 1}),
        merged(reservation__external_id=7),
        merged(reservation__external_id=["r-0001"]),
        merged(reservation__external_id="r\u0000"),
        merged(reservation__external_id="x" * 101),
    ],
    ids=lambda payload: ascii(payload)[:60],
)
def test_what_is_no_event_is_refused_without_a_trace_of_it(payload: object) -> None:
    with pytest.raises(BadEvent) as caught:
        parse(payload)
    assert type(caught.value) is BadEvent
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("stamp", ["soon", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_an_instant_that_is_none_is_left_out(stamp: str) -> None:
    assert parse(merged(event__created_at=stamp)).at is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    event=json_values | st.fixed_dictionaries({"type": json_values, "created_at": json_values}),
    reservation=json_values | st.fixed_dictionaries({"number": json_values, "external_id": json_values}),
)
def test_no_payload_breaks_the_reader(event: object, reservation: object) -> None:
    try:
        found = parse({"event": event, "reservation": reservation})
    except BadEvent:
        return
    assert len(found.key) == 64
    assert found.reservation_id.isprintable()
    assert found.vendor_ref == "" or 0 < int(found.vendor_ref) < 10**18


@settings(max_examples=200, deadline=None, derandomize=True)
@given(header=st.text(), body=st.binary())
def test_no_header_breaks_the_check(header: str, body: bytes) -> None:
    with pytest.raises(BadSignature):
        Vendor().client({"webhook_secret": SECRET}).parse_event({"x-proctoru-signature": f"sha1={header}"}, body)
