"""What staff may do to a candidate's exam by hand: with a reason, audited, in one transaction (R-X-6 to R-X-8)."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..domain import clock
from ..domain.attempt import AppointmentState, Event, State, advance
from ..domain.errors import InvalidField, NotAllowedNow
from ..models import Attempt
from . import audit, gate, review
from .dossier import Dossier, of_candidacy
from .entry import locked

LONGEST_EXTENSION = timedelta(hours=12)


def lift_password_lock(candidacy_id: int, actor: str, reason: str, now: datetime) -> None:
    """Let the proctor try again at once (R-X-8)."""
    _check_reason(reason)
    with locked(of_candidacy(candidacy_id), now) as dossier:
        gate.lift_lock(dossier, actor, reason)


def extend(candidacy_id: int, extra: timedelta, actor: str, reason: str, now: datetime) -> datetime | None:
    """Give more time, also while the exam runs (R-X-6).

    Returns:
        The new deadline, None when the clock has not started.
    """
    _check_reason(reason)
    if not timedelta(0) < extra <= LONGEST_EXTENSION:
        raise InvalidField("extra", reason="out_of_range")
    with locked(of_candidacy(candidacy_id), now) as dossier:
        attempt = _step(dossier, Event.EXTEND)
        attempt.extra_seconds += int(extra.total_seconds())
        if attempt.deadline is not None:
            attempt.deadline += extra
        attempt.save(update_fields=["extra_seconds", "deadline"])
        deadline = attempt.deadline.isoformat() if attempt.deadline else None
        seconds = int(extra.total_seconds())
        audit.record(
            dossier.own, "extended", now, actor, attempt=attempt, seconds=seconds, deadline=deadline, reason=reason
        )
        return attempt.deadline


def pause(candidacy_id: int, actor: str, reason: str, now: datetime) -> None:
    """Stop the candidate's clock."""
    _check_reason(reason)
    with locked(of_candidacy(candidacy_id), now) as dossier:
        attempt = _step(dossier, Event.PAUSE)
        attempt.paused_at = now
        attempt.save(update_fields=["state", "paused_at"])
        audit.record(dossier.own, "paused", now, actor, attempt=attempt, reason=reason)


def resume(candidacy_id: int, actor: str, reason: str, now: datetime) -> datetime:
    """Give the paused time back and go on.

    Returns:
        The new deadline.
    """
    _check_reason(reason)
    with locked(of_candidacy(candidacy_id), now) as dossier:
        attempt = _step(dossier, Event.RESUME)
        assert attempt.paused_at is not None
        assert attempt.deadline is not None
        attempt.deadline = clock.after_pause(attempt.deadline, attempt.paused_at, now)
        attempt.paused_seconds += max(0, int((now - attempt.paused_at).total_seconds()))
        attempt.paused_at = None
        attempt.window_seen_at = now
        attempt.save(update_fields=["state", "paused_at", "paused_seconds", "deadline", "window_seen_at"])
        audit.record(
            dossier.own, "resumed", now, actor, attempt=attempt, deadline=attempt.deadline.isoformat(), reason=reason
        )
        return attempt.deadline


def interrupt(candidacy_id: int, actor: str, reason: str, now: datetime) -> None:
    """Stop an attempt for a technical problem; answers stay on file and are not counted (R-FUN-22)."""
    _check_reason(reason)
    with locked(of_candidacy(candidacy_id), now) as dossier:
        attempt = _step(dossier, Event.INTERRUPT)
        attempt.active_key = None
        attempt.ended_at, attempt.end_reason = now, "interrupted"
        attempt.window_hash = ""
        attempt.save(update_fields=["state", "active_key", "ended_at", "end_reason", "window_hash"])
        audit.record(dossier.own, "interrupted", now, actor, attempt=attempt, reason=reason)


def grant_second_appointment(
    candidacy_id: int, actor: str, reason: str, now: datetime, *, waive_lead_time: bool = False
) -> None:
    """Let the candidate book again: the attempt is archived, its grade taken back (R-FUN-22).

    Raises:
        NotAllowedNow: an attempt or appointment is still under way.
    """
    _check_reason(reason)
    with locked(of_candidacy(candidacy_id), now) as dossier:
        attempt, appointment = dossier.attempt, dossier.appointment
        if attempt is None and (appointment is None or appointment.state != AppointmentState.MISSED):
            raise NotAllowedNow(phase=dossier.journey.phase.value)
        if attempt is not None and attempt.active_key is not None:
            raise NotAllowedNow(phase=dossier.journey.phase.value)
        if attempt is not None:
            attempt.archived_at = now
            attempt.save(update_fields=["archived_at"])
            review.withdraw(attempt)
        candidacy = dossier.own
        candidacy.second_appointment = True
        candidacy.lead_time_waived = waive_lead_time
        candidacy.save(update_fields=["second_appointment", "lead_time_waived"])
        audit.record(
            candidacy, "second_granted", now, actor, attempt=attempt, waive_lead_time=waive_lead_time, reason=reason
        )


def _step(dossier: Dossier, event: Event) -> Attempt:
    attempt = dossier.attempt
    if attempt is None:
        raise NotAllowedNow(phase=dossier.journey.phase.value)
    attempt.state = advance(State(attempt.state), event).value
    return attempt


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidField("reason", reason="empty")
