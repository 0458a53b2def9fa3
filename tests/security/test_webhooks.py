"""The address that vendors call: who may, what is kept, and that nothing personal is."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import resolve

from proctored_exam_xblock import webhooks
from proctored_exam_xblock.backends import registry
from proctored_exam_xblock.models import WebhookEvent
from proctored_exam_xblock.services import events
from tests.campus import all_rows
from tests.fakes import FakeLive
from tests.statements import Watch
from tests.world import World

pytestmark = pytest.mark.django_db
PLACE = "/proctored_exam/webhooks/live/"
CANARY = "canary-vendor-payload-9b2e"


@pytest.fixture
def exam(world: World) -> World:
    world.publish(backend="live", unlock="none")
    world.enter_room(world.person())
    return world


def payload(exam: World, **more: Any) -> bytes:
    event = {
        "key": "k1",
        "kind": "session",
        "reservation_id": exam.appointment(exam.person()).reservation_id,
        "at": exam.clock().isoformat(),
        "student": {"name": CANARY, "email": f"{CANARY}@example.org"},
    }
    return json.dumps({**event, **more}).encode()


def call(body: bytes, signature: str | None = None, place: str = PLACE, **headers: Any) -> Any:
    signed = FakeLive.sign(body) if signature is None else signature
    client = Client(enforce_csrf_checks=True)
    return client.post(place, body, content_type="application/json", headers={"x-signature": signed, **headers})


def said(response: Any) -> tuple[int, str]:
    assert response["Content-Type"] == "application/json"
    assert "no-store" in response["Cache-Control"]
    return response.status_code, response.json()["code"]


def test_a_signed_event_is_kept_and_answered_at_once(exam: World) -> None:
    exam.ledger.calls.clear()
    assert said(call(payload(exam))) == (200, "kept")
    assert exam.ledger.calls == [], "acted on later"
    (row,) = WebhookEvent.objects.all()
    assert (row.backend, row.kind, row.received_at, row.handled_at) == ("live", "session", exam.clock(), None)


def test_a_replay_is_answered_and_changes_nothing(exam: World) -> None:
    body = payload(exam)
    call(body)
    before = all_rows()
    assert said(call(body)) == (200, "known")
    assert all_rows() == before


def refusals(exam: World) -> dict[str, tuple[Any, tuple[int, str]]]:
    good = payload(exam)
    old = payload(exam, at=(exam.clock() - timedelta(days=4)).isoformat())
    return {
        "no signature": (call(good, ""), (403, "bad_signature")),
        "wrong signature": (call(good, "0" * 64), (403, "bad_signature")),
        "signature of another body": (call(good, FakeLive.sign(good + b" ")), (403, "bad_signature")),
        "signature in other letters": (call(good, FakeLive.sign(good).upper()), (403, "bad_signature")),
        "signed, and no event": (call(b"[]"), (400, "bad_event")),
        "signed, and no JSON": (call(b"\xff\x00"), (400, "bad_event")),
        "empty": (call(b""), (400, "bad_event")),
        "of another day": (call(old), (400, "stale")),
        "too large": (call(b" " * (256 * 1024 + 1)), (413, "payload_too_large")),
        "a service that does not call": (call(good, place=PLACE.replace("live", "fake")), (404, "not_found")),
        "no such service": (call(good, place=PLACE.replace("live", "nobody")), (404, "not_found")),
    }


def test_everything_else_is_refused_and_leaves_no_row(exam: World) -> None:
    before = all_rows()
    for name, (response, expected) in refusals(exam).items():
        assert said(response) == expected, name
    assert all_rows() == before


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_only_posts(exam: World, method: str) -> None:
    response = getattr(Client(), method)(PLACE)
    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_a_body_that_says_nothing_of_its_length_is_cut(exam: World) -> None:
    request = RequestFactory().post(PLACE, b"x" * (300 * 1024), content_type="application/json")
    request.META["CONTENT_LENGTH"] = "10"
    assert webhooks.receive(request, "live").status_code == 413
    request.META["CONTENT_LENGTH"] = "-1"
    assert webhooks.receive(request, "live").status_code == 413
    request.META["CONTENT_LENGTH"] = "\N{SUPERSCRIPT TWO}"
    assert webhooks.receive(request, "live").status_code == 413


def test_nothing_is_read_from_the_database_before_the_signature_is_verified(exam: World) -> None:
    watch, body = Watch(), payload(exam)
    with connection.execute_wrapper(watch):
        call(body, "0" * 64)
    assert watch.statements == []


def test_a_call_that_is_kept_costs_one_statement(exam: World) -> None:
    watch, body = Watch(), payload(exam)
    with connection.execute_wrapper(watch):
        call(body)
    assert [sql.split()[0] for sql in watch.statements] == ["INSERT"]


def test_it_runs_in_no_transaction_of_the_request(exam: World) -> None:
    assert resolve(PLACE).func._non_atomic_requests == {"default"}


def test_nothing_of_the_body_or_the_secret_is_stored_logged_or_told(
    exam: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = payload(exam)
    answers = [call(body), call(body), call(body, "0" * 64), call(b'{"name": "' + CANARY.encode() + b'"}')]
    events.handle_all(exam.clock())
    everything = [repr(all_rows()), caplog.text, *(answer.content.decode() for answer in answers)]
    for text in everything:
        assert CANARY not in text
        assert FakeLive.SECRET.decode() not in text
        assert FakeLive.sign(body) not in text


def test_a_reader_that_crashes_says_nothing_of_what_it_read(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform's error page and mail hold a request's parsed fields: there are none."""

    def crash(self: Any, headers: Any, body: bytes) -> None:
        raise ValueError("cannot read")

    monkeypatch.setattr(registry.backend_class("live"), "parse_event", crash)
    client = Client(raise_request_exception=False)
    response = client.post(PLACE, payload(exam), content_type="application/json")
    assert response.status_code == 500
    assert CANARY not in response.content.decode()
