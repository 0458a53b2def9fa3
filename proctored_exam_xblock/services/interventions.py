"""What staff may do to a candidate's exam by hand: with a reason, audited, in one transaction (R-X-6 to R-X-8).

Nothing here waits for a proctoring service: all of it works while one is down.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ..backends.base import Step
from ..domain import clock
from ..domain.attempt import (
    OVER,
    AppointmentEvent,
    AppointmentState,
    Event,
    State,
    advance,
    advance_appointment,
)
from ..domain.errors import FileIncomplete, InvalidField, NotAllowedNow, PaymentMissing
from ..domain.journey import Action, ready_to_book
from ..domain.mail import Kind
from ..domain.scheduling import check_start
from ..models import Appointment, Attempt, AuditEntry, Incident
from . import appointments, audit, booking, ending, gate, mails, outbox, seats, second, sitting
from .dossier import Dossier, of_candidacy
from .entry import load, locked

LONGEST_EXTENSION = timedelta(hours=12)
LONGEST_REASON = 500
_NO_LIMIT = 10**9
LONGEST_REPORT = 2000
INCIDENT_KINDS = ("identity", "technical", "behaviour", "health", "other")


def lift_password_lock(candidacy_id: int, actor: str, reason: str, now: datetime) -> None:
    """Let the proctor try again at once (R-X-8)."""
    _check_reason(reason)
    with locked(of_candidacy(candidacy_id), now) as dossier:
        gate.lift_lock(dossier, actor, reason)


def extend(
    candidacy_id: int, extra: timedelta, actor: str, reason: str, now: datetime, *, nonce: str = ""
) -> datetime | None:
    """Give more time, also while the exam runs (R-X-6).

    Args:
        nonce: the request's own random text: sent twice, the time is given once.

    Returns:
        The new deadline, None when the clock has not started.
    """
    _check_reason(reason)
    if not timedelta(0) < extra <= LONGEST_EXTENSION:
        raise InvalidField("extra", reason="out_of_range")
    with locked(of_candidacy(candidacy_id), now) as dossier:
        if dossier.attempt is not None and _is_repeated(dossier, "extended", nonce):
            return dossier.attempt.deadline
        attempt = _step(dossier, Event.EXTEND)
        attempt.extra_seconds += int(extra.total_seconds())
        if attempt.deadline is not None:
            attempt.deadline += extra
        attempt.save(update_fields=["extra_seconds", "deadline"])
        deadline = attempt.deadline.isoformat() if attempt.deadline else None
        told = {"seconds": int(extra.total_seconds()), "deadline": deadline, "reason": reason, **_marked(nonce)}
        audit.record(dossier.own, "extended", now, actor, attempt=attempt, **told)
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
        return _resume(dossier, actor, reason)


def _resume(dossier: Dossier, actor: str, reason: str) -> datetime:
    attempt, now = _step(dossier, Event.RESUME), dossier.now
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
        _interrupt(dossier, actor, reason)


def _interrupt(dossier: Dossier, actor: str, reason: str) -> None:
    attempt = _step(dossier, Event.INTERRUPT)
    attempt.active_key = None
    attempt.ended_at, attempt.end_reason = dossier.now, "interrupted"
    attempt.window_hash = ""
    attempt.save(update_fields=["state", "active_key", "ended_at", "end_reason", "window_hash"])
    audit.record(dossier.own, "interrupted", dossier.now, actor, attempt=attempt, reason=reason)
    outbox.tell_progress(dossier, Step.ERROR)


def book_for(
    candidacy_id: int,
    start: datetime,
    actor: str,
    reason: str,
    now: datetime,
    *,
    tell_vendor: bool = True,
    overbook: bool = False,
) -> Appointment:
    """Book a slot for a candidate, or move their appointment to it, sure at once whatever the vendor says (R-X-7).

    Lead time, number of moves and the vendor's calendar do not count; the exam's own opening hours do, and the slot
    that has just begun is still to be had. The same order twice gives one appointment.

    Args:
        start: the slot, aware.
        tell_vendor: False when the vendor was told by telephone: nothing that waits for this appointment is sent then.
        overbook: take a seat even if none is left.

    Raises:
        FileIncomplete: the candidate has steps to do first (terms, name, information): nobody can do them instead.
        PaymentMissing: only the payment is missing, which staff can enter.
        SlotNotOffered, SlotFull: the slot cannot be had.
        NotAllowedNow: an attempt is under way or over, or the exam has no appointments.
    """
    _check_reason(reason)
    start = start.astimezone(UTC) if start.tzinfo else start
    caller = of_candidacy(candidacy_id)
    prepared = load(caller, now)
    _check_bookable(prepared, start)
    seats.prepare(prepared.exam, start)
    with locked(caller, now) as dossier:
        _check_bookable(dossier, start)
        limit = _NO_LIMIT if overbook else dossier.policy.seats_per_slot
        appointment = booking.active(dossier)
        moved = appointment is not None and (appointment.start != start or appointment.pending_start is not None)
        if appointment is None:
            booking.take_seat(dossier, start, limit=limit)
            appointment = booking.new_appointment(dossier, start)
        elif appointment.state == AppointmentState.CONFIRMED and not moved:
            return appointment
        if moved:
            _move_to(dossier, appointment, start, limit)
            mails.tell(Kind.CHANGED, appointment, now, actor=actor)
        elif appointment.state == AppointmentState.REQUESTED:
            appointments.confirm(dossier, appointment, actor)
        appointment.notice = "by_staff"
        appointment.save(update_fields=["notice"])
        action = "moved_by_hand" if moved else "booked_by_hand"
        told: dict[str, Any] = {"start": start.isoformat(), "reason": reason, "tell_vendor": tell_vendor}
        audit.record(dossier.own, action, now, actor, appointment=appointment.pk, **told)
        if tell_vendor:
            _tell(dossier, appointment, moved)
        else:
            _told_by_telephone(appointment, reason, now)
        return appointment


def _tell(dossier: Dossier, appointment: Appointment, moved: bool) -> None:
    """A booking brings the present start; who has one already, or is just being sent one, is asked to move it."""
    if not booking.has_calendar(dossier):
        return
    if not appointment.outbox.filter(kind="book", state__in=("pending", "done", "by_hand")).exists():
        booking.tell_vendor(dossier, appointment, "book", by_hand="yes")
    elif moved:
        booking.tell_vendor(dossier, appointment, "move", start=appointment.start.isoformat(), by_hand="yes")


def _told_by_telephone(appointment: Appointment, reason: str, now: datetime) -> None:
    for entry in appointment.outbox.filter(state__in=("pending", "stuck")):
        outbox.finish(entry, "by_hand", now, reason=reason[:255])


def _check_bookable(dossier: Dossier, start: datetime) -> None:
    policy, facts = dossier.policy, dossier.facts
    if dossier.attempt is not None or not policy.appointments:
        raise NotAllowedNow(phase=dossier.journey.phase.value)
    begun = timedelta(minutes=min(policy.slot_step_minutes, policy.missed_after_minutes)) - timedelta.resolution
    check_start(policy, start, dossier.now - begun, facts.extra_time, lead_time_waived=True)
    if not ready_to_book(facts, policy):
        complete = ready_to_book(facts, replace(policy, payment_required=False))
        raise PaymentMissing() if complete else FileIncomplete()


def _move_to(dossier: Dossier, appointment: Appointment, start: datetime, limit: int) -> None:
    """Every step through the table, whatever the vendor has or has not answered to; the seats follow."""
    held = {appointment.start, appointment.pending_start} - {None}
    if start not in held:
        booking.take_seat(dossier, start, *filter(None, held), limit=limit)
    state = AppointmentState(appointment.state)
    if state is AppointmentState.REQUESTED:
        state = advance_appointment(state, AppointmentEvent.CONFIRM)
    if state is AppointmentState.MOVE_REQUESTED:
        state = advance_appointment(state, AppointmentEvent.REFUSE_MOVE)
    if start != appointment.start:
        state = advance_appointment(state, AppointmentEvent.ASK_MOVE)
        state = advance_appointment(state, AppointmentEvent.CONFIRM_MOVE)
    appointment.state, appointment.start, appointment.pending_start = state.value, start, None
    appointment.save(update_fields=["state", "start", "pending_start"])
    for other in sorted(filter(None, held - {start})):
        seats.release(dossier.exam, other)


def unlock_by_hand(candidacy_id: int, actor: str, reason: str, now: datetime) -> None:
    """Open the exam without its code and without its room, e.g. because the service that has them is down (R-X-7).

    Within the launch window the attempt begins by this; the candidate still starts the clock. Opened already: nothing.

    Raises:
        NotAllowedNow: before the launch window (``reason`` is ``too_early``), or in another phase.
    """
    _check_reason(reason)
    with locked(of_candidacy(candidacy_id), now) as dossier:
        if dossier.attempt is None:
            _begin(dossier, actor, reason)
        attempt = dossier.attempt
        if attempt is not None and attempt.state == State.UNLOCKED:
            return
        if attempt is None or attempt.state != State.GATE:
            raise NotAllowedNow(phase=dossier.journey.phase.value)
        sitting.open_gate(dossier, actor, reason=reason, how="by_hand")


def _begin(dossier: Dossier, actor: str, reason: str) -> None:
    appointment = booking.active(dossier)
    if appointment is None:
        dossier.journey.require(Action.LAUNCH)
        appointment = booking.implicit_appointment(dossier)
    elif dossier.now < appointment.start - timedelta(minutes=dossier.policy.launch_lead_minutes):
        raise NotAllowedNow(phase=dossier.journey.phase.value, reason="too_early")
    if appointment.state == AppointmentState.REQUESTED:
        appointments.confirm(dossier, appointment, actor)
    sitting.begin(dossier, appointment, actor, reason)


def close_by_hand(candidacy_id: int, actor: str, reason: str, now: datetime, count_drafts: bool | None = None) -> State:
    """End an attempt: a sitting is finished and counted, one that never began is interrupted. Over already: nothing.

    Args:
        count_drafts: whether answers that were not finally verified count; the exam's policy when None.

    Returns:
        The attempt's state.

    Raises:
        NotAllowedNow: there is no attempt.
    """
    _check_reason(reason)
    with locked(of_candidacy(candidacy_id), now) as dossier:
        attempt = dossier.attempt
        if attempt is None:
            raise NotAllowedNow(phase=dossier.journey.phase.value)
        if State(attempt.state) in (State.GATE, State.UNLOCKED):
            _interrupt(dossier, actor, reason)
        elif State(attempt.state) not in {*OVER, State.INTERRUPTED}:
            if attempt.state == State.PAUSED:
                _resume(dossier, actor, reason)
            ending.close(dossier, Event.FINISH, "closed_by_staff", actor, count_drafts, reason=reason)
        return State(attempt.state)


def report_incident(candidacy_id: int, kind: str, text: str, actor: str, now: datetime, *, nonce: str = "") -> None:
    """Keep what an invigilator saw; the trail says that there is a report and of which kind.

    Args:
        kind: one of ``INCIDENT_KINDS``.
        nonce: as in :func:`extend`.
    """
    if kind not in INCIDENT_KINDS:
        raise InvalidField("kind", reason="unknown_name")
    if not text.strip() or len(text) > LONGEST_REPORT:
        raise InvalidField("text", reason="too_long" if text.strip() else "empty")
    with locked(of_candidacy(candidacy_id), now) as dossier:
        if _is_repeated(dossier, "incident_reported", nonce):
            return
        report = Incident.objects.create(
            candidacy=dossier.own,
            attempt=dossier.attempt,
            kind=kind,
            text=text.strip(),
            reported_at=now,
            reported_by=actor,
        )
        told = {"incident": report.pk, "kind": kind, **_marked(nonce)}
        audit.record(dossier.own, "incident_reported", now, actor, attempt=dossier.attempt, **told)


def grant_second_appointment(
    candidacy_id: int, actor: str, reason: str, now: datetime, *, waive_lead_time: bool = False
) -> None:
    """Let the candidate book again: the attempt is archived, its grade taken back (R-FUN-22).

    Raises:
        NotAllowedNow: an attempt or appointment is still under way.
    """
    _check_reason(reason)
    with locked(of_candidacy(candidacy_id), now) as dossier:
        about = dossier.attempt or dossier.appointment
        second.open_again(dossier, "second_granted", actor, waive_lead_time=waive_lead_time, reason=reason)
        if about is not None:
            mails.tell(Kind.SECOND, about, now)


def _step(dossier: Dossier, event: Event) -> Attempt:
    attempt = dossier.attempt
    if attempt is None:
        raise NotAllowedNow(phase=dossier.journey.phase.value)
    attempt.state = advance(State(attempt.state), event).value
    return attempt


def _is_repeated(dossier: Dossier, action: str, nonce: str) -> bool:
    rows = AuditEntry.objects.filter(chain=f"candidacy:{dossier.own.pk}", action=action)
    return bool(nonce) and any(data.get("nonce") == nonce for data in rows.values_list("data", flat=True))


def _marked(nonce: str) -> dict[str, str]:
    return {"nonce": nonce} if nonce else {}


def _check_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise InvalidField("reason", reason="too_long" if reason.strip() else "empty")
