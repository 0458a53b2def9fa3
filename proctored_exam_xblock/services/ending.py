"""The end of a sitting, by the candidate's hand or by the clock: one function, so that both give the same rows."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import transaction

from .. import compat
from ..backends.base import Step
from ..domain.attempt import Event, State, advance
from ..domain.mail import Kind
from ..domain.policy import Expiry, Release
from . import audit, mails, outbox, review, scores
from .answers import counted
from .dossier import Dossier


def close(
    dossier: Dossier, event: Event, end_reason: str, actor: str, count_drafts: bool | None = None, **told: str
) -> None:
    """End a sitting: drafts counted or not, score computed, nothing changes any more; the caller holds the locks
    (of the parts too: a draft that was acknowledged before is in them, a later one finds its part closed).

    Args:
        end_reason: a code.
        count_drafts: whether answers that were not finally verified count; the exam's policy when None.
        **told: more for the trail.
    """
    attempt, policy = dossier.attempt, dossier.policy
    assert attempt is not None
    attempt.state = advance(State(attempt.state), event).value
    ended = attempt.deadline if event is Event.EXPIRE and attempt.deadline else dossier.now
    drafts = policy.expiry is Expiry.SUBMIT_DRAFTS if count_drafts is None else count_drafts
    parts = dossier.parts
    for part in parts:
        if part.closed_at is None:
            part.closed_at = ended
            part.counted = drafts and bool(part.answers)
            part.save(update_fields=["closed_at", "counted"])
    attempt.active_key = None
    attempt.ended_at, attempt.end_reason = ended, end_reason
    attempt.candidacy = dossier.own  # with its exam, which the corrections are read by
    scores.put(attempt, scores.mark(attempt, counted(parts)))
    if policy.practice:
        attempt.score_sent_at = ended  # there is nothing to send: no round looks at it again
    elif policy.release is Release.IMMEDIATE:
        attempt.released_at = ended
    attempt.window_hash = ""
    attempt.save()
    audit.record(
        dossier.own,
        "expired" if event is Event.EXPIRE else "finished",
        dossier.now,
        actor,
        attempt=attempt,
        counted=[part.number for part in parts if part.counted],
        answers=digest({str(part.number): part.answers for part in parts}),
        ended=ended.isoformat(),
        **told,
    )
    mails.tell(Kind.SUBMITTED, attempt, dossier.now)
    if attempt.released_at is not None:
        mails.tell(Kind.RESULT, attempt, dossier.now)
    outbox.tell_progress(dossier, Step.ENDED)
    transaction.on_commit(lambda: review.publish_grade(attempt.pk, dossier.now), robust=True)
    if event is Event.EXPIRE:  # no handler of the block is there to say so
        who, what = dossier.own.user_id, dossier.exam.usage_key
        transaction.on_commit(lambda: compat.record_completion(who, what, 1.0), robust=True)


def digest(value: Any) -> str:
    """What the trail keeps of answers: enough to prove them, nothing to read."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
