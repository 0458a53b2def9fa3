"""An attempt's score: made of the counted answers, kept in its row in whole numbers of a part of a point, and filed."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from ..domain.corrections import Regrade, marked
from ..domain.grading import LARGEST, Score, fine_enough, for_gradebook
from ..domain.questions import Answers, exact
from ..models import Attempt
from . import exams, layouts, rulings

FIELDS = ("score_earned", "score_possible", "score_unit", "score_by_hand", "regrade_mark")


def mark(attempt: Attempt, counted: Answers) -> Score:
    """Grade answers with the attempt's own questions, the rules it was begun under and the corrections in force.

    The exam's mark is noted in the attempt, as one of ``FIELDS``. It was read before the corrections: what is decided
    meanwhile leaves the attempt with a smaller one, and ``regrading.finish_due`` makes its score again.

    Args:
        attempt: one that was started; its candidacy's exam is read when nobody has read it yet.
        counted: the counted answers only.
    """
    exam = attempt.candidacy.exam
    attempt.regrade_mark = exam.regrade_mark
    return mark_by(attempt, counted, rulings.in_force(exam.pk, exam.regrade_mark))


def mark_by(attempt: Attempt, counted: Answers, regrades: Sequence[Regrade]) -> Score:
    """The same by these regrades, whatever is in force."""
    snapshot = exams.snapshot(attempt.version)
    return marked(layouts.own_paper(attempt, snapshot.paper), counted, snapshot.policy.scoring, regrades)


def by_hand(attempt: Attempt, earned: Fraction, possible: Fraction) -> Score:
    """What somebody typed in the gradebook's numbers, in points.

    It stays what was typed: of the points that were typed too, which corrections may have left the answers fewer of.
    Where the gradebook has a scale of its own (``lms_points``), or where no row could hold the numbers, it is the same
    share of the points that the attempt has.

    Args:
        attempt: one with a score.
        earned, possible: between nothing and all.
    """
    snapshot, before = exams.snapshot(attempt.version), read(attempt)
    typed = Score(exact(earned / snapshot.unit), exact(possible / snapshot.unit))
    if possible and not snapshot.policy.lms_points and _fits(typed, snapshot.unit):
        return typed
    most = before.possible if before is not None else snapshot.possible
    return Score(exact(earned / possible * most) if possible else 0, most)


def _fits(score: Score, parts: int) -> bool:
    finer = fine_enough(parts, score)
    return all((Fraction(value) * finer).denominator == 1 for value in (score.earned, score.possible)) and (
        score.possible * finer <= LARGEST
    )


def put(attempt: Attempt, score: Score, *, by_hand: bool = False) -> None:
    """Set the attempt's score in the parts of a point that it needs; the caller saves ``FIELDS``.

    Args:
        attempt: a row that the caller has locked.
        score: what was earned, in points.
        by_hand: whether somebody gave it, whatever the answers.
    """
    snapshot = exams.snapshot(attempt.version)
    policy, parts = snapshot.policy, fine_enough(snapshot.unit, score)
    if by_hand and policy.lms_points:  # what somebody typed there may need finer parts than any answer
        parts = min(lcm(parts, Fraction(score.earned).denominator), int(LARGEST // max(1, score.possible)))
    attempt.score_unit = parts
    attempt.score_earned, attempt.score_possible = for_gradebook(score, parts, 0, policy.pass_percent)
    attempt.score_by_hand = by_hand


def read(attempt: Attempt) -> Score | None:
    """The score of the row in points, None without one."""
    if attempt.score_earned is None or attempt.score_possible is None:
        return None
    parts = attempt.score_unit
    return Score(exact(Fraction(attempt.score_earned, parts)), exact(Fraction(attempt.score_possible, parts)))


def filed(attempt: Attempt) -> tuple[int, int] | None:
    """The score as the gradebook gets it: earned of possible, None without one.

    In the paper's own parts of a point, whatever finer ones a correction needed in the row, so that an exam weighs the
    same for everybody; what was put by hand is filed as it was typed.
    """
    found = read(attempt)
    if found is None:
        return None
    snapshot = exams.snapshot(attempt.version)
    parts = attempt.score_unit if attempt.score_by_hand else snapshot.unit
    return for_gradebook(found, parts, snapshot.policy.lms_points, snapshot.policy.pass_percent)


def plain(score: Score) -> dict[str, int | str]:
    """The score for the audit trail: whole numbers, or fractions as text."""
    return {name: v if isinstance(v := getattr(score, name), int) else str(v) for name in ("earned", "possible")}
