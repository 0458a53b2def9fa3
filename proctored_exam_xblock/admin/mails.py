"""E-mails to candidates: what was sent, what waits, and what an operator has to decide on."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import conf, models
from ..services import mails_by_hand
from .asking import ReasonForm, ask
from .rows import ReadOnly

Page = TemplateResponse | None


@admin.register(models.Mail)
class MailAdmin(ReadOnly):
    list_display = ("kind", "candidacy", "state", "due_at", "tries", "last_error", "sent_at", "message_id")
    list_filter = ("state", "kind", "last_error")
    list_select_related = ("candidacy",)
    search_fields = ("candidacy__user__username", "message_id")
    ordering = ("-pk",)
    raw_id_fields = ("candidacy", "appointment", "attempt")
    actions = ("send_again", "arrived", "drop")

    @admin.action(description=gettext_lazy("Send again…"), permissions=["operate"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> Page:
        """What was given up, or may not have left."""
        return self._ask(request, queryset, _("Send these e-mails again"), mails_by_hand.send_again)

    @admin.action(description=gettext_lazy("It arrived…"), permissions=["operate"])
    def arrived(self, request: HttpRequest, queryset: QuerySet[Any]) -> Page:
        """The mail server's log knows, or the candidate."""
        return self._ask(request, queryset, _("These e-mails arrived"), mails_by_hand.arrived)

    @admin.action(description=gettext_lazy("Drop…"), permissions=["operate"])
    def drop(self, request: HttpRequest, queryset: QuerySet[Any]) -> Page:
        """It is not to be sent any more."""
        return self._ask(request, queryset, _("Drop these e-mails"), mails_by_hand.drop)

    def _ask(self, request: HttpRequest, queryset: QuerySet[Any], title: str, deed: Any) -> Page:
        return ask(
            self,
            request,
            queryset,
            ReasonForm,
            title,
            lambda row, said: deed(row.pk, f"staff:{request.user.pk}", said["reason"], conf.now()),
        )
