"""Where the marks of the questions' plot stand, in percent of its width and pixels of its height: plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

HEIGHT = 380
_LEFT, _WIDTH = 7.0, 89.0  # percent
_TOP, _BOTTOM = 20, 340  # pixels
_NOMINAL = 760  # the width, in pixels, at which marks are kept apart
_APART = 24
_STEPS = ((0, 0), *((dx, dy) for r in (1, 2, 3) for dx, dy in ((r, 0), (-r, 0), (0, r), (0, -r), (r, r), (-r, -r))))
BAR = 32
"""Pixels for each bar."""


@dataclass(frozen=True)
class Tick:
    """A line of the grid and its value."""

    value: float
    at: float


@dataclass(frozen=True)
class Mark:
    """One question: ``x`` in percent, ``y`` in pixels."""

    x: float
    y: float


@dataclass(frozen=True)
class Scatter:
    """Facility from left to right, discrimination from bottom to top; ``zero`` is where it is 0."""

    marks: tuple[Mark, ...]
    facilities: tuple[Tick, ...]
    discriminations: tuple[Tick, ...]
    zero: float


def scatter(values: Sequence[tuple[float, float]]) -> Scatter:
    """The plot of (facility, discrimination) of each question; marks that would hide each other stand side by side."""
    low = min(-0.2, floor(min((d for _f, d in values), default=0) * 5) / 5)
    high = max(0.6, ceil(max((d for _f, d in values), default=0) * 5) / 5)

    def height(discrimination: float) -> float:
        return round(_BOTTOM - (_BOTTOM - _TOP) * (discrimination - low) / (high - low), 1)

    taken: list[tuple[float, float]] = []
    for facility, discrimination in values:
        taken.append(_free(_across(facility) * _NOMINAL / 100, height(discrimination), taken))
    marks = tuple(Mark(round(100 * x / _NOMINAL, 2), y) for x, y in taken)
    steps = range(round(low * 5), round(high * 5) + 1)
    return Scatter(
        marks,
        tuple(Tick(share / 4, _across(share / 4)) for share in range(5)),
        tuple(Tick(step / 5, height(step / 5)) for step in steps),
        height(0),
    )


def _across(facility: float) -> float:
    return round(_LEFT + _WIDTH * max(0.0, min(1.0, facility)), 2)


def _free(x: float, y: float, taken: Sequence[tuple[float, float]]) -> tuple[float, float]:
    for across, down in _STEPS:
        place = (x + across * _APART, y + down * _APART)
        inside = 0 <= place[0] <= _NOMINAL and 0 <= place[1] <= HEIGHT
        if inside and all(max(abs(place[0] - a), abs(place[1] - b)) >= _APART for a, b in taken):
            return place
    return x, y


def bars(facilities: Sequence[float]) -> tuple[Mark, ...]:
    """The length of each question's bar in percent, and where it begins from the top."""
    return tuple(Mark(round(100 * max(0.0, min(1.0, share)), 1), BAR * place) for place, share in enumerate(facilities))
