"""How a paper's questions did over the attempts that had them (R-X-17): tallies that are filled one attempt at a time.

What is kept are counts of alike results, so that memory grows with what candidates did differently and not with their
number, the order of attempts does not matter, and every sum is exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from math import sqrt
from statistics import quantiles

from .drawing import possible as points_of
from .grading import QuestionResult, Score, grade, grade_question
from .questions import Answers, Kind, Paper, Points, Question, Ruling
from .scoring import OUT_OF, PLATFORM, Scale, Scoring

LEAST_ATTEMPTS = 30
"""Below so many attempts no discrimination is told: chance alone would make it anything."""


class Note(StrEnum):
    """What deserves a look at a question."""

    FEW = "few"
    NOBODY = "nobody"
    EVERYBODY = "everybody"
    NEGATIVE = "negative"
    DISTRACTOR = "distractor"
    UNUSED = "unused"
    VOID = "void"
    GIVEN = "given"


TO_CHECK = frozenset({Note.NOBODY, Note.NEGATIVE, Note.DISTRACTOR})
"""Notes of questions whose key may be wrong; the last one only once there are enough attempts to mean something."""


@dataclass(frozen=True)
class Spread:
    """Seconds spent on a question, over the attempts whose page told of it."""

    median: float
    lower: float
    upper: float
    attempts: int


@dataclass(frozen=True)
class Item:
    """One question and its figures; None where there is nothing to tell.

    ``number`` is its problem's in the newest paper and ``sub`` its place in the problem, 0 where it stands alone;
    ``current`` is false for a question of an earlier version only. ``facility`` is the mean share of the points, below
    0 where wrong answers cost more than right ones earned. ``choices`` are counts in authored order.
    """

    question: Question
    number: int
    sub: int
    current: bool
    attempts: int
    answered: int
    right: int
    facility: float | None
    discrimination: float | None
    choices: tuple[int, ...]
    spent: Spread | None
    notes: tuple[Note, ...]

    @property
    def unanswered(self) -> int:
        """Attempts in which no answer counted."""
        return self.attempts - self.answered

    @property
    def to_check(self) -> bool:
        """Whether the key deserves a look first."""
        telling = TO_CHECK - {Note.DISTRACTOR} if Note.FEW in self.notes else TO_CHECK
        return bool(telling & set(self.notes))


@dataclass(frozen=True)
class Whole:
    """The scores of all attempts, out of ``out_of``."""

    attempts: int
    out_of: Points
    mean: float | None = None
    deviation: float | None = None
    highest: float | None = None
    lowest: float | None = None


_Pair = tuple[Points, Points, Points, Points]
"""Earned and possible of a question, then of the rest of the paper."""


@dataclass
class Tally:
    """What happened to one question. ``rank`` is that of the version whose wording is shown: the greatest one's."""

    question: Question
    rank: int
    results: Counter[_Pair] = field(default_factory=Counter)
    choices: Counter[str] = field(default_factory=Counter)
    seconds: Counter[int] = field(default_factory=Counter)
    attempts: int = 0
    answered: int = 0
    right: int = 0

    def show(self, question: Question, rank: int) -> None:
        """Take a newer wording."""
        if rank > self.rank:
            self.question, self.rank = question, rank

    def merge(self, other: Tally) -> None:
        """Add what another tally of the same question counted."""
        self.show(other.question, other.rank)
        self.results.update(other.results)
        self.choices.update(other.choices)
        self.seconds.update(other.seconds)
        self.attempts += other.attempts
        self.answered += other.answered
        self.right += other.right


_Key = tuple[str, frozenset[str]]


def _key(question: Question) -> _Key:
    return question.id, frozenset(choice.id for choice in question.choices)


@dataclass
class Survey:
    """Tallies of all questions, and of the papers as a whole.

    A question of several versions counts together when its id and the ids of its choices are the same.
    """

    tallies: dict[_Key, Tally] = field(default_factory=dict)
    totals: Counter[tuple[Points, Points]] = field(default_factory=Counter)
    _graded: dict[tuple[int, str, tuple[str, ...]], QuestionResult] = field(default_factory=dict)
    _found: dict[tuple[int, str], Tally] = field(default_factory=dict)

    def know(self, paper: Paper, rank: int) -> None:
        """Make a version's questions known, also where nobody had them.

        Args:
            rank: the greater, the newer.
        """
        for question in paper.questions:
            self._tally(question, rank)

    def add(
        self,
        paper: Paper,
        counted: Answers,
        *,
        rank: int,
        scoring: Scoring = PLATFORM,
        spent: Mapping[str, int] | None = None,
    ) -> None:
        """One more attempt.

        Args:
            paper: its own questions, with the keys and rulings in force.
            counted: the counted answers only: a draft that was discarded is no answer.
            rank: of its version; all attempts of a rank are graded by the same keys and rules.
            spent: seconds by question, whatever was counted.
        """
        results = [self._result(question, counted.get(question.id, ()), scoring, rank) for question in paper.questions]
        scores = [self._counted(q, r.score) for q, r in zip(paper.questions, results, strict=True)]
        earned, possible = sum(s.earned for s in scores), sum(s.possible for s in scores)
        total = Score(max(0, min(earned, possible)), possible)
        if scoring.penalty_percent:
            total = grade(paper, counted, scoring)
        self.totals[total.earned, total.possible] += 1
        for question, result, own in zip(paper.questions, results, scores, strict=True):
            tally = self._tally(question, rank)
            chosen = counted.get(question.id, ())
            tally.attempts += 1
            tally.answered += result.answered
            tally.right += result.correct
            tally.choices.update(chosen)
            score, rest = result.score, (earned - own.earned, possible - own.possible)
            tally.results[score.earned, score.possible, *rest] += 1
            if seconds := (spent or {}).get(question.id, 0):
                tally.seconds[seconds] += 1

    def _result(self, question: Question, chosen: tuple[str, ...], scoring: Scoring, rank: int) -> QuestionResult:
        """How the answer itself did, whatever was decided of the question afterwards; alike answers are graded once."""
        key = (rank, question.id, chosen)
        if key not in self._graded:
            self._graded[key] = grade_question(replace(question, ruling=Ruling.NONE), chosen, scoring)
        return self._graded[key]

    def _counted(self, question: Question, score: Score) -> Score:
        """What the candidate has of the question, its ruling included."""
        if question.ruling is Ruling.NONE:
            return score
        points = question.points if question.ruling is Ruling.GIVEN else 0
        return Score(points, points)

    def _tally(self, question: Question, rank: int) -> Tally:
        found = self._found.get((rank, question.id))
        if found is None:
            found = self.tallies.setdefault(_key(question), Tally(question, rank))
            found.show(question, rank)
            self._found[rank, question.id] = found
        return found

    def merge(self, other: Survey) -> None:
        """Add what another survey of the same exam counted."""
        self.totals.update(other.totals)
        for key, tally in other.tallies.items():
            self.tallies.setdefault(key, Tally(tally.question, tally.rank)).merge(tally)


# --- what is told ---------------------------------------------------------------------------------------------------


def items(survey: Survey, newest: Paper) -> tuple[Item, ...]:
    """Every question's figures, in the order of the newest paper; then those that only earlier versions had."""
    left = dict(survey.tallies)
    found, number = [], 0
    for part in newest.parts:
        for problem in part.problems:
            number += 1
            for place, question in enumerate(problem, start=1):
                tally = left.pop(_key(question), None)
                sub = place if len(problem) > 1 else 0
                found.append(_item(tally or Tally(question, 0), number, sub, current=True))
    earlier = sorted(left.items(), key=lambda pair: (-pair[1].rank, pair[0][0], sorted(pair[0][1])))
    had = [tally for _key, tally in earlier if tally.attempts]
    found += [_item(tally, number + place, 0, current=False) for place, tally in enumerate(had, start=1)]
    return tuple(found)


def whole(survey: Survey, newest: Paper, scale: Scale) -> Whole:
    """Mean and spread of the scores, on the scale that candidates read or, without one, in the newest paper's points.

    Args:
        newest: the newest version's paper, with all the questions of its pools.
    """
    out_of = OUT_OF.get(scale) or points_of(newest)
    shares = {(Fraction(e) / Fraction(p)) * out_of: n for (e, p), n in _by_share(survey.totals).items()}
    attempts = sum(shares.values())
    if not attempts:
        return Whole(sum(survey.totals.values()), out_of)
    mean = sum(value * n for value, n in shares.items()) / attempts
    squares = sum((value - mean) ** 2 * n for value, n in shares.items())
    deviation = sqrt(squares / (attempts - 1)) if attempts > 1 else None
    return Whole(attempts, out_of, float(mean), deviation, float(max(shares)), float(min(shares)))


def _by_share(totals: Mapping[tuple[Points, Points], int]) -> Counter[tuple[Points, Points]]:
    """Alike shares together: 5 of 10 and 10 of 20 are one; papers without points are left out."""
    found: Counter[tuple[Points, Points]] = Counter()
    for (earned, possible), n in totals.items():
        if possible:
            share = Fraction(earned) / Fraction(possible)
            found[share.numerator, share.denominator] += n
    return found


def _item(tally: Tally, number: int, sub: int, *, current: bool) -> Item:
    facility, discrimination = _facility(tally.results), None
    if tally.attempts >= LEAST_ATTEMPTS:
        discrimination = _discrimination(tally.results)
    counts = tuple(tally.choices[choice.id] for choice in tally.question.choices)
    return Item(
        question=tally.question,
        number=number,
        sub=sub,
        current=current,
        attempts=tally.attempts,
        answered=tally.answered,
        right=tally.right,
        facility=facility,
        discrimination=discrimination,
        choices=counts,
        spent=_spread(tally.seconds),
        notes=tuple(_notes(tally, counts, discrimination)),
    )


def _facility(results: Mapping[_Pair, int]) -> float | None:
    shares = [(Fraction(pair[0]) / Fraction(pair[1]), n) for pair, n in results.items() if pair[1]]
    counted = sum(n for _share, n in shares)
    return float(sum(share * n for share, n in shares) / counted) if counted else None


def _discrimination(results: Mapping[_Pair, int]) -> float | None:
    """Pearson's r of the question's share of points and the rest's: the point-biserial where a question is right or
    wrong. None when one of the two is the same for everybody."""
    pairs = [
        (Fraction(earned) / Fraction(possible), Fraction(rest) / Fraction(most), n)
        for (earned, possible, rest, most), n in results.items()
        if possible and most
    ]
    n = sum(count for _x, _y, count in pairs)
    if n < LEAST_ATTEMPTS:
        return None
    mean_x = sum((x * count for x, _y, count in pairs), Fraction(0)) / n
    mean_y = sum((y * count for _x, y, count in pairs), Fraction(0)) / n
    both = sum((x - mean_x) * (y - mean_y) * count for x, y, count in pairs)
    xx = sum((x - mean_x) ** 2 * count for x, _y, count in pairs)
    yy = sum((y - mean_y) ** 2 * count for _x, y, count in pairs)
    if not xx or not yy:
        return None
    return max(-1.0, min(1.0, float(both) / sqrt(xx * yy)))


def _spread(seconds: Counter[int]) -> Spread | None:
    values = sorted(seconds.elements())
    if not values:
        return None
    if len(values) == 1:
        return Spread(values[0], values[0], values[0], 1)
    lower, median, upper = quantiles(values, n=4, method="inclusive")
    return Spread(median, lower, upper, len(values))


def _notes(tally: Tally, counts: tuple[int, ...], discrimination: float | None) -> Iterable[Note]:
    if tally.question.ruling is not Ruling.NONE:
        yield Note.VOID if tally.question.ruling is Ruling.VOID else Note.GIVEN
    if tally.attempts < LEAST_ATTEMPTS:
        yield Note.FEW
    if tally.answered and not tally.right:
        yield Note.NOBODY
    if tally.attempts and tally.right == tally.attempts:
        yield Note.EVERYBODY
    if discrimination is not None and discrimination < 0:
        yield Note.NEGATIVE
    if _is_outdone(tally.question, counts):
        yield Note.DISTRACTOR
    if tally.attempts >= LEAST_ATTEMPTS and 0 in counts:
        yield Note.UNUSED


def _is_outdone(question: Question, counts: tuple[int, ...]) -> bool:
    """Whether a wrong choice was taken more often than the right one: than any of them where one is enough, than one of
    them where all are wanted."""
    right = [n for choice, n in zip(question.choices, counts, strict=True) if choice.correct]
    wrong = [n for c, n in zip(question.choices, counts, strict=True) if not c.correct and c.partial is None]
    if not right or not wrong:
        return False
    return max(wrong) > (min(right) if question.kind is Kind.MULTIPLE else max(right))
