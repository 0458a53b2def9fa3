"""A second appointment (R-FUN-22): whether the rules offer one to the candidate themselves, and why not."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from .clock import window_end
from .policy import ExamPolicy, SecondChance
from .scheduling import booking_rules, earliest_start


class Refusal(StrEnum):
    """``NONE``: it is offered. ``ASK_STAFF``, ``USED_UP`` and ``SHORT_NOTICE``: only the course team can grant one."""

    NONE = ""
    NO_APPOINTMENTS = "no_appointments"
    WINDOW_OVER = "window_over"
    NO_SLOT = "no_slot"
    SHORT_NOTICE = "short_notice"
    USED_UP = "used_up"
    ASK_STAFF = "ask_staff"


def refusal(
    policy: ExamPolicy,
    after: SecondChance,
    used: int,
    now: datetime,
    extra: timedelta,
    full: Collection[datetime] = (),
) -> Refusal:
    """Why the candidate is not offered a second appointment now.

    Args:
        policy: the exam's present rules, under which it would be made.
        after: what happened to the last one.
        used: how many second appointments the rules gave this candidate already.
        now: aware instant.
        extra: the candidate's extra time.
        full: starts without a seat, UTC.
    """
    if now >= window_end(policy):
        return Refusal.WINDOW_OVER
    if not policy.appointments:
        return Refusal.NO_APPOINTMENTS
    rules = booking_rules(policy, second=True)
    if earliest_start(rules, now, extra, True, full) is None:
        return Refusal.NO_SLOT
    if earliest_start(rules, now, extra, False, full) is None:
        return Refusal.SHORT_NOTICE
    if after not in policy.second_after:
        return Refusal.ASK_STAFF
    return Refusal.USED_UP if used >= policy.seconds_by_rule else Refusal.NONE
