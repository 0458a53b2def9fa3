"""Ask the vendor about native attempts: it opens them, and its reviews go in by edx-proctoring's own door."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.core.cache import cache
from django.db.models import Q

from ..backends.base import BackendError, Incident, Review, SessionState, Verdict
from ..domain.errors import NotConfigured
from ..services import breaker
from . import guard

log = logging.getLogger(__name__)
SLUG = "proctorexam"
WAITING_EVERY = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=1)
ROOM_DAYS, REVIEW_DAYS = 1, 60
_WORDS = {Verdict.CLEAR: "passed", Verdict.SUSPICIOUS: "suspicious", Verdict.FRAUD: "violation"}
_BEFORE = ("created", "download_software_clicked")
_REVIEWABLE = ("submitted", "timed_out")


def poll_native(now: datetime, limit: int = 50) -> int:
    """Look at the attempts that are due, waiting candidates first.

    Args:
        now: the instant against which they are due.
        limit: most attempts to ask about.

    Returns:
        How many were opened or got a review. 0 without edx-proctoring, when the service is not
        set up, or another package has a provider of its name.
    """
    if not apps.is_installed("edx_proctoring") or not guard.is_ours(SLUG):
        return 0
    from .proctorexam import service

    try:
        backend = service()
    except NotConfigured:
        return 0
    changed = asked = 0
    for row in _candidates(now):
        if asked >= limit or not _is_due(row, now):
            continue
        if not breaker.allow(SLUG, now):
            break
        asked += 1
        try:
            with breaker.watched(SLUG, now):
                changed += _look(backend, row)
        except BackendError as error:
            log.warning("native attempt %s: %s", row.pk, error.code)
        except Exception:  # one broken attempt must not keep the others from being asked about
            log.exception("native attempt %s could not be polled", row.pk)
    return changed


def _candidates(now: datetime) -> list[Any]:
    from edx_proctoring.models import ProctoredExamSoftwareSecureReview, ProctoredExamStudentAttempt

    rows = ProctoredExamStudentAttempt.objects.select_related("proctored_exam", "user").filter(
        proctored_exam__backend=SLUG, proctored_exam__is_proctored=True, external_id__isnull=False
    )
    waiting = Q(status__in=_BEFORE, created__gte=now - timedelta(days=ROOM_DAYS))
    over = Q(status__in=_REVIEWABLE, modified__gte=now - timedelta(days=REVIEW_DAYS))
    reviewed = ProctoredExamSoftwareSecureReview.objects.values("attempt_code")
    return [*rows.filter(waiting).order_by("id"), *rows.filter(over).exclude(attempt_code__in=reviewed).order_by("id")]


def _is_due(row: Any, now: datetime) -> bool:
    """At most every 15 s while somebody waits; reviews less and less often, up to an hour apart."""
    key = f"pex-native-{row.pk}-{row.status}"
    due = cache.get(key)
    if due is not None and now < due:
        return False
    wait = WAITING_EVERY
    if row.status in _REVIEWABLE:
        wait = min(LONGEST_WAIT, max(timedelta(minutes=1), (now - (row.completed_at or row.modified)) / 10))
    cache.set(key, now + wait, timeout=2 * LONGEST_WAIT.total_seconds())
    return True


def _look(backend: Any, row: Any) -> int:
    from edx_proctoring.api import mark_exam_attempt_as_ready
    from edx_proctoring.serializers import ProctoredExamStudentAttemptSerializer
    from edx_proctoring.views import BaseReviewCallback

    from .proctorexam import booking_of

    facts = dict(ProctoredExamStudentAttemptSerializer(row).data)
    booking = booking_of(row.external_id, facts["proctored_exam"])
    if row.status in _BEFORE:
        if backend.status(booking).state is not SessionState.OPEN:
            return 0
        with guard.opened():
            mark_exam_attempt_as_ready(row.pk)
        return 1
    review = backend.review(booking)
    if review is None or review.verdict is Verdict.PENDING:
        return 0
    BaseReviewCallback().make_review(facts, payload(review, row.started_at))
    return 1


def payload(review: Review, started: datetime | None) -> dict[str, Any]:
    """A review in edx-proctoring's words; a photograph that is missing makes it a violation (R-PE-2).

    Args:
        started: of the attempt, for the incidents' seconds.
    """
    missing = [
        {"comment": f"identity: {kind} missing", "status": "Rules Violation"} for kind in review.missing_identity
    ]
    notes = [_note(incident, started) for incident in review.incidents]
    closing = [{"comment": review.comment, "status": "Comment"}] if review.comment else []
    status = "violation" if missing else _WORDS[review.verdict]
    return {"status": status, "comments": [*missing, *notes, *closing]}


def _note(incident: Incident, started: datetime | None) -> dict[str, Any]:
    seconds = int((incident.at - started).total_seconds()) if incident.at and started else 0
    return {"comment": incident.text or incident.kind, "status": incident.kind, "start": max(0, seconds)}
