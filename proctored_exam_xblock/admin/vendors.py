"""The queue to the proctoring services, how they are, and what operators have to look at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import conf, models
from ..services import alerts, by_hand
from .asking import ReasonForm, ask, report
from .rows import ReadOnly


class DoneByHandForm(ReasonForm):
    """The vendor's number is one reservation's: it is asked for, and may be unknown."""

    vendor_ref = forms.CharField(
        label=gettext_lazy("Reservation number at the proctoring service, if it is new"),
        max_length=by_hand.LONGEST_REFERENCE,
        required=False,
    )


@admin.register(models.OutboxEntry)
class OutboxAdmin(ReadOnly):
    list_display = ("idempotency_key", "backend", "kind", "state", "tries", "next_try_at", "last_error", "created_at")
    list_filter = ("state", "backend", "kind", "last_error")
    search_fields = ("idempotency_key",)
    raw_id_fields = ("appointment",)
    actions = ("retry", "done_by_hand")

    @admin.action(description=gettext_lazy("Send again now"), permissions=["operate"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """What was given up, or waits, is due now."""
        report(self, request, queryset, lambda row: by_hand.retry(row.pk, _actor(request), conf.now(), "Django admin"))

    @admin.action(description=gettext_lazy("Was done by hand…"), permissions=["operate"])
    def done_by_hand(self, request: HttpRequest, queryset: QuerySet[Any]) -> TemplateResponse | None:
        """The appointment goes on as if the service had answered."""
        return ask(
            self,
            request,
            queryset.select_related("appointment"),
            DoneByHandForm if len(queryset) == 1 else ReasonForm,
            _("Done by hand in the proctoring service's own pages"),
            lambda row, said: by_hand.done(
                row.pk, _actor(request), said["reason"], conf.now(), said.get("vendor_ref", "")
            ),
        )


@admin.register(models.Alert)
class AlertAdmin(ReadOnly):
    list_display = ("kind", "backend", "appointment", "count", "first_at", "last_at", "closed_at", "closed_by")
    list_filter = (("closed_at", admin.EmptyFieldListFilter), "kind", "backend")
    list_select_related = ("appointment",)
    ordering = ("-last_at",)
    exclude = ("open_key",)
    actions = ("close",)

    @admin.action(description=gettext_lazy("Close…"), permissions=["operate"])
    def close(self, request: HttpRequest, queryset: QuerySet[Any]) -> TemplateResponse | None:
        """Somebody has seen to it."""
        return ask(
            self,
            request,
            queryset,
            ReasonForm,
            _("Close alerts"),
            lambda row, said: alerts.close_alert(row.pk, _actor(request), said["reason"], conf.now()),
        )


@admin.register(models.VendorHealth)
class VendorHealthAdmin(ReadOnly):
    list_display = ("backend", "failures", "open_until", "last_ok_at", "last_error", "last_error_at")


def _actor(request: HttpRequest) -> str:
    return f"staff:{request.user.pk}"
