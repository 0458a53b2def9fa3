"""What the parts of a paper that draw mean for candidates, while their author writes it; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.utils import translation

from ..domain.errors import InvalidPaper
from ..domain.questions import Paper, Part
from ..domain.scoring import weighed
from ..olx import read_paper
from ..presenter import author
from . import content
from . import paper as papers

MOST_POINTS = 1000


def pooled(body: dict[str, Any]) -> dict[str, Any]:
    """The statistics of each part that draws, and of the whole paper.

    Args:
        body: ``parts`` as the page sends them; ``question_points``, the rule, as far as it is a number.
    """
    parts = papers.from_json(body.get("parts"))
    points = body.get("question_points")
    points = points if isinstance(points, int) and 0 <= points <= MOST_POINTS else 0
    language = (translation.get_language() or "fr").split("-")[0]
    found, wrong = _read(parts)
    own = weighed(Paper(tuple(part for part, _unread in found)), points).parts
    told = [
        {"html": author.render_pool(part, unread, language) if part.draw else "", "error": error}
        for part, (_part, unread), error in zip(own, found, wrong, strict=True)
    ]
    whole = "" if any(wrong) or any(unread for _part, unread in found) else author.render_pools(Paper(own), language)
    return {"parts": told, "paper": whole}


def _read(parts: Sequence[papers.PartText]) -> tuple[list[tuple[Part, int]], list[str]]:
    """Each part with how many of its questions cannot be read, and what is wrong with the part itself."""
    wrong = [_refusal(part) for part in parts]
    bare = [replace(part, attributes={}) if error else part for part, error in zip(parts, wrong, strict=True)]
    try:
        return [(part, 0) for part in read_paper(papers.joined(bare)).parts], wrong
    except InvalidPaper:
        return [_piecewise(part) for part in bare], wrong


def _refusal(part: papers.PartText) -> str:
    try:
        read_paper(papers.joined([replace(part, problems=(_ANY,))]))
    except InvalidPaper as error:
        return content.in_paper(replace(papers.mistake(error), line=None))
    return ""


def _piecewise(part: papers.PartText) -> tuple[Part, int]:
    """A part of those of its questions that can be read by themselves."""
    readable = []
    for text in part.problems:
        try:
            readable.append(papers.alone(text).questions)
        except InvalidPaper:
            continue
    (shell,) = read_paper(papers.joined([replace(part, problems=(_ANY,))])).parts
    numbered = (
        replace(question, problem=f"{place}") for place, questions in enumerate(readable) for question in questions
    )
    return replace(shell, questions=tuple(numbered)), len(part.problems) - len(readable)


_ANY = (
    "<problem><optionresponse><label>?</label>"
    "<optioninput options=\"('a','b')\" correct=\"a\"/></optionresponse></problem>"
)
"""A question that can be read, in place of those of a part."""
