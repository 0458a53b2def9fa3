"""Who may sit the exam (R-FUN-1): what the course team asks for, compared with what the platform says of a learner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .policy import ExamPolicy


class Requirement(StrEnum):
    """What can be missing. The values go into answers and are stable."""

    ENROLMENT = "enrolment"
    GROUP = "group"
    PREREQUISITE = "prerequisite"


@dataclass(frozen=True)
class Learner:
    """What the platform says of one learner of the course.

    Args:
        mode: of the active enrolment, None without one.
        groups: names of their cohorts.
        grades: percent per subsection's usage key; None or absent while nothing is graded.
        links: address of each subsection's page, '' where there is none.
    """

    mode: str | None
    groups: tuple[str, ...] = ()
    grades: Mapping[str, float | None] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Missing:
    """One thing that keeps a learner out.

    Args:
        code: which requirement.
        title: the subsection's title, '' for the others.
        needed: enrolment modes or groups of which one is enough, or the least percent.
        have: the learner's own; empty when they have none.
        link: where to do something about it, '' when the screen knows better.
    """

    code: Requirement
    title: str = ""
    needed: tuple[str, ...] = ()
    have: tuple[str, ...] = ()
    link: str = ""


def is_enrolled(policy: ExamPolicy, mode: str | None) -> bool:
    """Enrolled in one of the exam's modes."""
    return mode in policy.enrolment_modes


def missing(policy: ExamPolicy, learner: Learner, *, enrolment_only: bool = False) -> tuple[Missing, ...]:
    """All that keeps this learner out, in the order in which it is mended; () when they may sit the exam.

    Args:
        policy: the exam's rules; groups and prerequisites count only where they are set.
        learner: what the platform says.
        enrolment_only: an appointment or an attempt exists: what was booked stays booked.
    """
    found: list[Missing] = []
    if not is_enrolled(policy, learner.mode):
        found.append(Missing(Requirement.ENROLMENT, "", policy.enrolment_modes, _known(learner.mode)))
    if enrolment_only:
        return tuple(found)
    if policy.groups and not set(policy.groups) & set(learner.groups):
        found.append(Missing(Requirement.GROUP, "", policy.groups, learner.groups))
    for item in policy.prerequisites:
        grade = learner.grades.get(item.subsection)
        if grade is None or round(grade, 6) < item.minimum_percent:
            needed, have = (str(item.minimum_percent),), _known(None if grade is None else str(int(grade)))
            link = learner.links.get(item.subsection, "")
            found.append(Missing(Requirement.PREREQUISITE, item.title, needed, have, link))
    return tuple(found)


def _known(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)
