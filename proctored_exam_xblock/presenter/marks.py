"""A score in words, on the scale that the course team chose: "26 sur 30", "73 %", "14,5 / 20", "725 / 1000"."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from babel import Locale

from ..domain.questions import Points, exact
from ..domain.scoring import Scale, legible, on_scale
from . import dates


@dataclass(frozen=True)
class Mark:
    """The number and what it is out of, '' for percent; ``percent`` is told beside points alone, ``needed`` to pass on
    the scales that are neither."""

    value: str
    out_of: str
    percent: str
    needed: str
    is_points: bool


def mark(earned: Points, possible: Points, scale: Scale, pass_percent: int, locale: Locale) -> Mark:
    """What a candidate reads; rounded, but never over the pass mark nor below it.

    Args:
        earned, possible: the exact score.
        pass_percent: the exam's pass mark.
    """
    value, out_of = on_scale(earned, possible, scale)
    bar = exact(Fraction(out_of) * pass_percent / 100)
    shown = legible(value, bar)
    is_points = scale is Scale.POINTS
    percent = ""
    if is_points and possible:
        percent = dates.number(legible(Fraction(earned) * 100 / possible, pass_percent, 0), locale)
    return Mark(
        value=dates.number(shown, locale),
        out_of="" if scale is Scale.PERCENT and possible else dates.number(out_of, locale),
        percent=percent,
        needed=dates.number(bar, locale) if scale in (Scale.TWENTY, Scale.THOUSAND) else "",
        is_points=is_points,
    )
