"""One candidate's answers, what each is worth known beforehand: from the paper's JSON, by none of the exam's rules."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Sent:
    """The answers of one part as sent; ``points`` is what they are worth."""

    revision: int
    answers: Mapping[str, list[str]]
    points: Fraction

    def is_in(self, stored: Mapping[str, list[str]]) -> bool:
        """Whether a row's answers are these, in whatever order their boxes were ticked."""
        return {name: sorted(chosen) for name, chosen in stored.items()} == {
            name: sorted(chosen) for name, chosen in self.answers.items()
        }


@dataclass
class Sheet:
    """What a candidate will answer, question by question, and changes on the way.

    Args:
        parts: of the paper's JSON.
        dice: this candidate's own.
        skill: share of the questions they answer rightly.
        penalty: what a wrong answer costs of its question's points.
        within_part: penalties stop at nothing in each part, else in each problem.
        own: ids of the questions that were drawn, once they are known.
    """

    parts: list[dict[str, Any]]
    dice: random.Random
    skill: float
    penalty: Fraction = Fraction(0)
    within_part: bool = False
    own: frozenset[str] | None = None
    revisions: dict[int, int] = field(default_factory=dict)

    def edit(self, number: int) -> Sent:
        """The whole part ``number`` (from 1) as it is after one more edit: some blank, some right, some wrong."""
        answers: dict[str, list[str]] = {}
        points: dict[str, Fraction] = {}
        for question in self.questions(number):
            if self.dice.random() < 0.12:
                continue
            chosen, is_right = self._choose(question)
            if chosen:
                answers[question["id"]] = chosen
                problem = question.get("problem") or question["id"]
                earned = _worth(question) if is_right else -Fraction(question["points"]) * self.penalty
                points[problem] = points.get(problem, Fraction(0)) + earned
        revision = self.revisions[number] = self.revisions.get(number, 0) + self.dice.randint(1, 3)
        return Sent(revision, answers, self._with_floor(points))

    def questions(self, number: int) -> list[dict[str, Any]]:
        """This candidate's questions of part ``number`` (from 1)."""
        asked = self.parts[number - 1]["questions"]
        return [question for question in asked if self.own is None or question["id"] in self.own]

    def possible(self) -> Fraction:
        """The points of all their questions."""
        numbers = range(1, len(self.parts) + 1)
        return sum((Fraction(q["points"]) for number in numbers for q in self.questions(number)), Fraction(0))

    def _with_floor(self, points: Mapping[str, Fraction]) -> Fraction:
        if self.within_part:
            return max(Fraction(0), sum(points.values(), Fraction(0)))
        return sum((max(Fraction(0), earned) for earned in points.values()), Fraction(0))

    def _choose(self, question: Mapping[str, Any]) -> tuple[list[str], bool]:
        right = [choice["id"] for choice in question["choices"] if choice["correct"]]
        wrong = [choice["id"] for choice in question["choices"] if not choice["correct"]]
        wants_right = self.dice.random() < self.skill or "credit" in question  # a wrong answer might earn something
        if question["kind"] == "multiple":
            return self._tick(right, wrong, wants_right)
        if right and (wants_right or not wrong):
            return [self.dice.choice(right)], True
        return ([self.dice.choice(wrong)], False) if wrong else ([], False)

    def _tick(self, right: list[str], wrong: list[str], wants_right: bool) -> tuple[list[str], bool]:
        """Exactly the right boxes, or one too many, or one too few."""
        if right and wants_right:
            return self.dice.sample(right, len(right)), True
        if wrong:
            return [*right, self.dice.choice(wrong)], False
        return (right[1:], False) if len(right) > 1 else (right, bool(right))


def _worth(question: Mapping[str, Any]) -> Fraction:
    """What a right answer earns: all the points, or one of those that the platform's input was given."""
    points = Fraction(question["points"])
    return points if question.get("credit") == "halves" else points / question.get("most", 1)
