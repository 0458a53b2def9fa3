"""How the vendor admits, refuses, pages and sorts: signatures over sorted parameters, HTTP statuses, headers."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ..web import JSON, Request, Response
from .store import Store

WINDOW = timedelta(minutes=5)  # guess
MOST_ROWS = 300
UNAUTHORIZED = "You are not authorized to access this page."


class Refusal(Exception):
    """``said`` is a sentence, or what is wrong by field."""

    def __init__(self, status: int, said: str | dict[str, list[str]]) -> None:
        super().__init__(said)
        self.status = status
        self.said = said

    def response(self, envelope: str) -> Response:
        """The envelope is documented nowhere: ``errors``, ``error``, ``bare`` or ``text``."""
        if envelope in ("errors", "error"):
            return Response(json.dumps({envelope: self.said}), self.status, JSON)
        if isinstance(self.said, str):
            return Response(self.said, self.status, "text/plain; charset=utf-8")
        return Response(json.dumps(self.said), self.status, JSON if envelope == "bare" else "text/plain")


def unauthorized() -> Refusal:
    return Refusal(403, UNAUTHORIZED)


def missing(name: str) -> Refusal:
    return Refusal(422, f"Param is missing or the value is empty: '{name}'")


def no_exam(number: object) -> Refusal:
    return Refusal(404, f"Couldn't find Exam with 'id'='{number}'")


def no_session(number: object) -> Refusal:
    return Refusal(404, f"Couldn't find Student Session with 'id'='{number}'")


def admit(request: Request, store: Store, now: datetime, *, api_token: str, secret_key: str) -> None:
    """Token, signature, age, nonce, in this order; one text for all.

    Raises:
        Refusal: with status 403.
    """
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), f"Token token={api_token}".encode()):
        raise unauthorized()
    wanted = digest(request.params, secret_key)
    if not hmac.compare_digest(str(request.params.get("signature")).encode(), wanted.encode()):
        raise unauthorized()
    try:
        sent = datetime.fromtimestamp(int(str(request.params.get("timestamp"))) / 1000, UTC)
        nonce = int(str(request.params.get("nonce")))
    except (ValueError, OverflowError, OSError):
        raise unauthorized() from None
    if abs(now - sent) > WINDOW or not store.use_nonce(str(nonce), now):
        raise unauthorized()


def digest(params: Mapping[str, Any], secret_key: str) -> str:
    """Over everything received but the signature itself."""
    lines = [name + "=" + _as_ruby(value) for name, value in sorted(params.items()) if name != "signature"]
    return hmac.new(secret_key.encode("ascii"), "?".join(lines).encode("utf-8"), hashlib.sha256).hexdigest()


def _as_ruby(value: Any) -> str:
    match value:
        case None:
            return ""
        case True:
            return "true"
        case False:
            return "false"
        case list() | dict():
            return json.dumps(value)
    return f"{value}"


def listing(name: str, rows: list[dict[str, Any]], params: Mapping[str, Any]) -> Response:
    """Filtered, sorted, one page of it, with the documented headers."""
    rows = [row for row in rows if _passes(row, _json_param(params, "filter", {}))]
    for order in reversed(_json_param(params, "sort", [])):
        for field, direction in order.items():
            rows.sort(key=lambda row: (row.get(field) is not None, row.get(field) or 0), reverse=direction == "desc")
    page, limit = _positive(params, "page", 1), min(_positive(params, "limit", MOST_ROWS), MOST_ROWS)
    headers = {
        "X-Pagination-Item-Count": len(rows),
        "X-Pagination-Page-Count": max(math.ceil(len(rows) / limit), 1),
        "X-Pagination-Page": page,
        "X-Pagination-Limit": limit,
    }
    content = json.dumps({name: rows[(page - 1) * limit : page * limit]}, ensure_ascii=False)
    return Response(content, 200, JSON, {key: str(value) for key, value in headers.items()})


def moment(value: object) -> str:
    """An instant given as epoch seconds or ISO, as ISO text in UTC; '' for none.

    Raises:
        ValueError: it is neither.
    """
    if value in (None, ""):
        return ""
    text = str(value)
    at = datetime.fromtimestamp(int(text), UTC) if text.isdecimal() else datetime.fromisoformat(text)
    return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC).isoformat()


def _passes(row: dict[str, Any], wanted: dict[str, Any]) -> bool:
    for field, conditions in wanted.items():
        for operator, value in (conditions if isinstance(conditions, dict) else {"eq": conditions}).items():
            held = row.get(field)
            if operator == "eq":
                if str(held) != str(value):
                    return False
                continue
            try:
                here, there = moment(held), moment(value)
            except ValueError:
                raise Refusal(422, f"{field} cannot be compared") from None
            compared = {"gte": here >= there, "gt": here > there, "lte": here <= there, "lt": here < there}
            if not here or not compared.get(operator, False):
                return False
    return True


def _json_param(params: Mapping[str, Any], name: str, default: Any) -> Any:
    given = params.get(name)
    if given in (None, ""):
        return default
    try:
        value = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        value = None
    if not isinstance(value, type(default)):
        raise Refusal(422, f"{name} is not valid")
    return value


def _positive(params: Mapping[str, Any], name: str, default: int) -> int:
    text = str(params.get(name) or default)
    if not text.isdecimal() or int(text) == 0:
        raise Refusal(422, f"{name} is not valid")
    return int(text)
