"""What a change, a cancellation or a second appointment would mean, told before it is asked for (R-FUN-9, R-FUN-22)."""

from __future__ import annotations

from datetime import timedelta

from ..domain.attempt import AppointmentState
from ..domain.journey import Action, why_no_second
from ..domain.scheduling import booking_rules, cancel_closes_at, earliest_start, move_closes_at
from ..domain.second import Refusal
from . import calendar, dates
from .screen import Screen


def context(screen: Screen) -> dict[str, object]:
    """Until when the appointment can be moved and cancelled, how often, and what would follow."""
    policy, start = screen.policy, screen.appointment.start
    opens = start - timedelta(minutes=policy.launch_lead_minutes)
    moves, cancels = move_closes_at(policy, start), cancel_closes_at(policy, start)
    left = max(0, policy.max_moves - screen.appointment.moves)
    may_move = Action.MOVE in screen.journey.actions and screen.appointment.state is AppointmentState.CONFIRMED
    move_over = moves is not None and screen.now > moves
    cancel_over = cancels is not None and screen.now > cancels
    return {
        "may_move": may_move,
        "movable": may_move and left > 0 and not move_over,
        "may_cancel": Action.CANCEL in screen.journey.actions and not cancel_over,
        "moves_left": left,
        "moves_left_after": max(0, left - 1),
        "move_over": move_over,
        "move_hours": policy.move_deadline_hours,
        "move_until": calendar.moment(screen, min(moves or opens, opens)),
        "cancel_over": cancel_over,
        "cancel_hours": policy.cancel_deadline_hours,
        "cancel_until": calendar.moment(screen, cancels) if cancels else "",
        "present": calendar.moment(screen, start),
        "to_be_confirmed": "booking" in screen.links.capabilities,
        **_after_cancelling(screen),
    }


def _after_cancelling(screen: Screen) -> dict[str, object]:
    """The lead time applies again: the first time that could then still be booked, '' for none."""
    facts = screen.facts
    rules = booking_rules(facts.next_policy or screen.policy, second=facts.taken_before > 0)
    full = facts.full_starts - {screen.appointment.start}
    first = earliest_start(rules, screen.now, facts.extra_time, facts.lead_time_waived, full)
    return {
        "rebook_first": calendar.moment(screen, first) if first else "",
        "rebook_hours": 0 if facts.lead_time_waived else rules.lead_time_hours,
        "no_refund": screen.policy.payment_required,
    }


def second_context(screen: Screen) -> dict[str, object]:
    """Who was interrupted or missed the appointment: whether a second one is offered, and if not, what can be done."""
    facts = screen.facts
    policy = facts.next_policy or screen.policy
    rules = booking_rules(policy, second=True)
    code = why_no_second(facts, screen.journey.phase, screen.policy, screen.now)
    offered = code is Refusal.NONE
    first = earliest_start(rules, screen.now, facts.extra_time, not offered, facts.full_starts)
    attempt = facts.attempt
    return {
        "second": code.value or "offered",
        "second_first": calendar.moment(screen, first) if first else "",
        "second_hours": rules.lead_time_hours,
        "second_left": max(0, policy.seconds_by_rule - facts.seconds_by_rule - 1),
        "window_last": dates.numeric_day(policy.last_day, screen.locale),
        "attempt_number": attempt.number if attempt else 0,
        "ordinal": calendar.ordinal(screen),
    }
