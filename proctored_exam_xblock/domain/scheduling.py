"""Opening rules -> slots as absolute instants; may this candidate book, move (R-FUN-7, R-FUN-8).

A day's slots are counted in absolute time from its opening, so that they are right on the days when clocks change:
no instant is listed twice, none falls into a gap, and every sitting ends by closing time on a real clock.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from .clock import whole_duration, window_end, window_start
from .errors import CancelDeadline, MoveDeadline, MoveLimit, SlotNotOffered, TooLate
from .policy import ExamPolicy


@dataclass(frozen=True)
class SlotOffer:
    """One slot as offered by the vendor; ``seats_left`` is None when it does not tell."""

    start: datetime
    seats_left: int | None = None


@dataclass(frozen=True)
class DayOffer:
    """One day of the calendar, in the exam's zone.

    ``reason`` is '' when bookable, else ``outside`` (of the window), ``closed`` (weekday, or a day that the zone jumps
    over), ``excluded``, ``extra_time`` (the candidate's does not fit before closing), ``past``, ``lead_time`` or
    ``full`` (no seat left).
    """

    day: date
    bookable: bool
    reason: str = ""


def booking_rules(policy: ExamPolicy, *, second: bool) -> ExamPolicy:
    """The rules under which an appointment is made: a second one has a lead time of its own (R-FUN-22)."""
    return replace(policy, lead_time_hours=policy.second_lead_time_hours) if second else policy


def day_slots(policy: ExamPolicy, day: date, extra: timedelta) -> tuple[datetime, ...]:
    """Every start that the exam's rules offer on ``day``, whatever the time now.

    Args:
        policy: the exam's rules.
        day: a date in the exam's zone.
        extra: the candidate's extra time, which brings the last start forward.

    Returns:
        UTC instants in order, one each ``slot_step_minutes`` from the opening on; the last one leaves the whole
        duration before closing. Empty outside the window, on a closed weekday and on an excluded date.
    """
    if _never_open(policy, day):
        return ()
    first, count = _grid(policy, day, extra)
    step = timedelta(minutes=policy.slot_step_minutes)
    return tuple(first + step * index for index in range(count))


def bookable_days(
    policy: ExamPolicy, now: datetime, extra: timedelta, lead_time_waived: bool, full: Collection[datetime] = ()
) -> tuple[DayOffer, ...]:
    """Each day of the window, first to last, with whether a slot can still be booked on it.

    Args:
        policy: the exam's rules.
        now: aware instant.
        extra: the candidate's extra time.
        lead_time_waived: staff let this candidate book at short notice (R-FUN-22).
        full: starts without a seat for this candidate, UTC.
    """
    days = (policy.last_day - policy.first_day).days + 1
    return tuple(
        day_offer(policy, policy.first_day + timedelta(days=index), now, extra, lead_time_waived, full)
        for index in range(days)
    )


def day_offer(
    policy: ExamPolicy,
    day: date,
    now: datetime,
    extra: timedelta,
    lead_time_waived: bool,
    full: Collection[datetime] = (),
) -> DayOffer:
    """Whether a slot can still be booked on ``day``, and why not; arguments as :func:`bookable_days`."""
    reason = _never_open(policy, day) or _why_not(policy, day, now.astimezone(UTC), extra, lead_time_waived, full)
    return DayOffer(day, not reason, reason)


def _why_not(
    policy: ExamPolicy, day: date, now: datetime, extra: timedelta, waived: bool, full: Collection[datetime]
) -> str:
    first, count = _grid(policy, day, extra)
    last = first + timedelta(minutes=policy.slot_step_minutes) * (count - 1)
    if not count:
        return "extra_time" if _grid(policy, day, timedelta(0))[1] else "closed"
    if last < now:
        return "past"
    if last - now < _lead(policy, waived):
        return "lead_time"
    return "" if not full or _first_free(policy, day, now + _lead(policy, waived), extra, full) else "full"


def _first_free(
    policy: ExamPolicy, day: date, soonest: datetime, extra: timedelta, full: Collection[datetime]
) -> datetime | None:
    slots = day_slots(policy, day, extra)
    return next((start for start in slots if start >= soonest and start not in full), None)


def check_start(policy: ExamPolicy, start: datetime, now: datetime, extra: timedelta, lead_time_waived: bool) -> None:
    """Refuse a start that this candidate may not book now; seats are the vendor's and the service's to count.

    Args:
        policy: the exam's rules.
        start: the instant asked for.
        now: aware instant.
        extra: the candidate's extra time.
        lead_time_waived: as in :func:`bookable_days`.

    Raises:
        SlotNotOffered: not one of the rules' slots, in the past, or without an offset.
        TooLate: a slot, but less than the lead time ahead (72 h is hard: exactly 72 h passes).
    """
    if start.utcoffset() is None or not window_start(policy) <= start <= window_end(policy):
        raise SlotNotOffered()
    # In UTC, as datetimes of one zone subtract by their wall clocks.
    start, now = start.astimezone(UTC), now.astimezone(UTC)
    if start < now:
        raise SlotNotOffered()
    day = start.astimezone(policy.zone).date()
    if _never_open(policy, day):
        raise SlotNotOffered()
    first, count = _grid(policy, day, extra)
    index, rest = divmod(start - first, timedelta(minutes=policy.slot_step_minutes))
    if rest or not 0 <= index < count:
        raise SlotNotOffered()
    if start - now < _lead(policy, lead_time_waived):
        earliest = earliest_start(policy, now, extra, lead_time_waived)
        raise TooLate(hours=policy.lead_time_hours, earliest=earliest.isoformat() if earliest else None)


def earliest_start(
    policy: ExamPolicy, now: datetime, extra: timedelta, lead_time_waived: bool, full: Collection[datetime] = ()
) -> datetime | None:
    """The first start with a seat that :func:`check_start` would accept now, UTC; None when the window holds none any
    more. Arguments as :func:`bookable_days`."""
    soonest = now.astimezone(UTC) + _lead(policy, lead_time_waived)
    for offer in bookable_days(policy, now, extra, lead_time_waived, full):
        if offer.bookable:
            return _first_free(policy, offer.day, soonest, extra, full)
    return None


def move_closes_at(policy: ExamPolicy, start: datetime) -> datetime | None:
    """Last instant at which an appointment at ``start`` may be moved; None where the rules set no deadline."""
    return start - timedelta(hours=policy.move_deadline_hours) if policy.move_deadline_hours else None


def cancel_closes_at(policy: ExamPolicy, start: datetime) -> datetime | None:
    """Last instant at which an appointment at ``start`` may be cancelled; None where the rules set no deadline."""
    return start - timedelta(hours=policy.cancel_deadline_hours) if policy.cancel_deadline_hours else None


def check_move(policy: ExamPolicy, start: datetime, moves_done: int, now: datetime) -> None:
    """Refuse to move an appointment at ``start`` now, whatever the new time.

    Raises:
        MoveLimit: it was moved ``max_moves`` times already; params: ``limit`` (int).
        MoveDeadline: it is too close; params: ``hours`` (int).
    """
    if moves_done >= policy.max_moves:
        raise MoveLimit(limit=policy.max_moves)
    closes = move_closes_at(policy, start)
    if closes is not None and now > closes:
        raise MoveDeadline(hours=policy.move_deadline_hours)


def check_cancel(policy: ExamPolicy, start: datetime, now: datetime) -> None:
    """Refuse to cancel an appointment at ``start`` now.

    Raises:
        CancelDeadline: it is too close; params: ``hours`` (int).
    """
    closes = cancel_closes_at(policy, start)
    if closes is not None and now > closes:
        raise CancelDeadline(hours=policy.cancel_deadline_hours)


def _lead(policy: ExamPolicy, waived: bool) -> timedelta:
    return timedelta(0) if waived else timedelta(hours=policy.lead_time_hours)


def _never_open(policy: ExamPolicy, day: date) -> str:
    if not policy.first_day <= day <= policy.last_day:
        return "outside"
    if day.isoweekday() in policy.closed_weekdays:
        return "closed"
    return "excluded" if day in policy.excluded_dates else ""


def _grid(policy: ExamPolicy, day: date, extra: timedelta) -> tuple[datetime, int]:
    """First start of an open day, UTC, and how many starts follow each other at the slot step."""
    first = _instant(policy, day, policy.opens_at)
    last = _instant(policy, day, policy.closes_at) - whole_duration(policy, extra)
    # A zone that jumps over the date line skips a whole day: its wall times belong to the next day.
    if last < first or first.astimezone(policy.zone).date() != day:
        return first, 0
    return first, (last - first) // timedelta(minutes=policy.slot_step_minutes) + 1


def _instant(policy: ExamPolicy, day: date, wall: time) -> datetime:
    """A wall time of the exam's zone in UTC, read as ``clock.window_start`` reads it (before the change, PEP 495)."""
    return datetime.combine(day, wall, tzinfo=policy.zone).astimezone(UTC)
