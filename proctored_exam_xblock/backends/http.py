"""A small JSON client: one request, one deadline, one kind of failure, and nothing of the exchange in the logs."""

from __future__ import annotations

import json
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import httpx

from .base import Misconfigured, Unavailable

logger = logging.getLogger(__name__)

MAX_ANSWER_BYTES = 8 * 1024 * 1024


class JsonClient:
    """POSTs JSON objects to one vendor and reads JSON objects back.

    Always POST: httpx logs addresses, so nothing personal may be in one.

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
        self._headers = dict(headers)
        self._timeout = timeout_seconds
        self._transport = transport
        self._monotonic = monotonic

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """POST ``body`` as JSON and return the JSON object answered with status 200.

        Raises:
            Unavailable: no answer in time, another status, or an answer that is no JSON object.
            Misconfigured: the address or a header cannot be used at all.

        Neither carries the request or the answer, not even as its context: error reports follow contexts.
        """
        content: bytes | None = None
        reason = "unreadable"
        try:
            content = self._exchange(path, body)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, UnicodeError):
            reason = "bad address or header"
        except httpx.TimeoutException:
            reason = "time-out"
        except httpx.HTTPError:
            reason = "network"
        except _Rejected as rejected:
            reason = rejected.reason
        answer = _json_object(content)
        if answer is not None:
            return answer
        logger.warning("vendor call %s failed: %s", path, reason)
        if reason == "bad address or header":
            raise Misconfigured
        raise Unavailable

    def _exchange(self, path: str, body: Mapping[str, object]) -> bytes:
        deadline = self._monotonic() + self._timeout
        with (
            httpx.Client(
                headers=self._headers,
                timeout=self._timeout,
                transport=self._transport,
                verify=_tls(),
                follow_redirects=False,
            ) as client,
            client.stream("POST", f"{self._base_url}/{path.strip('/')}/", json=dict(body)) as response,
        ):
            if response.status_code != 200:
                raise _Rejected(f"HTTP {response.status_code}")
            content = bytearray()
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > MAX_ANSWER_BYTES:
                    raise _Rejected("answer too long")
                if self._monotonic() > deadline:
                    raise _Rejected("time-out")
        return bytes(content)


class _Rejected(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Reading the certificate store takes longer than most requests: once per process."""
    return httpx.create_ssl_context()


def _json_object(content: bytes | None) -> dict[str, Any] | None:
    if content is None:
        return None
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
