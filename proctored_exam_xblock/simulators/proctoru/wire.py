"""The vendor's envelope and refusals: HTTP 200 whatever happens, a code from 1 to 3, a counter behind each error."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..clock import parse_instant
from ..web import JSON, Response

SUCCESS, ERROR, BAD_REQUEST = 1, 2, 3


class Refusal(Exception):
    """An answer that is an error; ``message`` as the vendor's servers were seen to send it."""

    def __init__(self, message: str, code: int = ERROR) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Outage(Exception):
    """HTTP 500, as reports that take too long give it."""


class Params:
    """Typed reading of merged parameters.

    Raises (every method):
        Refusal: absent or unreadable, response code 3.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def optional(self, name: str) -> str:
        value = self._values.get(name)
        return "" if value is None else str(value).strip()

    def text(self, name: str) -> str:
        value = self.optional(name)
        if not value:
            raise Refusal(f"{name} is required", BAD_REQUEST)
        return value

    def instant(self, name: str) -> datetime:
        moment = parse_instant(self.text(name))
        if moment is None:
            raise Refusal(f"{name} is not a date", BAD_REQUEST)
        return moment

    def positive(self, name: str) -> int:
        value = self.text(name)
        if not value.isdecimal() or int(value) == 0:
            raise Refusal(f"{name} is not a number", BAD_REQUEST)
        return int(value)

    def number_or_none(self, name: str) -> int | None:
        """A reservation number; absent, '' and 0 mean none."""
        value = self.optional(name)
        if value in ("", "0"):
            return None
        return self.positive(name)


class Envelopes:
    """Wraps answers; counts errors, which the vendor does per key (there is one key here)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._errors = 0

    @property
    def errors(self) -> int:
        with self._lock:
            return self._errors

    def reset(self) -> None:
        with self._lock:
            self._errors = 0

    def success(self, data: object, now: datetime) -> Response:
        return _envelope(iso(now), SUCCESS, "", data)

    def error(self, refusal: Refusal, now: datetime) -> Response:
        """The counter is sometimes written twice, ``data`` is null or empty, ``time_sent`` has milliseconds."""
        with self._lock:
            self._errors += 1
            count = self._errors
        suffix = f" : Error count {count} of 50"
        stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"
        message = refusal.message + suffix * (2 if count % 3 == 0 else 1)
        return _envelope(stamp, refusal.code, message, None if count % 2 else "")


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _envelope(stamp: str, code: int, message: str, data: object) -> Response:
    content = json.dumps({"time_sent": stamp, "response_code": code, "message": message, "data": data})
    return Response(content, content_type=JSON)
