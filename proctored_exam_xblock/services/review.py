"""Release of grades through the submissions API, which the LMS reads by itself and which works outside a request."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from submissions import api as submissions_api

from .. import compat
from ..domain.attempt import OVER, ReviewEvent, ReviewState, advance_review
from ..domain.errors import NotAllowedNow
from ..domain.mail import Kind
from ..domain.policy import Release
from ..models import Attempt, Candidacy, PartResponse
from . import audit, exams, mails, scores

log = logging.getLogger(__name__)
ITEM_TYPE = "proctored_exam"
WITHHELD = frozenset({ReviewState.PENDING.value, ReviewState.INVALIDATED.value})
"""Reviews under which no grade is sent; one that was sent stays out while the review is only open."""


def student_item(attempt: Attempt) -> dict[str, str]:
    """The key of a candidate's grade in the submissions API."""
    candidacy = attempt.candidacy
    return {
        "student_id": candidacy.anonymous_id,
        "course_id": candidacy.exam.course_key,
        "item_id": candidacy.exam.usage_key,
        "item_type": ITEM_TYPE,
    }


def publish_grade(attempt_id: int, now: datetime) -> bool:
    """File the answers as a submission and, once released, the score. Done twice, it changes nothing; of a practice
    exam nothing is filed.

    Returns:
        True when something was written.
    """
    with transaction.atomic():
        attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
        if attempt.state not in {state.value for state in OVER} or attempt.archived_at is not None:
            return False
        if exams.is_practice(attempt.version_id):
            return False
        wrote = False
        if not attempt.submission_uuid:
            made = submissions_api.create_submission(
                student_item(attempt), _answers(attempt), submitted_at=attempt.ended_at, attempt_number=attempt.number
            )
            attempt.submission_uuid = str(made["uuid"])
            wrote = True
        if attempt.released_at is not None and attempt.score_sent_at is None and not _is_withheld(attempt):
            submissions_api.set_score(attempt.submission_uuid, *(scores.filed(attempt) or (None, None)))
            attempt.score_sent_at = now
            wrote = True
        attempt.save(update_fields=["submission_uuid", "score_sent_at"])
    return wrote


def _is_withheld(attempt: Attempt) -> bool:
    return attempt.review in WITHHELD


def _answers(attempt: Attempt) -> dict[str, Any]:
    parts = PartResponse.objects.filter(attempt=attempt).order_by("number")
    return {
        "certification_number": attempt.certification_number,
        "parts": [{"part": part.number, "counted": part.counted, "answers": part.answers} for part in parts],
    }


def release_due(now: datetime) -> int:
    """Release what the calendar allows and publish every grade that is not filed yet.

    Returns:
        How many grades were written.
    """
    # Not sent is what the index of these rounds begins with: what is filed already is not read again.
    open_ones = Attempt.objects.filter(score_sent_at=None, state__in=[state.value for state in OVER], archived_at=None)
    held = open_ones.filter(released_at=None).select_related("version").defer("version__policy", "version__paper")
    for attempt in held:
        policy = exams.snapshot(attempt.version).policy
        if policy.release is Release.ON_DATE and policy.release_at is not None and now >= policy.release_at:
            release(attempt.pk, now, "system")
    sendable = Q(released_at__isnull=False) & ~Q(review__in=WITHHELD)
    waiting = open_ones.filter(Q(submission_uuid="") | sendable)
    return sum(_publish_alone(pk, now) for pk in waiting.values_list("pk", flat=True))


def _publish_alone(attempt_id: int, now: datetime) -> bool:
    try:
        return publish_grade(attempt_id, now)
    except Exception:  # one grade that the gradebook refuses must not keep the others back
        log.exception("the grade of attempt %s could not be filed", attempt_id)
        return False


def release(attempt_id: int, now: datetime, actor: str) -> None:
    """Let the score out (staff by hand, or the calendar); the grade follows right after the commit.

    Raises:
        NotAllowedNow: there is no score yet; it would be out the moment there is one.
    """
    with transaction.atomic():
        row = Attempt.objects.get(pk=attempt_id)
        candidacy = Candidacy.objects.select_for_update().get(pk=row.candidacy_id)
        attempt = Attempt.objects.get(pk=attempt_id)
        if attempt.released_at is not None:
            return
        if attempt.state not in {state.value for state in OVER} or exams.is_practice(attempt.version_id):
            raise NotAllowedNow(phase=attempt.state)
        attempt.released_at = now
        attempt.save(update_fields=["released_at"])
        audit.record(candidacy, "released", now, actor, attempt=attempt)
        mails.tell(Kind.RESULT, attempt, now)
        transaction.on_commit(lambda: publish_grade(attempt_id, now), robust=True)


def step(attempt: Attempt, event: ReviewEvent, reason: str, now: datetime) -> None:
    """One step of the review, and the grade follows it: taken back when invalidated, sent (again) when it may be.

    The caller holds the candidacy's lock and the attempt's, and writes the audit entry.

    Args:
        reason: shown to the candidate when invalidated; a stable code, or as staff typed it.
        now: the request's instant.

    Raises:
        IllegalTransition: no such arrow.
    """
    was_open = attempt.review == ReviewState.PENDING
    attempt.review = advance_review(ReviewState(attempt.review), event).value
    attempt.review_reason = reason
    if was_open and attempt.review == ReviewState.VALIDATED:  # it may have been corrected meanwhile
        attempt.score_sent_at = None
    if attempt.review == ReviewState.INVALIDATED and attempt.submission_uuid:
        item = student_item(attempt)
        submissions_api.reset_score(item["student_id"], item["course_id"], item["item_id"])
        attempt.score_sent_at = None
    attempt.save(update_fields=["review", "review_reason", "score_sent_at"])
    transaction.on_commit(lambda: publish_grade(attempt.pk, now), robust=True)


def is_changed(attempt: Attempt) -> None:
    """The score is another one: it is to be sent (again). One that is out while its review is open stays out, as
    corrected, and is sent by the decision. The caller saves ``score_sent_at``."""
    if attempt.review != ReviewState.PENDING:
        attempt.score_sent_at = None


def withdraw(attempt: Attempt) -> None:
    """Take a candidate's grade back in the gradebook: a second appointment was granted (R-FUN-22).

    The attempt is archived already, so that nothing files its grade any more; it may just have been filed.
    """
    attempt.refresh_from_db(fields=["submission_uuid"])
    if attempt.submission_uuid:
        item = student_item(attempt)
        submissions_api.reset_score(item["student_id"], item["course_id"], item["item_id"])
    who, what = attempt.candidacy.user_id, attempt.candidacy.exam.usage_key
    transaction.on_commit(lambda: compat.record_completion(who, what, 0.0), robust=True)
