"""docs/states.md says what the transition tables say, arrow for arrow."""

import re

import pytest

from proctored_exam_xblock.domain import attempt, journey
from scripts.write_states_doc import COMMAND, TARGET, render

DOCUMENT = TARGET.read_text(encoding="utf-8")


def test_the_document_is_the_one_the_tables_give():
    assert render() == DOCUMENT, f"docs/states.md is out of date: {COMMAND}"


@pytest.mark.parametrize(
    ("title", "table"),
    [
        ("Appointment", attempt.APPOINTMENT_TRANSITIONS),
        ("Attempt", attempt.TRANSITIONS),
        ("Review", attempt.REVIEW_TRANSITIONS),
    ],
)
def test_the_diagram_draws_every_arrow_of_the_table_and_no_other(title, table):
    section = DOCUMENT.split(f"\n## {title}\n")[1].split("\n## ")[0]
    drawn = {(start, event, end) for start, end, event in re.findall(r"^ +(\w+) --> (\w+): (\w+)$", section, re.M)}

    assert drawn == {(start.value, event.value, end.value) for (start, event), end in table.items()}


def test_every_phase_is_listed_with_its_actions():
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", DOCUMENT.split("\n## Phases\n")[1], re.M))

    assert {phase: set(re.findall(r"`(\w+)`", actions)) for phase, actions in rows.items()} == {
        phase.value: {action.value for action in actions} for phase, actions in journey.ACTIONS.items()
    }
