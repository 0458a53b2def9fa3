"""A table as CSV. What a spreadsheet would run as a formula is only text: cells of others' making are defused."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Protocol

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


class Sink(Protocol):
    """Whatever takes text: a file, standard output, an HTTP answer."""

    def write(self, text: str, /) -> object: ...


def write_csv(sink: Sink, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write the header and the rows; returns the number of rows."""
    writer, count = csv.writer(sink), 0
    writer.writerow(header)
    for row in rows:
        writer.writerow([defused(cell) for cell in row])
        count += 1
    return count


def defused(cell: str) -> str:
    """The cell with an apostrophe before a first character that spreadsheets take for the beginning of a formula, also
    behind blanks, which some of them strip."""
    return f"'{cell}" if cell.startswith(_DANGEROUS) or cell.lstrip().startswith(_DANGEROUS) else cell
