"""CSV for spreadsheets: whatever a person could have typed stays text."""

from __future__ import annotations

import csv
import io

import pytest

from proctored_exam_xblock.exports.tables import defused, write_csv


@pytest.mark.parametrize("cell", ["=1+1", "+33", "-2", "@sum", "\tx", "\r=x", " =1", "\n@x"])
def test_what_a_spreadsheet_would_run_is_defused(cell: str) -> None:
    assert defused(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Alex", "a=b", "2017-1", "O'Neil", "«=»"])
def test_other_text_is_left_alone(cell: str) -> None:
    assert defused(cell) == cell


def test_rows_come_back_as_they_were_written() -> None:
    sink = io.StringIO()
    assert write_csv(sink, ("a", "b"), [("x,y", 'q"uote'), ("line\nbreak", "é")]) == 2
    assert list(csv.reader(io.StringIO(sink.getvalue()))) == [["a", "b"], ["x,y", 'q"uote'], ["line\nbreak", "é"]]
