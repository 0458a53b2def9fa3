"""The vendor's envelope and values: HTTP 200 whatever happens, refusals as sentences, numbers as numbers or text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ..base import (
    AlreadyCancelled,
    AlreadyExists,
    Misconfigured,
    NotFound,
    Overlap,
    Refused,
    SlotGone,
    StaleRequest,
    TooEarly,
    Unavailable,
)
from ..http import JsonClient


class UnknownZone(Misconfigured):
    """The vendor does not know the name of a zone: another one will do, what counts is sent in UTC."""


# The vendor answers a sentence that ends in a counter: matched by its beginning, case ignored.
_ERRORS: tuple[tuple[str, type[Refused]], ...] = (
    ("stale request", StaleRequest),
    ("student not found", NotFound),
    ("student found", NotFound),
    ("exam not found", Misconfigured),
    ("reservation not found", NotFound),
    ("reservation is in the future", TooEarly),
    ("reservation_id_exist", AlreadyExists),
    ("overlap", Overlap),
    ("timezone not found", UnknownZone),
    ("start_date in the past", SlotGone),
    ("reservation cancelled", AlreadyCancelled),
    ("reservation_not_for_this_institution", NotFound),
)
_SUCCESS, _BAD_REQUEST = 1, 3
_KNOWN_CODES = (_SUCCESS, 2, _BAD_REQUEST)


class Wire:
    """Calls endpoints by name and hands out their ``data``.

    Args:
        client: where they are sent.
        now: for ``time_sent``, None to leave that optional field out.
    """

    def __init__(self, client: JsonClient, now: Callable[[], datetime] | None) -> None:
        self._client = client
        self._now = now

    def call(self, endpoint: str, **params: object) -> Any:
        """POST, as every endpoint but one takes it.

        Raises:
            Unavailable: no answer, or none that can be read.
            Refused: one of its subclasses, by the vendor's sentence.
        """
        return _data(self._client.post(endpoint, {**self._stamp(), **params}))

    def read(self, endpoint: str) -> Any:
        """GET what needs no parameters; raises what :meth:`call` does."""
        answer = self._client.send("GET", f"{endpoint}/", {}, in_address=True)
        data = answer.json_object()
        if answer.status != 200 or data is None:
            raise Unavailable
        return _data(data)

    def _stamp(self) -> dict[str, object]:
        return {} if self._now is None else {"time_sent": iso(self._now())}


def _data(answer: dict[str, Any]) -> Any:
    code = answer.get("response_code")
    if isinstance(code, bool) or code not in _KNOWN_CODES:
        raise Unavailable
    if code == _SUCCESS:
        return answer.get("data")
    sentence = str(answer.get("message") or "").strip().lower()
    for prefix, error in _ERRORS:
        if sentence.startswith(prefix):
            raise error
    if code == _BAD_REQUEST:
        raise Misconfigured
    if not sentence.removeprefix(":").strip() or sentence.lstrip(": ").startswith("error count"):
        raise Unavailable  # a failure that says nothing refuses nobody
    raise Refused


def present(**fields: str) -> dict[str, str]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value}


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rows(data: Any) -> list[dict[str, Any]]:
    """A list of objects; raises Unavailable."""
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise Unavailable
    return data


def instant(row: dict[str, Any], name: str) -> datetime:
    """Aware UTC, what has no zone taken for UTC; raises Unavailable."""
    moment = instant_or_none(row.get(name))
    if moment is None:
        raise Unavailable
    return moment


def instant_or_none(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def number_of(data: Any, name: str = "reservation_no") -> str:
    """``reservation_no`` comes as a number or as text: compared and kept as the digits of an integer.

    Raises:
        Unavailable: it is neither.
    """
    number = as_number(data.get(name)) if isinstance(data, dict) else None
    if number is None:
        raise Unavailable
    return number


def as_number(value: object) -> str | None:
    """The digits of a positive integer of at most 18, None for anything else."""
    if isinstance(value, str) and len(value) <= 20 and value.strip().isascii() and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**18:
        return None
    return str(value)
