"""What a rehearsal found: one finding per matter, and go or no-go from all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum, StrEnum
from typing import Any


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    NO_GO = "no_go"


class Exit(IntEnum):
    """Exit codes of the commands."""

    GO = 0
    NO_GO = 1
    CANNOT_RUN = 2


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Args:
        code: stable name of the matter; ``words`` has a sentence for it.
        level: what it means for the exam.
        done, of: how many of how many are as they should be; both 0 where nothing is counted.
        detail: up to a few names of what is not: settings, questions, candidates' numbers. Nothing secret or personal.
    """

    code: str
    level: Level
    done: int = 0
    of: int = 0
    detail: tuple[str, ...] = ()


MOST_DETAILS = 8


def counted(code: str, wrong: Iterable[object], of: int, *, otherwise: Level = Level.NO_GO) -> Finding:
    """OK when nothing is wrong among ``of``, else ``otherwise`` with the first of what is."""
    names = [str(name) for name in wrong]
    level = otherwise if names else Level.OK
    return Finding(code, level, of - len(names), of, tuple(names[:MOST_DETAILS]))


def is_go(findings: Iterable[Finding]) -> bool:
    """Nothing that was found keeps the exam from being held."""
    return all(finding.level is not Level.NO_GO for finding in findings)


def to_json(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Plain JSON of findings."""
    return [asdict(finding) for finding in findings]


def from_json(rows: Iterable[Mapping[str, Any]]) -> tuple[Finding, ...]:
    """The findings that :func:`to_json` wrote."""
    return tuple(
        Finding(row["code"], Level(row["level"]), row["done"], row["of"], tuple(row["detail"])) for row in rows
    )
