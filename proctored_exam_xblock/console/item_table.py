"""Questions as rows of a table for spreadsheets; the columns' codes never change, their labels are translated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from ..domain.items import Item
from ..exports.tables import Cell
from . import item_words


def _labels() -> dict[str, str]:
    """The columns by their codes; those of the choices follow."""
    return {
        "number": _("Number"),
        "id": _("Identifier"),
        "question": _("Question"),
        "current": _("In the present version"),
        "attempts": _("Papers"),
        "answered": _("Answered"),
        "no_answer": _("No answer"),
        "right": _("Right"),
        "facility": _("Facility"),
        "discrimination": _("Discrimination"),
        "time_median": _("Time, median (s)"),
        "time_lower": _("Time, lower quartile (s)"),
        "time_upper": _("Time, upper quartile (s)"),
        "time_attempts": _("Papers with a time"),
        "notes": _("To note"),
        "key": _("Right choices"),
    }


def columns(items: Sequence[Item], *, coded: bool) -> list[str]:
    """The header, as codes or in words; a column for each choice of the question that has most."""
    labels, most = _labels(), max((len(item.choices) for item in items), default=0)
    if coded:
        return [*labels, *(f"choice_{place}" for place in range(1, most + 1))]
    return [*labels.values(), *(_("Choice %(number)d") % {"number": place} for place in range(1, most + 1))]


def rows(items: Sequence[Item], *, coded: bool) -> Iterator[list[Cell]]:
    """One row for each question; a number that is not known is an empty cell."""
    most = max((len(item.choices) for item in items), default=0)
    notes = item_words.short_notes()
    for item in items:
        spent, missing = item.spent, most - len(item.choices)
        yield [
            item_words.number(item),
            item.question.id,
            item_words.plain(item.question),
            _current(item, coded=coded),
            item.attempts,
            item.answered,
            item.unanswered,
            item.right,
            item.facility,
            item.discrimination,
            spent.median if spent else None,
            spent.lower if spent else None,
            spent.upper if spent else None,
            spent.attempts if spent else 0,
            ", ".join(note.value if coded else notes[note] for note in item.notes),
            " ".join(str(place) for place, choice in enumerate(item.question.choices, start=1) if choice.correct),
            *item.choices,
            *[None] * missing,
        ]


def _current(item: Item, *, coded: bool) -> str:
    if coded:
        return "yes" if item.current else "no"
    return _("yes") if item.current else _("no")
