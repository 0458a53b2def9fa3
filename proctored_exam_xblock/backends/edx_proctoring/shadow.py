"""Our exam and attempt as rows of edx-proctoring, where a provider's inbound calls look them up.

Its ``ready`` and ``reviewed`` views find an attempt by the provider's id, so each exam of ours has a ProctoredExam
and each appointment an attempt there. Its own functions are not used to change them: they send mail, override grades,
act on the wall clock, and keep the new status when something fails half-way. In its tables an attempt of ours is never
``started``: learners would get a second clock and an "End my exam" button that stops the proctoring of an exam that
runs. ``allowed_time_limit_mins`` without ``started_at`` says that the provider was told of the start.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from ..base import Booking, Misconfigured, Unavailable
from . import calls

BLOCK_TYPE = "proctored_exam"
PSEUDONYM_KEY = "PROCTORING_USER_OBFUSCATION_KEY"
BEFORE = frozenset({"created", "download_software_clicked"})
READY = "ready_to_start"
DECLINED = "declined"
SUBMITTED = "submitted"
ERROR = "error"
OVER = frozenset({SUBMITTED, ERROR, "timed_out", "expired", "second_review_required", "verified", "rejected"})


def local_exam(course_key: str, usage_key: str, title: str, minutes: int, backend: str) -> Any:
    """The exam's row; made inactive and unproctored, which edx-proctoring tells nobody."""
    from edx_proctoring.models import ProctoredExam

    row, _ = ProctoredExam.objects.get_or_create(
        course_id=course_key,
        content_id=usage_key,
        defaults={"exam_name": title, "time_limit_mins": minutes, "backend": backend, "is_active": False},
    )
    return row


def announce(course_key: str, usage_key: str, title: str, minutes: int, backend: str) -> None:
    """Let staff see the exam, and give allowances for it, before anybody sits it; the provider hears nothing yet."""
    row = local_exam(course_key, usage_key, title, minutes, backend)
    _rows().filter(pk=row.pk).update(exam_name=title, time_limit_mins=minutes, is_active=True)


def ready_exam(provider: Any, backend: str, booking: Booking, seconds: float) -> Any:
    """The exam's row, active and known to the provider: a publish in Studio deactivates what is no subsection.

    Two candidates may come first at the same time; the id that is stored first is the one that counts.
    """
    row = local_exam(booking.course_key, booking.usage_key, booking.title, booking.duration_minutes, backend)
    known = row.external_id or not calls.speaks_http(provider)
    if row.is_active and row.is_proctored and row.backend == backend and known:
        return row
    old_id = row.external_id if row.backend == backend else None
    row.is_active, row.is_proctored, row.backend, row.external_id = True, True, backend, old_id
    new_id = calls.ask(provider, "on_exam_saved", exam_facts(row), seconds=seconds)
    if not new_id and calls.speaks_http(provider):
        raise Unavailable
    stored = _rows().filter(pk=row.pk)
    if new_id:
        new_id = _known_as(new_id)
        told = stored if old_id else stored.exclude(backend=backend, external_id__isnull=False)
        told.update(backend=backend, external_id=new_id)
    stored.update(backend=backend, is_active=True, is_proctored=True)
    return stored.get()


def find_attempt(booking: Booking) -> Any:
    """The appointment's attempt, mended; None before the first launch.

    Declining any other exam of the course declines this one too, and declining this one empties the provider's id,
    after which no review could be delivered: both are undone.
    """
    from edx_proctoring.models import ProctoredExamStudentAttempt

    code = attempt_code(booking.reservation_id)
    row = (
        ProctoredExamStudentAttempt.objects.select_related("proctored_exam", "user")
        .filter(attempt_code=code)
        .order_by("id")
        .first()
    )
    if row is None:
        return None
    if row.external_id is None:
        known = row.history.filter(external_id__isnull=False).order_by("-history_id").first()
        if known is not None:
            change(row, external_id=known.external_id)
    if row.status == DECLINED:
        told = row.allowed_time_limit_mins is not None and row.started_at is None
        change(row, status=SUBMITTED if row.completed_at else READY if told else "created")
    return row


def ready_attempt(provider: Any, exam: Any, booking: Booking, seconds: float) -> Any:
    """The appointment's attempt, registered with the provider; a second one at the same time is taken back there."""
    from edx_proctoring.models import ProctoredExamStudentAttempt

    row = find_attempt(booking) or _new_attempt(exam, booking)
    if row.external_id:
        return row
    facts = exam_facts(exam)
    found = calls.ask(provider, "register_exam_attempt", facts, _context(exam, booking), seconds=seconds)
    external_id = _known_as(found or row.attempt_code)
    attempts = ProctoredExamStudentAttempt.objects
    if attempts.filter(external_id=external_id).exclude(pk=row.pk).exists():
        raise Misconfigured  # its calls would reach another candidate's attempt
    if attempts.filter(pk=row.pk, external_id=None).update(external_id=external_id):
        row.refresh_from_db()
        row.save()  # into the history, from where it can be mended
    else:
        row.refresh_from_db()
        calls.ask(provider, "remove_exam_attempt", exam.external_id, external_id, seconds=seconds)
    return row


def _known_as(found: object) -> str:
    """A provider's id, as its calls will name it: edx-proctoring's addresses take letters, digits, - and _."""
    if isinstance(found, bool) or not isinstance(found, (str, int)):
        raise Unavailable
    if not re.fullmatch(r"[-a-zA-Z0-9_]{1,255}", str(found)):
        raise Misconfigured
    return str(found)


def _new_attempt(exam: Any, booking: Booking) -> Any:
    """One row per appointment: nothing in the table says so, hence the lock. It is not ``taking_as_proctored`` until
    its review is known: edx-proctoring would mail the candidate the provider's opinion before the board's."""
    from edx_proctoring.models import ProctoredExamStudentAttempt

    with transaction.atomic():
        _rows().select_for_update().get(pk=exam.pk)
        row = find_attempt(booking)
        if row is None:
            row = ProctoredExamStudentAttempt.objects.create(
                proctored_exam_id=exam.pk,
                user_id=booking.person.user_id,
                attempt_code=attempt_code(booking.reservation_id),
                status="created",
                taking_as_proctored=False,
                is_sample_attempt=False,
            )
    return row


def change(row: Any, **values: Any) -> None:
    """Set columns of an attempt without edx-proctoring's side effects."""
    type(row).objects.filter(pk=row.pk).update(**values)
    for name, value in values.items():
        setattr(row, name, value)


def attempt_code(reservation_id: str) -> str:
    """The attempt's code there: one per appointment, and nobody can guess it (one of its pages asks for no more)."""
    digest = salted_hmac("proctored-exam-shadow", reservation_id, settings.SECRET_KEY, algorithm="sha256").digest()
    return str(uuid.UUID(bytes=digest[:16])).upper()


def was_told_of_the_start(row: Any) -> bool:
    return row.allowed_time_limit_mins is not None and row.started_at is None


def was_made_ready_by_the_provider(row: Any) -> bool:
    """Whether the provider's own account, or staff, called ``ready``: any signed-in user can, the candidate included.

    Known where simple_history's middleware runs, as in the LMS.
    """
    attempt = attempt_facts(row)
    for entry in row.history.filter(status=READY).exclude(history_user=None).select_related("history_user"):
        caller = entry.history_user
        if caller.pk != row.user_id and caller.has_perm("edx_proctoring.can_review_attempt", attempt):
            return True
    return False


def take_back_ready(row: Any) -> None:
    """Let the provider's own call count after a ``ready`` of somebody else: edx-proctoring ignores it on a row that is
    ready already. Not once the provider was told of the start."""
    if row.status == READY and not was_told_of_the_start(row):
        change(row, status="download_software_clicked")


def exam_facts(row: Any) -> dict[str, Any]:
    """The exam as providers get it."""
    from edx_proctoring.serializers import ProctoredExamJSONSafeSerializer

    return dict(ProctoredExamJSONSafeSerializer(row).data)


def attempt_facts(row: Any) -> dict[str, Any]:
    """The attempt as providers get it."""
    from edx_proctoring.serializers import ProctoredExamStudentAttemptSerializer

    return dict(ProctoredExamStudentAttemptSerializer(row).data)


def _context(exam: Any, booking: Booking) -> dict[str, Any]:
    """What edx-proctoring tells of a candidate, with the name that was confirmed here.

    Raises:
        Misconfigured: edx-proctoring's key for the candidates' pseudonyms is not set; the LMS has no default.
    """
    from edx_proctoring.utils import obscured_user_id

    if not getattr(settings, PSEUDONYM_KEY, ""):
        raise Misconfigured
    scheme = "https" if getattr(settings, "HTTPS", "on") == "on" else "http"
    person = booking.person
    return {
        "lms_host": f"{scheme}://{settings.SITE_NAME}",
        "time_limit_mins": booking.duration_minutes,
        "attempt_code": attempt_code(booking.reservation_id),
        "is_sample_attempt": False,
        "user_id": obscured_user_id(person.user_id, exam.backend),
        "full_name": f"{person.first_name} {person.last_name}".strip(),
        "email": person.email,
    }


def allowance(user_id: int, course_key: str, usage_key: str) -> int:
    """Minutes that staff granted for this exam in the instructor dashboard (a multiplier is stored as minutes too)."""
    from edx_proctoring.models import ProctoredExamStudentAllowance

    key = ProctoredExamStudentAllowance.ADDITIONAL_TIME_GRANTED[0]
    value = (
        ProctoredExamStudentAllowance.objects.filter(
            user_id=user_id, key=key, proctored_exam__course_id=course_key, proctored_exam__content_id=usage_key
        )
        .values_list("value", flat=True)
        .first()
    )
    return int(value) if value and value.isdigit() else 0


def wipe_reviews(row: Any) -> None:
    """Empty what reviewers wrote, here and in the history, without the workflow that saving a review starts."""
    from edx_proctoring.models import (
        ProctoredExamSoftwareSecureComment,
        ProctoredExamSoftwareSecureReview,
        ProctoredExamSoftwareSecureReviewHistory,
    )

    comments = ProctoredExamSoftwareSecureComment.objects.filter(review__attempt_code=row.attempt_code)
    comments.update(comment="", status="")
    for kept in (ProctoredExamSoftwareSecureReview, ProctoredExamSoftwareSecureReviewHistory):
        kept.objects.filter(attempt_code=row.attempt_code).update(raw_data="", encrypted_video_url=b"")


def keep_active(instance: Any, **kwargs: Any) -> None:
    """Before a publish in Studio deactivates a shadow exam: a review that comes in the meantime would be refused."""
    if instance.pk is None or f"+type@{BLOCK_TYPE}+" not in instance.content_id:
        return
    before = _rows().filter(pk=instance.pk).values("is_active", "is_proctored").first()
    if before and before["is_active"] and not instance.is_active:
        instance.is_active, instance.is_proctored = True, before["is_proctored"]


def _rows() -> Any:
    from edx_proctoring.models import ProctoredExam

    return ProctoredExam.objects
