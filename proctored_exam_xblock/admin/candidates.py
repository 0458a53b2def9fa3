"""Exams, candidates and their trail."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .. import conf, models
from ..domain.errors import ExamError
from ..messages import text
from ..services import interventions, review
from .rows import ReadOnly


@admin.register(models.Exam)
class ExamAdmin(ReadOnly):
    list_display = ("usage_key", "course_key", "password_set_at")
    exclude = ("password_hash",)


@admin.register(models.Appointment)
class AppointmentAdmin(ReadOnly):
    list_display = ("reservation_id", "candidacy", "state", "start", "pending_start", "wrong_tries", "locked_until")
    list_filter = ("state",)
    list_select_related = ("candidacy",)
    date_hierarchy = "start"
    exclude = ("key_id",)
    actions = ("lift_lock",)

    @admin.action(description=_("Lift the password lock"))
    def lift_lock(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """R-X-8."""
        for appointment in queryset:
            try:
                interventions.lift_password_lock(
                    appointment.candidacy_id, f"staff:{request.user.pk}", "Django admin", conf.now()
                )
            except ExamError as error:
                self.message_user(request, text(error), messages.ERROR)


@admin.register(models.Attempt)
class AttemptAdmin(ReadOnly):
    list_display = ("certification_number", "candidacy", "state", "deadline", "ended_at", "released_at")
    list_filter = ("state", "review")
    list_select_related = ("candidacy",)
    exclude = ("window_hash", "seed", "layout")
    actions = ("release",)

    @admin.action(description=_("Release the score"))
    def release(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Let the score out, for exams that are released by hand."""
        for attempt in queryset:
            try:
                review.release(attempt.pk, conf.now(), f"staff:{request.user.pk}")
            except ExamError as error:
                self.message_user(request, text(error), messages.ERROR)


@admin.register(models.AuditEntry)
class AuditAdmin(ReadOnly):
    list_display = ("chain", "sequence", "at", "action", "actor")
    list_filter = ("action",)


@admin.register(models.LateAnswer)
class LateAnswerAdmin(ReadOnly):
    list_display = ("attempt", "number", "revision", "received_at")
