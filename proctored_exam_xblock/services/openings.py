"""Whether anybody sits an exam, or may yet: what keys wait for, whatever the windows say (R-X-9)."""

from __future__ import annotations

from datetime import datetime

from ..domain.clock import start_until
from ..models import Appointment, Attempt, Exam
from . import exams


def somebody_may_sit(exam: Exam, now: datetime) -> bool:
    """True while an appointment is to come or an attempt is under way; who entered an exam without appointments and
    did not start in time cannot any more.

    Args:
        now: aware UTC instant.
    """
    if Appointment.objects.filter(candidacy__exam=exam, active_key__isnull=False).exists():
        return True
    running = Attempt.objects.filter(candidacy__exam=exam, active_key__isnull=False).select_related("version")
    fields = ("started_at", "unlocked_at", "version_id", "version__content_hash")
    return any(_may_sit(attempt, now) for attempt in running.only(*fields))


def _may_sit(attempt: Attempt, now: datetime) -> bool:
    policy = exams.snapshot(attempt.version).policy
    return attempt.started_at is not None or policy.appointments or now < start_until(policy, attempt.unlocked_at)
