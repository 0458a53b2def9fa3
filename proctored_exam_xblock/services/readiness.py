"""What surrounds an exam and decides whether it can be held: settings, rows, enrolments, files. Only reads, no HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta

from .. import compat, conf
from ..backends import registry
from ..domain import readiness
from ..domain.attempt import APPOINTMENT_ACTIVE
from ..domain.corrections import all_of
from ..domain.errors import NotConfigured
from ..domain.policy import ExamPolicy
from ..domain.questions import Paper
from ..models import Appointment, Exam
from . import exams, rulings, seats


def surroundings(
    usage_key: str, course_key: str, policy: ExamPolicy, paper: Paper, now: datetime
) -> readiness.Surroundings:
    """Gather what :func:`readiness.check` wants to know.

    Args:
        usage_key, course_key: of the exam, which may not be on file yet.
        policy, paper: as authors would have them.
        now: aware UTC.
    """
    exam = Exam.objects.filter(usage_key=usage_key).first()
    return readiness.Surroundings(
        missing_setting=missing_setting(policy.backend),
        password_set=exam is not None and bool(exam.password_hash),
        key_length=_key_length(),
        learners=_learners(exam, course_key, policy),
        taken=_taken(exam, policy, now),
        unfit=tuple(unfit(exam, policy, now)) if exam is not None else (),
        practice_known=not policy.practice_exam or _is_practice(policy.practice_exam),
        missing_files=compat.missing_files(course_key, readiness.files_of(paper)),
        corrections=all_of(rulings.in_force(exam.pk, exam.regrade_mark)) if exam is not None else (),
    )


def missing_setting(slug: str) -> str:
    """The setting that a proctoring service lacks, '' when it is set up."""
    try:
        registry.get(slug)
    except NotConfigured as error:
        return str(error.params["setting"])
    return ""


def unfit(exam: Exam, policy: ExamPolicy, now: datetime) -> list[datetime]:
    """Starts of coming appointments that the rules do not offer, or that another service holds. Each keeps the rules
    it was booked under: nothing is cancelled."""
    rows = Appointment.objects.filter(
        candidacy__exam=exam, state__in=[state.value for state in APPOINTMENT_ACTIVE], start__gt=now, implicit=False
    )
    found = []
    for row in rows.select_related("version").defer("version__policy", "version__paper").order_by("start"):
        booked = exams.snapshot(row.version).policy
        extra = max(timedelta(0), timedelta(minutes=row.duration_minutes) - booked.duration)
        if booked.backend != policy.backend or not readiness.offers(policy, row.start, extra):
            found.append(row.start)
    return found


def _key_length() -> int | None:
    try:
        return len(conf.keyring()[0])
    except NotConfigured:
        return None


def _learners(exam: Exam | None, course_key: str, policy: ExamPolicy) -> int:
    """Enrolled for the exam, and no appointment yet."""
    served = Appointment.objects.filter(candidacy__exam=exam).values("candidacy_id").distinct().count() if exam else 0
    return max(0, compat.host().enrolled_count(course_key, policy.enrolment_modes) - served)


def _taken(exam: Exam | None, policy: ExamPolicy, now: datetime) -> dict[datetime, int]:
    starts = readiness.bookable_starts(policy, now) if exam is not None and policy.appointments else []
    if exam is None or not starts:
        return {}
    return seats.taken_between(exam, starts[0], starts[-1] + timedelta(seconds=1))


def _is_practice(usage_key: str) -> bool:
    exam = Exam.objects.filter(usage_key=usage_key).select_related("current_version").first()
    version = exam.current_version if exam else None
    return version is not None and exams.snapshot(version).policy.practice
