"""What the examination board decides of a sitting: validated or not, and whether drafts count (R-PE-5).

A decision has a reason, is in the trail, and the grade follows it. Each may be revised; the trail keeps them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from ..domain.attempt import OVER, ReviewEvent, State
from ..domain.errors import BadRequest, InvalidField, NotAllowedNow
from ..domain.mail import Kind
from ..models import Attempt, Candidacy, PartResponse
from . import audit, exams, mails, review, scores
from .answers import counted
from .ending import digest
from .vendor_reviews import DECIDED

VERDICTS: Mapping[str, ReviewEvent] = {
    "validate": ReviewEvent.VALIDATE,
    "invalidate": ReviewEvent.INVALIDATE,
    "reopen": ReviewEvent.OPEN,
}


def decide(attempt_id: int, verdict: str, actor: str, reason: str, now: datetime) -> None:
    """Validate, invalidate or reopen a sitting.

    Args:
        verdict: ``validate`` (its grade may be sent), ``invalidate`` (its grade is taken back and the candidate reads
            the reason) or ``reopen`` (it is being examined; a grade that is not out yet waits).
        actor: ``staff:<user id>``.
        reason: kept in the trail; shown to the candidate when invalidated.

    Raises:
        BadRequest: no such verdict. InvalidField: no reason.
        NotAllowedNow: not over, given up for another appointment, or decided so already (IllegalTransition).
    """
    if verdict not in VERDICTS:
        raise BadRequest("verdict")
    event = VERDICTS[verdict]
    with _examined(attempt_id, reason) as (candidacy, attempt):
        before = attempt.review
        review.step(attempt, event, reason.strip() if event is ReviewEvent.INVALIDATE else "", now)
        data = {"verdict": verdict, "before": before, "after": attempt.review, "reason": reason}
        audit.record(candidacy, DECIDED, now, actor, attempt=attempt, **data)
        if event is not ReviewEvent.OPEN:
            mails.tell(Kind.DECIDED, attempt, now, once=candidacy.revision)


def count_drafts(attempt_id: int, actor: str, reason: str, now: datetime) -> None:
    """Count answers that were saved and not finally verified (R-PE-5, in special cases); the score is made again.

    A score that was put by hand stays, and the trail says so: whoever gave it did not take it from the answers. The
    platform's rescore tool makes it of the answers again.

    Raises:
        InvalidField: no reason.
        NotAllowedNow: nothing is left to count, or the attempt is not over.
    """
    with _examined(attempt_id, reason) as (candidacy, attempt):
        parts = list(PartResponse.objects.select_for_update().filter(attempt=attempt).order_by("number"))
        drafts = [part for part in parts if part.answers and not part.counted]
        if not drafts:
            raise NotAllowedNow(phase=attempt.state, reason="no_drafts")
        for part in drafts:
            part.counted = True
            part.save(update_fields=["counted"])
        before, stays = scores.read(attempt), attempt.score_by_hand
        if not stays:
            attempt.candidacy = candidacy
            scores.put(attempt, scores.mark(attempt, counted(parts)))
            review.is_changed(attempt)
            attempt.save(update_fields=[*scores.FIELDS, "score_sent_at"])
        after = scores.read(attempt)
        audit.record(
            candidacy,
            "drafts_counted",
            now,
            actor,
            attempt=attempt,
            parts=[part.number for part in drafts],
            answers=digest({str(part.number): part.answers for part in drafts}),
            before=scores.plain(before)["earned"] if before else None,
            **(scores.plain(after) if after else {}),
            **({"by_hand": True} if stays else {}),
            reason=reason,
        )
        mails.tell(Kind.RECOUNTED, attempt, now)
        transaction.on_commit(lambda: review.publish_grade(attempt_id, now), robust=True)


@contextmanager
def _examined(attempt_id: int, reason: str) -> Iterator[tuple[Candidacy, Attempt]]:
    """The rows of a sitting that is over, locked in the order that every use-case takes."""
    if not reason.strip():
        raise InvalidField("reason", reason="empty")
    with transaction.atomic():
        owner = Attempt.objects.values_list("candidacy_id", flat=True).get(pk=attempt_id)
        candidacy = Candidacy.objects.select_for_update().get(pk=owner)
        attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
        if exams.is_practice(attempt.version_id):
            raise NotAllowedNow(phase=attempt.state, reason="practice")
        if State(attempt.state) not in OVER or attempt.archived_at is not None:
            raise NotAllowedNow(phase=attempt.state)
        yield candidacy, attempt
