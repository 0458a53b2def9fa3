"""What a browser opens by itself: the link that records consent and leads into the room, and the calendar file."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from . import conf, mailing, messages, presenter
from .backends.base import Launch
from .domain.errors import ExamError, NotSignedIn
from .services import help_line, room


@require_GET
@never_cache
@transaction.non_atomic_requests
def launch(request: HttpRequest, token: str) -> HttpResponse:
    """Open the room in the new window that the candidate's click made; a refusal is a page in words, with a retry.

    Args:
        token: signed, bound to one candidate and appointment; another session's is a 404.
    """
    now = conf.now()
    try:
        if not request.user.is_authenticated:
            raise NotSignedIn()
        answer = room.launch(token, request.user.pk, now)
    except ExamError as error:
        contacts = presenter.Help(**vars(help_line.of_launch(token, request.user.pk)))
        page = presenter.render_launch_refused(
            messages.text(error), error.code, error.status == 503, _language(), contacts
        )
        response = HttpResponse(page, status=error.status)
    else:
        response = _posted(answer) if answer.form else HttpResponseRedirect(answer.url)
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_GET
@never_cache
@transaction.non_atomic_requests
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The candidate's appointment as a calendar file; a calendar program that asks again has no session.

    Args:
        token: signed, bound to one candidate and appointment; in another learner's session it is a 404.
    """
    visitor = request.user.pk if request.user.is_authenticated else None
    try:
        made = mailing.calendar_file(token, visitor, conf.now())
    except ExamError as error:
        response = HttpResponse(messages.text(error), status=error.status, content_type="text/plain; charset=utf-8")
    else:
        response = HttpResponse(made, content_type="text/calendar; method=PUBLISH; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="exam.ics"'
        response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _posted(room: Launch) -> HttpResponse:
    """A page that posts the signed fields at once, by a script of our own; by a button where there are no scripts."""
    script = static("proctored_exam_xblock/js/launch.js")
    return HttpResponse(presenter.render_launch_form(room.url, room.form, script, _language()))


def _language() -> str:
    return (translation.get_language() or "fr").split("-")[0]
