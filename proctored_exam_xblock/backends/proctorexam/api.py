"""Signed calls to the vendor: its refusals told apart, its lists read whole or not at all."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from ..base import AlreadyExists, Misconfigured, NotFound, Refused, StaleRequest, Unavailable
from ..http import Answer, JsonClient
from .signing import RandomBits, printed, signed

logger = logging.getLogger(__name__)

PAGE_ROWS = 300
WALKS = 3
MOST_PAGES = 1000
_LONGEST_NUMBER = 18


@dataclass(frozen=True, repr=False)
class Credentials:
    """Of one user of the institute; the key signs, the token is sent."""

    api_token: str
    secret_key: str


class Api:
    """Args:
    base_url: ``https://<institute>.proctorexam.com/api/v3``.
    credentials: token and key.
    now: the injected clock.
    timeout_seconds: for each call.
    window_seconds: how far the two clocks may be apart.
    in_address: GET parameters in the address instead of a JSON body.
    transport: replaces the network in tests.
    random_bits: draws nonces.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        now: Callable[[], datetime],
        *,
        timeout_seconds: float,
        window_seconds: float,
        in_address: bool = False,
        transport: httpx.BaseTransport | None = None,
        random_bits: RandomBits = secrets.randbits,
    ) -> None:
        self._secret_key = credentials.secret_key.strip()
        self._now = now
        self._window = window_seconds
        self._in_address = in_address
        self._random_bits = random_bits
        self._client = JsonClient(
            base_url,
            headers={
                "Authorization": f"Token token={credentials.api_token.strip()}",
                "Accept": "application/vnd.procwise.v3",
            },
            timeout_seconds=timeout_seconds,
            transport=transport,
        )

    def call(self, method: str, path: str, params: Mapping[str, object], *, no_such_page: str = "") -> dict[str, Any]:
        """One call and the JSON object answered, {} where a change was answered by nothing.

        Args:
            params: everything to be signed, the ids of the path among them.
            no_such_page: a word; an HTML page that has it, answered instead of JSON, means "not found".

        Raises:
            Unavailable: also when the answer cannot be read.
            StaleRequest, Misconfigured, NotFound, AlreadyExists, Refused: as the vendor refuses.
        """
        answer = self._send(method, path, params)
        if no_such_page and answer.status in (200, 404) and _is_page(answer, no_such_page):
            raise NotFound
        self._check(answer, path)
        if not answer.content.strip() and method != "GET":
            return {}
        return _object(answer, path)

    def rows(self, path: str, name: str, params: Mapping[str, object]) -> list[dict[str, Any]]:
        """Every row of a list, none missing that was there from beginning to end.

        The list is sorted by id and read from its last page to its first: what is deleted meanwhile moves rows to
        pages not read yet. Where the vendor sorts otherwise, the count must hold still.

        Raises:
            Unavailable: also when the list keeps changing or says not how long it is.
        """
        for _ in range(WALKS):
            rows = self._walk(path, name, params)
            if rows is not None:
                return rows
        logger.warning("vendor list %s does not hold still", path)
        raise Unavailable

    def _walk(self, path: str, name: str, params: Mapping[str, object]) -> list[dict[str, Any]] | None:
        first = self._page(path, name, params, 1)
        if first.pages == 1:
            return first.rows if first.items in (None, len(first.rows)) else None
        found: dict[str, dict[str, Any]] = {}
        pages = [first, *(self._page(path, name, params, number) for number in range(first.pages, 0, -1))]
        for page in pages[1:]:
            found.update({printed(row["id"]): row for row in page.rows})
        sorted_by_id = all(page.rows == sorted(page.rows, key=lambda row: int(row["id"])) for page in pages)
        still = {page.items for page in pages} == {len(found)}
        return list(found.values()) if sorted_by_id or still else None

    def _page(self, path: str, name: str, params: Mapping[str, object], number: int) -> _Page:
        wanted = {**params, "page": number, "limit": PAGE_ROWS, "sort": json.dumps([{"id": "asc"}])}
        answer = self._send("GET", path, wanted)
        self._check(answer, path)
        rows = _object(answer, path).get(name)
        if not isinstance(rows, list) or not all(isinstance(row, dict) and _is_id(row.get("id")) for row in rows):
            raise Unavailable
        items, pages = (_count(answer.headers.get(f"x-pagination-{header}")) for header in ("item-count", "page-count"))
        if (pages is None and len(rows) >= PAGE_ROWS) or (pages or 0) > MOST_PAGES:
            raise Unavailable
        return _Page(rows, items, max(pages or 1, 1))

    def _send(self, method: str, path: str, params: Mapping[str, object]) -> Answer:
        whole = signed(params, self._secret_key, self._now(), self._random_bits)
        if method == "GET" and self._in_address:
            printable = {name: printed(value) for name, value in whole.items()}
            return self._client.send(method, path, printable, in_address=True)
        return self._client.send(method, path, whole)

    def _check(self, answer: Answer, path: str) -> None:
        status = answer.status
        if 200 <= status < 300:
            return
        usual = status in (404, 422)  # not there yet, there already
        logger.log(logging.INFO if usual else logging.WARNING, "vendor call %s refused: HTTP %s", path, status)
        if status in (401, 403):
            raise StaleRequest if self._is_skewed(answer) else Misconfigured
        if status in (408, 429) or status >= 500 or status < 400:
            raise Unavailable
        said, is_json = _said(answer)
        if status in (404, 410):
            if "couldn't find exam" in said or "couldn't find" not in said:
                raise Misconfigured  # a wrong address answers 404 too, in JSON if it likes
            raise NotFound
        if status not in (400, 422) or "param is missing" in said:
            raise Misconfigured
        if not said or (status == 400 and not is_json):  # the vendor refuses by 422, proxies by 400
            raise Unavailable
        raise AlreadyExists if "already been taken" in said else Refused

    def _is_skewed(self, answer: Answer) -> bool:
        """A wrong clock is refused as a wrong key is; the answer's own date tells them apart."""
        try:
            theirs = parsedate_to_datetime(answer.headers.get("date", ""))
        except ValueError:
            return False
        apart = abs(theirs.replace(tzinfo=theirs.tzinfo or UTC) - self._now()).total_seconds()
        return apart > self._window - 5  # the date has whole seconds, the answer was under way


@dataclass(frozen=True, repr=False)
class _Page:
    rows: list[dict[str, Any]]
    items: int | None
    pages: int


def _object(answer: Answer, path: str) -> dict[str, Any]:
    data = answer.json_object()
    if data is None:
        logger.warning("vendor call %s failed: unreadable", path)
        raise Unavailable
    return data


def _said(answer: Answer) -> tuple[str, bool]:
    """Every text of a refusal in lower case, whatever its envelope, '' for a page; and whether it is JSON."""
    try:
        todo = [json.loads(answer.content)]
    except (ValueError, RecursionError):
        return ("" if "html" in answer.headers.get("content-type", "") else _text(answer)), False
    found: list[str] = []
    while todo:
        value = todo.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            todo += value.values()
        elif isinstance(value, list):
            todo += value
    return " ".join(found).lower(), True


def _text(answer: Answer) -> str:
    return answer.content.decode("utf-8", "replace").lower()


def _is_page(answer: Answer, word: str) -> bool:
    return "html" in answer.headers.get("content-type", "") and word.lower() in _text(answer)


def _is_id(value: object) -> bool:
    if isinstance(value, str):
        return _count(value) is not None
    return isinstance(value, int) and not isinstance(value, bool)


def _count(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() and len(text) <= _LONGEST_NUMBER else None
