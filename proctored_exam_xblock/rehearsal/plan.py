"""What is rehearsed: the exam as it is in force, how many candidates, and what was found of the configuration."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from . import report
from .report import Finding


@dataclass(frozen=True)
class Plan:
    """``paper`` holds the answer key: a plan is written to a file that only its owner reads, and removed once read.

    Args:
        policy, paper: the JSON of the exam's current version.
        now: when the rehearsal begins, aware UTC.
        candidates: how many take part.
        faults: percentage of the vendor's answers that go wrong.
        seed: of all that is drawn.
        language: of the report.
        findings: what the configuration's checks found.
    """

    policy: Mapping[str, Any]
    paper: Mapping[str, Any]
    now: datetime
    candidates: int = 200
    faults: int = 10
    seed: int = 1
    language: str = "en"
    findings: tuple[Finding, ...] = ()


def write(plan: Plan, path: Path) -> None:
    """Write ``plan`` to a new file, readable by its owner alone."""
    content = vars(plan) | {"now": plan.now.isoformat(), "findings": report.to_json(plan.findings)}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)


def take(path: Path) -> Plan:
    """Read a plan and remove its file.

    Raises:
        OSError, ValueError, TypeError: there is none, or it is none.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    finally:
        path.unlink(missing_ok=True)
    content["now"] = datetime.fromisoformat(content["now"])
    content["findings"] = report.from_json(content["findings"])
    return Plan(**content)
