"""Rehearsals in this process: the stage's clock and platform, a small exam."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from proctored_exam_xblock import scenarios
from proctored_exam_xblock.domain.policy_json import policy_from_json, policy_to_json
from proctored_exam_xblock.domain.snapshot import paper_to_json
from proctored_exam_xblock.olx import read_paper
from proctored_exam_xblock.rehearsal import play
from proctored_exam_xblock.rehearsal.plan import Plan
from proctored_exam_xblock.rehearsal.report import Finding

NOW = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
Walk = Callable[..., dict[str, Finding]]


def plan(scenario: str = "cartopro", candidates: int = 6, **changes: Any) -> Plan:
    """A scenario with some rules changed; ``backend`` and ``unlock`` are ``none`` unless told."""
    found = scenarios.load(scenario, NOW.date())
    policy = policy_from_json({**found.policy, "backend": "none", "unlock": "none", **changes})
    return Plan(policy_to_json(policy), paper_to_json(read_paper(found.paper)), NOW, candidates)


@pytest.fixture
def walk(db, settings) -> Walk:
    """Plays a plan and returns what was found, by code; ``acts`` are the names of what was told."""
    stage = "proctored_exam_xblock.rehearsal.stage"
    settings.PROCTORED_EXAM = {
        "KEYS": ["a key of this test, long enough"],
        "BACKENDS": {"none": {}, "onsite": {}},
        "CLOCK": f"{stage}.now",
        "HOST": f"{stage}.Host",
    }
    settings.ROOT_URLCONF = "proctored_exam_xblock.rehearsal.urls"

    def walked(what: Plan, acts: list[str] | None = None, **changes: Any) -> dict[str, Finding]:
        names = acts if acts is not None else []
        findings = play.rehearse(replace(what, **changes), lambda name, counts: names.append(name))
        return {finding.code: finding for finding in findings}

    return walked
