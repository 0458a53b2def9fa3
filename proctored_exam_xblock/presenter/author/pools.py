"""What a pool means for candidates, in words for its authors: the mix, the points, what two candidates share."""

from __future__ import annotations

from dataclasses import dataclass

from babel import Locale

from ...domain import drawing
from ...domain.questions import Paper, Part
from .. import dates
from ..engine import Context, template
from .keys import points_text


@dataclass(frozen=True)
class Row:
    """One stratum: what its questions have in common, and how many of how many are drawn."""

    tags: tuple[str, ...]
    difficulty: str
    points: str
    taken: int
    size: int


def render_pool(part: Part, unread: int, language: str) -> str:
    """Statistics of one part that draws.

    Args:
        part: with the questions that can be read.
        unread: how many cannot, and are not counted.
    """
    locale, size = dates.locale_for(language), len(part.problems)
    context = {
        **_everybody(Paper((part,)), locale),
        "rows": _rows(part, locale),
        "size": size,
        "draw": part.draw,
        "short": part.draw > size,
        "whole": part.draw == size,
        "unread": unread,
    }
    return template("author/pool").render(Context(context))


def render_pools(paper: Paper, language: str) -> str:
    """The same of the whole paper, in one line; '' where nothing is drawn."""
    if not any(part.draw for part in paper.parts):
        return ""
    context = {**_everybody(paper, dates.locale_for(language)), "whole_paper": True}
    return template("author/pool").render(Context(context))


def _everybody(paper: Paper, locale: Locale) -> dict[str, object]:
    common, count = drawing.shared(paper)
    percent = round(100 * common / count) if count else 0
    return {
        "count": count,
        "points": points_text(drawing.possible(paper), locale),
        "shared": dates.number(round(common * 10) / 10 if common.denominator > 1 else common, locale),
        "percent": percent,
    }


def _rows(part: Part, locale: Locale) -> list[Row]:
    return [
        Row(
            stratum.tags,
            stratum.difficulty,
            points_text(stratum.points, locale),
            stratum.taken,
            len(stratum.problems),
        )
        for stratum in drawing.mix(part)
    ]
