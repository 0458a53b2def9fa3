"""The figures of questions in words: head, plot, table rows and each question's own view."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from typing import Any

from babel import Locale
from babel.numbers import format_decimal, format_percent
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..domain.items import LEAST_ATTEMPTS, TO_CHECK, Item, Note, Spread, Whole
from ..domain.questions import Kind, Question
from ..services.items import Report
from . import plot

_LONGEST_TITLE = 110
_GOOD, _FAIR = 0.3, 0.2
_BLOCK = re.compile(r"</?(?:p|div|li|t[dhr]|br|h\d|pre|table|[uo]l|blockquote|caption)\b", re.IGNORECASE)
"""What stands apart from its neighbours on a page, so that its words do too."""


def context(report: Report, locale: Locale, correction: Callable[[str], str]) -> dict[str, Any]:
    """What the page's template is given.

    Args:
        correction: from a question's id to the address where its key is corrected, '' for none.
    """
    few = report.whole.attempts < LEAST_ATTEMPTS
    rows = [_row(item, locale, few=few) for item in report.items]
    return {
        "attempts": report.whole.attempts,
        "least": LEAST_ATTEMPTS,
        "few": few,
        "head": _head(report.whole, locale),
        "rows": rows,
        "checks": sum(item.to_check for item in report.items),
        "plot": _plot(report.items, rows, locale),
        "views": [
            {**row, **_view(item, locale), "correction": correction(item.question.id)}
            for item, row in zip(report.items, rows, strict=True)
        ],
    }


def _head(whole: Whole, locale: Locale) -> list[dict[str, str]]:
    def shown(value: float | None) -> str:
        return "–" if value is None else format_decimal(value, "0.##", locale=locale)

    out_of = _("out of %(points)s") % {"points": shown(float(whole.out_of))}
    return [
        {"label": _("Papers"), "value": str(whole.attempts), "unit": ""},
        {"label": _("Mean"), "value": shown(whole.mean), "unit": out_of},
        {"label": _("Standard deviation"), "value": shown(whole.deviation), "unit": ""},
        {"label": _("Highest"), "value": shown(whole.highest), "unit": out_of},
        {"label": _("Lowest"), "value": shown(whole.lowest), "unit": out_of},
    ]


# --- one question ---------------------------------------------------------------------------------------------------


def number(item: Item) -> str:
    """ "3", or "3.2" for the second input of a problem."""
    return f"{item.number}.{item.sub}" if item.sub else str(item.number)


def plain(question: Question) -> str:
    """What is asked, without markup."""
    apart = _BLOCK.sub(r" \g<0>", f"{question.lead} {question.prompt}")
    return " ".join(html.unescape(strip_tags(apart)).split())


def _row(item: Item, locale: Locale, *, few: bool) -> dict[str, Any]:
    text, shown = plain(item.question), number(item)
    short = short_notes()
    notes = [note for note in item.notes if not (few and note is Note.FEW)]
    return {
        "number": shown,
        "anchor": f"question-{shown.replace('.', '-')}",
        "title": text if len(text) <= _LONGEST_TITLE else text[: _LONGEST_TITLE - 1].rstrip() + "…",
        "current": item.current,
        "attempts": item.attempts,
        "facility": percent(item.facility, locale),
        "discrimination": decimal(item.discrimination, locale),
        "strength": _strength(item.discrimination),
        "unanswered": item.unanswered,
        "time": _seconds(item.spent.median) if item.spent else "–",
        "notes": [{"text": short[note], "tone": _tone(note, few=Note.FEW in item.notes)} for note in notes],
        "to_check": item.to_check,
    }


def _view(item: Item, locale: Locale) -> dict[str, Any]:
    long = _long_notes()
    most = max(item.attempts, 1)
    choices = [
        {
            "html": choice.html,
            "right": choice.correct,
            "count": count,
            "share": percent(count / most, locale),
            "width": _attribute(100 * count / most),
        }
        for choice, count in zip(item.question.choices, item.choices, strict=True)
    ]
    answer = ngettext(
        "%(count)d paper, right answers: %(right)d", "%(count)d papers, right answers: %(right)d", item.attempts
    )
    return {
        "lead": item.question.lead,
        "prompt": item.question.prompt,
        "several": item.question.kind is Kind.MULTIPLE,
        "choices": choices,
        "none": {
            "count": item.unanswered,
            "share": percent(item.unanswered / most, locale),
            "width": _attribute(100 * item.unanswered / most),
        },
        "summary": answer % {"count": item.attempts, "right": item.right},
        "spread": _spread(item.spent),
        "sentences": [long[note] for note in item.notes],
    }


def percent(share: float | None, locale: Locale) -> str:
    """ "72 %", a dash for nothing."""
    return "–" if share is None else format_percent(share, locale=locale)


def decimal(value: float | None, locale: Locale) -> str:
    """ "0,34", a dash for nothing."""
    return "–" if value is None else format_decimal(round(value, 2) + 0.0, "0.00", locale=locale)


def _seconds(value: float) -> str:
    minutes, seconds = divmod(round(value), 60)
    if minutes:
        return _("%(minutes)d min %(seconds)02d s") % {"minutes": minutes, "seconds": seconds}
    return _("%(seconds)d s") % {"seconds": seconds}


def _spread(spent: Spread | None) -> str:
    if spent is None:
        return ""
    told = ngettext(
        "Time: %(median)s (median of %(count)d paper); half of them between %(lower)s and %(upper)s.",
        "Time: %(median)s (median of %(count)d papers); half of them between %(lower)s and %(upper)s.",
        spent.attempts,
    )
    times = {name: _seconds(getattr(spent, name)) for name in ("median", "lower", "upper")}
    return told % {"count": spent.attempts, **times}


def _strength(discrimination: float | None) -> str:
    if discrimination is None:
        return ""
    if discrimination < 0:
        return _("negative")
    if discrimination < _FAIR:
        return _("weak")
    return _("fair") if discrimination < _GOOD else _("good")


def short_notes() -> dict[Note, str]:
    """Notes as labels."""
    return {
        Note.FEW: _("few papers"),
        Note.NOBODY: _("nobody right"),
        Note.EVERYBODY: _("everybody right"),
        Note.NEGATIVE: _("check the key"),
        Note.DISTRACTOR: _("a wrong choice leads"),
        Note.UNUSED: _("unused choice"),
        Note.VOID: _("cancelled"),
        Note.GIVEN: _("given to all"),
    }


def _long_notes() -> dict[Note, str]:
    return {
        Note.FEW: _("Fewer than %(least)d papers: how well the question tells candidates apart is not known yet.")
        % {"least": LEAST_ATTEMPTS},
        Note.NOBODY: _("Nobody who answered is right: check the key."),
        Note.EVERYBODY: _("Everybody is right: the question tells nobody apart."),
        Note.NEGATIVE: _("Those who do well elsewhere do badly here: check the key and the wording."),
        Note.DISTRACTOR: _("A wrong choice is taken more often than a right one: check the key and the wording."),
        Note.UNUSED: _("A choice is taken by nobody: it could be left out or made more plausible."),
        Note.VOID: _("Cancelled: the question counts for nobody. The figures are those of the answers all the same."),
        Note.GIVEN: _("Given: everybody has the points. The figures are those of the answers all the same."),
    }


def _tone(note: Note, *, few: bool) -> str:
    if note is Note.DISTRACTOR:
        return "caution" if few else "danger"
    if note in TO_CHECK:
        return "danger"
    return "caution" if note is Note.UNUSED else "plain"


# --- the plot -------------------------------------------------------------------------------------------------------


def _plot(items: Sequence[Item], rows: Sequence[dict[str, Any]], locale: Locale) -> dict[str, Any] | None:
    """Facility and discrimination as points; bars of the facility while no discrimination can be told."""
    pairs = [(item, row) for item, row in zip(items, rows, strict=True) if item.facility is not None]
    told = [(item, row) for item, row in pairs if item.discrimination is not None]
    if told:
        return _scatter(told, len(items) - len(told), locale)
    if not pairs:
        return None
    marks = plot.bars([item.facility or 0.0 for item, _row in pairs])
    return {
        "kind": "bars",
        "height": plot.BAR * len(pairs),
        "title": _("Facility of each question"),
        "about": _("One bar for each question: the longer, the easier. The table below has the same figures."),
        "marks": [_mark(row, mark) for (_item, row), mark in zip(pairs, marks, strict=True)],
    }


def _scatter(told: Sequence[tuple[Item, dict[str, Any]]], left: int, locale: Locale) -> dict[str, Any]:
    found = plot.scatter([(item.facility or 0.0, item.discrimination or 0.0) for item, _row in told])
    about = _(
        "One point for each question: from hard on the left to easy on the right; the higher, the better it tells "
        "strong candidates from weak ones. The table below has the same figures."
    )
    without = ngettext(
        "%(count)d question is not in the plot: there is nothing to tell of it yet.",
        "%(count)d questions are not in the plot: there is nothing to tell of them yet.",
        left,
    )
    return {
        "kind": "scatter",
        "height": plot.HEIGHT,
        "title": _("Facility and discrimination"),
        "about": about,
        "without": without % {"count": left} if left else "",
        "zero": _attribute(found.zero),
        "across": [{"at": _attribute(tick.at), "text": percent(tick.value, locale)} for tick in found.facilities],
        "up": [
            {"at": _attribute(tick.at), "text": format_decimal(tick.value, "0.0", locale=locale)}
            for tick in found.discriminations
        ],
        "marks": [_mark(row, mark) for (_item, row), mark in zip(told, found.marks, strict=True)],
    }


def _attribute(value: float) -> str:
    """A number for an attribute: with a point in every language."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _mark(row: dict[str, Any], mark: plot.Mark) -> dict[str, Any]:
    said = _("Question %(number)s: facility %(facility)s, discrimination %(discrimination)s") % row
    notes = ", ".join(note["text"] for note in row["notes"])
    return {
        "x": _attribute(mark.x),
        "y": _attribute(mark.y),
        "number": row["number"],
        "anchor": f"row-{row['anchor']}",
        "check": row["to_check"],
        "facility": row["facility"],
        "said": f"{said} ({notes})" if notes else said,
    }
