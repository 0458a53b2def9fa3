"""Whom to ask where there is no dossier: the contacts of an exam, or of the exam of an appointment (R-FUN-23)."""

from __future__ import annotations

from dataclasses import dataclass

from .. import compat
from ..backends import registry
from ..domain.errors import Gone, NotConfigured
from ..models import Appointment
from . import exams, proctoring


@dataclass(frozen=True)
class Contacts:
    """The exam's own numbers and addresses first, then its service's."""

    course_title: str = ""
    exam_title: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


def of_exam(usage_key: str) -> Contacts:
    """Empty when the exam is not known yet."""
    exam = exams.rows().filter(usage_key=usage_key).first()
    if exam is None or exam.current_version is None:
        return Contacts()
    policy = exams.snapshot(exam.current_version).policy
    phones, emails = policy.help_phones, policy.help_emails
    try:
        backend = registry.get(policy.backend)
    except NotConfigured:  # the very reason, perhaps, why somebody needs help
        return Contacts(compat.host().course_title(exam.course_key), policy.title, phones, emails)
    phones, emails = (*phones, *backend.help_phones), (*emails, *backend.help_emails)
    return Contacts(compat.host().course_title(exam.course_key), policy.title, phones, emails)


def of_launch(token: str, user_id: int | None) -> Contacts:
    """Those of the exam that a launch link leads to, for its owner; empty for everybody else."""
    try:
        appointment_id, owner = proctoring.read_launch_token(token)
    except Gone:
        return Contacts()
    if owner != user_id:
        return Contacts()
    key = Appointment.objects.filter(pk=appointment_id, candidacy__user_id=owner).values_list(
        "candidacy__exam__usage_key", flat=True
    )
    return of_exam(key[0]) if key else Contacts()
