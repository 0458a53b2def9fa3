"""Answers x paper -> score, as the platform's own problems grade by default (capa's whole-response grading)."""

from __future__ import annotations

from dataclasses import dataclass

from .questions import Answers, Kind, Paper, Question


@dataclass(frozen=True)
class Score:
    """Points earned out of points possible, over any set of questions."""

    earned: int
    possible: int

    def __add__(self, other: Score) -> Score:
        return Score(self.earned + other.earned, self.possible + other.possible)


@dataclass(frozen=True)
class QuestionResult:
    """How one question was graded; ``answered`` tells a wrong answer from none."""

    question_id: str
    answered: bool
    correct: bool
    score: Score


def grade_question(question: Question, chosen: tuple[str, ...]) -> QuestionResult:
    """Grade one question: all its points or none.

    As capa does by default: radio buttons and drop-down lists want a right choice (any of them when the author
    marked several), checkboxes want exactly the right set; no answer is never right, even when no box is.

    Args:
        question: the question with its key.
        chosen: choice ids, in any order; () when unanswered.
    """
    if question.kind is Kind.MULTIPLE:
        correct = bool(chosen) and frozenset(chosen) == question.key
    else:
        correct = len(chosen) == 1 and chosen[0] in question.key
    earned = question.points if correct else 0
    return QuestionResult(question.id, bool(chosen), correct, Score(earned, question.points))


def grade_each(paper: Paper, answers: Answers) -> tuple[QuestionResult, ...]:
    """The result of every question of the paper, in the paper's order; answers to unknown questions count nothing."""
    return tuple(grade_question(question, answers.get(question.id, ())) for question in paper.questions)


def grade(paper: Paper, answers: Answers) -> Score:
    """The score of the whole paper.

    Args:
        paper: the attempt's own copy of the paper.
        answers: the counted answers only; what was discarded must not be in it.
    """
    return sum((result.score for result in grade_each(paper, answers)), Score(0, 0))


def passed(score: Score, percent: int) -> bool:
    """True when the score reaches ``percent`` of the points possible, in exact integer arithmetic."""
    return score.earned * 100 >= percent * score.possible
