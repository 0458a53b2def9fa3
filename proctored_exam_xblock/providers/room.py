"""The page behind the platform's button of a native section: it leads into the vendor's room, asked at that moment."""

from __future__ import annotations

from django.apps import apps
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from .. import messages, presenter
from ..backends.base import BackendError, Launch, TooEarly
from ..domain.errors import ExamError, Gone, NotAllowedNow, NotSignedIn, VendorUnavailable

_BEFORE_THE_END = ("created", "download_software_clicked", "ready_to_start", "started", "ready_to_submit")


@require_GET
@never_cache
@transaction.non_atomic_requests
def open_room(request: HttpRequest, external_id: str) -> HttpResponse:
    """Redirect the attempt's own learner; a refusal is a page in words.

    Args:
        external_id: of the attempt; another person's is a 404.
    """
    try:
        if not request.user.is_authenticated:
            raise NotSignedIn()
        response: HttpResponse = HttpResponseRedirect(_ask(external_id, request.user.pk).url)
    except ExamError as error:
        language = (translation.get_language() or "fr").split("-")[0]
        page = presenter.render_launch_refused(messages.text(error), error.code, error.status == 503, language)
        response = HttpResponse(page, status=error.status)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _ask(external_id: str, user_id: int) -> Launch:
    if not apps.is_installed("edx_proctoring"):
        raise Gone()
    from edx_proctoring.models import ProctoredExamStudentAttempt

    from .proctorexam import SLUG, booking_of, service

    attempts = ProctoredExamStudentAttempt.objects.select_related("proctored_exam")
    row = attempts.filter(external_id=external_id, user_id=user_id, proctored_exam__backend=SLUG).first()
    if row is None:
        raise Gone()
    if row.status not in _BEFORE_THE_END:
        raise NotAllowedNow(phase=row.status)
    exam = row.proctored_exam
    facts = {"exam_name": exam.exam_name, "course_id": exam.course_id, "content_id": exam.content_id}
    failed: ExamError
    try:
        return service().launch(booking_of(external_id, facts))
    except TooEarly:
        failed = NotAllowedNow(phase=row.status, reason="too_early")
    except BackendError as error:
        failed = VendorUnavailable(reason=error.code)
    raise failed
