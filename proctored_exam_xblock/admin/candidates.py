"""Exams, candidates and their trail; what staff do for one of them by hand, each with a reason (R-X-7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import conf, models
from ..services import decisions, interventions, review
from . import preparing
from .asking import ReasonForm, ask, report
from .payments import confirm_problem, enter_payment
from .rows import ReadOnly

Page = TemplateResponse | None
_DRAFTS = {"true": True, "false": False}


class BookForm(ReasonForm):
    """Which slot, and whom to tell."""

    start = forms.DateTimeField(label=gettext_lazy("Start, with its offset (2027-03-05T16:00+01:00)"))
    told = forms.BooleanField(label=gettext_lazy("The service was told by telephone"), required=False)
    overbook = forms.BooleanField(label=gettext_lazy("Also when no seat is left"), required=False)


class SecondForm(ReasonForm):
    waive = forms.BooleanField(label=gettext_lazy("Also at short notice, without the lead time"), required=False)


class ExtendForm(ReasonForm):
    minutes = forms.IntegerField(label=gettext_lazy("Minutes to add"), min_value=1, max_value=720, initial=10)


class CloseForm(ReasonForm):
    drafts = forms.ChoiceField(
        label=gettext_lazy("Answers that were not finally verified"),
        choices=[
            ("", gettext_lazy("as the exam's rules say")),
            ("true", gettext_lazy("count")),
            ("false", gettext_lazy("do not count")),
        ],
        required=False,
    )


class DecisionForm(ReasonForm):
    verdict = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            ("validate", gettext_lazy("Valid")),
            ("invalidate", gettext_lazy("Not valid: the candidate reads the reason")),
            ("reopen", gettext_lazy("To be examined again")),
        ],
    )


@admin.register(models.Exam)
class ExamAdmin(ReadOnly):
    list_display = ("usage_key", "course_key", "password_set_at")
    exclude = ("password_hash",)


@admin.register(models.Candidacy)
class CandidacyAdmin(ReadOnly):
    list_display = (
        *("__str__", "user", "exam", "last_name", "first_name"),
        *("extra_time_percent", "second_appointment", "seconds_by_rule", "lead_time_waived"),
    )
    list_filter = ("exam",)
    list_select_related = ("user", "exam")
    search_fields = ("user__username", "user__email", "last_name")
    exclude = ("equipment",)
    readonly_fields = (preparing.steps, preparing.lacks)
    inlines = (preparing.TermsAcceptanceInline,)
    actions = ("book", "grant_second", "unlock", enter_payment, confirm_problem)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """How far the file is, before its rows."""
        plain = [name for name in super().get_fields(request, obj) if name not in self.readonly_fields]
        return [*self.readonly_fields, *plain]

    @admin.action(description=gettext_lazy("Book or move by hand…"), permissions=["operate"])
    def book(self, request: HttpRequest, queryset: QuerySet[Any]) -> Page:
        """Sure at once, whatever the service answers."""
        return ask(
            self,
            request,
            queryset,
            BookForm,
            _("Book a slot for these candidates"),
            lambda row, said: interventions.book_for(
                row.pk,
                said["start"],
                _actor(request),
                said["reason"],
                conf.now(),
                tell_vendor=not said["told"],
                overbook=said["overbook"],
            ),
        )

    @admin.action(description=gettext_lazy("Grant a second appointment…"), permissions=["operate"])
    def grant_second(self, request: HttpRequest, queryset: QuerySet[Any]) -> Page:
        """R-FUN-22."""
        return ask(
            self,
            request,
            queryset,
            SecondForm,
            _("Grant these candidates a second appointment"),
            lambda row, said: interventions.grant_second_appointment(
                row.pk, _actor(request), said["reason"], conf.now(), waive_lead_time=said["waive"]
            ),
        )

    @admin.action(description=gettext_lazy("Open the exam by hand…"), permissions=["operate"])
    def unlock(self, request: HttpRequest, queryset: QuerySet[Any]) -> Page:
        """Without its code and without its room."""
        return ask(
            self,
            request,
            queryset,
            ReasonForm,
            _("Open the exam for these candidates"),
            lambda row, said: interventions.unlock_by_hand(row.pk, _actor(request), said["reason"], conf.now()),
        )


@admin.register(models.SeatHold)
class SeatHoldAdmin(ReadOnly):
    list_display = ("candidacy", "exam", "start", "expires_at")
    list_filter = ("exam",)
    list_select_related = ("candidacy", "exam")


@admin.register(models.Appointment)
class AppointmentAdmin(ReadOnly):
    list_display = (
        *("reservation_id", "candidacy", "number", "state", "start", "pending_start", "moves"),
        *("wrong_tries", "locked_until"),
    )
    list_filter = ("state",)
    list_select_related = ("candidacy",)
    date_hierarchy = "start"
    exclude = ("key_id",)
    actions = ("lift_lock",)

    @admin.action(description=gettext_lazy("Lift the password lock"), permissions=["operate"])
    def lift_lock(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """R-X-8."""

        def lift(row: Any) -> None:
            interventions.lift_password_lock(row.candidacy_id, _actor(request), "Django admin", conf.now())

        report(self, request, queryset, lift)


@admin.register(models.Attempt)
class AttemptAdmin(ReadOnly):
    list_display = (
        *("certification_number", "candidacy", "number", "state", "deadline", "ended_at"),
        *("archived_at", "review", "released_at"),
    )
    list_filter = ("state", "review")
    list_select_related = ("candidacy",)
    search_fields = ("certification_number",)
    exclude = ("window_hash", "seed", "layout")
    actions = ("extend", "resume", "interrupt", "close", "decide", "count_drafts", "release")

    @admin.action(description=gettext_lazy("Release the score"), permissions=["operate"])
    def release(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Let the score out, for exams that are released by hand."""
        report(self, request, queryset, lambda row: review.release(row.pk, conf.now(), _actor(request)))

    @admin.action(description=gettext_lazy("Add time…"), permissions=["operate"])
    def extend(self, request: HttpRequest, queryset: QuerySet[Any]) -> Page:
        """R-X-6."""
        return ask(
            self,
            request,
            queryset,
            ExtendForm,
            _("Add time"),
            lambda row, said: interventions.extend(
                row.candidacy_id, timedelta(minutes=said["minutes"]), _actor(request), said["reason"], conf.now()
            ),
        )

    @admin.action(description=gettext_lazy("Resume after a pause…"), permissions=["operate"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Any]) -> Page:
        """The time spent paused is given back."""
        return ask(
            self,
            request,
            queryset,
            ReasonForm,
            _("Resume"),
            lambda row, said: interventions.resume(row.candidacy_id, _actor(request), said["reason"], conf.now()),
        )

    @admin.action(description=gettext_lazy("Interrupt for a technical problem…"), permissions=["operate"])
    def interrupt(self, request: HttpRequest, queryset: QuerySet[Any]) -> Page:
        """The answers stay on file and are not counted."""
        return ask(
            self,
            request,
            queryset,
            ReasonForm,
            _("Interrupt"),
            lambda row, said: interventions.interrupt(row.candidacy_id, _actor(request), said["reason"], conf.now()),
        )

    @admin.action(description=gettext_lazy("End the exam…"), permissions=["operate"])
    def close(self, request: HttpRequest, queryset: QuerySet[Any]) -> Page:
        """A sitting is counted, one that never began is interrupted."""
        return ask(
            self,
            request,
            queryset,
            CloseForm,
            _("End the exam"),
            lambda row, said: interventions.close_by_hand(
                row.candidacy_id, _actor(request), said["reason"], conf.now(), _DRAFTS.get(said["drafts"])
            ),
        )

    @admin.action(description=gettext_lazy("Decide…"), permissions=["operate"])
    def decide(self, request: HttpRequest, queryset: QuerySet[Any]) -> Page:
        """The examination board's word on a sitting that is over."""
        return ask(
            self,
            request,
            queryset,
            DecisionForm,
            _("Decide"),
            lambda row, said: decisions.decide(row.pk, said["verdict"], _actor(request), said["reason"], conf.now()),
        )

    @admin.action(description=gettext_lazy("Count the drafts…"), permissions=["operate"])
    def count_drafts(self, request: HttpRequest, queryset: QuerySet[Any]) -> Page:
        """In special cases."""
        return ask(
            self,
            request,
            queryset,
            ReasonForm,
            _("Count answers that were not finally verified"),
            lambda row, said: decisions.count_drafts(row.pk, _actor(request), said["reason"], conf.now()),
        )


@admin.register(models.Incident)
class IncidentAdmin(ReadOnly):
    list_display = ("candidacy", "kind", "reported_at", "reported_by")
    list_filter = ("kind",)


@admin.register(models.AuditEntry)
class AuditAdmin(ReadOnly):
    list_display = ("chain", "sequence", "at", "action", "actor")
    list_filter = ("action",)


@admin.register(models.LateAnswer)
class LateAnswerAdmin(ReadOnly):
    list_display = ("attempt", "number", "revision", "received_at")


def _actor(request: HttpRequest) -> str:
    return f"staff:{request.user.pk}"
