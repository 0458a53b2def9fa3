"""Questions, parts, papers and answers as frozen values.

Answer keys are for the server's rows only (see ``snapshot``); what a candidate receives is built by ``presenter`` from
:class:`Layout`, which has none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from itertools import groupby

from .errors import UnknownAnswer

Answers = Mapping[str, tuple[str, ...]]
"""Question id -> chosen choice ids; a question that is absent or maps to () is unanswered."""

Points = int | Fraction
"""Exact points; a whole number is always an int (see :func:`exact`)."""


def exact(value: Points) -> Points:
    """The same number, as an int when it is whole."""
    return value.numerator if value.denominator == 1 else value


class Kind(StrEnum):
    """How a question is answered: radio buttons, checkboxes or a drop-down list."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    SELECT = "select"


class Credit(StrEnum):
    """How an answer that is not wholly right earns (the platform's ``partial_credit``)."""

    NONE = "none"
    POINTS = "points"
    EDC = "edc"
    HALVES = "halves"


class Ruling(StrEnum):
    """What was decided of a question after the fact (R-X-15); never written by authors, never in a version."""

    NONE = ""
    VOID = "void"
    GIVEN = "given"


@dataclass(frozen=True)
class Hint:
    """What the author says about an answer; for after release only.

    ``when`` tells for which answer: "" the choice it belongs to, ``true`` or ``false`` that choice checked or not, or
    the platform's expression over several checkboxes (``A*B``). ``label`` replaces "Correct:" or "Incorrect:".
    """

    html: str
    label: str = ""
    when: str = ""


@dataclass(frozen=True)
class Choice:
    """One choice. ``html`` is sanitised HTML; ``fixed`` keeps its place when choices are shuffled.

    ``partial`` is what the choice earns of a point where credit is given by ``Credit.POINTS``; a checkbox that has it
    is neither right nor wrong.
    """

    id: str
    html: str
    correct: bool
    fixed: bool = False
    partial: Points | None = None
    hints: tuple[Hint, ...] = ()


@dataclass(frozen=True)
class Question:
    """One question worth ``points``; ``prompt`` and ``lead`` are sanitised HTML; ids are unique in the paper.

    Questions that follow each other with the same ``problem`` are one problem of the platform: one number, what
    stands before each in ``lead``. ``most`` is what the platform's own problem counts for the answer before weighting.
    ``hints`` and ``demand_hints`` are never shown during the exam. ``tags`` and ``difficulty`` tell alike problems of a
    pool; ``fixed`` keeps the place when a part is shuffled; the three are the same in all questions of a problem.
    A question that is void counts for nobody; of one that is given everybody who had it has the points.
    """

    id: str
    kind: Kind
    prompt: str
    choices: tuple[Choice, ...]
    points: Points = 1
    shuffle: bool = False
    explanation: str = ""
    problem: str = ""
    lead: str = ""
    credit: Credit = Credit.NONE
    most: int = 1
    hints: tuple[Hint, ...] = ()
    demand_hints: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    difficulty: str = ""
    fixed: bool = False
    ruling: Ruling = Ruling.NONE

    @cached_property
    def key(self) -> frozenset[str]:
        """Ids of the right choices."""
        return frozenset(choice.id for choice in self.choices if choice.correct)

    @cached_property
    def words(self) -> str:
        """A digest of what is asked and of the choices, in whatever order, without the key: the same in every version
        in which candidates read the same."""
        choices = sorted((choice.id, choice.html) for choice in self.choices)
        return hashlib.sha256(json.dumps([self.kind, self.lead, self.prompt, choices]).encode()).hexdigest()


@dataclass(frozen=True)
class Part:
    """A titled run of questions, submitted as a whole.

    ``draw`` problems of a larger pool for each candidate, 0 for all; ``shuffle`` puts them in a random order.
    """

    title: str
    questions: tuple[Question, ...]
    draw: int = 0
    shuffle: bool = False

    @property
    def is_pool(self) -> bool:
        """Whether candidates get some of the problems only."""
        return 0 < self.draw < len(self.problems)

    @property
    def drawn(self) -> int:
        """How many problems each candidate gets."""
        return self.draw if self.is_pool else len(self.problems)

    @property
    def problems(self) -> tuple[tuple[Question, ...], ...]:
        """The questions by problem, in order."""
        runs = groupby(self.questions, key=lambda question: question.problem or question.id)
        return tuple(tuple(run) for _, run in runs)


@dataclass(frozen=True)
class Paper:
    """The whole exam."""

    parts: tuple[Part, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """All questions in order."""
        return tuple(question for part in self.parts for question in part.questions)


@dataclass(frozen=True)
class Layout:
    """What one candidate sees: per part, question ids in order, each with its choice ids in order.

    Decided once at start from the attempt's seed and stored with the attempt.
    """

    parts: tuple[tuple[tuple[str, tuple[str, ...]], ...], ...]


def clean_answers(part: Part, raw: object) -> dict[str, tuple[str, ...]]:
    """Check answers sent for one part and put them in canonical form.

    Args:
        part: the part they are for.
        raw: JSON value, ``{question id: [choice id, ...]}``.

    Returns:
        Answers of the questions that have at least one choice, choice ids in authored order.

    Raises:
        UnknownAnswer: not such a mapping, an unknown question or choice, a choice twice, or two choices where
            one is allowed.
    """
    if not isinstance(raw, Mapping):
        raise UnknownAnswer("answers")
    questions = {question.id: question for question in part.questions}
    cleaned: dict[str, tuple[str, ...]] = {}
    for question_id, chosen in raw.items():
        question = questions.get(question_id) if isinstance(question_id, str) else None
        if question is None or not isinstance(chosen, list) or not all(isinstance(c, str) for c in chosen):
            raise UnknownAnswer("answers")
        known = [choice.id for choice in question.choices]
        if len(set(chosen)) != len(chosen) or not set(chosen) <= set(known):
            raise UnknownAnswer("answers")
        if question.kind is not Kind.MULTIPLE and len(chosen) > 1:
            raise UnknownAnswer("answers")
        if chosen:
            cleaned[question.id] = tuple(c for c in known if c in chosen)
    return cleaned
