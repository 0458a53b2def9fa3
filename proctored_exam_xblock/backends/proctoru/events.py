"""Webhooks: the signature over the raw bytes, then the few facts of an event that are worth keeping."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..base import BadEvent, BadSignature, EventKind, VendorEvent
from .wire import as_number, instant_or_none

_MAX_BYTES = 1024 * 1024
_PREFIX = b"sha1="

# By the beginning of the type; only the reservations' have been seen, the others are guesses.
_KINDS: tuple[tuple[str, EventKind], ...] = (
    ("event-reservation", EventKind.BOOKING),
    ("event-fulfillment", EventKind.SESSION),
    ("event-precheck", EventKind.SESSION),
    ("event-identity", EventKind.SESSION),
    ("event-verification", EventKind.SESSION),
    ("event-hard-disconnect", EventKind.SESSION),
    ("event-incident", EventKind.REVIEW),
    ("event-review", EventKind.REVIEW),
)
_NAMES = frozenset(kind.value for kind in EventKind)


def parse(headers: Mapping[str, str], body: bytes, settings: Mapping[str, Any]) -> VendorEvent:
    """Verify, then read (settings ``webhook_secret``, ``event_kinds``).

    Raises:
        BadSignature: not signed with our secret, or there is none.
        BadEvent: signed, and no JSON event.
    """
    if not _is_signed(headers.get("x-proctoru-signature", ""), body, _secrets(settings)):
        raise BadSignature
    payload = _json(body)
    event, reservation = _block(payload, "event"), _block(payload, "reservation")
    kind = _text(event, "type")
    created_at = _text(event, "created_at")
    if not kind:
        raise BadEvent
    number = _number(reservation.get("number"))
    external_id = _text(reservation, "external_id")
    return VendorEvent(
        key=_key(kind, number or external_id, created_at, body),
        kind=_kind(kind, settings.get("event_kinds") or {}),
        reservation_id=external_id,
        vendor_ref=number,
        at=instant_or_none(created_at),
    )


def _secrets(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """One, or several while a new one replaces an old one."""
    given = settings.get("webhook_secret") or ()
    found: Sequence[object] = (given,) if isinstance(given, str) else tuple(given)
    return tuple(secret for secret in found if isinstance(secret, str) and secret)


def _is_signed(header: str, body: bytes, secrets: tuple[str, ...]) -> bool:
    """Compared as bytes: the header may hold anything."""
    given = header.strip().encode("utf-8", "replace")
    if not given.startswith(_PREFIX):
        return False
    signed = False
    for secret in secrets:
        digest = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest().encode()
        signed |= hmac.compare_digest(given[len(_PREFIX) :].lower(), digest)
    return signed


def _json(body: bytes) -> dict[str, Any]:
    payload: object = None
    if len(body) <= _MAX_BYTES:
        try:
            payload = json.loads(body.decode("utf-8-sig"))
        except (ValueError, RecursionError):  # nothing of it may be in the error's context
            payload = None
    if not isinstance(payload, dict):
        raise BadEvent
    return payload


def _block(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    block = payload.get(name)
    if block is None:
        return {}
    if not isinstance(block, dict):
        raise BadEvent
    return block


def _text(block: Mapping[str, Any], name: str) -> str:
    text = block.get(name)
    if text is None:
        return ""
    if not isinstance(text, str) or len(text) > 100 or not text.isprintable():
        raise BadEvent
    return text


def _number(value: object) -> str:
    if value is None or value == "":
        return ""
    number = as_number(value)
    if number is None:
        raise BadEvent
    return number


def _key(kind: str, reservation: str, created_at: str, body: bytes) -> str:
    """The vendor numbers no events: what happened to which reservation when, or else the very bytes."""
    identity = json.dumps([kind, reservation, created_at]).encode() if created_at else body
    return hashlib.sha256(identity).hexdigest()


def _kind(kind: str, more: Mapping[str, str]) -> EventKind:
    named = tuple((prefix.lower(), EventKind(name)) for prefix, name in more.items() if name in _NAMES)
    return next((found for prefix, found in named + _KINDS if kind.lower().startswith(prefix)), EventKind.OTHER)
