"""A practice exam (R-X-18): what happened in one try -> what would have failed in the exam that it prepares for.

Only what the server saw is judged. Whether the room, the light or the document would have pleased a proctor is nothing
that a page can know, and is not claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from .equipment import UNWATCHED, EquipmentLimits
from .policy import Expiry

NUMBER_PREFIX = "ENTRAINEMENT"
"""Of the certification numbers of practice, whatever the exam's own prefix: nobody takes one for a certificate's."""
SILENCE = timedelta(minutes=2)
"""A page speaks every half minute; one that did not for so long before the end was closed or cut off."""
_ALWAYS = frozenset({"system", "browser", "cookies"})
"""What a check says to settle and no exam goes without."""
_MEDIA = frozenset(
    {"camera", "camera_refused", "camera_busy", "camera_failed", "camera_small", "microphone", "microphone_refused"}
    | {"microphone_busy", "microphone_failed", "speakers_silent", "no_media_api", "frame", "insecure"}
)
"""What no exam goes without where a proctor watches; a slow line, or a test that was not ended, may still do."""


class Severity(StrEnum):
    """FAILURE: answers or the exam itself would have been lost. RISK: it went well this time. NOTE: good to know."""

    FAILURE = "failure"
    RISK = "risk"
    NOTE = "note"


@dataclass(frozen=True)
class Target:
    """The exam that a practice prepares for, or the practice itself where none names it (``known`` is False).

    Args:
        duration: time to answer, the candidate's extra time included.
        has_room: a proctor watches from a distance, by camera and microphone.
        unsupported_systems: that its service refuses.
        limits: what its service needs of a computer.
    """

    title: str
    expiry: Expiry
    duration: timedelta
    questions: int
    missed_after: timedelta
    has_room: bool = False
    known: bool = True
    unsupported_systems: tuple[str, ...] = ()
    limits: EquipmentLimits = UNWATCHED


@dataclass(frozen=True)
class PartLife:
    """One part at the end: ``verified`` by "Vérification finale"; the numbers are those of the whole exam."""

    number: int
    verified: bool
    answered: int
    unanswered: tuple[int, ...] = ()


@dataclass(frozen=True)
class Life:
    """One try from its appointment to its end; instants are None for what did not happen.

    Args:
        number: of the try, from 1.
        slot: the booked time, None without an appointment.
        missed: the appointment was never used, or its room never opened.
        end_reason: as on the attempt's row: ``finished``, ``time_over``, ``interrupted``...
        last_seen: when the page that held the exam spoke last.
        late_parts: parts whose answers came in after the end.
        lapses: accesses that ran out before "Commencer".
        takeovers: other windows that took the exam over; ``reloads``: the same one, loaded again.
        equipment: codes of what the last check found, None when nothing was ever checked.
    """

    number: int
    slot: datetime | None = None
    missed: bool = False
    launched_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    deadline: datetime | None = None
    end_reason: str = ""
    last_seen: datetime | None = None
    parts: tuple[PartLife, ...] = ()
    late_parts: tuple[int, ...] = ()
    lapses: int = 0
    takeovers: int = 0
    reloads: int = 0
    equipment: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Finding:
    """One thing to know; ``code`` is stable, ``params`` fill its sentence."""

    code: str
    severity: Severity
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """What one try showed, the worst first. ``used`` of ``allowed`` is None when the clock never ran."""

    number: int
    at: datetime | None
    started: bool
    findings: tuple[Finding, ...] = ()
    used: timedelta | None = None
    allowed: timedelta | None = None
    verified_answers: int = 0

    def count(self, severity: Severity) -> int:
        """How many findings are that bad."""
        return sum(finding.severity is severity for finding in self.findings)

    @property
    def clean(self) -> bool:
        """Nothing would have failed, and nothing was close to it."""
        return not self.count(Severity.FAILURE) and not self.count(Severity.RISK)


@dataclass(frozen=True)
class Around:
    """What screens tell of practice. In a practice exam: the ``target``, the ``code`` that a proctor would type and,
    at its end, the ``report``. In the exam itself: ``last``, the report of the last try, None before one."""

    target: Target | None = None
    code: str = ""
    report: Report | None = None
    last: Report | None = None


def judge(life: Life, target: Target) -> Report:
    """The report of one try, measured by the rules of the exam that it prepares for."""
    found = [*_of_the_door(life, target), *_of_the_answers(life, target)]
    found += [*_of_the_clock(life, target), *_of_the_windows(life), *_of_the_equipment(life, target)]
    order = list(Severity)
    used = life.ended_at - life.started_at if life.ended_at and life.started_at else None
    allowed = life.deadline - life.started_at if life.deadline and life.started_at else None
    return Report(
        life.number,
        life.ended_at or (life.slot if life.missed else None),
        life.started_at is not None,
        tuple(sorted(found, key=lambda finding: order.index(finding.severity))),
        used,
        allowed,
        sum(part.answered for part in life.parts if part.verified),
    )


def _of_the_door(life: Life, target: Target) -> Iterator[Finding]:
    if life.missed:
        yield Finding("never_opened" if life.launched_at else "never_launched", Severity.FAILURE)
        return
    if life.slot is not None and life.launched_at is not None:
        late = life.launched_at - life.slot
        minutes = int(late.total_seconds()) // 60
        if late >= target.missed_after:
            yield Finding("too_late", Severity.FAILURE, {"minutes": minutes})
        elif minutes >= 1:
            yield Finding("entered_late", Severity.RISK, {"minutes": minutes})
    if life.lapses:
        yield Finding("access_lapsed", Severity.RISK, {"times": life.lapses})


def _of_the_answers(life: Life, target: Target) -> Iterator[Finding]:
    if life.started_at is None:
        return
    for part in life.parts:
        told = {"part": part.number, "answers": part.answered}
        if not part.answered:
            yield Finding("part_empty", Severity.FAILURE, told)
        elif not part.verified and target.expiry is Expiry.DISCARD:
            yield Finding("part_not_verified", Severity.FAILURE, told)
        elif not part.verified:
            yield Finding("part_left_to_the_end", Severity.RISK, told)
    missing = tuple(number for part in life.parts if part.answered for number in part.unanswered)
    if missing:
        yield Finding("unanswered", Severity.RISK, {"questions": missing})
    for number in life.late_parts:
        yield Finding("late_answers", Severity.FAILURE, {"part": number})


def _of_the_clock(life: Life, target: Target) -> Iterator[Finding]:
    if life.end_reason == "time_over":
        yield Finding("time_over", Severity.RISK)
        if life.last_seen is not None and life.deadline is not None and life.deadline - life.last_seen > SILENCE:
            minutes = int((life.deadline - life.last_seen).total_seconds()) // 60
            yield Finding("went_silent", Severity.RISK, {"minutes": minutes})
    if life.end_reason == "interrupted":
        yield Finding("interrupted", Severity.NOTE)
    answered = sum(part.answered for part in life.parts)
    if life.end_reason == "finished" and target.known and answered and life.started_at and life.ended_at:
        needed = (life.ended_at - life.started_at) / answered * target.questions
        if needed > target.duration:
            told = {"questions": target.questions, "needed": _minutes(needed), "given": _minutes(target.duration)}
            yield Finding("too_slow", Severity.RISK, told)


def _minutes(length: timedelta) -> int:
    return int(-(-length.total_seconds() // 60))


def _of_the_windows(life: Life) -> Iterator[Finding]:
    if life.takeovers:
        yield Finding("second_window", Severity.RISK, {"times": life.takeovers})
    if life.reloads:
        yield Finding("reloaded", Severity.NOTE, {"times": life.reloads})


def _of_the_equipment(life: Life, target: Target) -> Iterator[Finding]:
    if life.equipment is None:
        yield Finding("equipment_unchecked", Severity.RISK)
        return
    for warning in life.equipment:
        fatal = target.known and (warning in _ALWAYS or (target.has_room and warning in _MEDIA))
        yield Finding("equipment", Severity.FAILURE if fatal else Severity.RISK, {"warning": warning})
