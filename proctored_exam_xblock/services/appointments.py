"""What the vendor's answer does to an appointment. The caller holds the candidacy's lock."""

from __future__ import annotations

from ..domain.attempt import AppointmentEvent, AppointmentState, advance_appointment
from ..domain.mail import Kind
from ..models import Appointment, OutboxEntry
from . import alerts, audit, exams, mails, seats
from .dossier import Dossier


def confirm_move(dossier: Dossier, appointment: Appointment, actor: str) -> None:
    """The new slot is sure: the old seat is given back. The caller holds the candidacy's lock."""
    assert appointment.pending_start is not None
    old = appointment.start
    appointment.state = advance_appointment(AppointmentState(appointment.state), AppointmentEvent.CONFIRM_MOVE).value
    appointment.start, appointment.pending_start = appointment.pending_start, None
    appointment.save(update_fields=["state", "start", "pending_start", "vendor_ref"])
    seats.release(dossier.exam, old)
    audit.record(
        dossier.own, "moved", dossier.now, actor, appointment=appointment.pk, start=appointment.start.isoformat()
    )
    mails.tell(Kind.CHANGED, appointment, dossier.now)


def refuse_move(dossier: Dossier, appointment: Appointment, actor: str, reason: str) -> None:
    """The new slot is not to be had: the old one stands and the candidate is told."""
    assert appointment.pending_start is not None
    seats.release(dossier.exam, appointment.pending_start)
    appointment.state = advance_appointment(AppointmentState(appointment.state), AppointmentEvent.REFUSE_MOVE).value
    appointment.pending_start, appointment.notice = None, "move_refused"
    appointment.save(update_fields=["state", "pending_start", "notice"])
    audit.record(dossier.own, "move_refused", dossier.now, actor, appointment=appointment.pk, reason=reason)
    mails.tell(Kind.MOVE_REFUSED, appointment, dossier.now, once=appointment.moves)


def refuse(dossier: Dossier, appointment: Appointment, actor: str, reason: str) -> None:
    """The vendor says no to a booking: the seat is free again and the candidate chooses another slot."""
    seats.release(dossier.exam, appointment.start)
    appointment.state = advance_appointment(AppointmentState(appointment.state), AppointmentEvent.REFUSE).value
    appointment.active_key, appointment.notice = None, "refused"
    appointment.save(update_fields=["state", "active_key", "notice"])
    audit.record(dossier.own, "refused", dossier.now, actor, appointment=appointment.pk, reason=reason)
    mails.tell(Kind.REFUSED, appointment, dossier.now)


def confirm(dossier: Dossier, appointment: Appointment, actor: str) -> None:
    """The vendor has it."""
    appointment.state = advance_appointment(AppointmentState(appointment.state), AppointmentEvent.CONFIRM).value
    appointment.save(update_fields=["state", "vendor_ref"])
    audit.record(dossier.own, "confirmed", dossier.now, actor, appointment=appointment.pk)
    mails.tell(Kind.CONFIRMED, appointment, dossier.now)


def is_arranged_by_hand(appointment: Appointment) -> bool:
    """What staff told the vendor by telephone may be there under another id and number: booked again it would be there
    twice, and the end of the old number is not the end of the appointment."""
    entries = OutboxEntry.objects.filter(appointment=appointment)
    if appointment.notice == "by_staff" or entries.filter(state="by_hand").exists():
        return True
    return not entries.filter(kind="book", state="done").exists()


def cancelled_by_vendor(dossier: Dossier, appointment: Appointment, actor: str) -> None:
    """The vendor gave the appointment up: the candidate is told, and books again without the lead time.

    Raises:
        IllegalTransition: it is neither confirmed nor waiting for a move.
    """
    state = advance_appointment(AppointmentState(appointment.state), AppointmentEvent.VENDOR_CANCEL)
    held = [appointment.start, *([appointment.pending_start] if appointment.pending_start else [])]
    seats.hold(dossier.exam, *held)
    for start in sorted(held):
        seats.release(dossier.exam, start)
    appointment.state = state.value
    appointment.active_key = appointment.pending_start = None
    appointment.notice = "vendor_cancelled"
    appointment.save(update_fields=["state", "active_key", "pending_start", "notice"])
    dossier.own.lead_time_waived = True
    dossier.own.save(update_fields=["lead_time_waived"])
    audit.record(dossier.own, "vendor_cancelled", dossier.now, actor, appointment=appointment.pk)
    mails.tell(Kind.CANCELLED, appointment, dossier.now, actor=actor)
    alerts.raise_alert(
        "vendor_cancelled",
        dossier.now,
        backend=exams.snapshot(appointment.version).policy.backend,
        appointment=appointment,
    )
