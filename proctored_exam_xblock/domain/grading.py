"""Answers x paper -> score, as the platform's own problems grade: capa's rules, partial credit and rounding included.

Read from capa's ``responsetypes.py`` and ``correctmap.py`` (xblocks-contrib 0.13 and edx-platform Teak); a differential
test runs both on the same problems. An answer that is wholly right earns one point, whatever the input's ``points``
say, save by halves, where it earns them: that is how capa counts.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from .questions import Answers, Credit, Kind, Paper, Part, Points, Question, Ruling, exact
from .scoring import PLATFORM, Floor, Scoring

FINEST = 10_000
"""Parts of a point that are kept at most; scores of a paper that needs finer ones are rounded to it."""
LARGEST = 2_000_000_000
"""The largest number of units that a score may have in a row and in the gradebook."""


@dataclass(frozen=True)
class Score:
    """Points earned out of points possible, over any set of questions, exactly."""

    earned: Points
    possible: Points

    def __add__(self, other: Score) -> Score:
        return Score(exact(self.earned + other.earned), exact(self.possible + other.possible))


@dataclass(frozen=True)
class QuestionResult:
    """How one question was graded; ``answered`` tells a wrong answer from none, ``correct`` is wholly right."""

    question_id: str
    answered: bool
    correct: bool
    score: Score


def credit(question: Question, chosen: Collection[str]) -> Points:
    """What the platform counts for one answer (``npoints``), before the problem's weight.

    Args:
        question: the question with its key.
        chosen: choice ids in any order; empty when unanswered. An id that the question does not have is a wrong choice.
    """
    if not chosen:
        return 0
    if question.credit is Credit.EDC:
        return _every_decision_counts(question, frozenset(chosen))
    if question.credit is Credit.HALVES:
        return _halves(question, frozenset(chosen))
    if question.kind is Kind.MULTIPLE:
        return int(frozenset(chosen) == question.key)
    if len(chosen) != 1:
        return 0
    (only,) = chosen
    if only in question.key:
        return 1
    if question.credit is Credit.POINTS:
        return next((c.partial for c in question.choices if c.id == only and c.partial is not None), 0)
    return 0


def _sides(question: Question) -> tuple[frozenset[str], frozenset[str]]:
    wrong = frozenset(c.id for c in question.choices if not c.correct and c.partial is None)
    return question.key, wrong


def _every_decision_counts(question: Question, chosen: frozenset[str]) -> Points:
    right, wrong = _sides(question)
    good = len(chosen & right) + len(wrong - chosen)
    if good == len(right | wrong):
        return 1
    return _rounded(question.most * float(good) / float(len(right | wrong)))


def _halves(question: Question, chosen: frozenset[str]) -> Points:
    right, wrong = _sides(question)
    errors = len(chosen & wrong) + len(right - chosen)
    choices = len(right | wrong)
    if errors == 0:
        return question.most
    if errors == 1 and choices > 2:
        return _rounded(question.most / 2.0)
    if errors == 2 and choices > 4:
        return _rounded(question.most / 4.0)
    return 0


def _rounded(number: float) -> Points:
    """Two decimals, halves away from zero, in the very floating-point steps of the platform."""
    return exact(Fraction(repr(math.floor(number * 100.0 + 0.5) / 100.0)))


def grade_question(question: Question, chosen: tuple[str, ...], scoring: Scoring = PLATFORM) -> QuestionResult:
    """Grade one question, weighted.

    As capa does by default: radio buttons and drop-down lists want a right choice (any of them when the author
    marked several), checkboxes want exactly the right set; no answer is never right, even when no box is.

    Args:
        question: the question with its key.
        chosen: choice ids, in any order; () when unanswered.
        scoring: the exam's own rules; with a penalty the score may be below nothing.
    """
    right = _is_right(question, chosen)
    if question.ruling is not Ruling.NONE:
        points = question.points if question.ruling is Ruling.GIVEN else 0
        return QuestionResult(question.id, bool(chosen), right, Score(points, points))
    earned = _earned(question, chosen) if right or scoring.partial_credit else 0
    if scoring.penalty_percent and chosen and not right and earned <= 0:
        earned = exact(-Fraction(question.points) * scoring.penalty_percent / 100)
    return QuestionResult(question.id, bool(chosen), right, Score(earned, question.points))


def _earned(question: Question, chosen: tuple[str, ...]) -> Points:
    found = credit(question, chosen)
    if found == question.most:
        return question.points
    return exact(found * Fraction(question.points) / question.most) if found else 0


def _is_right(question: Question, chosen: tuple[str, ...]) -> bool:
    if question.kind is not Kind.MULTIPLE and question.credit not in (Credit.EDC, Credit.HALVES):
        return len(chosen) == 1 and chosen[0] in question.key
    right, wrong = _sides(question)
    if question.credit is Credit.NONE:
        return bool(chosen) and frozenset(chosen) == right
    return bool(chosen) and right <= frozenset(chosen) and not wrong & frozenset(chosen)


def grade_parts(paper: Paper, answers: Answers, scoring: Scoring = PLATFORM) -> tuple[Score, ...]:
    """The score of each part; penalties stop where the exam's rules say.

    Args:
        paper: the attempt's own copy of the paper, of the questions that were drawn for it.
        answers: the counted answers only; what was discarded must not be in it.
        scoring: the exam's own rules.
    """
    return tuple(_part(part, answers, scoring) for part in paper.parts)


def _part(part: Part, answers: Answers, scoring: Scoring) -> Score:
    if not scoring.penalty_percent:
        return _sum(part.questions, answers, scoring)
    return _at_least_nothing(sum((grade_problem(one, answers, scoring) for one in part.problems), Score(0, 0)))


def grade_problem(problem: Iterable[Question], answers: Answers, scoring: Scoring = PLATFORM) -> Score:
    """The score of one problem's questions, as it counts in its part; below nothing only where penalties stop there."""
    score = _sum(problem, answers, scoring)
    return _at_least_nothing(score) if scoring.floor is Floor.QUESTION else score


def _sum(questions: Iterable[Question], answers: Answers, scoring: Scoring) -> Score:
    return sum((grade_question(q, answers.get(q.id, ()), scoring).score for q in questions), Score(0, 0))


def _at_least_nothing(score: Score) -> Score:
    return Score(max(0, score.earned), score.possible)


def grade(paper: Paper, answers: Answers, scoring: Scoring = PLATFORM) -> Score:
    """The score of the whole paper, never below nothing nor above all: the gradebook takes no other.

    Args are those of :func:`grade_parts`.
    """
    total = sum(grade_parts(paper, answers, scoring), Score(0, 0))
    return Score(max(0, min(total.earned, total.possible)), total.possible)


def unit(paper: Paper, scoring: Scoring = PLATFORM) -> int:
    """Into how many equal parts a point is cut so that every score of the paper is whole; the same for each candidate.

    1 for papers without partial credit, penalties or shared weights. Rows and the gradebook keep whole numbers of such
    parts.

    Args:
        paper: as authored, with all the questions of its pools.
        scoring: the exam's own rules.
    """
    parts = 1
    for question in paper.questions:
        scale = Fraction(question.points) / question.most
        pieces = {(c * scale).denominator for c in _credits(question)} if scoring.partial_credit else set()
        pieces |= {Fraction(question.points).denominator, _penalty(question, scoring).denominator}
        parts = lcm(parts, *pieces)
        if parts > FINEST:
            parts = FINEST
            break
    possible = sum(question.points for question in paper.questions)
    return max(1, min(parts, int(LARGEST // max(1, possible))))


def fine_enough(parts: int, score: Score) -> int:
    """``parts`` of a point, or so many more that a score which corrections changed is whole in them too."""
    finer = lcm(parts, Fraction(score.earned).denominator, Fraction(score.possible).denominator)
    return finer if finer <= FINEST and score.possible * finer <= LARGEST else parts


def _penalty(question: Question, scoring: Scoring) -> Fraction:
    return Fraction(question.points) * scoring.penalty_percent / 100


def _credits(question: Question) -> list[Fraction]:
    """Everything that an answer to the question can earn, unweighted."""
    most = question.most
    if question.credit is Credit.POINTS:
        return [Fraction(1), *(Fraction(c.partial) for c in question.choices if c.partial is not None)]
    if question.credit is Credit.EDC:
        right, wrong = _sides(question)
        total = len(right | wrong)
        return [Fraction(1), *(Fraction(_rounded(most * float(n) / float(total))) for n in range(total))]
    if question.credit is Credit.HALVES:
        return [Fraction(most), Fraction(_rounded(most / 2.0)), Fraction(_rounded(most / 4.0))]
    return [Fraction(1)]


def passed(score: Score, percent: int) -> bool:
    """True when the score reaches ``percent`` of the points possible, in exact arithmetic."""
    return score.earned * 100 >= percent * score.possible


def for_gradebook(score: Score, parts: int, points: int, pass_percent: int) -> tuple[int, int]:
    """What a row keeps and the gradebook is given: whole numbers, which neither lift a score over the pass mark nor
    below it.

    Args:
        score: in points.
        parts: :func:`unit` of the paper.
        points: what the exam counts there (``ExamPolicy.lms_points``); 0 for the paper's own points, each in ``parts``.
        pass_percent: the exam's pass mark.
    """
    most = points or _whole(score.possible * parts)
    if not score.possible:
        return 0, 0
    earned = _whole(Fraction(score.earned) / Fraction(score.possible) * most)
    reached, shown = passed(score, pass_percent), passed(Score(earned, most), pass_percent)
    return earned + int(reached) - int(shown), most


def _whole(value: Points) -> int:
    return math.floor(value + Fraction(1, 2))
