"""A lone problem graded by the platform's own input ids and choice names, unweighted: what capa itself answers.

``LoncapaProblem.calculate_score`` gives ``score``, the sum of ``CorrectMap.get_npoints`` over the inputs, and
``total``, the sum of the inputs' ``points`` (1 each unless the author says otherwise); the problem's weight comes in
later, in the block. Ids are made as ``LoncapaProblem._preprocess_problem`` makes them:
``<problem>_<response + 1>_<input>``. Read in xblocks-contrib 0.13; the differential tests compare both.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..domain.errors import UnknownAnswer
from ..domain.grading import credit
from ..domain.questions import Credit, Kind, Points, Question
from .problem import Input, Problem


@dataclass(frozen=True)
class Graded:
    """``score`` of ``total`` and the points of each input, before the problem's weight."""

    score: int | float
    total: int
    points: Mapping[str, int | float]


def input_ids(problem: Problem, problem_id: str = "1") -> tuple[str, ...]:
    """The ids of the problem's inputs, in order."""
    return tuple(f"{problem_id}_{entry.number}" for entry in problem.inputs)


def grade_inputs(problem: Problem, answers: Mapping[str, object], problem_id: str = "1") -> Graded:
    """Grade one set of answers.

    Args:
        problem: as it was read.
        answers: input id -> what the browser sends: a choice's name, an option's text, or a list of names for
            checkboxes. Absent is unanswered; anything else is a wrong answer, as it is for the platform.
        problem_id: what the ids begin with.

    Raises:
        UnknownAnswer: an id that the problem does not have.
    """
    ids = input_ids(problem, problem_id)
    if not set(answers) <= set(ids):
        raise UnknownAnswer("answers")
    points: dict[str, int | float] = {}
    for name, question, entry in zip(ids, problem.questions, problem.inputs, strict=True):
        points[name] = _number(_earned(question, entry, answers, name))
    return Graded(sum(points.values()), sum(question.most for question in problem.questions), points)


def _earned(question: Question, entry: Input, answers: Mapping[str, object], name: str) -> Points:
    if entry.response == "optionresponse":
        return int(name in answers and answers[name] == entry.choices.right_text)
    ids = {n: choice.id for n, choice in zip(entry.choices.names, question.choices, strict=True)}
    if entry.response == "multiplechoiceresponse":
        return credit(question, (_id(ids, answers[name]),)) if name in answers else 0
    given = answers.get(name, [])
    chosen = {_id(ids, value) for value in (given if isinstance(given, list) else [given])}
    by_set = question if question.credit is not Credit.NONE else replace(question, kind=Kind.MULTIPLE)
    return credit(by_set, chosen)


def _id(ids: Mapping[str, str], value: Any) -> str:
    """The choice's id; something that is no id for a name that the input does not have."""
    known = ids.get(value) if isinstance(value, Hashable) else None
    return known if known is not None else f"? {value!r}"


def _number(points: Points) -> int | float:
    return points if isinstance(points, int) else float(points)
