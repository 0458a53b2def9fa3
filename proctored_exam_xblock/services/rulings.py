"""The regrades of an exam as its rows have them."""

from __future__ import annotations

from collections.abc import Iterable

from ..domain import corrections
from ..domain.corrections import Regrade
from ..models import Regrade as Row


def read(rows: Iterable[Row]) -> tuple[Regrade, ...]:
    """Rows as the domain knows them."""
    return tuple(
        Regrade(row.number, corrections.from_json(row.corrections), row.raise_only, row.undone_mark) for row in rows
    )


def in_force(exam_id: int, mark: int) -> tuple[Regrade, ...]:
    """The regrades in force when the exam had this mark; no statement where there never was any.

    Args:
        mark: read before this is called, so that a mark is never newer than the regrades that are found.
    """
    if not mark:
        return ()
    return corrections.in_force(read(Row.objects.filter(exam_id=exam_id, number__lte=mark)), mark)
