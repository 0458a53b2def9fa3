"""A request's JSON object out of its raw bytes, or a refusal: whatever is sent, nothing else can come of it."""

from __future__ import annotations

import json
import re
from typing import Any

from .domain.errors import BadRequest

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read_object(raw: bytes) -> dict[str, Any]:
    """The object.

    Raises:
        BadRequest: no UTF-8, no JSON, no object, or text that cannot be kept.
    """
    try:
        text = raw.decode("utf-8")
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise BadRequest() from None
    if not isinstance(body, dict) or not _is_text(text, body):
        raise BadRequest()
    return body


def _is_text(raw: str, body: dict[str, Any]) -> bool:
    """No NUL, which not every database stores, and no half of a surrogate pair, which nothing can encode."""
    if "\\u0000" in raw:
        return False
    try:
        return not _SURROGATE.search(raw) or bool(json.dumps(body, ensure_ascii=False).encode())
    except (ValueError, RecursionError):
        return False
