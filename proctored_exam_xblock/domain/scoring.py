"""How answers become points beyond the platform's own rules: penalties, floors, partial credit, scales.

The defaults are the platform's own grading and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from .questions import Paper, Part, Points, exact


class Floor(StrEnum):
    """Where penalties stop at nothing: within each question, or within each part."""

    QUESTION = "question"
    PART = "part"


class Scale(StrEnum):
    """What a score is shown out of."""

    POINTS = "points"
    PERCENT = "percent"
    TWENTY = "twenty"
    THOUSAND = "thousand"


OUT_OF = {Scale.PERCENT: 100, Scale.TWENTY: 20, Scale.THOUSAND: 1000}
"""The scales that are not the paper's own points."""


@dataclass(frozen=True)
class Scoring:
    """Rules of the whole paper.

    Args:
        partial_credit: whether an answer that is not wholly right may earn something.
        penalty_percent: of a question's points, what an answer that earns nothing costs; no answer costs nothing.
        floor: where penalties stop. A question of one input has nothing to lose within itself.
    """

    partial_credit: bool = True
    penalty_percent: int = 0
    floor: Floor = Floor.QUESTION


PLATFORM = Scoring()
"""As the platform's own problems."""


def weighed(paper: Paper, question_points: int) -> Paper:
    """The paper with so many points for each problem, shared among its inputs as the platform does; 0 leaves it."""
    if not question_points:
        return paper
    return Paper(tuple(_weighed(part, question_points) for part in paper.parts))


def _weighed(part: Part, points: int) -> Part:
    questions = tuple(
        replace(question, points=exact(Fraction(points * question.most, sum(one.most for one in problem))))
        for problem in part.problems
        for question in problem
    )
    return replace(part, questions=questions)


def legible(value: Points, mark: Points, decimals: int = 2) -> Points:
    """A number with so many decimals at most, on its side of the mark: what did not pass never looks passed.

    Args:
        value: the exact number.
        mark: from which on it passes, on the same scale.
    """
    size = 10**decimals
    near = Fraction(floor(value * size + Fraction(1, 2)), size)
    if near >= mark > value:
        near = Fraction(floor(value * size), size)
    if near < mark <= value:
        near = Fraction(ceil(value * size), size)
    return exact(near)


def on_scale(earned: Points, possible: Points, scale: Scale) -> tuple[Points, Points]:
    """A score on the scale that it is shown on; an empty paper stays as it is."""
    out_of = OUT_OF.get(scale)
    if out_of is None or not possible:
        return earned, possible
    return exact(Fraction(earned) / Fraction(possible) * out_of), out_of
