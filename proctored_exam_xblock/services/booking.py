"""Appointments: which slots there are, hold one, book, move, cancel.

Our row and its outbox entry are written in one transaction; the vendor hears of it right after the commit
(``proctoring.drain``), and a booking stays even when the vendor does not answer (R-X-7).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction

from ..backends.base import BackendError, Capability, SlotQuery
from ..domain import clock
from ..domain.attempt import (
    APPOINTMENT_ACTIVE,
    AppointmentEvent,
    AppointmentState,
    advance_appointment,
)
from ..domain.errors import AwaitingConfirmation, EmailAlias, ExamError, SlotNotOffered, VendorUnavailable
from ..domain.journey import Action, Facts, HoldFacts, Phase
from ..domain.mail import Kind
from ..domain.policy import ExamPolicy
from ..domain.scheduling import SlotOffer, booking_rules, check_cancel, check_move, check_start, day_slots
from ..models import Appointment, Candidacy, ExamVersion, OutboxEntry
from . import appointments, audit, breaker, gate, holds, mails, outbox, proctoring, seats
from .dossier import Caller, Dossier
from .entry import load, locked

REST_AFTER_REFUSAL = timedelta(minutes=10)
"""How long a slot that the vendor has just refused is not offered again to who asked for it."""


def slots(caller: Caller, day: date, now: datetime) -> tuple[Dossier, Sequence[SlotOffer]]:
    """Slots of one day that the exam's rules allow and the vendor offers, with the seats left.

    Raises:
        VendorUnavailable: its calendar cannot be read now.
    """
    dossier = load(caller, now)
    dossier.journey.require(Action.SLOTS)
    facts, policy = dossier.facts, dossier.policy
    ours = [start for start in day_slots(policy, day, facts.extra_time) if _is_allowed(dossier, start)]
    if not ours:
        return dossier, ()
    first, last = ours[0], ours[-1] + timedelta(minutes=1)
    left = _seats_left(dossier, first, last)
    vendors = _vendor_starts(dossier, first, last) if has_calendar(dossier) else None
    offered = set(ours if vendors is None else vendors) - _just_refused(dossier)
    offers = [SlotOffer(start, left.get(start, policy.seats_per_slot)) for start in ours if start in offered]
    return dossier, tuple(offer for offer in offers if offer.seats_left)


def _seats_left(dossier: Dossier, first: datetime, last: datetime) -> dict[datetime, int]:
    """Of slots that anybody has; a seat that is held for this candidate is theirs to have."""
    exam, now, limit = dossier.exam, dossier.now, dossier.policy.seats_per_slot
    taken = seats.taken_for(exam, first, last, now, dossier.own.pk)
    if any(loose for _, loose in taken.values()):
        holds.release_expired(now, exam=exam, start__gte=first, start__lt=last)
    return {start: max(0, limit - count + loose) for start, (count, loose) in taken.items()}


def with_calendar(dossier: Dossier) -> Facts:
    """The facts with what a screen that shows the calendar has to know: which slots are full, and the candidate's own
    hold. Two statements, whatever the window; nothing is written."""
    present, following = dossier.policy, dossier.facts.next_policy or dossier.policy
    first = min(clock.window_start(present), clock.window_start(following))
    last = max(clock.window_end(present), clock.window_end(following))
    limit = (present if active(dossier) else following).seats_per_slot
    taken = seats.taken_for(dossier.exam, first, last, dossier.now, dossier.own.pk, at_least=limit)
    full = frozenset(start for start, (count, loose) in taken.items() if count - loose >= limit)
    row = holds.of(dossier.own)
    held = HoldFacts(row.start, row.expires_at) if row is not None and row.expires_at > dossier.now else None
    return replace(dossier.facts, full_starts=full, hold=held)


def _just_refused(dossier: Dossier) -> set[datetime]:
    row = dossier.appointment
    if row is None or row.notice not in ("refused", "move_refused"):
        return set()
    since = dossier.now - REST_AFTER_REFUSAL
    lately = OutboxEntry.objects.filter(appointment=row, kind__in=("book", "move"), state="refused", done_at__gt=since)
    return {datetime.fromisoformat(entry.payload.get("start") or row.start.isoformat()) for entry in lately}


def _rules(dossier: Dossier) -> ExamPolicy:
    return booking_rules(dossier.policy, second=dossier.facts.taken_before > 0)


def _check_start(dossier: Dossier, start: datetime) -> None:
    facts = dossier.facts
    check_start(_rules(dossier), start, dossier.now, facts.extra_time, facts.lead_time_waived)


def _is_allowed(dossier: Dossier, start: datetime) -> bool:
    try:
        _check_start(dossier, start)
    except ExamError:
        return False
    return True


def has_calendar(dossier: Dossier) -> bool:
    """True when a vendor has to be told of appointments."""
    return Capability.BOOKING in dossier.backend.capabilities


def _vendor_starts(dossier: Dossier, first: datetime, last: datetime) -> tuple[datetime, ...] | None:
    person = dossier.facts.person
    query = SlotQuery(
        first=first,
        last=last,
        duration_minutes=_minutes(dossier),
        time_zone=person.time_zone if person and person.time_zone else dossier.policy.time_zone,
    )
    if not breaker.allow(dossier.policy.backend, dossier.now):
        raise VendorUnavailable(reason="resting")
    try:
        with breaker.watched(dossier.policy.backend, dossier.now):
            return dossier.backend.slots(query)
    except BackendError as error:
        raise VendorUnavailable(reason=error.code) from error


def _minutes(dossier: Dossier) -> int:
    whole = clock.whole_duration(dossier.policy, dossier.facts.extra_time)
    return int(-(-whole.total_seconds() // 60))


def _make_room(prepared: Dossier, start: datetime) -> None:
    """What has to happen before the transaction that takes a seat."""
    if _is_allowed(prepared, start):
        seats.prepare(prepared.exam, start)
        holds.release_expired(prepared.now, exam=prepared.exam, start=start)


def take_seat(dossier: Dossier, start: datetime, *others: datetime, limit: int | None = None) -> None:
    """A seat of the slot for this candidate: the one held for them, else a free one. Whatever else was held is given
    back. The caller holds the candidacy's lock.

    Args:
        start: which slot.
        others: slots whose seats the same transaction gives back.
        limit: seats per slot; the exam's rule when None.

    Raises:
        SlotFull: none is left.
    """
    held = holds.give_up(dossier.own)
    if held is not None and held.start == start and held.expires_at > dossier.now:
        return
    seats.hold(dossier.exam, start, *others, *([held.start] if held else []))
    if held is not None:
        seats.release(dossier.exam, held.start)
    seats.take(dossier.exam, start, dossier.policy.seats_per_slot if limit is None else limit)


def hold_slot(caller: Caller, start: datetime, now: datetime) -> tuple[Dossier, HoldFacts | None]:
    """Keep a seat of ours while the candidate confirms. One per candidate: another slot releases the former, the same
    one keeps its time. It grants nothing else: booking checks every rule again.

    Returns:
        The dossier, and what is held; None for the time that the candidate has booked already.

    Raises:
        SlotNotOffered, TooLate, SlotFull, MoveLimit, MoveDeadline, AwaitingConfirmation: it could not be booked.
        NotAllowedNow: not in this phase.
    """
    prepared = load(caller, now)
    prepared.journey.require(Action.HOLD)
    _make_room(prepared, start)
    with locked(caller, now) as dossier:
        dossier.journey.require(Action.HOLD)
        if _is_same(dossier, start):
            return dossier, None
        if dossier.journey.phase is Phase.BOOKED:
            _check_movable(dossier)
        _check_start(dossier, start)
        row = holds.of(dossier.own)
        if row is None or row.start != start or row.expires_at <= now:
            take_seat(dossier, start)
            row = holds.put(dossier.own, start, dossier.policy.hold_minutes, now)
        return dossier, HoldFacts(row.start, row.expires_at)


def book(caller: Caller, start: datetime, now: datetime) -> Dossier:
    """Take a seat and ask the vendor (R-FUN-8). The same click twice gives one appointment.

    Raises:
        SlotNotOffered, TooLate, SlotFull: the slot cannot be had.
        NotAllowedNow: not in this phase.
    """
    prepared = load(caller, now)
    if _is_same(prepared, start):
        return prepared
    prepared.journey.require(Action.BOOK)
    _make_room(prepared, start)
    with locked(caller, now) as dossier:
        if _is_same(dossier, start):
            return dossier
        dossier.journey.require(Action.BOOK)
        _check_start(dossier, start)
        take_seat(dossier, start)
        appointment = new_appointment(dossier, start)
        audit.record(dossier.own, "booked", now, caller.actor, appointment=appointment.pk, start=start.isoformat())
        if has_calendar(dossier):
            tell_vendor(dossier, appointment, "book")
    return load(caller, now)


def _is_same(dossier: Dossier, start: datetime) -> bool:
    row = dossier.appointment
    if row is None or AppointmentState(row.state) not in APPOINTMENT_ACTIVE or not dossier.facts.eligible:
        return False
    return start == (row.pending_start or row.start)


def _check_address(dossier: Dossier) -> None:
    """An address that the service's mails do not reach is refused before anything is booked (R-PE-4)."""
    if dossier.facts.email_is_refused:
        raise EmailAlias("email")


def new_appointment(dossier: Dossier, start: datetime, *, implicit: bool = False) -> Appointment:
    """A row for this slot, requested where a vendor has to be told; the caller holds the lock and took the seat."""
    _check_address(dossier)
    candidacy = dossier.own
    person = dossier.facts.person
    with_vendor = has_calendar(dossier) and not implicit
    appointment = Appointment.objects.create(
        candidacy=candidacy,
        version=_current_version(dossier),
        active_key=candidacy.pk,
        number=candidacy.appointments.count() + 1,
        state=(AppointmentState.REQUESTED if with_vendor else AppointmentState.CONFIRMED).value,
        start=start,
        duration_minutes=_minutes(dossier),
        implicit=implicit,
        first_name=person.first_name if person else "",
        last_name=person.last_name if person else "",
        reservation_id=uuid.uuid4().hex,
        key_id=gate.key_id_for(dossier.exam, dossier.policy, start),
        created_at=dossier.now,
    )
    candidacy.second_appointment = False
    candidacy.save(update_fields=["second_appointment"])
    if not with_vendor and not implicit:
        mails.tell(Kind.CONFIRMED, appointment, dossier.now)
    return appointment


def use_up_grant(candidacy: Candidacy) -> None:
    """The room is entered: the waived lead time was for this appointment, also when it was booked twice."""
    if candidacy.lead_time_waived:
        candidacy.lead_time_waived = False
        candidacy.save(update_fields=["lead_time_waived"])


def _current_version(dossier: Dossier) -> ExamVersion:
    assert dossier.exam.current_version is not None
    return dossier.exam.current_version


def implicit_appointment(dossier: Dossier) -> Appointment:
    """For exams without appointments: one that starts now, so that everything after it is the same."""
    return new_appointment(dossier, dossier.now, implicit=True)


def move(caller: Caller, start: datetime, now: datetime) -> Dossier:
    """Ask for another slot; the old one is kept until the new one is sure.

    Raises:
        AwaitingConfirmation: the vendor has not answered the last request.
        MoveLimit, MoveDeadline, SlotNotOffered, TooLate, SlotFull: the move cannot be had, the appointment stands.
    """
    prepared = load(caller, now)
    if _is_same(prepared, start):
        return prepared
    prepared.journey.require(Action.MOVE)
    _make_room(prepared, start)
    with locked(caller, now) as dossier:
        if _is_same(dossier, start):
            return dossier
        dossier.journey.require(Action.MOVE)
        appointment = _check_movable(dossier)
        _check_start(dossier, start)
        take_seat(dossier, start, appointment.start)
        appointment.state = advance_appointment(AppointmentState.CONFIRMED, AppointmentEvent.ASK_MOVE).value
        appointment.pending_start = start
        appointment.moves += 1
        appointment.notice = ""
        appointment.save(update_fields=["state", "pending_start", "moves", "notice"])
        audit.record(
            dossier.own, "move_requested", now, caller.actor, appointment=appointment.pk, start=start.isoformat()
        )
        if has_calendar(dossier):
            tell_vendor(dossier, appointment, "move", start=start.isoformat())
        else:
            appointments.confirm_move(dossier, appointment, caller.actor)
    return load(caller, now)


def _check_movable(dossier: Dossier) -> Appointment:
    appointment = _own_active(dossier)
    if appointment.state != AppointmentState.CONFIRMED:
        raise AwaitingConfirmation()
    check_move(dossier.policy, appointment.start, appointment.moves, dossier.now)
    return appointment


def cancel(caller: Caller, now: datetime) -> Dossier:
    """Give the slot up. Ours at once; the vendor is told, and told again until it knows.

    Raises:
        CancelDeadline: too close to the appointment.
    """
    with locked(caller, now) as dossier:
        row = dossier.appointment
        if row is not None and row.state == AppointmentState.CANCELLED:
            return dossier
        dossier.journey.require(Action.CANCEL)
        appointment = _own_active(dossier)
        check_cancel(dossier.policy, appointment.start, now)
        appointment.state = advance_appointment(AppointmentState(appointment.state), AppointmentEvent.CANCEL).value
        held = [appointment.start, *([appointment.pending_start] if appointment.pending_start else [])]
        appointment.active_key = appointment.pending_start = None
        appointment.save(update_fields=["state", "active_key", "pending_start"])
        for start in sorted(held):
            seats.release(dossier.exam, start)
        audit.record(dossier.own, "cancelled", now, caller.actor, appointment=appointment.pk)
        mails.tell(Kind.CANCELLED, appointment, now, actor=caller.actor)
        if has_calendar(dossier):
            tell_vendor(dossier, appointment, "cancel")
    return load(caller, now)


def active(dossier: Dossier) -> Appointment | None:
    """The appointment that is still to come, None when the last one is over or there was none."""
    row = dossier.appointment
    return row if row is not None and AppointmentState(row.state) in APPOINTMENT_ACTIVE else None


def _own_active(dossier: Dossier) -> Appointment:
    row = active(dossier)
    if row is None:
        raise SlotNotOffered()
    return row


def tell_vendor(dossier: Dossier, appointment: Appointment, kind: str, **payload: str) -> None:
    """Queue a write, sent at once after the commit, and again until the vendor has it."""
    outbox.add(appointment, kind, dossier.now, **payload)
    transaction.on_commit(lambda: proctoring.drain(dossier.now, candidacy_id=appointment.candidacy_id), robust=True)
