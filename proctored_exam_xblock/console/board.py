"""The invigilator's board: one page, a fragment that refreshes it, and one address that takes every deed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import json_script
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET

from .. import compat, conf
from ..domain.errors import BadRequest, ExamError, InvalidField, NotAllowedNow
from ..domain.policy import ExamPolicy
from ..domain.standing import Deed
from ..presenter import dates
from ..presenter.engine import Context, template
from ..services import board, exams, interventions
from ..services.board import Row
from . import door, words
from .door import Visit

_LONGEST_NONCE = 64


@require_GET
@never_cache
@transaction.non_atomic_requests
def page(request: HttpRequest, exam_id: int) -> HttpResponse:
    """The whole board. No code is in it."""
    now = conf.now()
    try:
        visit = door.enter(request, exam_id)
        rows = _rows(visit, now)
    except ExamError as error:
        return door.refused_page(error)
    policy, locale = _policy(visit), dates.locale_for(door.language())
    context = {
        "language": door.language(),
        "course": compat.host().course_title(visit.exam.course_key),
        "exam": policy.title,
        "who": visit.name,
        "role": _("Course team") if visit.staff else _("Invigilator"),
        "day": dates.long_day(now.astimezone(policy.zone).date(), locale),
        "styles": static("proctored_exam_xblock/css/board.css"),
        "script": static("proctored_exam_xblock/js/board.js"),
        "rows_url": reverse("proctored_exam:board_rows", args=[exam_id]),
        "deed_url": reverse("proctored_exam:board_deed", args=[exam_id]),
        "token": get_token(request),
        "texts": json_script(words.for_script(), "board-texts"),
        "kinds": words.kinds(),
        "reasons": words.reasons(),
        "longest_reason": interventions.LONGEST_REASON,
        "longest_report": interventions.LONGEST_REPORT,
        **_shown(rows, policy, now),
    }
    response = HttpResponse(template("console/board").render(Context(context)))
    response["Referrer-Policy"] = "same-origin"
    return response


@require_GET
@never_cache
@transaction.non_atomic_requests
def rows(request: HttpRequest, exam_id: int) -> HttpResponse:
    """The rows as they are now, asked for every few seconds."""
    now = conf.now()
    try:
        visit = door.enter(request, exam_id)
        return JsonResponse({"ok": True, **_fragment(visit, now)})
    except ExamError as error:
        return door.refused_json(error)


@csrf_protect
@never_cache
@transaction.non_atomic_requests
def deed(request: HttpRequest, exam_id: int) -> HttpResponse:
    """One deed for one candidate: ``{"candidacy": id, "deed": name, "nonce": text, "reason": ...}``.

    The service decides; here is only checked that the deed belongs to this candidate's present standing.
    """
    now = conf.now()
    try:
        visit = door.enter(request, exam_id)
        body = door.read_body(request)
        wanted = _wanted(body)
        found = _own_row_closed(board.row(visit.exam, _number(body, "candidacy"), now), visit)
        if wanted not in found.deeds:
            raise NotAllowedNow(phase=found.standing.value)
        told = _DEEDS[wanted](visit, found, body, now)
        return JsonResponse({"ok": True, **told, **_fragment(visit, now)})
    except ExamError as error:
        return door.refused_json(error)


# --- what is shown --------------------------------------------------------------------------------------------------


def _policy(visit: Visit) -> ExamPolicy:
    assert visit.exam.current_version is not None
    return exams.snapshot(visit.exam.current_version).policy


def _rows(visit: Visit, now: datetime) -> list[Row]:
    return [_own_row_closed(row, visit) for row in board.rows(visit.exam, now)]


def _own_row_closed(row: Row, visit: Visit) -> Row:
    """An invigilator who also is a candidate does nothing for themselves."""
    if visit.staff or row.user_id != visit.user_id:
        return row
    return replace(row, deeds=(), next=None)


def _shown(rows: list[Row], policy: ExamPolicy, now: datetime) -> dict[str, Any]:
    return {
        "rows": [words.row_context(row, policy.zone, now) for row in rows],
        "summary": words.summary(rows),
        "time": dates.hour_with_seconds(now, policy.zone),
    }


def _fragment(visit: Visit, now: datetime) -> dict[str, str]:
    shown = _shown(_rows(visit, now), _policy(visit), now)
    html = template("console/rows").render(Context(shown))
    return {"rows": html, "summary": shown["summary"], "time": shown["time"]}


# --- what is done ---------------------------------------------------------------------------------------------------


def _code(visit: Visit, row: Row, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    code = board.reveal(visit.exam, row.candidacy_id, visit.actor, now)
    time = dates.hour(code.start, _policy(visit).zone)
    return {"code": code.text, "session": code.session, "start": time}


def _unlock(visit: Visit, row: Row, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    interventions.unlock_by_hand(row.candidacy_id, visit.actor, _text(body, "reason"), now)
    return {}


def _lift_lock(visit: Visit, row: Row, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    interventions.lift_password_lock(row.candidacy_id, visit.actor, _text(body, "reason") or "board", now)
    return {}


def _extend(visit: Visit, row: Row, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    extra, nonce = timedelta(minutes=_minutes(body)), _text(body, "nonce", _LONGEST_NONCE)
    interventions.extend(row.candidacy_id, extra, visit.actor, _text(body, "reason"), now, nonce=nonce)
    return {}


def _pause(visit: Visit, row: Row, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    interventions.pause(row.candidacy_id, visit.actor, _text(body, "reason") or "board", now)
    return {}


def _resume(visit: Visit, row: Row, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    interventions.resume(row.candidacy_id, visit.actor, _text(body, "reason") or "board", now)
    return {}


def _close(visit: Visit, row: Row, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    interventions.close_by_hand(row.candidacy_id, visit.actor, _text(body, "reason"), now)
    return {}


def _interrupt(visit: Visit, row: Row, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    interventions.interrupt(row.candidacy_id, visit.actor, _text(body, "reason"), now)
    return {}


def _incident(visit: Visit, row: Row, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    kind, text, nonce = _text(body, "kind"), _text(body, "text"), _text(body, "nonce", _LONGEST_NONCE)
    interventions.report_incident(row.candidacy_id, kind, text, visit.actor, now, nonce=nonce)
    return {}


_DEEDS: dict[Deed, Callable[[Visit, Row, dict[str, Any], datetime], dict[str, Any]]] = {
    Deed.CODE: _code,
    Deed.UNLOCK: _unlock,
    Deed.LIFT_LOCK: _lift_lock,
    Deed.EXTEND: _extend,
    Deed.PAUSE: _pause,
    Deed.RESUME: _resume,
    Deed.CLOSE: _close,
    Deed.INTERRUPT: _interrupt,
    Deed.INCIDENT: _incident,
}


def _wanted(body: dict[str, Any]) -> Deed:
    try:
        return Deed(_text(body, "deed"))
    except ValueError:
        raise BadRequest("deed") from None


def _number(body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise BadRequest(name)
    return value


def _minutes(body: dict[str, Any]) -> int:
    value = body.get("minutes")
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 720:
        raise InvalidField("minutes", reason="out_of_range")
    return value


def _text(body: dict[str, Any], name: str, longest: int = 10_000) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > longest:
        raise BadRequest(name)
    return value.strip()
