"""What nobody asks for: time over, unlock lapsed, room abandoned, appointment missed, time granted in the platform.

``due`` asks, ``settle`` answers inside the caller's transaction. The rows are the same whoever comes first, because
an expiry is dated at the deadline, not at the touch.
"""

from __future__ import annotations

from datetime import timedelta

from ..domain import clock
from ..domain.attempt import (
    APPOINTMENT_ACTIVE,
    AppointmentEvent,
    AppointmentState,
    Event,
    State,
    advance,
    advance_appointment,
)
from ..domain.mail import Kind
from ..models import Appointment
from . import audit, ending, mails, seats
from .dossier import Dossier, opens_by_itself

SYSTEM = "system"
PLATFORM = "platform"


def due(dossier: Dossier) -> Event | AppointmentEvent | None:
    """The event that the clock (or an allowance) has made due for this candidate, if any."""
    attempt, appointment, policy, now = dossier.attempt, dossier.appointment, dossier.policy, dossier.now
    if attempt is not None:
        state = State(attempt.state)
        if state in (State.SITTING, State.PAUSED) and _granted_since(dossier):
            return Event.EXTEND
        if state is State.SITTING and attempt.deadline and clock.is_over(attempt.deadline, policy, now):
            return Event.EXPIRE
        if state is State.UNLOCKED and attempt.unlocked_at and not opens_by_itself(dossier):
            if now >= clock.unlock_lapses_at(attempt.unlocked_at, policy, dossier.facts.room_open_at):
                return Event.LAPSE
        if state is State.GATE and appointment is not None and not appointment.implicit:
            if now >= clock.abandoned_at(appointment.start, policy, dossier.facts.extra_time):
                return Event.ABANDON
        return None
    if appointment is not None and AppointmentState(appointment.state) in APPOINTMENT_ACTIVE:
        if now >= clock.latest_end(appointment.start, policy):
            return AppointmentEvent.MISS
    return None


def settle(dossier: Dossier) -> None:
    """Apply what is due; the caller holds the candidacy's lock."""
    event = due(dossier)
    attempt, appointment = dossier.attempt, dossier.appointment
    if event is Event.EXTEND:
        _extend(dossier)
    elif event is Event.EXPIRE:
        ending.close(dossier, Event.EXPIRE, "time_over", SYSTEM)
    elif event is Event.LAPSE and attempt is not None:
        attempt.state = advance(State(attempt.state), event).value
        attempt.unlocked_at = None
        attempt.save(update_fields=["state", "unlocked_at"])
        audit.record(dossier.own, "unlock_lapsed", dossier.now, SYSTEM, attempt=attempt)
    elif event is Event.ABANDON and attempt is not None and appointment is not None:
        attempt.state = advance(State(attempt.state), event).value
        attempt.active_key = None
        attempt.ended_at = attempt.archived_at = dossier.now
        attempt.save(update_fields=["state", "active_key", "ended_at", "archived_at"])
        _miss(dossier, appointment)
    elif event is AppointmentEvent.MISS and appointment is not None:
        _miss(dossier, appointment)


def _granted_since(dossier: Dossier) -> timedelta:
    """Extra time that the platform's own tables grant beyond what the sitting has already; never taken back."""
    assert dossier.attempt is not None
    return max(timedelta(0), dossier.facts.allowance - timedelta(seconds=dossier.attempt.allowance_seconds))


def _extend(dossier: Dossier) -> None:
    attempt, granted = dossier.attempt, _granted_since(dossier)
    assert attempt is not None
    assert attempt.deadline is not None
    seconds = int(granted.total_seconds())
    attempt.deadline += granted
    attempt.extra_seconds += seconds
    attempt.allowance_seconds += seconds
    attempt.save(update_fields=["deadline", "extra_seconds", "allowance_seconds"])
    until = attempt.deadline.isoformat()
    audit.record(dossier.own, "extended", dossier.now, PLATFORM, attempt=attempt, seconds=seconds, deadline=until)


def _miss(dossier: Dossier, appointment: Appointment) -> None:
    if appointment.pending_start is not None:
        seats.release(dossier.exam, appointment.pending_start)
    never_confirmed = appointment.state == AppointmentState.REQUESTED
    appointment.state = advance_appointment(AppointmentState(appointment.state), AppointmentEvent.MISS).value
    appointment.active_key = None
    appointment.pending_start = None
    appointment.save(update_fields=["state", "active_key", "pending_start"])
    audit.record(dossier.own, "appointment_missed", dossier.now, SYSTEM, appointment=appointment.pk)
    mails.tell(Kind.MISSED, appointment, dossier.now, actor="vendor" if never_confirmed else SYSTEM)
