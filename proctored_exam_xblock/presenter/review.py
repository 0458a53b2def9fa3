"""The answers to look back on, part by part (R-X-16): what was chosen and, once it may be told, what was right and why.

The screen's look says what may be shown; what it does not name is not even read here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.utils.translation import gettext as _

from ..domain.grading import FINEST, QuestionResult, Score, grade, grade_parts, grade_problem, grade_question
from ..domain.journey import AttemptFacts, PartFacts
from ..domain.looking_back import Look, hints_for
from ..domain.policy import Review
from ..domain.questions import Answers, Choice, Kind, Question, Ruling
from ..domain.scoring import Scale, on_scale
from . import dates, sitting
from .screen import Screen

_GOOD, _WRONG, _PARTLY = ("✓", "good"), ("✗", "danger"), ("≈", "caution")


@dataclass(frozen=True)
class Tag:
    """Words beside a choice or a question; the sign and the colour say no more than they do."""

    text: str
    icon: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Mark:
    """One choice as it was shown; ``tag`` is None where there is nothing to say of it."""

    html: str
    chosen: bool
    tag: Tag | None


@dataclass(frozen=True)
class Note:
    """What the author says about the answer that was given."""

    label: str
    html: str


@dataclass(frozen=True)
class Item:
    """One question; ``sub`` of ``count`` as during the exam, ``own`` whether the choices are marked."""

    number: int
    sub: int
    count: int
    lead: str
    prompt: str
    kind: str
    marks: list[Mark]
    verdict: Tag | None
    points: str
    notes: list[Note]
    explanation: str
    advice: tuple[str, ...]


@dataclass(frozen=True)
class PartBack:
    """One part; ``score`` is '' where it may not be told."""

    number: int
    title: str
    state: str
    summary: str
    score: str
    items: list[Item]


@dataclass(frozen=True)
class Back:
    """The whole section."""

    heading: str
    keys_from: str
    keys_later: bool
    parts: list[PartBack]
    by_hand: bool
    kept: bool


@dataclass(frozen=True)
class _Graded:
    """One attempt's answers with what they earned; ``counted`` has the answers of the parts that count."""

    screen: Screen
    attempt: AttemptFacts
    look: Look
    counted: Answers

    def shows(self, what: Review) -> bool:
        return what in self.look.shown

    def result(self, question: Question) -> QuestionResult:
        return grade_question(question, self.counted.get(question.id, ()), self.screen.policy.scoring)


def context(screen: Screen) -> dict[str, object]:
    """The section, None where nothing may be shown."""
    look, attempt = screen.look, screen.attempt
    if attempt.paper is None or not (look.shown or look.keys_from or look.keys_later):
        return {"back": None}
    counted = {q: chosen for part in attempt.parts if part.state == "submitted" for q, chosen in part.answers.items()}
    graded = _Graded(screen, attempt, look, counted)
    scores: Sequence[Score | None] = [None] * len(attempt.paper.parts)
    if graded.shows(Review.PART_SCORES):
        scores = grade_parts(attempt.paper, counted, screen.policy.scoring)
    parts = [
        _part(graded, part.title, fact, runs, score)
        for (part, fact, runs), score in zip(sitting.numbered(attempt), scores, strict=True)
    ]
    return {
        "back": Back(
            heading=_heading(look),
            keys_from=_moment(screen, look.keys_from) if look.keys_from else "",
            keys_later=look.keys_later,
            parts=parts if look.shown else [],
            by_hand=attempt.score_by_hand and graded.shows(Review.PART_SCORES),
            kept=graded.shows(Review.PART_SCORES) and _is_kept(graded),
        )
    }


def _is_kept(graded: _Graded) -> bool:
    """Whether a correction by which nobody loses left another score than the answers have now."""
    attempt = graded.attempt
    if attempt.score_by_hand or attempt.score_earned is None or not attempt.score_possible or attempt.paper is None:
        return False
    now = grade(attempt.paper, graded.counted, graded.screen.policy.scoring)
    before = Fraction(attempt.score_earned) / Fraction(attempt.score_possible)
    return bool(now.possible) and abs(Fraction(now.earned) / Fraction(now.possible) - before) > Fraction(1, FINEST)


def _heading(look: Look) -> str:
    if Review.ANSWERS in look.shown or not look.shown:
        return _("Your answers")
    return _("The questions of your exam") if look.questions else _("Your score by part")


def _moment(screen: Screen, moment: datetime) -> str:
    day = dates.long_day(moment.astimezone(screen.zone).date(), screen.locale)
    return _("%(day)s at %(time)s") % {"day": day, "time": dates.hour(moment, screen.zone)}


def _part(
    graded: _Graded,
    title: str,
    fact: PartFacts,
    runs: list[tuple[int, list[sitting.Drawn]]],
    score: Score | None,
) -> PartBack:
    items = []
    if graded.look.questions:
        items = [item for number, run in runs for item in _problem(graded, fact, number, run)]
    return PartBack(
        number=fact.number,
        title=title,
        state=fact.state,
        summary=_summary(fact, runs) if graded.shows(Review.ANSWERS) else "",
        score=_scored(graded.screen, score) if score is not None else "",
        items=items,
    )


def _summary(fact: PartFacts, runs: list[tuple[int, list[sitting.Drawn]]]) -> str:
    answered = sum(all(fact.answers.get(question.id) for question, _order in run) for _number, run in runs)
    counts = {"done": answered, "total": len(runs)}
    if _is_uncounted(fact):
        return _("%(done)s of %(total)s answered, not counted") % counts
    return _("%(done)s of %(total)s answered") % counts


def _is_uncounted(fact: PartFacts) -> bool:
    return fact.state != "submitted" and any(fact.answers.values())


def _scored(screen: Screen, score: Score) -> str:
    if not score.possible:
        return _("nothing to earn")
    scale, locale = screen.policy.score_scale, screen.locale
    earned, possible = on_scale(score.earned, score.possible, scale)
    told = {"earned": dates.number(earned, locale), "possible": dates.number(possible, locale)}
    if scale is Scale.PERCENT:
        return _("%(earned)s %%") % told
    return _("%(earned)s of %(possible)s") % told


def _problem(graded: _Graded, fact: PartFacts, number: int, run: list[sitting.Drawn]) -> list[Item]:
    """The questions of one problem; its points stand below the last one."""
    points = _points(graded, [question for question, _order in run]) if graded.shows(Review.CORRECTNESS) else ""
    last = len(run)
    return [
        _item(graded, fact, question, order, (number, sub, last), points if sub == last else "")
        for sub, (question, order) in enumerate(run, start=1)
    ]


def _points(graded: _Graded, problem: list[Question]) -> str:
    score = grade_problem(problem, graded.counted, graded.screen.policy.scoring)
    if not score.possible:
        return ""
    locale = graded.screen.locale
    told = {"earned": dates.number(score.earned, locale), "possible": dates.number(score.possible, locale)}
    return _("Points: %(earned)s of %(possible)s") % told


def _item(
    graded: _Graded,
    fact: PartFacts,
    question: Question,
    order: tuple[str, ...],
    place: tuple[int, int, int],
    points: str,
) -> Item:
    number, sub, count = place
    choices = {choice.id: choice for choice in question.choices}
    chosen = fact.answers.get(question.id, ()) if graded.shows(Review.ANSWERS) else ()
    ruled = question.ruling is not Ruling.NONE  # its key was found wanting: neither it nor its reasons are told
    explained = graded.shows(Review.EXPLANATIONS) and not ruled
    return Item(
        number=number,
        sub=sub,
        count=count,
        lead=question.lead,
        prompt=question.prompt,
        kind=Kind(question.kind).value,
        marks=[_mark(graded, question, choices[name], name in chosen) for name in order],
        verdict=_verdict(graded, fact, question),
        points=points,
        notes=_notes(graded, question, chosen) if explained else [],
        explanation=question.explanation if explained else "",
        advice=question.demand_hints if explained else (),
    )


def _mark(graded: _Graded, question: Question, choice: Choice, chosen: bool) -> Mark:
    if not graded.shows(Review.CORRECTNESS) or question.ruling is not Ruling.NONE:
        return Mark(choice.html, chosen, Tag(_("Your answer")) if chosen else None)
    if choice.correct:
        return Mark(choice.html, chosen, Tag(_("Your answer, right") if chosen else _("Right answer"), *_GOOD))
    if choice.partial is not None and (question.kind is Kind.MULTIPLE or graded.screen.policy.partial_credit):
        return Mark(choice.html, chosen, _in_between(question, chosen))
    return Mark(choice.html, chosen, Tag(_("Your answer, wrong"), *_WRONG) if chosen else None)


def _in_between(question: Question, chosen: bool) -> Tag | None:
    """A choice that earns a part or, of checkboxes, is neither right nor wrong."""
    if question.kind is Kind.MULTIPLE:
        return Tag(_("Your answer, neither right nor wrong")) if chosen else None
    return Tag(_("Your answer, partly right") if chosen else _("Partly right answer"), *_PARTLY)


def _verdict(graded: _Graded, fact: PartFacts, question: Question) -> Tag | None:
    if graded.look.out and question.ruling is Ruling.VOID:
        return Tag(_("Cancelled: this question counts for nobody"), "–", "caution")
    if graded.look.out and question.ruling is Ruling.GIVEN:
        return Tag(_("Points given to everybody"), *_GOOD)
    told = graded.shows(Review.CORRECTNESS)
    if not fact.answers.get(question.id):
        return Tag(_("No answer")) if told or graded.shows(Review.ANSWERS) else None
    if _is_uncounted(fact):
        return Tag(_("Not counted"), "–", "caution") if told or graded.shows(Review.ANSWERS) else None
    if not told:
        return None
    result = graded.result(question)
    if result.correct:
        return Tag(_("Right"), *_GOOD)
    return Tag(_("Partly right"), *_PARTLY) if result.score.earned > 0 else Tag(_("Wrong"), *_WRONG)


def _notes(graded: _Graded, question: Question, chosen: tuple[str, ...]) -> list[Note]:
    """The author's words about the answer given, below one label; whether it was right is said only where it may be."""
    hints = hints_for(question, chosen)
    label = next((hint.label for hint in hints if hint.label), "") or _usual_label(graded, question, chosen)
    return [Note(label if place == 0 else "", hint.html) for place, hint in enumerate(hints)]


def _usual_label(graded: _Graded, question: Question, chosen: tuple[str, ...]) -> str:
    if not graded.shows(Review.CORRECTNESS):
        return ""
    result = grade_question(question, chosen, graded.screen.policy.scoring)
    if result.correct:
        return _("Right:")
    return "" if result.score.earned > 0 else _("Wrong:")
