"""Write docs/states.md from the transition tables: ``python scripts/write_states_doc.py`` (R-X-5)."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from proctored_exam_xblock.domain import attempt, journey  # noqa: E402  (needs the path above when run as a script)

TARGET = ROOT / "docs" / "states.md"
COMMAND = "python scripts/write_states_doc.py"

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


def render() -> str:
    """The whole document."""
    return "\n".join(
        [
            "# States",
            "",
            f"Generated from `proctored_exam_xblock/domain/` by `{COMMAND}`; a test fails when it is out of date.",
            "An arrow that is not here does not exist: asking for it is refused with `illegal_transition`.",
            "",
            *_machine(
                "Appointment",
                "A booked slot. `requested` and `move_requested` wait for the vendor's answer.",
                attempt.APPOINTMENT_TRANSITIONS,
                attempt.AppointmentState.REQUESTED,
                attempt.APPOINTMENT_TERMINAL,
            ),
            *_machine(
                "Attempt",
                "One sitting of the exam; it exists from the launch of the room.",
                attempt.TRANSITIONS,
                attempt.State.GATE,
                attempt.TERMINAL,
            ),
            *_machine(
                "Review",
                "The verdict on an attempt; reversible, so no state is final.",
                attempt.REVIEW_TRANSITIONS,
                attempt.ReviewState.NONE,
                (),
            ),
            *_phases(),
        ]
    )


def _machine(title: str, about: str, table: Mapping[tuple[S, E], S], initial: S, terminal: Collection[S]) -> list[str]:
    states = list(type(initial))
    events = list(dict.fromkeys(event for _, event in table))
    rows = [
        f"| `{state}` | "
        + " | ".join(f"`{table[state, event]}`" if (state, event) in table else "" for event in events)
        + " |"
        for state in states
    ]
    return [
        f"## {title}",
        "",
        about,
        "",
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {initial}",
        *(f"    {state} --> {target}: {event}" for (state, event), target in table.items()),
        *(f"    {state} --> [*]" for state in states if state in terminal),
        "```",
        "",
        "| from \\ event | " + " | ".join(f"`{event}`" for event in events) + " |",
        "|---" * (len(events) + 1) + "|",
        *rows,
        "",
    ]


def _phases() -> list[str]:
    return [
        "## Phases",
        "",
        "What the candidate sees, derived at each request from the three states, the onboarding facts and the time;",
        "stored nowhere. The actions are the only ones the server accepts in that phase.",
        "",
        "| phase | actions |",
        "|---|---|",
        *(
            f"| `{phase}` | "
            + (", ".join(f"`{action}`" for action in journey.Action if action in actions) or "none")
            + " |"
            for phase, actions in journey.ACTIONS.items()
        ),
        "",
        "A practice exam may also be begun again (`try_again`), while its window is open, from "
        + ", ".join(f"`{phase}`" for phase in journey.Phase if phase in journey.PRACTICE_ENDS)
        + ".",
        "",
    ]


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
