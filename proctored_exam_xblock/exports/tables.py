"""A table as CSV. What a spreadsheet would run as a formula is only text: cells of others' making are defused."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Protocol

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


class Sink(Protocol):
    """Whatever takes text: a file, standard output, an HTTP answer."""

    def write(self, text: str, /) -> object: ...


Cell = str | int | float | None
"""Text, a number that a spreadsheet may count with, or nothing."""
BYTE_ORDER_MARK = "\ufeff"
"""Before a file that Excel opens: it would take UTF-8 for something else."""


def write_csv(
    sink: Sink, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, delimiter: str = ",", decimal: str = "."
) -> int:
    """Write the header and the rows; returns the number of rows.

    Args:
        delimiter: between cells; a French Excel wants a semicolon.
        decimal: within numbers, rounded to four decimals.
    """
    writer, count = csv.writer(sink, delimiter=delimiter), 0
    writer.writerow(header)
    for row in rows:
        writer.writerow([_plain(cell, decimal) for cell in row])
        count += 1
    return count


def _plain(cell: Cell, decimal: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return defused(cell)
    return str(round(cell, 4)).replace(".", decimal)


def defused(cell: str) -> str:
    """The cell with an apostrophe before a first character that spreadsheets take for the beginning of a formula, also
    behind blanks, which some of them strip."""
    return f"'{cell}" if cell.startswith(_DANGEROUS) or cell.lstrip().startswith(_DANGEROUS) else cell
