"""JSON in -> one service call -> JSON out; one decorator turns domain errors into answers.

Nothing in a host guards a handler (``handler_noauth`` reaches every one of them and skips CSRF), so each answer starts
here: POST only, ``application/json`` only (no cross-site form can send it without a preflight), a bounded body, a
signed-in caller; the services then check enrolment, phase, window and deadline.
"""

from __future__ import annotations

import functools
import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from webob import Response
from xblock.core import XBlock

from . import authoring, compat, conf, messages, presenter, screens
from .domain.errors import (
    BadRequest,
    ExamError,
    MethodNotAllowed,
    NotAllowedNow,
    NotSignedIn,
    PayloadTooLarge,
    UnsupportedMediaType,
    ViewedByAnother,
)
from .domain.journey import Phase
from .services import booking, drafts, enrolment, entry, rooms, sitting
from .services.dossier import Caller, Dossier

log = logging.getLogger(__name__)
LARGEST_BODY = 256 * 1024
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


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
            _text_or_nothing(body, "known")
            caller = self.caller(_text_or_nothing(body, "window"))
            if caller.user_id is None:
                raise NotSignedIn()
            if function.__name__ != "screen" and compat.is_viewed_by_another(caller.user_id):
                raise ViewedByAnother()
            answer = function(self, Request(self, body, caller, now))
            return _reply(200, {"ok": True, **_state(answer.dossier, body, now), **answer.extra})
        except ExamError as error:
            return _refusal(error, caller, body, now)

    return XBlock.handler(handler)  # type: ignore[no-any-return]


def read_body(request: Any) -> dict[str, Any]:
    """The request's JSON object.

    Raises:
        MethodNotAllowed, UnsupportedMediaType, PayloadTooLarge, BadRequest.
    """
    if request.method != "POST":
        raise MethodNotAllowed()
    if (request.content_type or "").split(";")[0].strip().lower() != "application/json":
        raise UnsupportedMediaType()
    if (request.content_length or 0) > LARGEST_BODY or len(request.body) > LARGEST_BODY:
        raise PayloadTooLarge(limit=LARGEST_BODY)
    try:
        text = request.body.decode("utf-8")
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


def _text_or_nothing(body: dict[str, Any], name: str) -> str:
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
    if caller is not None and caller.user_id is not None and error.status in (403, 409, 429):
        try:
            payload |= _state(entry.load(caller, now), body, now)
        except ExamError as second:
            log.info("no screen beside %s: %s", error.code, second.code)
    return _reply(error.status, payload)


def _reply(status: int, payload: dict[str, Any]) -> Response:
    response = Response(json.dumps(payload), status=status, content_type="application/json", charset="utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


class ExamHandlers:
    """The handlers of the block. Names are those of ``domain.journey.Action`` where there is one."""

    HANDLERS = (
        "screen",
        "open_window",
        "accept_terms",
        "confirm_name",
        "save_information",
        "record_equipment",
        "slots",
        "book",
        "move",
        "cancel",
        "launch",
        "unlock",
        "claim_window",
        "start_sitting",
        "save_draft",
        "submit_part",
        "finish",
    )

    @exam_handler
    def screen(self, request: Request) -> Answer:
        """The present screen; the heartbeat of the window that holds the sitting; at the door, a look at the room."""
        dossier = rooms.refreshed(entry.load(request.caller, request.now))
        sitting.seen(dossier)
        if dossier.is_over and request.body.get("known") != dossier.fingerprint:
            request.block.emit_completion(1.0)  # the clock may have ended it without the candidate
        return Answer(dossier)

    @exam_handler
    def open_window(self, request: Request) -> Answer:
        """A loaded page trades its predecessor's token for a fresh one."""
        predecessor = _text_or_nothing(request.body, "predecessor")
        dossier, window = sitting.open_window(request.caller, predecessor, request.nonce, request.now)
        return Answer(dossier, {"window": window})

    @exam_handler
    def accept_terms(self, request: Request) -> Answer:
        """R-FUN-3."""
        return Answer(enrolment.accept_terms(request.caller, request.text("version"), request.now))

    @exam_handler
    def confirm_name(self, request: Request) -> Answer:
        """R-FUN-4."""
        return Answer(enrolment.confirm_name(request.caller, request.now))

    @exam_handler
    def save_information(self, request: Request) -> Answer:
        """R-FUN-6."""
        return Answer(enrolment.save_information(request.caller, request.body, request.now))

    @exam_handler
    def record_equipment(self, request: Request) -> Answer:
        """R-FUN-2."""
        return Answer(enrolment.record_equipment(request.caller, request.body, request.now))

    @exam_handler
    def slots(self, request: Request) -> Answer:
        """R-FUN-7."""
        day = request.day("date")
        dossier, offers = booking.slots(request.caller, day, request.now)
        person = dossier.facts.person
        zone = person.time_zone if person and person.time_zone else dossier.policy.time_zone
        html = presenter.render_slots(dossier.policy, day, offers, zone, request.now, request.caller.language)
        return Answer(dossier, {"slots_html": html})

    @exam_handler
    def book(self, request: Request) -> Answer:
        """R-FUN-8."""
        return Answer(booking.book(request.caller, request.instant("start"), request.now))

    @exam_handler
    def move(self, request: Request) -> Answer:
        """R-FUN-9."""
        return Answer(booking.move(request.caller, request.instant("start"), request.now))

    @exam_handler
    def cancel(self, request: Request) -> Answer:
        """R-FUN-9."""
        return Answer(booking.cancel(request.caller, request.now))

    @exam_handler
    def launch(self, request: Request) -> Answer:
        """Enter without a vendor's room; with one, the link of the consent dialog does it."""
        return Answer(sitting.enter(request.caller, request.now))

    @exam_handler
    def unlock(self, request: Request) -> Answer:
        """R-FUN-13, R-X-10."""
        dossier, window = sitting.unlock(request.caller, request.text("password"), request.nonce, request.now)
        return Answer(dossier, {"window": window} if window else {})

    @exam_handler
    def claim_window(self, request: Request) -> Answer:
        """R-X-10, where no code guards the exam."""
        dossier, window = sitting.claim_window(request.caller, request.nonce, request.now)
        return Answer(dossier, {"window": window})

    @exam_handler
    def start_sitting(self, request: Request) -> Answer:
        """R-FUN-14. Not named ``start``: that is the platform's release date of a block, which it inherits."""
        dossier, window = sitting.start(request.caller, request.nonce, request.now)
        request.block.mark_started()
        return Answer(dossier, {"window": window})

    @exam_handler
    def save_draft(self, request: Request) -> Answer:
        """R-FUN-17, R-X-4."""
        body = request.body
        saved = drafts.save_draft(
            request.caller, body.get("part"), body.get("revision"), body.get("answers"), request.now
        )
        return Answer(None, {"revision": saved.revision, "saved_at": screens.iso(saved.saved_at)})

    @exam_handler
    def submit_part(self, request: Request) -> Answer:
        """R-FUN-18."""
        body = request.body
        return Answer(
            sitting.submit_part(
                request.caller, body.get("part"), body.get("revision"), body.get("answers"), request.now
            )
        )

    @exam_handler
    def finish(self, request: Request) -> Answer:
        """R-FUN-19."""
        dossier = sitting.finish(request.caller, request.body.get("drafts", {}), request.now)
        request.block.emit_completion(1.0)
        return Answer(dossier)

    @XBlock.handler
    def save_content(self, request: Any, suffix: str = "") -> Response:
        """Studio's form: policy and paper checked on the server, nothing written unless all is valid."""
        try:
            body = read_body(request)
            authoring.save(self, body)
        except ExamError as error:
            payload = {
                "ok": False,
                "code": error.code,
                "message": messages.text(error),
                "fields": authoring.field_texts(error),
            }
            return _reply(error.status, payload)
        return _reply(200, {"ok": True})
