"""Correct a question after the fact: one page, and the addresses that preview, apply and undo a correction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
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

from .. import conf
from ..domain import corrections
from ..domain.errors import BadRequest, ExamError, InvalidCorrection
from ..presenter import dates
from ..presenter.engine import Context, template
from ..services import exams, regrade_preview, regrading
from . import door, regrade_words, staff
from .door import Visit

_LONGEST_TEXT = 4 * regrading.LONGEST_REASON


@require_GET
@never_cache
@transaction.non_atomic_requests
def page(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Questions to choose from, and the history of what was corrected. The keys in it are for the course team."""
    try:
        visit = door.enter_as_staff(request, exam_id)
    except ExamError as error:
        return door.refused_page(error)
    asked, left_over = regrade_words.questions(visit.exam), regrading.left(visit.exam)
    wanted = request.GET.get("question", "")
    context = {
        "script": static("proctored_exam_xblock/js/regrade.js"),
        "urls": {name: reverse(f"proctored_exam:regrade_{name}", args=[exam_id]) for name in _ADDRESSES},
        "token": get_token(request),
        "texts": json_script(regrade_words.for_script(), "regrade-texts"),
        "questions": asked,
        "filters": regrade_words.filters(asked),
        "wanted": wanted if any(question["id"] == wanted for question in asked) else "",
        "unknown": bool(wanted) and all(question["id"] != wanted for question in asked),
        "history": regrade_words.history(visit.exam, asked, _locale(), _zone(visit)),
        "left": left_over,
        "left_text": regrade_words.left(left_over),
        "done": regrade_words.done(request.GET.get("done", "")),
        "longest_reason": regrading.LONGEST_REASON,
    }
    return staff.render("regrade", visit, "regrade", _("Correct a question"), context)


_ADDRESSES = ("preview", "apply", "undo", "left")
Deed = Callable[[Visit, dict[str, Any], datetime], dict[str, Any]]


def _answer(request: HttpRequest, exam_id: int, deed: Deed) -> HttpResponse:
    now = conf.now()
    try:
        visit = door.enter_as_staff(request, exam_id)
        return JsonResponse({"ok": True, **deed(visit, door.read_body(request), now)})
    except InvalidCorrection as error:
        return door.refused_json(error, words=error.params.get("words", ""))
    except ExamError as error:
        return door.refused_json(error)


@csrf_protect
@never_cache
@transaction.non_atomic_requests
def preview(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Who would change: ``{"corrections": [...], "raise_only": bool}``, or ``{"undo": number}``. Writes nothing."""
    return _answer(request, exam_id, _preview)


@csrf_protect
@never_cache
@transaction.non_atomic_requests
def apply(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Put it in force: as previewed, with ``"reason"`` and the preview's ``"mark"``."""
    return _answer(request, exam_id, _apply)


@csrf_protect
@never_cache
@transaction.non_atomic_requests
def undo(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Take one back: ``{"number": number, "reason": text, "mark": number}``."""
    return _answer(request, exam_id, _undo)


@require_GET
@never_cache
@transaction.non_atomic_requests
def left(request: HttpRequest, exam_id: int) -> HttpResponse:
    """How many scores are still to be computed, asked for while there are any."""
    try:
        visit = door.enter_as_staff(request, exam_id)
    except ExamError as error:
        return door.refused_json(error)
    count = regrading.left(visit.exam)
    return JsonResponse({"ok": True, "left": count, "text": regrade_words.left(count)})


def _preview(visit: Visit, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    if "undo" in body:
        found = regrade_preview.of_undoing(visit.exam, _number(body, "undo"))
    else:
        wanted = corrections.from_json(body.get("corrections"))
        found = regrade_preview.of(visit.exam, wanted, raise_only=_flag(body, "raise_only"))
    shown = regrade_words.preview(found, _locale())
    html = template("console/regrade_preview").render(Context(shown))
    return {"mark": found.mark, "changed": len(found.changed), "summary": shown["summary"], "html": html}


def _apply(visit: Visit, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    done = regrading.apply(
        visit.exam,
        corrections.from_json(body.get("corrections")),
        _text(body, "reason"),
        visit.actor,
        known_mark=_number(body, "mark"),
        now=now,
        raise_only=_flag(body, "raise_only"),
    )
    return {"number": done.number, "left": done.left}


def _undo(visit: Visit, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    number, mark = _number(body, "number"), _number(body, "mark")
    done = regrading.undo(visit.exam, number, _text(body, "reason"), visit.actor, known_mark=mark, now=now)
    return {"number": done.number, "left": done.left}


def _number(body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise BadRequest(name)
    return value


def _flag(body: dict[str, Any], name: str) -> bool:
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise BadRequest(name)
    return value


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise BadRequest(name)
    return value


def _locale() -> Any:
    return dates.locale_for(door.language())


def _zone(visit: Visit) -> Any:
    assert visit.exam.current_version is not None
    return exams.snapshot(visit.exam.current_version).policy.zone
