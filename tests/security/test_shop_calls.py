"""The addresses that shops call: who may, what each refusal is, and that a refused call changes nothing."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.urls import resolve

from proctored_exam_xblock.models import Payment, ShopCall
from proctored_exam_xblock.services import shops
from tests.campus import all_rows
from tests.shops import NAME, SECRET, SHOPS, Shop
from tests.statements import Watch
from tests.world import USAGE, World

pytestmark = pytest.mark.django_db
CALLS = ("orders", "refundable")
PAID_AT = "2017-02-20T08:59:00Z"
CALLS_TABLE = "proctored_exam_xblock.ShopCall"


@pytest.fixture
def exam(world: World, settings: Any) -> World:
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "SHOPS": SHOPS}
    world.publish(payment_required=True, payment_url="https://shop.example/?o={order}")
    world.load(world.person())
    return world


@pytest.fixture
def shop(exam: World) -> Shop:
    return Shop(exam.clock)


def paid(**changes: Any) -> dict[str, Any]:
    content = {"reference": "A-1", "status": "paid", "at": PAID_AT, "exam": USAGE, "username": "alex", **changes}
    return {name: value for name, value in content.items() if value is not None}


def raw(**changes: Any) -> bytes:
    return json.dumps(paid(**changes)).encode()


def said(response: Any) -> tuple[int, str]:
    assert response["Content-Type"] == "application/json"
    assert "no-store" in response["Cache-Control"]
    return response.status_code, response.json()["code"]


def rows() -> dict[str, Any]:
    """All but the calls that were used up."""
    return {**all_rows(), CALLS_TABLE: []}


# --- what works -----------------------------------------------------------------------------------------------------


def test_a_paid_order_is_recorded_once_and_opens_the_booking(exam: World, shop: Shop) -> None:
    alex = exam.person()
    exam.onboard(alex)
    assert said(shop.tell(**paid())) == (200, "recorded")
    assert said(shop.tell(**paid())) == (200, "known")
    assert (Payment.objects.get().order_key, Payment.objects.get().recorded_by) == (f"{NAME}:A-1", f"shop:{NAME}")
    assert exam.phase(alex) == "booking"


@pytest.mark.parametrize("named", [{"email": "ALEX@example.org"}, {"username": "alex"}, {"order": "token"}])
def test_a_learner_is_named_by_user_name_address_or_token(exam: World, shop: Shop, named: dict[str, str]) -> None:
    alex = exam.person()
    content = {**paid(username=None), **named}
    if "order" in named:
        url = shops.pay_url(exam.load(alex))
        content |= {"order": url.split("o=")[1].replace("%3A", ":"), "exam": None}
    assert said(shop.tell(**{name: value for name, value in content.items() if value})) == (200, "recorded")
    assert Payment.objects.get().user_id == alex.user_id


def test_a_refund_closes_the_booking(exam: World, shop: Shop) -> None:
    alex = exam.person()
    exam.onboard(alex)
    shop.tell(**paid())
    gone = {"reference": "A-1", "status": "refunded", "at": "2017-02-20T09:00:00+00:00"}
    assert [said(shop.tell(**gone)) for _ in range(2)] == [(200, "recorded"), (200, "known")]
    assert said(shop.tell(**gone, exam=USAGE, username="alex")) == (200, "known")
    assert exam.phase(alex) == "onboarding"


def test_may_it_be_refunded_by_number_or_by_learner(exam: World, shop: Shop) -> None:
    alex, by_number = exam.person(), {"reference": "A-1"}
    by_name = {"exam": USAGE, "email": "alex@example.org"}
    no = {"refundable": False, "until": None}
    assert shop.ask(**by_name).json() == {**no, "reasons": ["not_paid"]}
    shop.tell(**paid())
    yes = {"refundable": True, "reasons": ["within_period"], "until": "2017-03-06T08:59:00Z"}
    assert [shop.ask(**by_number).json(), shop.ask(**by_name).json()] == [yes, yes]
    exam.book(alex)
    assert shop.ask(**by_number).json() == {**no, "reasons": ["appointment_taken"]}


def test_while_a_secret_is_replaced_both_are_good(exam: World, shop: Shop, settings: Any) -> None:
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "SHOPS": {NAME: {"secret": ["the new one", SECRET]}}}
    new = Shop(exam.clock, secret="the new one")
    assert [said(each.tell(**paid())) for each in (shop, new)] == [(200, "recorded"), (200, "known")]


# --- what proves nothing --------------------------------------------------------------------------------------------


def refusals(shop: Shop) -> dict[str, tuple[Any, tuple[int, str]]]:
    good, path = raw(), shop.path("orders")
    now = int(shop.clock().timestamp())

    def spoilt(**changes: str) -> Any:
        return shop.send("orders", good, shop.headers(path, good, **changes))

    def without(name: str) -> Any:
        headers = shop.headers(path, good)
        return shop.send("orders", good, {key: value for key, value in headers.items() if key != name})

    def replaced(name: str, value: str) -> Any:
        return shop.send("orders", good, {**shop.headers(path, good), name: value})

    signature = shop.headers(path, good, nonce="nonce-of-this-call-1")["X-Shop-Signature"]
    bad, stale = (403, "bad_signature"), (403, "stale")
    other = Shop(shop.clock, "other", "another shop's secret")
    return {
        "no signature": (without("X-Shop-Signature"), bad),
        "no time": (without("X-Shop-Timestamp"), bad),
        "no nonce": (without("X-Shop-Nonce"), bad),
        "nothing": (shop.send("orders", good, {}), bad),
        "wrong signature": (replaced("X-Shop-Signature", "0" * 64), bad),
        "no ASCII": (replaced("X-Shop-Signature", "é" * 64), bad),
        "other letters": (replaced("X-Shop-Signature", signature.upper()), bad),
        "another nonce": (replaced("X-Shop-Nonce", "nonce-of-another-call"), bad),
        "another time": (replaced("X-Shop-Timestamp", str(now + 1)), bad),
        "a short nonce": (spoilt(nonce="short"), bad),
        "an odd nonce": (spoilt(nonce="nonce with\tspaces in it"), bad),
        "no number": (spoilt(timestamp="now"), bad),
        "an endless number": (spoilt(timestamp="9" * 5000), bad),
        "another method": (spoilt(method="GET"), bad),
        "another secret": (spoilt(secret="guessed"), bad),
        "no secret": (spoilt(secret=""), bad),
        "signed by another shop": (shop.send("orders", good, other.headers(path, good)), bad),
        "signed for another address": (shop.send("orders", good, shop.headers(shop.path("refundable"), good)), bad),
        "another body": (shop.send("orders", good + b" ", shop.headers(path, good)), bad),
        "five minutes old": (spoilt(timestamp=str(now - 301)), stale),
        "five minutes ahead": (spoilt(timestamp=str(now + 301)), stale),
        "no such shop": (Shop(shop.clock, "nobody").tell(**paid()), (404, "not_found")),
        "the name of staff": (Shop(shop.clock, "staff").tell(**paid()), (404, "not_found")),
        "too large": (shop.send("orders", b" " * (16 * 1024 + 1)), (413, "payload_too_large")),
    }


def test_a_call_that_proves_nothing_is_refused_and_leaves_no_row(exam: World, shop: Shop) -> None:
    before = all_rows()
    for name, (response, expected) in refusals(shop).items():
        assert said(response) == expected, name
    assert all_rows() == before


@pytest.mark.parametrize("seconds", [-300, 300])
def test_a_clock_that_is_five_minutes_off_is_good_enough(exam: World, shop: Shop, seconds: int) -> None:
    timestamp = str(int(exam.clock().timestamp()) + seconds)
    headers = shop.headers(shop.path("orders"), raw(), timestamp=timestamp)
    assert said(shop.send("orders", raw(), headers)) == (200, "recorded")


@pytest.mark.parametrize("call", CALLS)
def test_the_same_call_is_not_taken_twice(exam: World, shop: Shop, call: str) -> None:
    body = raw() if call == "orders" else json.dumps({"exam": USAGE, "username": "alex"}).encode()
    headers = shop.headers(shop.path(call), body)
    assert shop.send(call, body, headers).status_code == 200
    before = all_rows()
    exam.clock.advance(seconds=299)
    assert said(shop.send(call, body, headers)) == (409, "replayed")
    assert all_rows() == before


def test_a_call_that_was_refused_is_used_up_too(exam: World, shop: Shop) -> None:
    body = raw(username="robin")
    headers = shop.headers(shop.path("orders"), body)
    assert said(shop.send("orders", body, headers)) == (404, "unknown_learner")
    exam.person("robin")
    assert said(shop.send("orders", body, headers)) == (409, "replayed")


def test_a_nonce_is_kept_as_long_as_its_call_could_come_again_and_then_forgotten(exam: World, shop: Shop) -> None:
    ahead = str(int(exam.clock().timestamp()) + 300)
    headers = shop.headers(shop.path("orders"), raw(), timestamp=ahead)
    shop.send("orders", raw(), headers)
    exam.clock.advance(seconds=600)
    assert said(shop.send("orders", raw(), headers)) == (409, "replayed")
    exam.clock.advance(hours=1)
    shop.ask(reference="A-1")
    assert ShopCall.objects.count() == 1


def test_a_shop_may_use_the_nonce_of_another(exam: World, shop: Shop) -> None:
    other, nonce = Shop(exam.clock, "other", "another shop's secret"), "nonce-of-both-shops"
    for each in (shop, other):
        headers = each.headers(each.path("orders"), raw(), nonce=nonce)
        assert said(each.send("orders", raw(), headers)) == (200, "recorded")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_only_posts(exam: World, call: str, method: str) -> None:
    response = getattr(Client(), method)(f"/proctored_exam/shop/{NAME}/{call}/")
    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_nothing_is_read_from_the_database_before_the_signature_is_verified(exam: World, shop: Shop) -> None:
    watch, headers = Watch(), {**shop.headers(shop.path("orders"), raw()), "X-Shop-Signature": "0" * 64}
    with connection.execute_wrapper(watch):
        shop.send("orders", raw(), headers)
    assert watch.statements == []


@pytest.mark.parametrize("call", CALLS)
def test_it_runs_in_no_transaction_of_the_request(call: str) -> None:
    assert resolve(f"/proctored_exam/shop/{NAME}/{call}/").func._non_atomic_requests == {"default"}


# --- what is signed and wrong ---------------------------------------------------------------------------------------

WRONG: list[Any] = [True, 3, 1.5, "", [], {}, ["alex"], {"a": 1}, "x" * 401, "a\x00b", "\ud800"]
BAD = (400, "bad_request")


@pytest.mark.parametrize("name", ["reference", "status", "at", "exam", "username"])
def test_wrong_types_are_refused_and_change_nothing(exam: World, shop: Shop, name: str) -> None:
    before = rows()
    for value in WRONG:
        assert said(shop.tell(**{**paid(), name: value})) == BAD, (name, value)
    assert said(shop.tell(**paid(**{name: None}))) == BAD
    assert said(shop.tell(**{**paid(), name: None})) == BAD
    assert rows() == before


BODIES = {
    b" ": BAD,
    b"[]": BAD,
    b"null": BAD,
    b"\xff\x00": BAD,
    b'{"reference": ' + b"[" * 7000 + b"]" * 7000 + b"}": BAD,
}
CONTENTS: list[tuple[dict[str, Any], tuple[int, str]]] = [
    (paid(amount=60), BAD),
    (paid(status="paying"), BAD),
    (paid(email="alex@example.org"), BAD),
    (paid(order="1.2:three"), BAD),
    (paid(exam=None, username=None), BAD),
    (paid(at="2017-02-20"), BAD),
    (paid(at="2017-02-20T08:59:00"), BAD),
    (paid(at="0001-01-01T00:00:00+23:59"), BAD),
    (paid(at="2017-02-20T09:05:01Z"), BAD),
    (paid(reference="a b"), BAD),
    (paid(reference="é"), BAD),
    (paid(reference="x" * 65), BAD),
    (paid(reference="A-1\n"), BAD),
    (paid(exam="no.such.exam"), (404, "unknown_exam")),
    (paid(username="nobody"), (404, "unknown_learner")),
    (paid(username=None, email="nobody@example.org"), (404, "unknown_learner")),
    (paid(username=None, email="%@example.org"), (404, "unknown_learner")),
    (paid(exam=None, username=None, order="1.2:three"), (404, "unknown_learner")),
    (paid(status="refunded"), (404, "unknown_order")),
]


@pytest.mark.parametrize("content", CONTENTS, ids=lambda each: "")
def test_contents_that_cannot_be_are_refused_and_change_nothing(exam: World, shop: Shop, content: Any) -> None:
    before = rows()
    sent, expected = content
    assert said(shop.tell(**sent)) == expected
    assert rows() == before


def test_bodies_that_are_no_object_are_refused(exam: World, shop: Shop) -> None:
    for body, expected in BODIES.items():
        assert said(shop.send("orders", body)) == expected, body[:20]
    assert said(shop.send("orders", raw(), kind="text/plain")) == (415, "unsupported_media_type")


def test_a_question_about_two_things_or_of_nothing_is_refused(exam: World, shop: Shop) -> None:
    shop.tell(**paid())
    for content in ({}, {"reference": "A-1", "exam": USAGE, "username": "alex"}, {"exam": USAGE}, {"status": "paid"}):
        assert said(shop.ask(**content)) == BAD


def test_the_same_number_with_another_content_is_a_conflict(exam: World, shop: Shop) -> None:
    exam.person("robin")
    shop.tell(**paid())
    before = rows()
    for changes in ({"username": "robin"}, {"at": "2017-02-20T08:58:00Z"}):
        assert said(shop.tell(**paid(**changes))) == (409, "order_differs")
    assert said(shop.tell(**paid(status="refunded", username="robin"))) == (409, "order_differs")
    assert rows() == before


def test_an_address_that_two_people_have_names_nobody(exam: World, shop: Shop) -> None:
    get_user_model().objects.create_user("twin", "Alex@Example.org")
    assert said(shop.tell(**paid(username=None, email="alex@example.org"))) == (404, "unknown_learner")


def test_another_shops_orders_are_not_there(exam: World, shop: Shop) -> None:
    shop.tell(**paid())
    other = Shop(exam.clock, "other", "another shop's secret")
    assert said(other.ask(reference="A-1")) == (404, "unknown_order")
    assert said(other.tell(reference="A-1", status="refunded", at=PAID_AT)) == (404, "unknown_order")


# --- what is kept ---------------------------------------------------------------------------------------------------


def test_nothing_of_a_call_or_the_secret_is_logged_or_told(
    exam: World, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [response for response, _ in refusals(shop).values()]
    answers += [shop.tell(**paid()), shop.tell(**paid(username="robin-canary")), shop.ask(reference="A-1")]
    texts = [caplog.text, *(answer.content.decode() for answer in answers)]
    for text in texts:
        assert SECRET not in text
        assert "alex" not in text
        assert "robin-canary" not in text
    assert SECRET not in repr(all_rows())
    assert caplog.text.count("a call refused") == sum(code in (403,) for _, (code, _) in refusals(shop).values())


def test_a_token_is_told_to_the_shop_alone(exam: World, shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token = shops.pay_url(exam.load(exam.person())).split("o=")[1].replace("%3A", ":")
    shop.tell(**paid(exam=None, username=None, order=token))
    exam.clock.advance(days=31)
    assert said(shop.tell(**paid(exam=None, username=None, order=token))) == (404, "unknown_learner")
    assert token not in caplog.text + repr(rows())


def test_a_nonce_is_forgotten_by_its_own_key(exam: World, shop: Shop) -> None:
    shop.tell(**paid())
    exam.clock.advance(seconds=timedelta(hours=1).total_seconds())
    watch = Watch()
    with connection.execute_wrapper(watch):
        shop.ask(reference="A-1")
    deleted = [sql for sql in watch.statements if sql.startswith("DELETE")]
    assert len(deleted) == 1
    assert '"id" IN' in deleted[0]
