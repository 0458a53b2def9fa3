"""What each phase's template is given, one small function per kind of screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from ..domain.attempt import IDENTITY_MISSING, AppointmentState, State
from ..domain.clock import latest_end, whole_duration, window_end
from ..domain.journey import Action, Phase
from ..domain.policy import Unlock
from . import calendar, dates, equipment, information, payment, sitting, zones
from . import room as room_words
from .screen import Screen

Context = dict[str, Any]


def common(screen: Screen) -> Context:
    """Exam, candidate, duration: every screen."""
    policy, attempt = screen.policy, screen.facts.attempt
    return {
        "exam": policy,
        "person": screen.person,
        "links": screen.links,
        "appointments": policy.appointments,
        "proctored": screen.proctored,
        "duration": dates.span(whole_duration(policy, screen.facts.extra_time), screen.locale),
        "extra": dates.span(screen.facts.extra_time, screen.locale) if screen.facts.extra_time else "",
        "certification_number": attempt.certification_number if attempt else "",
    }


def _appointment(screen: Screen) -> Context:
    facts = screen.facts.appointment
    if facts is None or facts.implicit:
        return {"has_appointment": False, "launch_url": facts.launch_url if facts else ""}
    locale, zone, local = screen.locale, screen.zone, facts.start.astimezone(screen.zone)
    there = dates.hour(facts.start, screen.policy.zone)
    seconds = dates.whole_seconds(facts.start, screen.now)
    return {
        "has_appointment": True,
        "appointment": facts,
        "start_iso": dates.iso(facts.start),
        "start_day": dates.long_day(local.date(), locale),
        "start_hour": dates.hour(facts.start, zone),
        "start_date": dates.numeric_day(local.date(), locale),
        "zone_label": zones.label(screen.zone_name, facts.start, locale),
        "elsewhere": _exam_time(screen, there) if there != dates.hour(facts.start, zone) else "",
        "seconds": seconds,
        "countdown": dates.countdown(seconds),
        "requested": facts.state is AppointmentState.REQUESTED,
        "moving_to": _moment(screen, facts.pending_start) if facts.pending_start else "",
        "vendor_silent": bool(facts.vendor_last_error),
        "notice": _notice(facts.notice),
        "launch_url": facts.launch_url,
        "may_move": Action.MOVE in screen.journey.actions and facts.state is AppointmentState.CONFIRMED,
        "may_cancel": Action.CANCEL in screen.journey.actions,
        "moves_left": max(0, screen.policy.max_moves - facts.moves),
        "closes_at": dates.hour(latest_end(facts.start, screen.policy), zone),
        "opens_at": dates.hour(facts.start - timedelta(minutes=screen.policy.launch_lead_minutes), zone),
    }


def _exam_time(screen: Screen, there: str) -> str:
    start = screen.appointment.start
    day = dates.long_day(start.astimezone(screen.policy.zone).date(), screen.locale)
    return f"{day}, {there} {zones.label(screen.policy.time_zone, start, screen.locale)}"


def _moment(screen: Screen, moment: Any) -> str:
    local = moment.astimezone(screen.zone)
    return _("%(day)s at %(time)s") % {
        "day": dates.week_day(local.date(), screen.locale),
        "time": dates.hour(moment, screen.zone),
    }


def _notice(code: str) -> str:
    """What happened to an earlier request, in words; an unknown code still says that something happened."""
    if not code:
        return ""
    return {
        "refused": _(
            "The proctoring service could not take your appointment: that time is gone. Please choose another."
        ),
        "move_refused": _("The new time was not available: your appointment stays as it was."),
        "move_confirmed": _("Your appointment was moved."),
        "vendor_cancelled": _("The proctoring service cancelled your appointment. Please choose another time."),
        "by_staff": _("The course team made this appointment for you. Please read it again."),
        "second_appointment": _("A second appointment is offered to you, with priority."),
    }.get(code, _("Your appointment changed. Please read it again."))


def booking(screen: Screen) -> Context:
    facts = screen.facts.appointment
    refused = facts is not None and facts.state is AppointmentState.REFUSED
    notice = _notice(facts.notice or "refused") if refused and facts else ""
    if not notice and screen.facts.second_appointment:
        notice = _notice("second_appointment")
    return {
        **calendar.context(screen),
        **information.form_context(screen),
        **equipment.context(screen),
        **payment.context(screen),
        "notice": notice,
    }


def booked(screen: Screen) -> Context:
    found = {**_appointment(screen), **equipment.context(screen), **payment.context(screen), "movable": False}
    if found.get("may_move") and found.get("moves_left"):
        found |= {**calendar.context(screen), **information.form_context(screen), "movable": True}
    return found


def available(screen: Screen) -> Context:
    return {**_appointment(screen), **equipment.context(screen)}


def room(screen: Screen) -> Context:
    locked = screen.facts.appointment.locked_until if screen.facts.appointment else None
    locked = locked if locked and locked > screen.now else None
    return {
        **_appointment(screen),
        "other_window": screen.attempt.state is State.SITTING,
        "password": screen.policy.unlock is not Unlock.NONE,
        "session_code": screen.policy.unlock is Unlock.SESSION_CODE,
        "room": room_words.view(screen) if screen.facts.opens_by_room else None,
        "locked_seconds": dates.whole_seconds(locked, screen.now) if locked else 0,
        "locked_for": dates.stopwatch(dates.whole_seconds(locked, screen.now)) if locked else "",
    }


def unlocked(screen: Screen) -> Context:
    attempt, policy = screen.attempt, screen.policy
    stays_open = screen.facts.room_open_at is not None
    lapses = screen.journey.next_change if screen.proctored and not stays_open else None  # unguarded: never
    extra = screen.facts.extra_time + timedelta(seconds=attempt.extra_seconds)
    outline = screen.links.outline
    if not outline and attempt.paper is not None:
        outline = tuple((part.title, len(part.questions)) for part in attempt.paper.parts)
    return {
        **_appointment(screen),
        "duration": dates.span(whole_duration(policy, extra), screen.locale),
        "extra": dates.span(extra, screen.locale) if extra else "",
        "outline": outline,
        "total": sum(count for _title, count in outline),
        "rules": [_RULES[code]() for code in policy.forbidden if code in _RULES],
        "lapses_at": dates.hour(lapses, screen.zone) if lapses else "",
        "stays_open": stays_open,
        "discard": policy.expiry.value == "discard",
    }


_RULES: Mapping[str, Callable[[], str]] = {
    "internet": lambda: _("no Internet, beyond this page"),
    "applications": lambda: _("no other application"),
    "documents": lambda: _("no book, manual or document"),
    "calculator": lambda: _("no calculator"),
    "paper": lambda: _("no pen, paper or draft"),
    "headphones": lambda: _("no headphones or earphones"),
}


def paused(screen: Screen) -> Context:
    attempt = screen.attempt
    left = 0
    if attempt.deadline is not None:
        left = dates.whole_seconds(attempt.deadline, attempt.paused_at or screen.now)
    return {**_appointment(screen), "remaining": dates.stopwatch(left), "seconds": left}


def submitted(screen: Screen) -> Context:
    return {**sitting.receipt_context(screen), "attempt": screen.attempt}


def result(screen: Screen) -> Context:
    attempt = screen.attempt
    earned, possible = attempt.score_earned, attempt.score_possible
    percent = round(100 * earned / possible) if earned is not None and possible else None
    return {**sitting.receipt_context(screen), "attempt": attempt, "percent": percent}


def invalidated(screen: Screen) -> Context:
    """A reason is shown as staff typed it; what was decided without them has a code."""
    reason = screen.attempt.review_reason
    by_board = reason != IDENTITY_MISSING
    return {
        **sitting.receipt_context(screen),
        "reason": reason if by_board else _identity_missing(),
        "by_board": by_board,
    }


def _identity_missing() -> str:
    return _(
        "The photo of your identity document or of your face is missing: without it an exam cannot be validated, "
        "whatever the answers."
    )


def ended(screen: Screen) -> Context:
    """Missed and interrupted: whether a second appointment still fits in the window."""
    policy = screen.policy
    return {
        **_appointment(screen),
        "second_possible": policy.appointments and screen.now < window_end(policy),
        "window_last": dates.numeric_day(policy.last_day, screen.locale),
    }


def closed(screen: Screen) -> Context:
    policy = screen.policy
    return {
        "window_first": dates.numeric_day(policy.first_day, screen.locale),
        "window_last": dates.numeric_day(policy.last_day, screen.locale),
    }


BY_PHASE: Mapping[Phase, Callable[[Screen], Context]] = {
    Phase.NOT_ELIGIBLE: closed,
    Phase.ONBOARDING: information.onboarding_context,
    Phase.BOOKING: booking,
    Phase.BOOKED: booked,
    Phase.AVAILABLE: available,
    Phase.ROOM: room,
    Phase.UNLOCKED: unlocked,
    Phase.SITTING: sitting.context,
    Phase.PAUSED: paused,
    Phase.SUBMITTED: submitted,
    Phase.RESULT: result,
    Phase.INVALIDATED: invalidated,
    Phase.INTERRUPTED: ended,
    Phase.MISSED: ended,
    Phase.CLOSED: closed,
}
