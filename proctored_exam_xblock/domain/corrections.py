"""Corrections of a paper after the fact: another key, a question that counts for nobody or is given to all (R-X-15).

A regrade is a list of corrections; it stays in force for every attempt of the exam until it is undone. Ids of questions
and choices come from their words, never from the key, so that a correction fits every version of the exam which has
that question with those choices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .errors import InvalidCorrection
from .grading import Score, grade
from .questions import Answers, Choice, Kind, Paper, Question, Ruling
from .scoring import PLATFORM, Scoring

MOST = 50
"""Corrections that one regrade may have."""
LONGEST_ID = 200


@dataclass(frozen=True)
class Correction:
    """What is decided of one question: either ``key``, the ids of the right choices, or a ``ruling``."""

    question_id: str
    key: tuple[str, ...] | None = None
    ruling: Ruling = Ruling.NONE

    def fits(self, question: Question) -> bool:
        """Whether it is about this question, in this wording."""
        if question.id != self.question_id:
            return False
        return self.key is None or {*self.key} <= {choice.id for choice in question.choices}


@dataclass(frozen=True)
class Regrade:
    """Corrections that were decided together.

    Args:
        number: the exam's mark when it was made; later ones have larger numbers.
        raise_only: nobody loses by it.
        undone_mark: the exam's mark when it was undone, None while it is in force.
    """

    number: int
    corrections: tuple[Correction, ...]
    raise_only: bool = False
    undone_mark: int | None = None


def in_force(regrades: Iterable[Regrade], mark: int) -> tuple[Regrade, ...]:
    """Those that an exam had in force at ``mark``, in their order: made by then and not undone by then.

    What was in force at a mark never changes, whatever is made or undone later.
    """
    found = [r for r in regrades if r.number <= mark and (r.undone_mark is None or r.undone_mark > mark)]
    return tuple(sorted(found, key=lambda regrade: regrade.number))


def all_of(regrades: Iterable[Regrade]) -> tuple[Correction, ...]:
    """All their corrections in one row, later ones last."""
    return tuple(correction for regrade in regrades for correction in regrade.corrections)


def corrected(paper: Paper, corrections: Sequence[Correction]) -> Paper:
    """The paper as corrected; of several corrections that fit a question the last one holds, and it alone."""
    last: dict[str, list[Correction]] = {}
    for correction in corrections:
        last.setdefault(correction.question_id, []).insert(0, correction)
    if not any(question.id in last for question in paper.questions):
        return paper
    return Paper(
        tuple(
            replace(
                part, questions=tuple(_corrected(question, last.get(question.id, ())) for question in part.questions)
            )
            for part in paper.parts
        )
    )


def _corrected(question: Question, newest_first: Iterable[Correction]) -> Question:
    fitting = next((correction for correction in newest_first if correction.fits(question)), None)
    if fitting is None:
        return question
    if fitting.key is None:
        return replace(question, ruling=fitting.ruling)
    choices = tuple(_rekeyed(choice, choice.id in fitting.key) for choice in question.choices)
    return replace(question, choices=choices, ruling=Ruling.NONE)


def _rekeyed(choice: Choice, right: bool) -> Choice:
    """What a choice earned in part is over once it is right; one that was right and is not any more earns nothing."""
    return replace(choice, correct=right, partial=None) if right or choice.correct else choice


def marked(paper: Paper, answers: Answers, scoring: Scoring, regrades: Iterable[Regrade]) -> Score:
    """The score by the paper's own key, then regrade by regrade; where one only raises, the better share stays.

    A regrade that leaves a candidate without a single point to earn leaves them the score they had.

    Args:
        paper: the attempt's own, as it was begun.
        answers: the counted answers only.
        regrades: those in force, in their order.
    """
    score, made = grade(paper, answers, scoring), list[Correction]()
    for regrade in regrades:
        made.extend(regrade.corrections)
        found = grade(corrected(paper, made), answers, scoring)
        if found.possible and not (regrade.raise_only and _is_at_least(score, found)):
            score = found
    return score


def _is_at_least(one: Score, other: Score) -> bool:
    return one.earned * other.possible >= other.earned * one.possible


def check(corrections: Sequence[Correction], papers: Sequence[Paper]) -> None:
    """Refuse what no version of the exam can be corrected by.

    Args:
        papers: of each version in which a candidate could have sat the exam.

    Raises:
        InvalidCorrection: ``reason`` is ``no_correction``, ``too_many_corrections``, ``question_twice``,
            ``unknown_question``, ``empty_key``, ``unknown_choice``, ``all_choices`` or ``nothing_left``.
    """
    if not corrections:
        raise InvalidCorrection(reason="no_correction")
    if len(corrections) > MOST:
        raise InvalidCorrection(reason="too_many_corrections", high=MOST)
    named = [correction.question_id for correction in corrections]
    for correction in corrections:
        if named.count(correction.question_id) > 1:
            raise InvalidCorrection(correction.question_id, reason="question_twice")
        known = [q for paper in papers for q in paper.questions if q.id == correction.question_id]
        reason = _misfit(correction, known)
        if reason:
            raise InvalidCorrection(correction.question_id, reason=reason)
    if any(not grade(corrected(paper, corrections), {}, PLATFORM).possible for paper in papers):
        raise InvalidCorrection(reason="nothing_left")


def _misfit(correction: Correction, known: Sequence[Question]) -> str:
    if not known:
        return "unknown_question"
    if correction.key is None:
        return ""
    if not correction.key:
        return "empty_key"
    fitting = [question for question in known if correction.fits(question)]
    if not fitting:
        return "unknown_choice"
    if all(q.kind is not Kind.MULTIPLE and len(q.choices) == len({*correction.key}) for q in fitting):
        return "all_choices"
    return ""


def to_json(corrections: Iterable[Correction]) -> list[dict[str, Any]]:
    """Plain JSON for the row, the trail and the page."""
    return [
        {"question": c.question_id, **({"ruling": c.ruling.value} if c.key is None else {"key": list(c.key)})}
        for c in corrections
    ]


def from_json(data: object) -> tuple[Correction, ...]:
    """What :func:`to_json` wrote, or a page sent.

    Raises:
        InvalidCorrection: ``reason`` is ``wrong_type``: not such a list.
    """
    if not isinstance(data, list):
        raise InvalidCorrection(reason="wrong_type")
    return tuple(_read(entry) for entry in data)


def _read(entry: object) -> Correction:
    if not isinstance(entry, Mapping) or not {*entry} <= {"question", "key", "ruling"}:
        raise InvalidCorrection(reason="wrong_type")
    (question,), key, ruling = _ids([entry.get("question")]), entry.get("key"), entry.get("ruling")
    if (key is None) is (ruling is None):
        raise InvalidCorrection(reason="wrong_type")
    if key is not None:
        return Correction(question, key=_ids(key))
    if ruling not in (Ruling.VOID, Ruling.GIVEN):
        raise InvalidCorrection(reason="wrong_type")
    return Correction(question, ruling=Ruling(ruling))


def _ids(value: object) -> tuple[str, ...]:
    """A list of ids, each once."""
    if not isinstance(value, list) or not all(isinstance(name, str) and 0 < len(name) <= LONGEST_ID for name in value):
        raise InvalidCorrection(reason="wrong_type")
    if len({*value}) != len(value):
        raise InvalidCorrection(reason="wrong_type")
    return tuple(value)
