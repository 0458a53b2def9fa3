"""Saving a draft: the hot path of the sitting, one read, one enrolment check and one conditional update.

No lock is taken. The update itself carries the conditions (part still open, revision newer), so that a late packet
cannot overwrite a newer one (R-X-4) and a part that another request closes meanwhile stays as it was graded.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from ..domain import clock
from ..domain.attempt import State
from ..domain.errors import NotAllowedNow, NotEligible, NotSignedIn, PartClosed, StaleRevision, TimeOver, WindowLost
from ..domain.questions import clean_answers
from ..models import Attempt, PartResponse
from . import exams, layouts
from .answers import as_json, check_part, keep_aside, time_spent
from .dossier import Caller, is_enrolled
from .entry import load
from .facts import holds_window


@dataclass(frozen=True)
class Saved:
    """What is stored now."""

    revision: int
    saved_at: datetime


def save_draft(
    caller: Caller, number: int, revision: int, answers: object, now: datetime, spent: object = None
) -> Saved:
    """Store the draft of one part (R-FUN-17), whole.

    Args:
        number: part, from 1.
        revision: the page's counter for this part; only a greater one than the stored one is written.
        answers: ``{question id: [choice ids]}`` of the whole part.
        spent: ``{question id: seconds}`` of the whole part, None when the page does not tell.

    Raises:
        TimeOver: after the cut-off; the answers are kept aside for staff.
        StaleRevision: a newer draft is stored; PartClosed: finally verified; WindowLost; NotAllowedNow;
        UnknownAnswer; BadRequest.
    """
    running = _running(caller)
    if running is None:
        return _too_late(caller, number, revision, answers, now)
    attempt, snapshot = running.attempt, exams.snapshot_of(running.attempt.version_id, running.content_hash)
    if not is_enrolled(caller, running.course_key, snapshot.policy):
        raise NotEligible()
    if attempt.deadline is None or clock.is_over(attempt.deadline, snapshot.policy, now):
        return _too_late(caller, number, revision, answers, now)
    if not holds_window(attempt, caller.window):
        raise WindowLost()
    check_part(number, revision, len(snapshot.paper.parts))
    own = layouts.own_paper(attempt, snapshot.paper).parts[number - 1]
    cleaned = as_json(clean_answers(own, answers))
    if not _write(attempt, number, revision, cleaned, now, time_spent(attempt, own, spent, now)):
        return _explain(attempt, number, revision, cleaned)
    return Saved(revision, now)


class _Running(NamedTuple):
    attempt: Attempt
    content_hash: str
    course_key: str


# Written out because these run at every change of an answer: the ORM takes longer to put them together than the
# database to answer, and a draft would cost three times as much.
_SITTING = """
    SELECT attempt.id, attempt.version_id, attempt.started_at, attempt.deadline, attempt.window_hash, attempt.layout,
           version.content_hash, exam.course_key
    FROM proctored_exam_xblock_exam exam
    JOIN proctored_exam_xblock_candidacy candidacy ON candidacy.exam_id = exam.id
    JOIN proctored_exam_xblock_attempt attempt ON attempt.active_key = candidacy.id
    JOIN proctored_exam_xblock_examversion version ON version.id = attempt.version_id
    WHERE exam.usage_key = %s AND candidacy.user_id = %s AND attempt.state = %s
"""
_SAVE = """
    UPDATE proctored_exam_xblock_partresponse SET answers = %s, revision = %s, saved_at = %s
    WHERE attempt_id = %s AND number = %s AND closed_at IS NULL AND revision < %s
"""
_SAVE_WITH_TIMES = _SAVE.replace("saved_at = %s", "saved_at = %s, spent = %s")


def _running(caller: Caller) -> _Running | None:
    if caller.user_id is None:
        raise NotSignedIn()
    for attempt in Attempt.objects.raw(_SITTING, [caller.usage_key, caller.user_id, State.SITTING.value]):
        return _Running(attempt, vars(attempt)["content_hash"], vars(attempt)["course_key"])
    return None


def _write(
    attempt: Attempt,
    number: int,
    revision: int,
    cleaned: dict[str, list[str]],
    now: datetime,
    spent: dict[str, int] | None,
) -> bool:
    saved: list[Any] = [json.dumps(cleaned), revision, connection.ops.adapt_datetimefield_value(now)]
    times: list[Any] = [] if spent is None else [json.dumps(spent)]
    with connection.cursor() as cursor:
        cursor.execute(_SAVE_WITH_TIMES if times else _SAVE, [*saved, *times, attempt.pk, number, revision])
        return bool(cursor.rowcount)


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
