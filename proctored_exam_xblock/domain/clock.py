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


def latest_end(start: datetime, policy: ExamPolicy) -> datetime:
    """When an appointment that was never launched counts as missed."""
    return start + timedelta(minutes=policy.missed_after_minutes)


def abandoned_at(start: datetime, policy: ExamPolicy, extra: timedelta) -> datetime:
    """When a room that was launched but never unlocked counts as missed: no proctor waits longer than the exam."""
    return latest_end(start, policy) + whole_duration(policy, extra)
