"""Windows, deadlines, extra time and zones, as functions of instants that are passed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from .policy import ExamPolicy


def window_start(policy: ExamPolicy) -> datetime:
    """First opening, UTC. A wall time inside a DST gap is read with the offset before the change (PEP 495)."""
    return datetime.combine(policy.first_day, policy.opens_at, tzinfo=policy.zone).astimezone(UTC)


def window_end(policy: ExamPolicy) -> datetime:
    """Last closing, UTC; a sitting once started outlives it."""
    closing = datetime.combine(policy.last_day, policy.closes_at, tzinfo=policy.zone)
    return closing.astimezone(UTC)


def extra_time(duration: timedelta, percent: int) -> timedelta:
    """Extra time for an accommodation of ``percent``, rounded up to the second."""
    seconds = duration.total_seconds() * percent / 100
    return timedelta(seconds=-int(-seconds // 1))


def whole_duration(policy: ExamPolicy, extra: timedelta) -> timedelta:
    """What the vendor is told and what must fit before closing: duration plus extra time."""
    return policy.duration + extra


def first_deadline(started: datetime, policy: ExamPolicy, extra: timedelta) -> datetime:
    """started + duration + extra time; later only audited events move it."""
    return started + whole_duration(policy, extra)


def after_pause(deadline: datetime, paused_at: datetime, resumed_at: datetime) -> datetime:
    """The deadline once the time spent paused is given back."""
    return deadline + max(resumed_at - paused_at, timedelta(0))


def cut_off(deadline: datetime, policy: ExamPolicy) -> datetime:
    """Last instant at which an answer is taken (R-X-3)."""
    return deadline + policy.network_grace


def is_over(deadline: datetime, policy: ExamPolicy, now: datetime) -> bool:
    """True once nothing more is taken."""
    return now > cut_off(deadline, policy)


HELD_OPEN = timedelta(hours=12)
"""How long a room counts as open after it was last seen so: longer than any outage on an exam day."""


def unlock_lapses_at(unlocked: datetime, policy: ExamPolicy, room_open_at: datetime | None) -> datetime:
    """When an unlocked exam that is not started closes again.

    Args:
        unlocked: the instant of the unlock.
        room_open_at: when the vendor's room was last seen open, None when no room opens this exam or it is open no
            more: whom the proctor lets in is not sent back, also when the vendor falls silent meanwhile (R-PE-1).
    """
    lapses = unlocked + timedelta(minutes=policy.unlock_valid_minutes)
    return lapses if room_open_at is None else max(lapses, room_open_at + HELD_OPEN)


def start_until(policy: ExamPolicy, unlocked: datetime | None) -> datetime:
    """Until when an exam without appointments may be started by who is in it: as late as one who had a slot at the
    window's end, or while an unlock by hand is fresh. With appointments the slot says it.

    Args:
        unlocked: the instant of the unlock, None before it.
    """
    last = window_end(policy) + timedelta(minutes=policy.missed_after_minutes)
    return last if unlocked is None else max(last, unlocked + timedelta(minutes=policy.unlock_valid_minutes))


def latest_end(start: datetime, policy: ExamPolicy) -> datetime:
    """When an appointment that was never launched counts as missed."""
    return start + timedelta(minutes=policy.missed_after_minutes)


def abandoned_at(start: datetime, policy: ExamPolicy, extra: timedelta) -> datetime:
    """When a room that was launched but never unlocked counts as missed: no proctor waits longer than the exam."""
    return latest_end(start, policy) + whole_duration(policy, extra)
