"""Which questions a candidate gets and in which order, from the attempt's seed: the same mix for everybody (R-X-13).

A pool is cut into strata of problems with the same tags, difficulty and points. How many of each are drawn is settled
by the pool alone (largest remainder), so that all candidates get the same mix and the same points; which ones is drawn.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from .questions import Layout, Paper, Part, Points, Question, exact

_T = TypeVar("_T")


@dataclass(frozen=True)
class Stratum:
    """Problems of a part that are alike, and how many of them every candidate gets.

    Args:
        problems: their places in the part, from 0.
        taken: of them, for each candidate.
    """

    tags: tuple[str, ...]
    difficulty: str
    points: Points
    problems: tuple[int, ...]
    taken: int


def mix(part: Part) -> tuple[Stratum, ...]:
    """The strata of a part in the order of their first problems; all are taken where nothing is drawn."""
    alike: dict[tuple[tuple[str, ...], str, Points], list[int]] = {}
    for place, problem in enumerate(part.problems):
        first = problem[0]
        key = (tuple(sorted(first.tags)), first.difficulty, exact(sum(question.points for question in problem)))
        alike.setdefault(key, []).append(place)
    sizes = [len(places) for places in alike.values()]
    taken = _shares(part.drawn, sizes)
    return tuple(Stratum(*key, tuple(places), count) for (key, places), count in zip(alike.items(), taken, strict=True))


def _shares(seats: int, sizes: Sequence[int]) -> list[int]:
    """``seats`` among strata by their sizes; what is left over goes to the largest remainders, the first ones first."""
    total = sum(sizes)
    exactly = [Fraction(seats * size, total) for size in sizes]
    found = [int(share) for share in exactly]
    by_remainder = sorted(range(len(sizes)), key=lambda place: (found[place] - exactly[place], place))
    for place in by_remainder[: seats - sum(found)]:
        found[place] += 1
    return found


def possible(paper: Paper) -> Points:
    """The points that every candidate's own paper has."""
    return exact(sum((stratum.points * stratum.taken for part in paper.parts for stratum in mix(part)), Fraction(0)))


def length(paper: Paper) -> int:
    """How many questions every candidate has; in pools of problems with several inputs, as the first ones have."""
    return sum(
        len(part.problems[place])
        for part in paper.parts
        for stratum in mix(part)
        for place in stratum.problems[: stratum.taken]
    )


def shared(paper: Paper) -> tuple[Fraction, int]:
    """How many problems two candidates have in common on average, of how many each has."""
    common = sum(
        (Fraction(s.taken**2, len(s.problems)) for part in paper.parts for s in mix(part) if s.problems), Fraction(0)
    )
    return common, sum(part.drawn for part in paper.parts)


def draw(paper: Paper, seed: int) -> Layout:
    """One candidate's questions and the order of their choices.

    Args:
        paper: the paper as authored.
        seed: the attempt's seed; the same seed gives the same layout for ever.
    """
    rng = random.Random(seed)  # noqa: S311  (a layout to reproduce, not a secret)
    return Layout(tuple(_draw_part(part, rng) for part in paper.parts))


def _draw_part(part: Part, rng: random.Random) -> tuple[tuple[str, tuple[str, ...]], ...]:
    problems = part.problems
    places = list(range(len(problems)))
    if part.is_pool:
        places = sorted(place for stratum in mix(part) for place in rng.sample(stratum.problems, stratum.taken))
    if part.shuffle:
        places = _shuffled(places, [problems[place][0].fixed for place in places], rng)
    chosen = [question for place in places for question in problems[place]]
    return tuple((question.id, _order(question, rng)) for question in chosen)


def _order(question: Question, rng: random.Random) -> tuple[str, ...]:
    ids = [choice.id for choice in question.choices]
    if not question.shuffle:
        return tuple(ids)
    return tuple(_shuffled(ids, [choice.fixed for choice in question.choices], rng))


def _shuffled(things: Sequence[_T], fixed: Sequence[bool], rng: random.Random) -> list[_T]:
    """The things in random order, those that are fixed at their places."""
    loose = [thing for thing, stays in zip(things, fixed, strict=True) if not stays]
    rng.shuffle(loose)
    pending = iter(loose)
    return [thing if stays else next(pending) for thing, stays in zip(things, fixed, strict=True)]


def drawn(paper: Paper, layout: Layout) -> Paper:
    """One candidate's own paper: the questions of the layout, in its order; choices stay as authored."""
    pairs = zip(paper.parts, layout.parts, strict=True)
    return Paper(tuple(_drawn_part(part, [name for name, _order in own]) for part, own in pairs))


def _drawn_part(part: Part, own: Sequence[str]) -> Part:
    if not part.is_pool and not part.shuffle:
        return part
    known = {question.id: question for question in part.questions}
    return replace(part, questions=tuple(known[name] for name in own), draw=0, shuffle=False)
