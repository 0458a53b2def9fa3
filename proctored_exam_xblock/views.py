"""The one page that is not a handler: the link that records consent and leads into the proctoring room."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from . import conf, messages, presenter
from .domain.errors import ExamError, NotSignedIn
from .services import room


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
        language = (translation.get_language() or "fr").split("-")[0]
        page = presenter.render_launch_refused(messages.text(error), error.code, error.status == 503, language)
        response = HttpResponse(page, status=error.status)
    else:
        response = HttpResponseRedirect(answer.url)
    response["Referrer-Policy"] = "no-referrer"
    return response
