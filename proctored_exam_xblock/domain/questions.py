"""Questions, parts, papers and answers as frozen values, and their plain-JSON form (the snapshot's).

Answer keys: :func:`paper_to_json` holds the answer key and is for the server's rows only;
what a candidate receives is built by ``presenter`` from :class:`Layout`, which has none.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .errors import UnknownAnswer

Answers = Mapping[str, tuple[str, ...]]
"""Question id -> chosen choice ids; a question that is absent or maps to () is unanswered."""


class Kind(StrEnum):
    """How a question is answered: radio buttons, checkboxes or a drop-down list."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    SELECT = "select"


@dataclass(frozen=True)
class Choice:
    """One choice. ``html`` is sanitised HTML; ``fixed`` keeps its place when choices are shuffled."""

    id: str
    html: str
    correct: bool
    fixed: bool = False


@dataclass(frozen=True)
class Question:
    """One question worth ``points``; ``prompt`` is sanitised HTML; ids are unique in the paper."""

    id: str
    kind: Kind
    prompt: str
    choices: tuple[Choice, ...]
    points: int = 1
    shuffle: bool = False
    explanation: str = ""

    @property
    def key(self) -> frozenset[str]:
        """Ids of the right choices."""
        return frozenset(choice.id for choice in self.choices if choice.correct)


@dataclass(frozen=True)
class Part:
    """A titled run of questions, submitted as a whole."""

    title: str
    questions: tuple[Question, ...]


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


def draw(paper: Paper, seed: int) -> Layout:
    """Order the choices of every question that asks for shuffling.

    Args:
        paper: the paper as authored.
        seed: the attempt's seed; the same seed gives the same layout for ever.
    """
    rng = random.Random(seed)  # noqa: S311  (a layout to reproduce, not a secret)
    return Layout(
        tuple(tuple((question.id, _order(question, rng)) for question in part.questions) for part in paper.parts)
    )


def _order(question: Question, rng: random.Random) -> tuple[str, ...]:
    ids = [choice.id for choice in question.choices]
    if not question.shuffle:
        return tuple(ids)
    loose = [choice.id for choice in question.choices if not choice.fixed]
    rng.shuffle(loose)
    pending = iter(loose)
    return tuple(choice.id if choice.fixed else next(pending) for choice in question.choices)


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


def paper_to_json(paper: Paper) -> dict[str, Any]:
    """Plain JSON of a paper, answer key included: for the snapshot row only."""
    return {
        "parts": [
            {
                "title": part.title,
                "questions": [
                    {
                        "id": q.id,
                        "kind": q.kind.value,
                        "prompt": q.prompt,
                        "points": q.points,
                        "shuffle": q.shuffle,
                        "explanation": q.explanation,
                        "choices": [
                            {"id": c.id, "html": c.html, "correct": c.correct, "fixed": c.fixed} for c in q.choices
                        ],
                    }
                    for q in part.questions
                ],
            }
            for part in paper.parts
        ]
    }


def paper_from_json(data: Mapping[str, Any]) -> Paper:
    """The paper that :func:`paper_to_json` wrote."""
    return Paper(
        tuple(
            Part(
                part["title"],
                tuple(
                    Question(
                        id=q["id"],
                        kind=Kind(q["kind"]),
                        prompt=q["prompt"],
                        choices=tuple(Choice(**c) for c in q["choices"]),
                        points=q["points"],
                        shuffle=q["shuffle"],
                        explanation=q["explanation"],
                    )
                    for q in part["questions"]
                ),
            )
            for part in data["parts"]
        )
    )
