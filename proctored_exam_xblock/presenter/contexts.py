"""What each phase's template is given, one small function per kind of screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from ..domain.attempt import IDENTITY_MISSING, AppointmentState, State
from ..domain.clock import latest_end, whole_duration
from ..domain.journey import Phase
from ..domain.policy import Unlock
from . import (
    calendar,
    changes,
    dates,
    eligibility,
    equipment,
    information,
    payment,
    practice,
    preparation,
    review,
    sitting,
    steps,
    zones,
)
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
        **practice.context(screen),
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
        "moving_to": calendar.moment(screen, facts.pending_start) if facts.pending_start else "",
        "vendor_silent": bool(facts.vendor_last_error),
        "notice": _notice(facts.notice),
        "launch_url": facts.launch_url,
        "ordinal": calendar.ordinal(screen),
        "closes_at": dates.hour(latest_end(facts.start, screen.policy), zone),
        "opens_at": dates.hour(facts.start - timedelta(minutes=screen.policy.launch_lead_minutes), zone),
    }


def _exam_time(screen: Screen, there: str) -> str:
    start = screen.appointment.start
    day = dates.long_day(start.astimezone(screen.policy.zone).date(), screen.locale)
    return f"{day}, {there} {zones.label(screen.policy.time_zone, start, screen.locale)}"


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
        "practice_again": _("A new try is open. Choose a time, as for the exam itself."),
        "second_appointment": _("A second appointment is offered to you, with priority."),
    }.get(code, _("Your appointment changed. Please read it again."))


def booking(screen: Screen) -> Context:
    facts = screen.facts.appointment
    refused = facts is not None and facts.state is AppointmentState.REFUSED
    notice = _notice(facts.notice or "refused") if refused and facts else ""
    if not notice and screen.facts.second_appointment:
        notice = _notice("practice_again" if screen.policy.practice else "second_appointment")
    shown = {**calendar.context(screen), **information.form_context(screen)}
    return {
        **shown,
        **equipment.context(screen),
        **payment.context(screen),
        **_file(screen),
        "calendar_zone": shown["zone_label"],
        "notice": notice,
    }


def _file(screen: Screen) -> Context:
    """The candidate's file, folded away below what there is to do."""
    return {**steps.file_context(screen), **steps.name_context(screen), "has_file": True}


def booked(screen: Screen) -> Context:
    around = {**equipment.context(screen), **payment.context(screen), **preparation.context(screen), **_file(screen)}
    found = {**_appointment(screen), **around, **changes.context(screen)}
    found |= {**information.form_context(screen), "edits_in_file": True}
    if found["movable"]:
        shown = calendar.context(screen)
        found = {**shown, **found, "calendar_zone": shown["zone_label"]}
    return found


def available(screen: Screen) -> Context:
    found = {**_appointment(screen), **equipment.context(screen), **preparation.context(screen), **_file(screen)}
    return {**found, **changes.context(screen)} if found["has_appointment"] else found


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
        outline = tuple((part.title, part.drawn) for part in attempt.paper.parts)
    return {
        **_appointment(screen),
        "duration": dates.span(whole_duration(policy, extra), screen.locale),
        "extra": dates.span(extra, screen.locale) if extra else "",
        "outline": outline,
        "total": sum(count for _title, count in outline),
        **preparation.rules_context(policy),
        "lapses_at": dates.hour(lapses, screen.zone) if lapses else "",
        "stays_open": stays_open,
        "discard": policy.expiry.value == "discard",
    }


def paused(screen: Screen) -> Context:
    attempt = screen.attempt
    left = 0
    if attempt.deadline is not None:
        left = dates.whole_seconds(attempt.deadline, attempt.paused_at or screen.now)
    return {**_appointment(screen), "remaining": dates.stopwatch(left), "seconds": left}


def submitted(screen: Screen) -> Context:
    return {**sitting.receipt_context(screen), **review.context(screen), "attempt": screen.attempt}


def result(screen: Screen) -> Context:
    attempt = screen.attempt
    earned, possible = attempt.score_earned, attempt.score_possible
    percent = round(100 * earned / possible) if earned is not None and possible else None
    words = {
        "earned": "" if earned is None else dates.number(earned, screen.locale),
        "possible": "" if possible is None else dates.number(possible, screen.locale),
    }
    return {
        **sitting.receipt_context(screen),
        **review.context(screen),
        "attempt": attempt,
        "percent": percent,
        **words,
    }


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
    """Missed and interrupted: whether a second appointment is offered or can be asked for."""
    return {**_appointment(screen), **changes.second_context(screen)}


def closed(screen: Screen) -> Context:
    policy = screen.policy
    return {
        "window_first": dates.numeric_day(policy.first_day, screen.locale),
        "window_last": dates.numeric_day(policy.last_day, screen.locale),
    }


BY_PHASE: Mapping[Phase, Callable[[Screen], Context]] = {
    Phase.NOT_ELIGIBLE: eligibility.context,
    Phase.ONBOARDING: steps.onboarding_context,
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
