"""Who may enter the board of an exam, and how a refusal is answered: a page for a page, JSON for a request."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation

from .. import compat, messages
from ..domain.errors import (
    BadRequest,
    ExamError,
    Gone,
    MethodNotAllowed,
    NotSignedIn,
    PayloadTooLarge,
    UnsupportedMediaType,
)
from ..models import Exam
from ..presenter.engine import Context, template

LARGEST_BODY = 16 * 1024


@dataclass(frozen=True)
class Visit:
    """Somebody who may be here. ``staff``: of the course team, not only an invigilator."""

    exam: Exam
    user_id: int
    name: str
    staff: bool

    @property
    def actor(self) -> str:
        """The audit trail's name for them."""
        return f"{'staff' if self.staff else 'invigilator'}:{self.user_id}"


def enter(request: HttpRequest, exam_id: int) -> Visit:
    """Course team and invigilators of the exam's course; for anybody else there is nothing here.

    Raises:
        NotSignedIn, Gone.
    """
    user = request.user
    if not user.is_authenticated:
        raise NotSignedIn()
    rows = Exam.objects.select_related("current_version")
    exam = rows.defer("current_version__policy", "current_version__paper").filter(pk=exam_id).first()
    if exam is None or exam.current_version is None:
        raise Gone()
    host = compat.host()
    staff = host.is_course_staff(user.pk, exam.course_key)
    if not staff and not host.is_invigilator(user.pk, exam.course_key):
        raise Gone()
    return Visit(exam, user.pk, " ".join(host.full_name(user.pk)).strip() or user.get_username(), staff)


def enter_as_staff(request: HttpRequest, exam_id: int) -> Visit:
    """The course team alone: grades, keys and statistics are no invigilator's.

    Raises:
        NotSignedIn, Gone.
    """
    visit = enter(request, exam_id)
    if not visit.staff:
        raise Gone()
    return visit


def read_body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a POST.

    Raises:
        MethodNotAllowed, UnsupportedMediaType, PayloadTooLarge, BadRequest.
    """
    if request.method != "POST":
        raise MethodNotAllowed()
    if request.content_type != "application/json":
        raise UnsupportedMediaType()
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY or len(request.body) > LARGEST_BODY:
        raise PayloadTooLarge(limit=LARGEST_BODY)
    try:
        body = json.loads(request.body.decode("utf-8"))
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair is nothing that can be kept
    except (ValueError, RecursionError):
        raise BadRequest() from None
    if not isinstance(body, dict) or "\\u0000" in json.dumps(body):
        raise BadRequest()
    return body


def language() -> str:
    """The page's language, as the platform chose it for this person."""
    return (translation.get_language() or "fr").split("-")[0]


def refused_page(error: ExamError) -> HttpResponse:
    """A refusal in words."""
    context = {"message": messages.text(error), "code": error.code, "language": language()}
    return HttpResponse(template("console/refused").render(Context(context)), status=error.status)


def refused_json(error: ExamError, **more: object) -> JsonResponse:
    """A refusal with its stable code, the field it is about, and what one page wants to know beside."""
    body = {**more, "ok": False, "code": error.code, "message": messages.text(error), "field": error.field}
    return JsonResponse(body, status=error.status)
