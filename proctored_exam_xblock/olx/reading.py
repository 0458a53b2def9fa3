"""Course XML -> ``Paper``: parts, problems, ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from ..domain.errors import InvalidPaper
from ..domain.questions import Paper, Part, Question
from .choices import MAX_CHOICES, MAX_POINTS, Unique, digest
from .hardened import parse
from .pools import NO_DRAW, Draw, read_draw
from .problem import URL_NAME, Problem, read_problem, refuse_unanswerable
from .tree import children, refuse

__all__ = ["MAX_CHOICES", "MAX_POINTS", "MAX_QUESTIONS", "WRAPPERS", "PartOfProblems", "paper_of", "read_paper"]

MAX_QUESTIONS = 5_000

WRAPPERS = frozenset({"paper", "exam", "proctored_exam"})
"""Root elements that may hold the parts; their attributes belong to the block."""


@dataclass(frozen=True)
class PartOfProblems:
    """A part whose questions have no ids yet."""

    title: str
    problems: tuple[Problem, ...]
    draw: Draw = NO_DRAW


def read_paper(olx: str) -> Paper:
    """Read a paper.

    Args:
        olx: one or several ``<part>`` elements, or one element of ``WRAPPERS`` around them.

    Returns:
        The paper. A question keeps its ``url_name`` as id; without one its id is made from its kind, words and choices
        (never from the key: a candidate could try keys against it), so that it does not depend on the position. The
        questions of a problem with several inputs have its id with ``.1``, ``.2``... added.

    Raises:
        InvalidPaper: params ``line`` (1-based or None) and ``reason`` (stable code; see the tests for all of them).
    """
    root = unwrapped(parse(olx))
    parts = [_part(element) for element in children(root, "part", "empty_paper")]
    if sum(len(problem.questions) for part in parts for problem in part.problems) > MAX_QUESTIONS:
        raise InvalidPaper(line=None, reason="too_many_questions", limit=MAX_QUESTIONS)
    refuse_twins(root)
    return paper_of(parts)


def unwrapped(root: etree._Element) -> etree._Element:
    """The element that holds the parts."""
    return root[0] if len(root) == 1 and root[0].tag in WRAPPERS else root


def title_of(part: etree._Element) -> str:
    """A part's title on one line."""
    return " ".join(part.get("title", "").split())


def _part(element: etree._Element) -> PartOfProblems:
    problems = children(element, "problem", "empty_part")
    read = tuple(refuse_unanswerable(read_problem(problem)) for problem in problems)
    return PartOfProblems(title_of(element), read, read_draw(element))


def paper_of(parts: Iterable[PartOfProblems]) -> Paper:
    """The paper of problems that were read, with ids; the same problem twice gets two."""
    parts = tuple(parts)
    ids = Unique({problem.url_name for part in parts for problem in part.problems if problem.url_name})
    return Paper(
        tuple(Part(part.title, _with_ids(part.problems, ids), part.draw.count, part.draw.shuffle) for part in parts)
    )


def _with_ids(problems: Sequence[Problem], ids: Unique) -> tuple[Question, ...]:
    found: list[Question] = []
    for problem in problems:
        name = problem.url_name or ids.add(_content_id(problem.questions))
        if len(problem.questions) == 1:
            found.append(replace(problem.questions[0], id=name))
            continue
        found.extend(
            replace(question, id=ids.add(f"{name}.{number}"), problem=name)
            for number, question in enumerate(problem.questions, start=1)
        )
    return tuple(found)


def _content_id(questions: Sequence[Question]) -> str:
    texts = [text for q in questions for text in (q.kind.value, q.lead + q.prompt, *(c.html for c in q.choices))]
    return "q" + digest(*texts)[:12]


def refuse_twins(root: etree._Element) -> None:
    """Refuse a ``url_name`` that is not one or stands twice."""
    seen: set[str] = set()
    for problem in root.iterdescendants("problem"):
        name = problem.get("url_name")
        if name is None:
            continue
        if not URL_NAME.fullmatch(name):
            refuse(problem, "bad_url_name")
        if name in seen:
            refuse(problem, "duplicate_url_name", url_name=name)
        seen.add(name)
