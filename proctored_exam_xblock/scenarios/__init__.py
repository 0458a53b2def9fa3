"""Ready-made exams: the rules as their course published them, moved to the days ahead, and the paper as course XML."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib.resources import files
from typing import Any, NamedTuple

NAMES = ("cartopro", "cartopro-pe", "cartopro-site", "cartopro-payant", "practice")


class Scenario(NamedTuple):
    """What a ``proctored_exam`` block needs: its name, its policy as plain JSON, its paper as OLX."""

    title: str
    policy: dict[str, Any]
    paper: str


def load(name: str, today: date) -> Scenario:
    """One exam, with its window moved.

    Args:
        name: one of ``NAMES``; ``cartopro`` is a certifying exam on appointment, ``cartopro-pe`` the same with another
            service, ``cartopro-site`` in a room and ``cartopro-payant`` to be paid first and drawn from pools,
            ``practice`` one without stakes, open at once.
        today: the window opens late enough after it for the first slot to be bookable with two days in hand.

    Raises:
        KeyError: no such scenario.
    """
    if name not in NAMES:
        raise KeyError(name)
    policy = _policy(name)
    paper = files(__name__) / policy.pop("extends", name) / "paper.xml"
    return Scenario(policy["title"], _moved(policy, today), _drawn(name, paper.read_text(encoding="utf-8")))


def _drawn(name: str, paper: str) -> str:
    """The paper with what the scenario draws of it, where it has a ``pools.json``; papers are in their written form."""
    found = files(__name__) / name / "pools.json"
    if not found.is_file():
        return paper
    pools = json.loads(found.read_text(encoding="utf-8"))
    for title, attributes in pools["parts"].items():
        paper = paper.replace(f'<part title="{title}">', f'<part title="{title}" {attributes}>')
    for tag, names in pools["tags"].items():
        for problem in names:
            paper = paper.replace(f'<problem url_name="{problem}">', f'<problem url_name="{problem}" tags="{tag}">')
    return paper


def _policy(name: str) -> dict[str, Any]:
    """The scenario's rules; with ``extends`` only what differs from another one's, whose paper it has too."""
    own: dict[str, Any] = json.loads((files(__name__) / name / "policy.json").read_text(encoding="utf-8"))
    return {**_policy(own["extends"]), **own} if "extends" in own else own


def _moved(policy: dict[str, Any], today: date) -> dict[str, Any]:
    hours = policy["lead_time_hours"] if policy.get("appointments", True) else 0
    notice = hours // 24 + 2 if hours else 0
    shift = today + timedelta(days=notice) - date.fromisoformat(policy["first_day"])

    def moved(day: str) -> str:
        return (date.fromisoformat(day) + shift).isoformat()

    dates = {name: moved(policy[name]) for name in ("first_day", "last_day")}
    return {**policy, **dates, "excluded_dates": [moved(day) for day in policy.get("excluded_dates", [])]}
