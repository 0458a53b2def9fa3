"""Saving a draft: the hot path of the sitting, one read, one enrolment check and one conditional update.

No lock is taken. The update itself carries the conditions (part still open, revision newer), so that a late packet
cannot overwrite a newer one (R-X-4) and a part that another request closes meanwhile stays as it was graded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..domain import clock
from ..domain.attempt import State
from ..domain.errors import NotAllowedNow, NotEligible, NotSignedIn, PartClosed, StaleRevision, TimeOver, WindowLost
from ..domain.questions import clean_answers
from ..models import Attempt, PartResponse
from . import exams
from .answers import as_json, check_part, keep_aside
from .dossier import Caller, holds_window, is_eligible
from .entry import load


@dataclass(frozen=True)
class Saved:
    """What is stored now."""

    revision: int
    saved_at: datetime


def save_draft(caller: Caller, number: int, revision: int, answers: object, now: datetime) -> Saved:
    """Store the draft of one part (R-FUN-17), whole.

    Args:
        number: part, from 1.
        revision: the page's counter for this part; only a greater one than the stored one is written.
        answers: ``{question id: [choice ids]}`` of the whole part.

    Raises:
        TimeOver: after the cut-off; the answers are kept aside for staff.
        StaleRevision: a newer draft is stored; PartClosed: finally verified; WindowLost; NotAllowedNow;
        UnknownAnswer; BadRequest.
    """
    attempt = _running(caller)
    if attempt is None:
        return _too_late(caller, number, revision, answers, now)
    snapshot = exams.snapshot(attempt.version)
    if not is_eligible(caller, attempt.candidacy.exam, snapshot.policy):
        raise NotEligible()
    if attempt.deadline is None or clock.is_over(attempt.deadline, snapshot.policy, now):
        return _too_late(caller, number, revision, answers, now)
    if not holds_window(attempt, caller.window):
        raise WindowLost()
    check_part(number, revision, len(snapshot.paper.parts))
    cleaned = as_json(clean_answers(snapshot.paper.parts[number - 1], answers))
    fresh = PartResponse.objects.filter(attempt=attempt, number=number, closed_at=None, revision__lt=revision)
    if not fresh.update(answers=cleaned, revision=revision, saved_at=now):
        return _explain(attempt, number, revision, cleaned)
    return Saved(revision, now)


def _running(caller: Caller) -> Attempt | None:
    if caller.user_id is None:
        raise NotSignedIn()
    rows = Attempt.objects.filter(
        candidacy__exam__usage_key=caller.usage_key,
        candidacy__user_id=caller.user_id,
        active_key__isnull=False,
        state=State.SITTING.value,
    )
    wanted = ("deadline", "window_hash", "version__content_hash", "candidacy__exam__course_key")
    return rows.select_related("version", "candidacy__exam").only(*wanted).first()


def _explain(attempt: Attempt, number: int, revision: int, cleaned: dict[str, list[str]]) -> Saved:
    part = PartResponse.objects.get(attempt=attempt, number=number)
    if part.revision == revision and part.answers == cleaned and part.saved_at is not None:
        return Saved(part.revision, part.saved_at)
    if part.closed_at is not None:
        raise PartClosed()
    raise StaleRevision(revision=part.revision)


def _too_late(caller: Caller, number: int, revision: int, answers: object, now: datetime) -> Saved:
    dossier = load(caller, now)
    if dossier.candidacy is None or not dossier.facts.eligible:
        raise NotEligible()
    if dossier.attempt is None or dossier.attempt.state != State.EXPIRED:
        raise NotAllowedNow(phase=dossier.journey.phase.value)
    keep_aside(dossier, number, revision, answers)
    raise TimeOver()
