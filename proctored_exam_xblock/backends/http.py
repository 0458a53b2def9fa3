"""A small JSON client: one request, one deadline, few kinds of failure, and nothing of the exchange in the logs."""

from __future__ import annotations

import atexit
import json
import logging
import os
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import httpx

from . import deadline
from .base import Misconfigured, Unavailable

logger = logging.getLogger(__name__)

MAX_ANSWER_BYTES = 8 * 1024 * 1024
_ENCODINGS = ("", "identity", "gzip")
"""Unpacked piece by piece these grow a thousandfold at most; others, and one inside another, without bound."""

_private: ContextVar[bool] = ContextVar("private", default=False)


@dataclass(frozen=True, repr=False)
class Answer:
    """Whatever was answered, read to its end; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json_object(self) -> dict[str, Any] | None:
        """None when the content is no JSON object."""
        return _json_object(self.content)


class JsonClient:
    """Sends JSON objects to one vendor and reads JSON objects back.

    Parameters go in the body unless asked otherwise; an address with parameters is kept out of httpx's log.

    Args:
        base_url: address that every path is appended to.
        headers: sent with each request; may hold credentials, never logged.
        timeout_seconds: for the whole exchange, from connecting to the last byte.
        transport: replaces the network in tests (``httpx.MockTransport``).
        monotonic: clock of the deadline, in seconds.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str],
        timeout_seconds: float,
        transport: httpx.BaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {"Accept-Encoding": "gzip", **headers}
        self._timeout = timeout_seconds
        self._transport = transport
        self._monotonic = monotonic

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """POST ``body`` as JSON and return the JSON object answered with status 200.

        Raises:
            Unavailable: no answer in time, another status, or an answer that is no JSON object.
            Misconfigured: the address or a header cannot be used at all, or they do not let us in (401, 403).

        Neither carries the request or the answer, not even as its context: error reports follow contexts.
        """
        answer = self.send("POST", f"{path.strip('/')}/", body)
        data = answer.json_object()
        if answer.status == 200 and data is not None:
            return data
        reason = "unreadable" if answer.status == 200 else f"HTTP {answer.status}"
        logger.warning("vendor call %s failed: %s", path, reason)
        raise Misconfigured if answer.status in (401, 403) else Unavailable

    def send(self, method: str, path: str, params: Mapping[str, object], *, in_address: bool = False) -> Answer:
        """Send ``params`` as a JSON body, or in the address, and return any answer, whatever its status.

        Raises:
            Unavailable: no whole answer in time.
            Misconfigured: the address or a header cannot be used at all.

        As bare as the errors of :meth:`post`.
        """
        reason = ""
        try:
            return self._exchange(method, path, params, in_address)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, UnicodeError):
            reason = "bad address or header"
        except httpx.TimeoutException:
            reason = "time-out"
        except httpx.HTTPError:
            reason = "network"
        except _Rejected as rejected:
            reason = rejected.reason
        logger.warning("vendor call %s failed: %s", path.strip("/"), reason)
        if reason == "bad address or header":
            raise Misconfigured
        raise Unavailable

    def _exchange(self, method: str, path: str, params: Mapping[str, object], in_address: bool) -> Answer:
        last_moment = self._monotonic() + self._timeout
        where: dict[str, Any] = {"params": dict(params)} if in_address else {"json": dict(params)}
        private = _private.set(in_address)
        try:
            with (
                deadline.until(last_moment, self._monotonic),
                self._client() as client,
                client.stream(
                    method, f"{self._base_url}/{path}", headers=self._headers, timeout=self._timeout, **where
                ) as response,
            ):
                if response.headers.get("content-encoding", "").strip().lower() not in _ENCODINGS:
                    raise _Rejected("unknown encoding")
                content = bytearray()
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > MAX_ANSWER_BYTES:
                        raise _Rejected("answer too long")
                    if self._monotonic() > last_moment:
                        raise _Rejected("time-out")
        finally:
            _private.reset(private)
        return Answer(
            response.status_code, {name.lower(): value for name, value in response.headers.items()}, bytes(content)
        )

    @contextmanager
    def _client(self) -> Iterator[httpx.Client]:
        if self._transport is None:
            yield _shared(os.getpid())
            return
        with httpx.Client(transport=self._transport, follow_redirects=False) as client:
            yield client


class _Rejected(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _is_public(record: logging.LogRecord) -> bool:
    return not _private.get()


# httpx logs the address of every request at level INFO.
logging.getLogger("httpx").addFilter(_is_public)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Reading the certificate store takes longer than most requests: once per process."""
    return httpx.create_ssl_context()


@lru_cache(maxsize=1)
def _shared(process: int) -> httpx.Client:
    """One pool of connections per process: a handshake costs more than most answers.

    Whatever a vendor wants remembered is not: the next request may be another candidate's. A connection is not used
    again after two seconds of rest: the other end may be about to close it.
    """
    client = httpx.Client(verify=_tls(), follow_redirects=False, limits=httpx.Limits(keepalive_expiry=2.0))
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    atexit.register(client.close)
    return deadline.limited(client)


def _json_object(content: bytes) -> dict[str, Any] | None:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
