"""One checked request: what every handler goes through before its service is called, and after.

Nothing in a host guards a handler (``handler_noauth`` reaches every one of them and skips CSRF), so each answer starts
here: POST only, ``application/json`` only (no cross-site form can send it without a preflight), a bounded body, a
signed-in caller; the services then check enrolment, phase, window and deadline.
"""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig
from webob import Response
from xblock.core import XBlock

from .. import compat, conf, messages, screens
from ..domain.errors import (
    BadRequest,
    ExamError,
    MethodNotAllowed,
    NotAllowedNow,
    NotSignedIn,
    PayloadTooLarge,
    TooManyRequests,
    UnsupportedMediaType,
    ViewedByAnother,
)
from ..domain.journey import Phase
from ..json_body import read_object
from ..services import entry
from ..services.dossier import Caller, Dossier

log = logging.getLogger(__name__)
LARGEST_BODY = 256 * 1024


@dataclass
class Request:
    """One checked request: who, what, when."""

    block: Any
    body: dict[str, Any]
    caller: Caller
    now: datetime

    def text(self, name: str, default: str | None = None) -> str:
        """A string of the body; raises BadRequest."""
        value = self.body.get(name, default)
        if not isinstance(value, str):
            raise BadRequest(name)
        return value

    def flag(self, name: str) -> bool:
        """A yes or no of the body, no when absent; raises BadRequest."""
        value = self.body.get(name, False)
        if not isinstance(value, bool):
            raise BadRequest(name)
        return value

    @property
    def nonce(self) -> str:
        """The page's own random text, by which a repeated request is recognised."""
        return self.text("nonce", "")

    def instant(self, name: str) -> datetime:
        """An aware instant of the body in UTC; raises BadRequest."""
        try:
            moment = datetime.fromisoformat(self.text(name))
            if moment.tzinfo is None:
                raise BadRequest(name)
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise BadRequest(name) from None

    def day(self, name: str) -> date:
        """A date of the body; raises BadRequest."""
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            raise BadRequest(name) from None


@dataclass
class Answer:
    """What a handler found: the dossier to show (None on the hot path) and more keys."""

    dossier: Dossier | None
    extra: dict[str, Any] = field(default_factory=dict)


def exam_handler(function: Callable[[Any, Request], Answer]) -> Callable[..., Response]:
    """Make an XBlock handler of a function from a checked request to an answer."""

    @functools.wraps(function)
    def handler(self: Any, request: Any, suffix: str = "") -> Response:
        now = conf.now()
        body: dict[str, Any] = {}
        caller = None
        try:
            body = read_body(request)
            if compat.in_studio():  # calls handlers for whoever is signed in, and keeps no state of theirs
                raise NotAllowedNow(phase="authoring")
            text_or_nothing(body, "known")
            caller = self.caller(text_or_nothing(body, "window"))
            if caller.user_id is None:
                raise NotSignedIn()
            if function.__name__ != "screen" and compat.is_viewed_by_another(caller.user_id):
                raise ViewedByAnother()
            answer = function(self, Request(self, body, caller, now))
            return reply(200, {"ok": True, **_state(answer.dossier, body, now), **answer.extra})
        except ExamError as error:
            return _refusal(error, caller, body, now)

    return XBlock.handler(handler)  # type: ignore[no-any-return]


def read_body(request: Any, largest: int = LARGEST_BODY) -> dict[str, Any]:
    """The request's JSON object, of so many bytes at most.

    Raises:
        MethodNotAllowed, UnsupportedMediaType, PayloadTooLarge, BadRequest.
    """
    if request.method != "POST":
        raise MethodNotAllowed()
    if (request.content_type or "").split(";")[0].strip().lower() != "application/json":
        raise UnsupportedMediaType()
    if (request.content_length or 0) > largest:
        raise PayloadTooLarge(limit=largest)
    try:
        body = request.body
    except RequestDataTooBig:  # the host's own bound, DATA_UPLOAD_MAX_MEMORY_SIZE, may be lower
        raise PayloadTooLarge(limit=largest) from None
    if len(body) > largest:
        raise PayloadTooLarge(limit=largest)
    return read_object(body)


def text_or_nothing(body: dict[str, Any], name: str) -> str:
    value = body.get(name) or ""
    if not isinstance(value, str):
        raise BadRequest(name)
    return value


def _state(dossier: Dossier | None, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    if dossier is None:
        return {"phase": Phase.SITTING.value, "fingerprint": body.get("known"), "server_time": screens.iso(now)}
    state: dict[str, Any] = {
        "phase": dossier.journey.phase.value,
        "fingerprint": dossier.fingerprint,
        "server_time": screens.iso(now),
    }
    attempt = dossier.facts.attempt
    if attempt is not None and attempt.deadline is not None and dossier.journey.phase is Phase.SITTING:
        state["deadline"] = screens.iso(attempt.deadline)
    if body.get("known") != dossier.fingerprint:
        state["html"] = screens.html(dossier)
    return state


def _refusal(error: ExamError, caller: Caller | None, body: dict[str, Any], now: datetime) -> Response:
    payload: dict[str, Any] = {
        "ok": False,
        "code": error.code,
        "message": messages.text(error),
        "field": error.field,
        "fields": messages.field_texts(error) or None,
        "retry_after": error.params.get("seconds") or None,
        "server_time": screens.iso(now),
    }
    if "revision" in error.params:
        payload["revision"] = error.params["revision"]
    wants_screen = error.status in (403, 409, 429) and not isinstance(error, TooManyRequests)
    if caller is not None and caller.user_id is not None and wants_screen:
        try:
            payload |= _state(entry.load(caller, now), body, now)
        except ExamError as second:
            log.info("no screen beside %s: %s", error.code, second.code)
    return reply(error.status, payload)


def reply(status: int, payload: dict[str, Any]) -> Response:
    response = Response(json.dumps(payload), status=status, content_type="application/json", charset="utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
