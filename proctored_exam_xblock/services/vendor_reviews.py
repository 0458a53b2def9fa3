"""A reviewer's opinion of a session, taken into the candidate's file, and the little it may do by itself.

A missing identity photo invalidates whatever the score (R-PE-2); one that may have been there opens the review, and so
does a suspicion; a clear opinion changes nothing: deciding is the examination board's, and once it has decided an
opinion is only kept (docs/decisions/0007-reviews.md).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import datetime

from ..backends.base import Incident, Review, Verdict
from ..domain.attempt import IDENTITY_MISSING, OVER, ReviewEvent, ReviewState, State
from ..domain.looking import REVIEW_DAYS
from ..domain.mail import Kind
from ..models import Attempt, AuditEntry, VendorReview
from . import audit, exams, mails, review
from .dossier import Dossier

DECIDED = "review_decided"
"""Action of the trail's entry for a decision of staff."""
_DOUBTS = frozenset({Verdict.SUSPICIOUS, Verdict.FRAUD})
_MISSING = frozenset({"document", "face"})
_LONGEST_TEXT = 10_000
_MOST_INCIDENTS = 500


def take_in(dossier: Dossier, opinion: Review, now: datetime, attempt: Attempt | None = None) -> bool:
    """Keep an opinion, once, and let it have its effect; the caller holds the candidacy's lock.

    Args:
        opinion: as the vendor gave it.
        attempt: the attempt concerned where it is not the dossier's present one (a former appointment's).

    Returns:
        True when it was new.
    """
    attempt = attempt or dossier.attempt
    if attempt is None:
        return False
    attempt = Attempt.objects.select_for_update().get(pk=attempt.pk)
    if not _keep(dossier, attempt, opinion, now):
        return False
    is_present = dossier.attempt is not None and dossier.attempt.pk == attempt.pk
    if is_present and State(attempt.state) in OVER and not is_decided(attempt):
        _act_on(dossier, attempt, opinion, now)
    return True


def _keep(dossier: Dossier, attempt: Attempt, opinion: Review, now: datetime) -> bool:
    backend = exams.snapshot(attempt.version).policy.backend
    incidents = [_plain(incident) for incident in opinion.incidents[:_MOST_INCIDENTS]]
    comment = opinion.comment[:_LONGEST_TEXT]
    missing = sorted(_MISSING.intersection(opinion.missing_identity))
    content = [opinion.verdict.value, missing, incidents, comment]
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    is_erased = attempt.evidence_erased_at is not None  # what was destroyed does not come back with a late event
    row, made = VendorReview.objects.get_or_create(
        attempt=attempt,
        digest=digest,
        defaults={
            "backend": backend,
            "verdict": opinion.verdict.value,
            "missing_identity": missing,
            "incidents": [] if is_erased else incidents,
            "comment": "" if is_erased else comment,
            "received_at": now,
        },
    )
    if made:
        audit.record(
            dossier.own,
            "vendor_review",
            now,
            f"vendor:{backend}",
            attempt=attempt,
            verdict=row.verdict,
            missing=missing,
            incidents=len(incidents),
            digest=digest,
        )
    return made


def _plain(incident: Incident) -> dict[str, str]:
    at = incident.at.isoformat() if incident.at is not None else ""
    return {"kind": incident.kind[:64], "text": incident.text[:_LONGEST_TEXT], "at": at}


def _act_on(dossier: Dossier, attempt: Attempt, opinion: Review, now: datetime) -> None:
    state = ReviewState(attempt.review)
    by_itself = state is ReviewState.INVALIDATED and attempt.review_reason == IDENTITY_MISSING
    missing = opinion.missing_identity if attempt.evidence_erased_at is None else ()
    if missing and state is not ReviewState.INVALIDATED and not _may_be_gone(attempt, missing, now):
        _step(dossier, attempt, ReviewEvent.INVALIDATE, IDENTITY_MISSING, now)
    elif missing and state is ReviewState.NONE:
        _step(dossier, attempt, ReviewEvent.OPEN, "identity_gone", now)
    elif by_itself and not opinion.missing_identity:
        _step(dossier, attempt, ReviewEvent.OPEN, "identity_found", now)  # a person closes what a machine did
    elif opinion.verdict in _DOUBTS and state is ReviewState.NONE:
        _step(dossier, attempt, ReviewEvent.OPEN, opinion.verdict.value, now)


def _may_be_gone(attempt: Attempt, missing: Collection[str], now: datetime) -> bool:
    """Whether what is missing may have been there, or need not be: a reviewer was content once, it is so late that the
    vendor has begun to delete, or staff let the candidate in themselves."""
    content = VendorReview.objects.filter(attempt=attempt, verdict=Verdict.CLEAR.value)
    had = any(not set(missing) <= set(lacked) for lacked in content.values_list("missing_identity", flat=True))
    unlocked = AuditEntry.objects.filter(attempt=attempt, action="unlocked").values_list("data", flat=True)
    by_hand = any(data.get("how") == "by_hand" for data in unlocked)
    return had or by_hand or attempt.ended_at is None or now - attempt.ended_at > REVIEW_DAYS


def _step(dossier: Dossier, attempt: Attempt, event: ReviewEvent, reason: str, now: datetime) -> None:
    before = attempt.review
    review.step(attempt, event, reason if event is ReviewEvent.INVALIDATE else "", now)
    actor = f"vendor:{exams.snapshot(attempt.version).policy.backend}"
    changed = {"before": before, "after": attempt.review, "reason": reason}
    audit.record(dossier.own, "review_changed", now, actor, attempt=attempt, **changed)
    if event is ReviewEvent.INVALIDATE:
        mails.tell(Kind.DECIDED, attempt, now, once=dossier.own.revision)


def is_decided(attempt: Attempt) -> bool:
    """Whether staff decided on this attempt once: from then on it is theirs."""
    return AuditEntry.objects.filter(attempt=attempt, action=DECIDED).exists()


def has_opinion(attempt: Attempt) -> bool:
    """Whether a reviewer gave an opinion; incidents or photos alone are none."""
    return VendorReview.objects.filter(attempt=attempt).exclude(verdict=Verdict.PENDING.value).exists()
