"""The platform's instructor tools on our rows: rescore, override, delete state."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from fractions import Fraction

from django.db import transaction
from xblock.scorable import Score as XBlockScore

from ..domain.attempt import OVER
from ..domain.grading import Score
from ..models import Attempt, Candidacy, PartResponse
from . import audit, exams, interventions, review, scores
from .answers import counted
from .dossier import Caller, of_candidacy
from .entry import load


def _counted(caller: Caller) -> Attempt | None:
    """The attempt that the gradebook knows; none of a practice exam."""
    if caller.user_id is None:
        return None
    rows = Attempt.objects.filter(
        candidacy__exam__usage_key=caller.usage_key,
        candidacy__user_id=caller.user_id,
        state__in=[state.value for state in OVER],
        archived_at=None,
    )
    found = rows.select_related("version", "candidacy__exam").order_by("-number").first()
    return None if found is not None and exams.snapshot(found.version).policy.practice else found


def has_counted_answers(caller: Caller) -> bool:
    """True when the learner has an attempt that was submitted or ran out of time."""
    return _counted(caller) is not None


def score(caller: Caller) -> XBlockScore | None:
    """The score as the gradebook has it, None without one."""
    attempt = _counted(caller)
    found = scores.filed(attempt) if attempt is not None else None
    return XBlockScore(raw_earned=float(found[0]), raw_possible=float(found[1])) if found is not None else None


def rescore(caller: Caller, only_if_higher: bool, now: datetime) -> None:
    """Grade the counted answers again with the attempt's own paper.

    Args:
        only_if_higher: keep the score unless the share of the points is a larger one: there may be fewer points.
    """
    with _locked(caller) as attempt:
        if attempt is None:
            return
        parts = PartResponse.objects.select_for_update().filter(attempt=attempt, counted=True)
        found, before = scores.mark(attempt, counted(parts)), scores.read(attempt)
        if only_if_higher and _share(found) <= _share(before):
            return
        _write(attempt, found, "rescored", now)


def _share(score: Score | None) -> Fraction:
    return Fraction(score.earned) / Fraction(score.possible) if score is not None and score.possible else Fraction(0)


def override(caller: Caller, earned: float, possible: float, now: datetime) -> None:
    """A score put by hand, out of what the gradebook has for the exam; the gradebook shows it as it was typed.

    Raises:
        ValueError: not between nothing and all points.
    """
    if not 0 <= earned <= possible < math.inf:
        raise ValueError("a score is between 0 and the points possible")
    with _locked(caller) as attempt:
        if attempt is not None and scores.read(attempt) is not None:
            score = scores.by_hand(attempt, Fraction(str(earned)), Fraction(str(possible)))
            _write(attempt, score, "score_overridden", now, by_hand=True)


def publish_again(caller: Caller, now: datetime) -> None:
    """Send the score on file to the gradebook once more."""
    attempt = _counted(caller)
    if attempt is not None:
        Attempt.objects.filter(pk=attempt.pk).exclude(review__in=review.WITHHELD).update(score_sent_at=None)
        review.publish_grade(attempt.pk, now)


@contextmanager
def _locked(caller: Caller) -> Iterator[Attempt | None]:
    """The attempt that the gradebook knows, its rows locked before anything of it is read."""
    known = _counted(caller)
    if known is None:
        yield None
        return
    with transaction.atomic():
        candidacy = Candidacy.objects.select_for_update().get(pk=known.candidacy_id)
        attempt = Attempt.objects.select_for_update().get(pk=known.pk)
        attempt.candidacy, attempt.version = candidacy, known.version
        yield attempt if attempt.archived_at is None else None


def _write(attempt: Attempt, score: Score, action: str, now: datetime, *, by_hand: bool = False) -> None:
    scores.put(attempt, score, by_hand=by_hand)
    review.is_changed(attempt)
    attempt.save(update_fields=[*scores.FIELDS, "score_sent_at"])
    audit.record(attempt.candidacy, action, now, "staff", attempt=attempt, **scores.plain(score))
    transaction.on_commit(lambda: review.publish_grade(attempt.pk, now), robust=True)


def clear_state(usage_key: str, anonymous_id: str, now: datetime) -> None:
    """The LMS's "delete state": nothing is deleted, the attempt is archived and the learner may book again."""
    candidacy = Candidacy.objects.filter(exam__usage_key=usage_key, anonymous_id=anonymous_id).first()
    if candidacy is None:
        return
    load(of_candidacy(candidacy.pk), now)  # what the clock has ended is not running any more
    if Attempt.objects.filter(candidacy=candidacy, active_key__isnull=False).exists():
        interventions.interrupt(candidacy.pk, "staff", "state deleted in the LMS", now)
    if Attempt.objects.filter(candidacy=candidacy, archived_at=None).exists():
        interventions.grant_second_appointment(candidacy.pk, "staff", "state deleted in the LMS", now)
