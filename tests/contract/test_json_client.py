"""The JSON client: everything but a JSON object with status 200 is one retryable failure that tells nothing."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Callable, Iterator

import httpx
import pytest

from proctored_exam_xblock.backends.base import BackendError, Misconfigured, Unavailable
from proctored_exam_xblock.backends.http import MAX_ANSWER_BYTES, JsonClient

SECRET = "3f0b5c2e-secret-key"
PERSONAL = "zoe@example.org"
VENDOR_TEXT = "vendor text with https://vendor.test/?login_token=abc"

Handler = Callable[[httpx.Request], httpx.Response]


def client(handler: Handler, base_url: str = "https://vendor.test/api/", **options: object) -> JsonClient:
    return JsonClient(
        base_url,
        headers={"Authorization-Token": SECRET},
        timeout_seconds=5,
        transport=httpx.MockTransport(handler),
        **options,  # type: ignore[arg-type]
    )


def failing(error: type[httpx.TransportError]) -> Handler:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error(VENDOR_TEXT, request=request)

    return handler


def test_posts_json_with_its_headers_and_returns_the_object() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"ok": 1})

    assert client(handler).post("doIt", {"name": "Zoé"}) == {"ok": 1}
    assert (seen[0].method, str(seen[0].url)) == ("POST", "https://vendor.test/api/doIt/")
    assert seen[0].headers["authorization-token"] == SECRET
    assert seen[0].headers["content-type"] == "application/json"
    assert "Zoé" in seen[0].content.decode()


@pytest.mark.parametrize(
    "handler",
    [
        failing(httpx.ConnectError),
        failing(httpx.ConnectTimeout),
        failing(httpx.ReadTimeout),
        failing(httpx.RemoteProtocolError),
        lambda request: httpx.Response(500, text=VENDOR_TEXT),
        lambda request: httpx.Response(502, json={"ok": 1}),
        lambda request: httpx.Response(201, json={"ok": 1}),
        lambda request: httpx.Response(302, headers={"Location": "https://elsewhere.test/"}),
        lambda request: httpx.Response(200, text=f"<html>{VENDOR_TEXT}</html>"),
        lambda request: httpx.Response(200, text='{"ok": 1'),
        lambda request: httpx.Response(200, text=""),
        lambda request: httpx.Response(200, json=[1, 2]),
        lambda request: httpx.Response(200, text="null"),
        lambda request: httpx.Response(200, content=b"\xff\xfe\x00garbage"),
        lambda request: httpx.Response(200, text="[" * 100_000),
        lambda request: httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=b"not gzip"),
    ],
)
def test_anything_else_is_unavailable_and_leaks_nothing(handler: Handler, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(BackendError) as caught:
        client(handler).post("doIt", {"email": PERSONAL})
    error = caught.value
    assert type(error) is Unavailable
    assert (str(error), error.args, error.__cause__, error.__context__) == ("", (), None, None)
    for forbidden in (SECRET, PERSONAL, VENDOR_TEXT, "login_token"):
        assert forbidden not in caplog.text
    assert "doIt" in caplog.text


@pytest.mark.parametrize("base_url", ["ftp://vendor.test/api", "https://exa mple.test:port/api", "/api"])
def test_an_unusable_address_is_a_fault_of_the_configuration(base_url: str) -> None:
    with pytest.raises(Misconfigured):
        JsonClient(base_url, headers={}, timeout_seconds=1).post("doIt", {})


def test_a_key_that_no_header_can_carry_is_a_fault_of_the_configuration() -> None:
    bad = JsonClient("http://127.0.0.1:9", headers={"Authorization-Token": "clé\n"}, timeout_seconds=1)
    with pytest.raises(Misconfigured):
        bad.post("doIt", {})


def test_an_answer_that_drips_beyond_the_deadline_is_given_up() -> None:
    moments = iter([0.0, 1.0, 4.9, 5.1, 9.0])

    def drip() -> Iterator[bytes]:
        yield from (b"{", b'"ok"', b":1", b"}")

    with pytest.raises(Unavailable):
        client(
            lambda request: httpx.Response(200, content=drip()),
            monotonic=lambda: next(moments),
        ).post("doIt", {})
    assert next(moments) == 9.0, "reading stopped at the first chunk after the deadline"


def test_an_answer_that_is_too_long_is_given_up() -> None:
    def flood() -> Iterator[bytes]:
        yield from [b" " * (MAX_ANSWER_BYTES // 4)] * 5
        yield b"{}"

    with pytest.raises(Unavailable):
        client(lambda request: httpx.Response(200, content=flood()), monotonic=lambda: 0.0).post("doIt", {})


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "gzip,identity", "x-unknown"])
def test_what_unpacks_without_bound_is_not_unpacked(encoding: str) -> None:
    def never() -> Iterator[bytes]:
        raise AssertionError("read")
        yield b""

    answer = httpx.Response(200, headers={"Content-Encoding": encoding}, content=never())
    with pytest.raises(Unavailable):
        client(lambda request: answer).post("doIt", {})


def test_a_packed_answer_is_read_and_only_that_packing_is_asked_for() -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["accept-encoding"])
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=gzip.compress(b'{"ok": 1}'))

    assert client(handler).post("doIt", {}) == {"ok": 1}
    assert seen == ["gzip"]
