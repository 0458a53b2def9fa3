"""The paper as one candidate sees it, part by part: prompts, choices, their own answers, and what was counted.

Built from the attempt's layout; whether a choice is right is never read here. Verified parts keep their questions where
the rules say so (R-X-16).
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..domain.journey import AttemptFacts, PartFacts
from ..domain.policy import Expiry, Review
from ..domain.questions import Kind, Part, Question
from . import dates
from .screen import Screen


@dataclass(frozen=True)
class Option:
    """One choice: ``html`` for labels, ``text`` for drop-down lists, which hold no markup."""

    id: str
    html: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class Item:
    """One question; ``state`` is answered, unanswered or registered.

    Problems are numbered through the whole exam; ``sub`` of ``count`` tells the questions of one apart. ``spent`` are
    the seconds that the page has told of so far.
    """

    number: int
    id: str
    kind: str
    prompt: str
    options: list[Option]
    state: str
    lead: str = ""
    sub: int = 1
    count: int = 1
    spent: int = 0


Drawn = tuple[Question, tuple[str, ...]]
"""A question with its choices in the order drawn."""


@dataclass(frozen=True)
class PartView:
    """One tab and its panel; ``total`` counts problems, those too that are not shown any more."""

    number: int
    title: str
    state: str
    used: int
    allowed: int
    revision: int
    items: list[Item]
    answered: int
    total: int
    submitted_at: str
    saved_at: str
    summary: str
    tries: str
    active: bool

    @property
    def sealed(self) -> bool:
        """Verified, and not shown any more."""
        return self.submitted and not self.items

    @property
    def submitted(self) -> bool:
        return self.state == "submitted"


def context(screen: Screen) -> dict[str, object]:
    """The bar, the tabs and the questions."""
    attempt, policy = screen.attempt, screen.policy
    assert attempt.deadline is not None
    parts = part_views(screen, attempt)
    saved = max((part.saved_at for part in attempt.parts if part.saved_at), default=None)
    seconds = dates.whole_seconds(attempt.deadline, screen.now)
    return {
        "parts": parts,
        "seconds": seconds,
        "remaining": dates.stopwatch(seconds),
        "deadline": dates.iso_exact(attempt.deadline),
        "grace": policy.network_grace_seconds,
        "saved_iso": dates.iso(saved) if saved else "",
        "saved_time": dates.hour_with_seconds(saved, screen.zone) if saved else "",
        "discard": policy.expiry is Expiry.DISCARD,
        "proctored": screen.proctored,
    }


def part_views(screen: Screen, attempt: AttemptFacts) -> list[PartView]:
    """Every part with the questions in the order drawn for this attempt."""
    open_parts = [part.number for part in attempt.parts if part.state != "submitted"]
    active = open_parts[0] if open_parts else 1
    views = []
    for part, fact, runs in numbered(attempt):
        items = [item for number, run in runs for item in _items(run, fact, number)]
        view = _part(screen, part.title, fact, items, fact.number == active)
        hidden = view.submitted and Review.ANSWERS not in screen.look.shown
        views.append(replace(view, items=[]) if hidden else view)
    return views


def numbered(attempt: AttemptFacts) -> Iterator[tuple[Part, PartFacts, list[tuple[int, list[Drawn]]]]]:
    """Every part with its problems as drawn; problems are numbered through the whole exam."""
    if attempt.paper is None or attempt.layout is None:
        return
    facts = {part.number: part for part in attempt.parts}
    questions = {question.id: question for question in attempt.paper.questions}
    number = 0
    for index, (part, drawn) in enumerate(zip(attempt.paper.parts, attempt.layout.parts, strict=True), start=1):
        fact = facts.get(index) or PartFacts(index, "untouched", 0, {}, None, None, 0)
        pairs = ((questions[name], order) for name, order in drawn)
        runs = [list(run) for _key, run in groupby(pairs, key=lambda pair: pair[0].problem or pair[0].id)]
        yield part, fact, list(enumerate(runs, start=number + 1))
        number += len(runs)


def _items(run: list[Drawn], fact: PartFacts, number: int) -> list[Item]:
    """The questions of one problem, under one number."""
    items = [_item(question, order, fact, number) for question, order in run]
    return [replace(item, sub=place, count=len(items)) for place, item in enumerate(items, start=1)]


def _item(question: Question, order: tuple[str, ...], fact: PartFacts, number: int) -> Item:
    chosen = fact.answers.get(question.id, ())
    choices = {choice.id: choice.html for choice in question.choices}
    options = [Option(key, choices[key], html.unescape(strip_tags(choices[key])), key in chosen) for key in order]
    answered = "registered" if fact.state == "submitted" else "answered"
    return Item(
        number=number,
        id=question.id,
        kind=Kind(question.kind).value,
        prompt=question.prompt,
        options=options,
        state=answered if chosen else "unanswered",
        lead=question.lead,
        spent=fact.spent.get(question.id, 0),
    )


def _part(screen: Screen, title: str, fact: PartFacts, items: list[Item], active: bool) -> PartView:
    numbers = {item.number for item in items}
    answered = len(numbers - {item.number for item in items if item.state == "unanswered"})
    return PartView(
        number=fact.number,
        title=title,
        state=fact.state,
        used=fact.attempts_used,
        allowed=fact.attempts_allowed,
        revision=fact.revision,
        items=items,
        answered=answered,
        total=len(numbers),
        submitted_at=_time(screen, fact.submitted_at),
        saved_at=_time(screen, fact.saved_at, seconds=True),
        summary=summary(fact.state, answered, len(numbers)),
        tries=tries(fact.attempts_used, fact.attempts_allowed),
        active=active,
    )


def _time(screen: Screen, moment: datetime | None, seconds: bool = False) -> str:
    if moment is None:
        return ""
    return (dates.hour_with_seconds if seconds else dates.hour)(moment, screen.zone)


def summary(state: str, answered: int, total: int) -> str:
    """One line under a tab's title, also in the browser: see ``texts``."""
    counts = {"done": answered, "total": total}
    if state == "submitted":
        return _("Verified · %(done)s of %(total)s") % counts
    if state == "draft":
        return _("Draft · %(done)s of %(total)s") % counts
    return _("Not started")


def tries(used: int, allowed: int) -> str:
    """ "Vous avez utilisé 0 essais sur 1", as the guide writes it (R-FUN-16)."""
    if used == 1:
        return _("You have used 1 of %(allowed)s attempts") % {"used": used, "allowed": allowed}
    return _("You have used %(used)s of %(allowed)s attempts") % {"used": used, "allowed": allowed}


@dataclass(frozen=True)
class ReceiptLine:
    """What became of one part: ``counted`` parts were verified or taken as they stood."""

    title: str
    text: str
    time: str
    counted: bool


def receipt_context(screen: Screen) -> dict[str, object]:
    """The receipt that can be kept: parts, times, number, and the head of the audit chain."""
    attempt = screen.attempt
    lines = [_receipt_line(screen, attempt, fact) for fact in attempt.parts]
    return {
        "lines": lines,
        "none_counted": bool(lines) and not any(line.counted for line in lines),
        "expired": attempt.state.value == "expired",
        "started": _full(screen, attempt.started_at),
        "ended": _full(screen, attempt.ended_at),
        "audit_head": attempt.audit_head,
        "audit_count": attempt.audit_count,
    }


def _receipt_line(screen: Screen, attempt: AttemptFacts, fact: PartFacts) -> ReceiptLine:
    total = len(attempt.paper.parts[fact.number - 1].questions) if attempt.paper is not None else 0
    answered = sum(1 for chosen in fact.answers.values() if chosen)
    title = _("Part %(number)s") % {"number": fact.number}
    if fact.state == "submitted":
        if fact.submitted_at is not None:
            text = ngettext("%(count)s answer verified", "%(count)s answers verified", answered)
        else:
            text = ngettext("%(count)s draft answer, counted", "%(count)s draft answers, counted", answered)
        text %= {"count": answered}
        missing = max(0, total - answered)
        if missing:
            text += _(", ") + _("%(count)s without an answer") % {"count": missing}
        return ReceiptLine(title, text, _time(screen, fact.submitted_at), True)
    if fact.state == "untouched" or not answered:
        return ReceiptLine(title, _("no answer"), "", False)
    text = ngettext("%(count)s draft answer, not counted", "%(count)s draft answers, not counted", answered)
    return ReceiptLine(title, text % {"count": answered}, "", False)


def _full(screen: Screen, moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(screen.zone)
    time = dates.hour_with_seconds(moment, screen.zone)
    return _("%(day)s at %(time)s") % {"day": dates.long_day(local.date(), screen.locale), "time": time}
