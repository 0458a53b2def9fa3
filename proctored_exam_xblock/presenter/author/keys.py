"""The key of a question for its authors: what is right, what earns a part of the points, every hint."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from babel import Locale
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...domain.questions import Credit, Hint, Points, Question, exact
from .. import dates


@dataclass(frozen=True)
class Said:
    """A hint: for which answer (HTML), the author's word in front of it, and its HTML."""

    when: str
    label: str
    html: str


@dataclass(frozen=True)
class Key:
    """What stands beside a question; ``partial`` has what each choice earns that is not wholly right."""

    right: tuple[str, ...]
    points: str
    credit: str
    partial: tuple[tuple[str, str], ...]
    hints: tuple[Said, ...]
    demand_hints: tuple[str, ...]
    explanation: str


def of(question: Question, locale: Locale) -> Key:
    """The key, in the language that is active."""
    scale = Fraction(question.points) / question.most
    by_choice = question.credit is Credit.POINTS
    return Key(
        right=tuple(choice.html for choice in question.choices if choice.correct),
        points=points_text(question.points, locale),
        credit=_credit(question.credit),
        partial=tuple(
            (points_text(exact(choice.partial * scale), locale), choice.html)
            for choice in question.choices
            if by_choice and choice.partial is not None
        ),
        hints=tuple(_hints(question)),
        demand_hints=question.demand_hints,
        explanation=question.explanation,
    )


def points_text(points: Points, locale: Locale) -> str:
    """ "1 point", "2.5 points"; in French 0,5 and 1,5 are one."""
    size = abs(points)
    count = size if isinstance(size, int) else 2 * int(size >= 2)
    return ngettext("%(count)s point", "%(count)s points", count) % {"count": dates.number(points, locale)}


def _credit(credit: Credit) -> str:
    return {
        Credit.EDC: _("Partial credit: every box rightly ticked or left counts."),
        Credit.HALVES: _("Partial credit: half of the points for one mistake, a quarter for two."),
    }.get(credit, "")


def _hints(question: Question) -> list[Said]:
    names = {chr(ord("A") + place): choice.html for place, choice in enumerate(question.choices)}
    found = [
        Said(_when(hint, choice.html), hint.label, hint.html) for choice in question.choices for hint in choice.hints
    ]
    return found + [Said(_together(hint, names), hint.label, hint.html) for hint in question.hints]


def _when(hint: Hint, choice: str) -> str:
    if hint.when == "false":
        return _("%(choice)s, left blank") % {"choice": choice}
    return _("%(choice)s, ticked") % {"choice": choice} if hint.when == "true" else choice


def _together(hint: Hint, names: dict[str, str]) -> str:
    """The platform names boxes by letters, ``A B`` or ``A*B``."""
    return " + ".join(names.get(letter.upper(), escape(letter)) for letter in re.split(r"[\s*]+", hint.when) if letter)
