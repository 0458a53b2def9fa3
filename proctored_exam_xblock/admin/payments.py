"""Who paid, as shops and staff say; what staff enter by hand, each with a reason (R-FUN-5)."""

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
from ..services import payments
from .asking import ReasonForm, ask
from .rows import ReadOnly

Page = TemplateResponse | None


class PaidForm(ReasonForm):
    """When, and under which number."""

    paid_at = forms.DateTimeField(label=gettext_lazy("Paid at, with its offset; now if left empty"), required=False)
    reference = forms.RegexField(
        payments.REFERENCE, label=gettext_lazy("Order number, if there is one"), max_length=64, required=False
    )


@admin.register(models.Payment)
class PaymentAdmin(ReadOnly):
    list_display = ("order_key", "exam", "user", "paid_at", "refunded_at", "problem_confirmed_at", "recorded_by")
    list_filter = ("shop", ("refunded_at", admin.EmptyFieldListFilter), "exam")
    list_select_related = ("exam", "user")
    search_fields = ("order_key", "user__username", "user__email")
    date_hierarchy = "paid_at"
    readonly_fields = ("may_be_refunded",)
    actions = ("refund", "confirm_problem")

    @admin.display(description=gettext_lazy("May be refunded"))
    def may_be_refunded(self, row: models.Payment) -> str:
        """The answer that shops get, as it is now."""
        found = payments.refund_answer(row.exam, row.user_id, conf.now(), row)
        return ", ".join([_("yes") if found.refundable else _("no"), *(reason.value for reason in found.reasons)])

    @admin.action(description=gettext_lazy("Was refunded…"), permissions=["operate"])
    def refund(self, request: HttpRequest, queryset: QuerySet[Any]) -> Page:
        """Nothing can be booked on it any more."""
        return ask(
            self,
            request,
            queryset.select_related("exam"),
            ReasonForm,
            _("The price was given back"),
            lambda row, said: payments.refund_by_hand(row, _actor(request), said["reason"], conf.now()),
        )

    @admin.action(description=gettext_lazy("Confirm a technical problem…"), permissions=["operate"])
    def confirm_problem(self, request: HttpRequest, queryset: QuerySet[Any]) -> Page:
        """As the proctoring service did: the price may be given back."""
        return ask(
            self,
            request,
            queryset.select_related("exam__current_version"),
            ReasonForm,
            _("The proctoring service confirmed a technical problem"),
            lambda row, said: payments.confirm_problem(
                row.exam, row.user_id, _actor(request), said["reason"], conf.now(), row
            ),
        )


@admin.action(description=gettext_lazy("Enter a payment…"), permissions=["operate"])
def enter_payment(page: admin.ModelAdmin[Any], request: HttpRequest, queryset: QuerySet[Any]) -> Page:
    """Of candidates; who has paid already stays as they are."""
    return ask(
        page,
        request,
        queryset.select_related("exam"),
        PaidForm,
        _("These candidates paid"),
        lambda row, said: payments.enter(
            payments.Order(row.exam, row.user_id, payments.STAFF, said["reference"]),
            said["paid_at"] or conf.now(),
            _actor(request),
            said["reason"],
            conf.now(),
        ),
    )


@admin.action(description=gettext_lazy("Confirm a technical problem…"), permissions=["operate"])
def confirm_problem(page: admin.ModelAdmin[Any], request: HttpRequest, queryset: QuerySet[Any]) -> Page:
    """Of candidates, also of those who paid by their enrolment."""
    return ask(
        page,
        request,
        queryset.select_related("exam__current_version"),
        ReasonForm,
        _("The proctoring service confirmed a technical problem"),
        lambda row, said: payments.confirm_problem(row.exam, row.user_id, _actor(request), said["reason"], conf.now()),
    )


def _actor(request: HttpRequest) -> str:
    return f"staff:{request.user.pk}"
