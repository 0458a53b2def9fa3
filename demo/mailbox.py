"""The mailbox: every e-mail as its reader sees it, its plain text, its headers and its files."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from .models import Attachment, SentMail

_MOST = 200
_NOTHING_ACTIVE = "default-src 'none'; style-src 'unsafe-inline'"
_BASE = '<head>\n<base target="_blank">'


@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """The last e-mails, the newest first; ``?to=`` shows one person's."""
    found = SentMail.objects.prefetch_related("attachments")
    chosen = request.GET.get("to", "")
    if chosen:
        found = found.filter(recipients__contains=chosen)
    people = SentMail.objects.order_by("recipients").values_list("recipients", flat=True).distinct()
    return render(request, "demo/mail.html", {"messages_sent": found[:_MOST], "people": list(people), "chosen": chosen})


@require_GET
def html(request: HttpRequest, number: int) -> HttpResponse:
    """The HTML of one e-mail, for the mailbox's frame; nothing in it runs or is fetched."""
    page = get_object_or_404(SentMail, pk=number).html.replace("<head>", _BASE, 1)  # links leave the frame
    response = HttpResponse(page)
    response["Content-Security-Policy"] = _NOTHING_ACTIVE
    return response


@require_GET
def attachment(request: HttpRequest, number: int) -> HttpResponse:
    """A file to download."""
    found = get_object_or_404(Attachment, pk=number)
    response = HttpResponse(bytes(found.content), content_type=found.content_type)
    response["Content-Disposition"] = f'attachment; filename="{found.name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
