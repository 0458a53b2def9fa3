"""``clientActivityReport``: what became of reservations, read into states and reviews.

Its notes repeat the exam's password (``SchoolNotes``, ``StudentNotes``) and proctors' free words: no text of a row is
ever kept, returned or logged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ..base import Booking, Incident, Review, SessionState, Unavailable, Verdict
from .wire import instant, number_of, rows

LONGEST = timedelta(days=10)
"""Longer ranges time out at the vendor's."""
SHORTEST = timedelta(days=1)

# Looked for in this order; the first one found anywhere in the proctor's notes wins.
_STATES = (
    ("reservation cancelled", SessionState.CANCELLED),
    ("fulfillment ended", SessionState.ENDED),
    ("fulfillment started", SessionState.WAITING),
    ("fulfillment created", SessionState.SCHEDULED),
)
_RANKS = {state: len(_STATES) - rank for rank, (_, state) in enumerate(_STATES)}
_TRUE, _FALSE = {"true", "yes", "y", "1"}, {"false", "no", "n", "0"}


@dataclass(frozen=True)
class Line:
    """One reservation of the report. A flag is None when the vendor does not say."""

    number: str
    student_id: str
    start: datetime
    state: SessionState
    submitted: bool | None = None
    identified: bool | None = None
    incident: bool | None = None
    escalated: bool | None = None


def read(ask: Callable[[datetime, datetime], Any], first: datetime, last: datetime) -> tuple[Line, ...]:
    """The lines from ``first`` to ``last``, one for each reservation, by start.

    Args:
        ask: gives the report's ``data`` for a range.
        first: aware UTC.
        last: aware UTC.

    Raises:
        Unavailable: also a single day fails, or any line is unreadable: a report with holes would look like lost
            bookings.
        Refused: as ``ask`` raises it.
    """
    lines: dict[str, Line] = {}
    for row in _rows(ask, first, last):
        line = _line(row)
        known = lines.get(line.number)
        lines[line.number] = line if known is None else _merged(known, line)
    return tuple(sorted(lines.values(), key=lambda line: (line.start, line.number)))


def line_of(lines: Iterable[Line], booking: Booking, number: str) -> Line | None:
    """The line of an appointment: by its number, or else what the candidate holds at that very start.

    A number may have changed without our knowledge; what was cancelled is believed under its number only.
    """
    own = [line for line in lines if line.student_id == booking.person.student_id]
    for line in own:
        if line.number == number:
            return line
    for line in own:
        if line.start == booking.start and line.state is not SessionState.CANCELLED:
            return line
    return None


def review_of(line: Line, settings: Mapping[str, Any], booking: Booking, now: datetime) -> Review | None:
    """The vendor's opinion as far as it is known (settings ``check_id_required``, ``clear_after_seconds``)."""
    if line.state is SessionState.CANCELLED:
        return None
    over = line.state is SessionState.ENDED or bool(line.submitted)
    missing: tuple[str, ...] = ()
    if settings.get("check_id_required", False) and line.state is SessionState.ENDED and line.identified is False:
        missing = ("document",)
    flags = (("incident_report", line.incident), ("escalated", line.escalated))
    incidents = tuple(Incident(kind) for kind, raised in flags if raised)
    if incidents:
        return Review(Verdict.SUSPICIOUS, missing, incidents)
    if not over:
        return None
    known = line.incident is False and line.escalated is False
    return Review(Verdict.CLEAR if known and _is_settled(settings, booking, now) else Verdict.PENDING, missing)


def _is_settled(settings: Mapping[str, Any], booking: Booking, now: datetime) -> bool:
    """Whether an incident would have been reported by now."""
    seconds = float(settings.get("clear_after_seconds") or 0)
    end = booking.start + timedelta(minutes=booking.duration_minutes)
    return not seconds or now >= end + timedelta(seconds=seconds)


def _rows(ask: Callable[[datetime, datetime], Any], first: datetime, last: datetime) -> Iterator[dict[str, Any]]:
    span = LONGEST
    while first < last:
        end = min(first + span, last)
        try:
            found = rows(ask(first, end))
        except Unavailable:
            if end - first <= SHORTEST:
                raise
            span = max((end - first) / 2, SHORTEST)
            continue
        yield from found
        first = end


def _line(row: Mapping[str, Any]) -> Line:
    student = row.get("UniqueId")
    notes = row.get("ProctorNotes")
    if not isinstance(student, str) or not (notes is None or isinstance(notes, str)):
        raise Unavailable
    return Line(
        number=number_of(row, "ReservationNo"),
        student_id=student,
        start=instant(dict(row), "StartDate"),
        state=_state(notes or ""),
        submitted=_flag(row, "TestSubmitted"),
        identified=_flag(row, "CheckID"),
        incident=_flag(row, "IncidentReport"),
        escalated=_flag(row, "Escalated"),
    )


def _state(notes: str) -> SessionState:
    text = notes.lower()
    return next((state for words, state in _STATES if words in text), SessionState.UNKNOWN)


def _flag(row: Mapping[str, Any], name: str) -> bool | None:
    value = row.get(name)
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower() if isinstance(value, (str, int)) else ""
    return True if word in _TRUE else False if word in _FALSE else None


def _merged(one: Line, other: Line) -> Line:
    """Rows are repeated, perhaps at different ages: the furthest state, and every flag that was ever raised."""
    last = max(one, other, key=lambda line: _RANKS.get(line.state, 0))
    return replace(
        last,
        submitted=_either(one.submitted, other.submitted),
        identified=_either(one.identified, other.identified),
        incident=_either(one.incident, other.incident),
        escalated=_either(one.escalated, other.escalated),
    )


def _either(one: bool | None, other: bool | None) -> bool | None:
    if one or other:
        return True
    return None if one is None or other is None else False
