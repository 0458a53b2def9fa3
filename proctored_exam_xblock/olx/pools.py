"""What course XML says of drawing (R-X-13): on a part how many problems in which order, on a problem what it is like.

``<part draw="10" shuffle="true">`` and ``<problem tags="risk, bpmn" difficulty="hard" fixed="true">``; the platform
keeps attributes of a problem that it does not know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from ..domain.questions import Part, Question
from . import richtext
from .tree import refuse

MAX_DRAW = 5_000
MAX_TAGS = 20
LONGEST_TAG = 60


@dataclass(frozen=True)
class Draw:
    """Of a part: how many problems each candidate gets, 0 for all; whether their order is random."""

    count: int = 0
    shuffle: bool = False


NO_DRAW = Draw()


@dataclass(frozen=True)
class Likeness:
    """Of a problem: what tells it from others of a pool, and whether it keeps its place in a random order."""

    tags: tuple[str, ...] = ()
    difficulty: str = ""
    fixed: bool = False


def read_draw(part: etree._Element) -> Draw:
    """Read a part's attributes.

    Raises:
        InvalidPaper: reason ``bad_draw``.
    """
    written = part.get("draw", "").strip()
    if not written:
        return Draw(0, part.get("shuffle") == "true")
    if not re.fullmatch(r"\d{1,4}", written, re.ASCII) or not 1 <= int(written) <= MAX_DRAW:
        refuse(part, "bad_draw", limit=MAX_DRAW)
    return Draw(int(written), part.get("shuffle") == "true")


def read_likeness(problem: etree._Element) -> Likeness:
    """Read a problem's attributes; a tag stands once, in the order written.

    Raises:
        InvalidPaper: reason ``bad_tags``.
    """
    tags = tuple(dict.fromkeys(tag for written in problem.get("tags", "").split(",") if (tag := _one_line(written))))
    difficulty = _one_line(problem.get("difficulty", ""))
    if len(tags) > MAX_TAGS or any(len(word) > LONGEST_TAG for word in (*tags, difficulty)):
        refuse(problem, "bad_tags", limit=MAX_TAGS)
    return Likeness(tags, difficulty, problem.get("fixed") == "true")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def write_draw(part: Part) -> str:
    """The attributes of a part."""
    count = f' draw="{part.draw}"' if part.draw else ""
    return count + (' shuffle="true"' if part.shuffle else "")


def write_likeness(question: Question) -> str:
    """The attributes of a problem, of its first question."""
    tags = f' tags="{richtext.attribute(", ".join(question.tags))}"' if question.tags else ""
    difficulty = f' difficulty="{richtext.attribute(question.difficulty)}"' if question.difficulty else ""
    return tags + difficulty + (' fixed="true"' if question.fixed else "")
