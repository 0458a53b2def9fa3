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
from .grading import Score, grade, grade_question
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


@dataclass(frozen=True, eq=False)
class Outcome:
    """One answer to one question, however many gave it: how it did itself, and what counts of it by the ruling."""

    chosen: tuple[str, ...]
    correct: bool
    own: Score
    counted: Score


@dataclass(frozen=True, eq=False)
class Total:
    """A score of a whole paper before anything stops it at nothing, however many have it."""

    earned: Points
    possible: Points


@dataclass
class Tally:
    """What happened to one question. ``rank`` is that of the version whose wording is shown: the greatest one's."""

    question: Question
    rank: int
    results: Counter[tuple[Outcome, Total]] = field(default_factory=Counter)
    seconds: Counter[int] = field(default_factory=Counter)

    def show(self, question: Question, rank: int) -> None:
        """Take a newer wording."""
        if rank > self.rank:
            self.question, self.rank = question, rank

    def merge(self, other: Tally) -> None:
        """Add what another tally of the same question counted."""
        self.show(other.question, other.rank)
        self.results.update(other.results)
        self.seconds.update(other.seconds)

    @property
    def attempts(self) -> int:
        """Attempts that had the question."""
        return sum(self.results.values())

    @property
    def answered(self) -> int:
        """Those in which an answer counted."""
        return sum(n for (outcome, _total), n in self.results.items() if outcome.chosen)

    @property
    def right(self) -> int:
        """Those that were wholly right."""
        return sum(n for (outcome, _total), n in self.results.items() if outcome.correct)

    @property
    def choices(self) -> Counter[str]:
        """How often each choice was taken."""
        found: Counter[str] = Counter()
        for (outcome, _total), n in self.results.items():
            for choice in outcome.chosen:
                found[choice] += n
        return found


_Key = tuple[str, frozenset[str]]


def _key(question: Question) -> _Key:
    return question.id, frozenset(choice.id for choice in question.choices)


@dataclass
class Survey:
    """Tallies of all questions, and of the papers as a whole.

    A question of several versions counts together when its id and the ids of its choices are the same.
    """

    tallies: dict[_Key, Tally] = field(default_factory=dict)
    scores: Counter[tuple[Points, Points]] = field(default_factory=Counter)
    _outcomes: dict[tuple[int, str, tuple[str, ...]], tuple[Outcome, Tally]] = field(default_factory=dict)
    _totals: dict[tuple[Points, Points], Total] = field(default_factory=dict)

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
        score: Score | None = None,
    ) -> None:
        """One more attempt.

        Args:
            paper: its own questions, with the keys and rulings in force.
            counted: the counted answers only: a draft that was discarded is no answer.
            rank: of its version; all attempts of a rank are graded by the same keys and rules.
            spent: seconds by question, whatever was counted.
            score: what the candidate has, which may be another; that of the answers when None.
        """
        found = [self._outcome(question, counted.get(question.id, ()), scoring, rank) for question in paper.questions]
        earned = sum(outcome.counted.earned for outcome, _tally in found)
        possible = sum(outcome.counted.possible for outcome, _tally in found)
        if score is None and scoring.penalty_percent:
            score = grade(paper, counted, scoring)
        score = score or Score(max(0, min(earned, possible)), possible)
        self.scores[score.earned, score.possible] += 1
        total = self._totals.setdefault((earned, possible), Total(earned, possible))
        for question, (outcome, tally) in zip(paper.questions, found, strict=True):
            tally.results[outcome, total] += 1
            if spent and (seconds := spent.get(question.id, 0)):
                tally.seconds[seconds] += 1

    def _outcome(
        self, question: Question, chosen: tuple[str, ...], scoring: Scoring, rank: int
    ) -> tuple[Outcome, Tally]:
        """Alike answers are graded once."""
        key = (rank, question.id, chosen)
        if key not in self._outcomes:
            result = grade_question(replace(question, ruling=Ruling.NONE), chosen, scoring)
            counted = grade_question(question, chosen, scoring).score
            outcome = Outcome(chosen, result.correct, result.score, counted)
            self._outcomes[key] = outcome, self._tally(question, rank)
        return self._outcomes[key]

    def _tally(self, question: Question, rank: int) -> Tally:
        tally = self.tallies.setdefault(_key(question), Tally(question, rank))
        tally.show(question, rank)
        return tally

    def merge(self, other: Survey) -> None:
        """Add what another survey of the same exam counted."""
        self.scores.update(other.scores)
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
    shares = {(Fraction(e) / Fraction(p)) * out_of: n for (e, p), n in _by_share(survey.scores).items()}
    attempts = sum(shares.values())
    if not attempts:
        return Whole(sum(survey.scores.values()), out_of)
    mean = sum(value * n for value, n in shares.items()) / attempts
    squares = sum((value - mean) ** 2 * n for value, n in shares.items())
    deviation = sqrt(squares / (attempts - 1)) if attempts > 1 else None
    return Whole(attempts, out_of, float(mean), deviation, float(max(shares)), float(min(shares)))


def _by_share(scores: Mapping[tuple[Points, Points], int]) -> Counter[tuple[Points, Points]]:
    """Alike shares together: 5 of 10 and 10 of 20 are one; papers without points are left out."""
    found: Counter[tuple[Points, Points]] = Counter()
    for (earned, possible), n in scores.items():
        if possible:
            share = Fraction(earned) / Fraction(possible)
            found[share.numerator, share.denominator] += n
    return found


def _item(tally: Tally, number: int, sub: int, *, current: bool) -> Item:
    taken, attempts = tally.choices, tally.attempts
    discrimination = _discrimination(tally.results) if attempts >= LEAST_ATTEMPTS else None
    counts = tuple(taken[choice.id] for choice in tally.question.choices)
    return Item(
        question=tally.question,
        number=number,
        sub=sub,
        current=current,
        attempts=attempts,
        answered=tally.answered,
        right=tally.right,
        facility=_facility(tally.results),
        discrimination=discrimination,
        choices=counts,
        spent=_spread(tally.seconds),
        notes=tuple(_notes(tally, counts, discrimination)),
    )


_Results = Mapping[tuple[Outcome, Total], int]


def _facility(results: _Results) -> float | None:
    shares: Counter[Fraction] = Counter()
    for (outcome, _total), n in results.items():
        if outcome.own.possible:
            shares[Fraction(outcome.own.earned) / Fraction(outcome.own.possible)] += n
    counted = sum(shares.values())
    return float(sum(share * n for share, n in shares.items()) / counted) if counted else None


def _discrimination(results: _Results) -> float | None:
    """Pearson's r of the question's share of points and the rest's: the point-biserial where a question is right or
    wrong. None when one of the two is the same for everybody."""
    alike: Counter[tuple[Fraction, Fraction]] = Counter()
    for (outcome, total), n in results.items():
        own, most = outcome.own, total.possible - outcome.counted.possible
        if own.possible and most:
            rest = Fraction(total.earned - outcome.counted.earned) / Fraction(most)
            alike[Fraction(own.earned) / Fraction(own.possible), rest] += n
    pairs = [(x, y, n) for (x, y), n in alike.items()]
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
