"""Corrections of a paper after the fact: another key, a question that counts for nobody or is given to all (R-X-15).

A regrade is a list of corrections; it stays in force for every attempt of the exam until it is undone. A question that
was given a name keeps its id when it is reworded: a correction therefore names the words too, without the key, and fits
every version of the exam which has that question in those words, and no other.
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
Name = tuple[str, str]
"""A question's id and its words."""


@dataclass(frozen=True)
class Correction:
    """What is decided of one question: either ``key``, the ids of the right choices, or a ``ruling``.

    Args:
        question_id, words: of the question, see ``Question.words``.
    """

    question_id: str
    words: str
    key: tuple[str, ...] | None = None
    ruling: Ruling = Ruling.NONE

    @property
    def name(self) -> Name:
        """What it is about."""
        return self.question_id, self.words

    def fits(self, question: Question) -> bool:
        """Whether it is about this question, in this wording."""
        return question.id == self.question_id and question.words == self.words


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
    last = {correction.name: correction for correction in corrections}
    ids = {question_id for question_id, _ in last}  # first: words are worked out of the few that may be meant
    found = {
        question.id: last[question.id, question.words]
        for question in paper.questions
        if question.id in ids and (question.id, question.words) in last
    }
    if not found:
        return paper
    return Paper(
        tuple(
            replace(part, questions=tuple(_corrected(question, found.get(question.id)) for question in part.questions))
            for part in paper.parts
        )
    )


def _corrected(question: Question, fitting: Correction | None) -> Question:
    """What the author says of an answer was written for the author's key and goes with it."""
    if fitting is None:
        return question
    if fitting.key is None:
        return replace(question, ruling=fitting.ruling)
    choices = tuple(_rekeyed(choice, choice.id in fitting.key) for choice in question.choices)
    fresh = replace(question, choices=choices, ruling=Ruling.NONE)
    if fresh.key == question.key:
        return fresh
    silent = tuple(replace(choice, hints=()) for choice in choices)
    return replace(fresh, choices=silent, explanation="", hints=(), demand_hints=())


def _rekeyed(choice: Choice, right: bool) -> Choice:
    """What a choice earned in part is over once it is right; one that was right and is not any more earns nothing."""
    return replace(choice, correct=right, partial=None) if right or choice.correct else choice


def concerns(paper: Paper, names: Iterable[Name]) -> bool:
    """Whether the paper has one of these questions in these words."""
    wanted = frozenset(names)
    ids = {question_id for question_id, _ in wanted}
    return any(question.id in ids and (question.id, question.words) in wanted for question in paper.questions)


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
        papers: of each version in which a candidate could have sat the exam, with the corrections in force.

    Raises:
        InvalidCorrection: ``reason`` is ``no_correction``, ``too_many_corrections``, ``question_twice``,
            ``unknown_question``, ``empty_key``, ``unknown_choice``, ``all_choices``, ``same_key`` or ``nothing_left``.
    """
    if not corrections:
        raise InvalidCorrection(reason="no_correction")
    if len(corrections) > MOST:
        raise InvalidCorrection(reason="too_many_corrections", high=MOST)
    named = [correction.name for correction in corrections]
    for correction in corrections:
        if named.count(correction.name) > 1:
            raise InvalidCorrection(correction.question_id, reason="question_twice", words=correction.words)
        fitting = [question for paper in papers for question in paper.questions if correction.fits(question)]
        reason = _misfit(correction, fitting)
        if reason:
            raise InvalidCorrection(correction.question_id, reason=reason, words=correction.words)
    if any(not grade(corrected(paper, corrections), {}, PLATFORM).possible for paper in papers):
        raise InvalidCorrection(reason="nothing_left")


def _misfit(correction: Correction, fitting: Sequence[Question]) -> str:
    if not fitting:
        return "unknown_question"
    if correction.key is None:
        return ""
    if not correction.key:
        return "empty_key"
    key, same = frozenset(correction.key), fitting[0]  # in its words and choices
    if not key <= {choice.id for choice in same.choices}:
        return "unknown_choice"
    if same.kind is not Kind.MULTIPLE and len(same.choices) == len(key):
        return "all_choices"
    if all(question.key == key and question.ruling is Ruling.NONE for question in fitting):
        return "same_key"
    return ""


def to_json(corrections: Iterable[Correction]) -> list[dict[str, Any]]:
    """Plain JSON for the row, the trail and the page."""
    return [
        {
            "question": c.question_id,
            "words": c.words,
            **({"ruling": c.ruling.value} if c.key is None else {"key": list(c.key)}),
        }
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
    if not isinstance(entry, Mapping) or not {*entry} <= {"question", "words", "key", "ruling"}:
        raise InvalidCorrection(reason="wrong_type")
    (question,), (words,) = _ids([entry.get("question")]), _ids([entry.get("words")])
    key, ruling = entry.get("key"), entry.get("ruling")
    if (key is None) is (ruling is None):
        raise InvalidCorrection(reason="wrong_type")
    if key is not None:
        return Correction(question, words, key=_ids(key))
    if ruling not in (Ruling.VOID, Ruling.GIVEN):
        raise InvalidCorrection(reason="wrong_type")
    return Correction(question, words, ruling=Ruling(ruling))


def _ids(value: object) -> tuple[str, ...]:
    """A list of ids, each once."""
    if not isinstance(value, list) or not all(isinstance(name, str) and 0 < len(name) <= LONGEST_ID for name in value):
        raise InvalidCorrection(reason="wrong_type")
    if len({*value}) != len(value):
        raise InvalidCorrection(reason="wrong_type")
    return tuple(value)
