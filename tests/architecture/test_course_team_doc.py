"""docs/course-team.md names every rule of an exam, with the default it has."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

from proctored_exam_xblock.domain.policy import ExamPolicy
from proctored_exam_xblock.domain.policy_json import policy_to_json

DOC = (Path(__file__).resolve().parent.parent.parent / "docs" / "course-team.md").read_text(encoding="utf-8")
ROWS = [row.split("|")[1:4] for row in DOC.splitlines() if re.match(r"\| `", row)]


def test_every_rule_has_its_row():
    named = [name for row in ROWS for name in re.findall(r"`(\w+)`", row[0])]

    assert sorted(named) == sorted(field.name for field in fields(ExamPolicy) if field.name != "title")


def test_the_defaults_are_those_of_the_code():
    defaults = policy_to_json(ExamPolicy())
    for names, told, _ in ROWS:
        for name, value in zip(re.findall(r"`(\w+)`", names), re.findall(r"`([^`]*)`", told), strict=False):
            assert value == _as_told(defaults[name]), name


def _as_told(value: object) -> str:
    if isinstance(value, str):
        return value.removesuffix(":00") if value.count(":") == 2 else value
    return json.dumps(value)
