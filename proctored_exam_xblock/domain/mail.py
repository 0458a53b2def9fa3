"""E-mails to a candidate: which there are, what each needs to know, when a reminder is due and when it is too late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What is told, one e-mail each (R-X-21, R-PE-5, R-PE-8, R-FUN-21, R-X-15)."""

    CONFIRMED = "confirmed"
    CHANGED = "changed"
    MOVE_REFUSED = "move_refused"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    MISSED = "missed"
    REMINDER = "reminder"
    SECOND = "second"
    SUBMITTED = "submitted"
    RESULT = "result"
    DECIDED = "decided"
    RECOUNTED = "recounted"
    CORRECTED = "corrected"


INVITATIONS = frozenset({Kind.CONFIRMED, Kind.CHANGED})
"""They bring the appointment into a calendar."""
IN_ORDER = INVITATIONS | {Kind.CANCELLED}
"""Sent one after the other for one appointment, as a calendar has to hear of them."""
_LATEST_SHARE = 4
"""A reminder may be late by a quarter of what it announces: 6 hours of 24, 15 minutes of 1 hour."""


class Method(StrEnum):
    """What a calendar does with the file (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


def reminders(start: datetime, hours: Iterable[int], now: datetime) -> dict[int, datetime]:
    """Hours ahead -> when that reminder is due; those whose moment has passed are none."""
    moments = {ahead: start - timedelta(hours=ahead) for ahead in sorted(set(hours), reverse=True)}
    return {ahead: moment for ahead, moment in moments.items() if moment > now}


def is_too_late(start: datetime, hours: int, now: datetime) -> bool:
    """Whether a reminder says something that is no longer so."""
    ahead = timedelta(hours=hours)
    return now > start - ahead + ahead / _LATEST_SHARE


@dataclass(frozen=True)
class CalendarEntry:
    """One appointment in a calendar.

    Args:
        uid: the same for ever.
        sequence: rises with each change that calendars must hear of (RFC 5545, 3.8.7.4).
        start: aware.
        is_online: no place has to be gone to.
        duration: with the candidate's extra time.
        organizer, attendee: addresses; '' in a file that invites nobody.
        alarms: how long before it rings.
    """

    uid: str
    sequence: int
    start: datetime
    duration: timedelta
    title: str
    course_title: str
    room: str
    url: str
    method: Method
    is_online: bool = True
    cancelled: bool = False
    organizer: str = ""
    attendee: str = ""
    alarms: tuple[timedelta, ...] = ()


@dataclass(frozen=True)
class Letter:
    """What one e-mail says, as facts.

    Args:
        language: the candidate's, a Django code.
        start: of the appointment as it stands; None where there is none.
        zone, exam_zone: IANA names.
        ends_at: last instant at which the exam may be begun.
        window_end: when the exam period is over.
        room: the proctoring service's name where it has a room to enter.
        is_watched: a person, in that room or on site, lets the candidate begin.
        url: the exam's page.
        dashboard: where results appear; absolute.
        by: who cancelled or changed it: ``candidate``, ``vendor`` or ``staff``.
        is_second_possible: whether there is time for another appointment.
        is_second_offered: and it is to be had without asking.
        parts: title of each part and whether it was counted.
        verdict: ``validated`` or ``invalidated``; ``reason`` as it was typed, or a code.
        is_out: the score is on the dashboard.
    """

    kind: Kind
    language: str
    title: str
    course_title: str
    first_name: str
    zone: str
    exam_zone: str
    url: str
    dashboard: str
    start: datetime | None = None
    ends_at: datetime | None = None
    opens_at: datetime | None = None
    duration: timedelta = timedelta(0)
    window_end: datetime | None = None
    room: str = ""
    is_watched: bool = False
    by: str = ""
    hours: int = 0
    moves_left: int = 0
    is_second_possible: bool = False
    is_second_offered: bool = False
    certification_number: str = ""
    ended_at: datetime | None = None
    parts: tuple[tuple[str, bool], ...] = ()
    verdict: str = ""
    reason: str = ""
    is_out: bool = False
    phones: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
