"""An attempt's score in its row: whole numbers of a part of a point, so that thirds and hundredths stay exact."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from ..domain.grading import Score, unit
from ..domain.questions import Paper, exact
from ..models import Attempt

FIELDS = ("score_earned", "score_possible", "score_unit")


def put(attempt: Attempt, score: Score, paper: Paper | None = None) -> None:
    """Set the attempt's score; the caller saves ``FIELDS``.

    Args:
        attempt: a row that the caller has locked.
        score: what was earned.
        paper: the attempt's paper, whose unit is the row's; None for a score in whole points.
    """
    parts = unit(paper) if paper is not None else 1
    attempt.score_unit = parts
    attempt.score_earned = floor(score.earned * parts + Fraction(1, 2))
    attempt.score_possible = floor(score.possible * parts + Fraction(1, 2))


def read(attempt: Attempt) -> Score | None:
    """The score of the row in points, None without one."""
    if attempt.score_earned is None or attempt.score_possible is None:
        return None
    parts = attempt.score_unit
    return Score(exact(Fraction(attempt.score_earned, parts)), exact(Fraction(attempt.score_possible, parts)))


def plain(score: Score) -> dict[str, int | str]:
    """The score for the audit trail: whole numbers, or fractions as text."""
    return {name: v if isinstance(v := getattr(score, name), int) else str(v) for name in ("earned", "possible")}
