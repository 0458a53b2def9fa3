"""What becomes of an appointment once a queued write was done, refused or not needed. The candidacy's row is locked."""

from __future__ import annotations

from datetime import datetime

from ..domain.attempt import AppointmentState
from ..models import Appointment, OutboxEntry
from . import alerts, appointments, audit
from .dossier import Dossier


def heals(entry: OutboxEntry) -> bool:
    """True for a write that reconciliation queued: the appointment itself asked for nothing."""
    return bool(entry.payload.get("heal"))


def _is_asked_move(entry: OutboxEntry, appointment: Appointment) -> bool:
    """Whether it is the move that the appointment waits for, not one by staff or reconciliation to where it stands."""
    if entry.kind != "move" or appointment.state != AppointmentState.MOVE_REQUESTED:
        return False
    return datetime.fromisoformat(entry.payload["start"]) == appointment.pending_start


def done(dossier: Dossier, entry: OutboxEntry, appointment: Appointment, actor: str) -> None:
    """The vendor has it, by our call or by an operator's hand."""
    if entry.kind == "book" and appointment.state == AppointmentState.REQUESTED:
        appointments.confirm(dossier, appointment, actor)
    elif _is_asked_move(entry, appointment):
        appointments.confirm_move(dossier, appointment, actor)
    elif entry.kind == "cancel":
        audit.record(dossier.own, "cancel_confirmed", dossier.now, actor, appointment=appointment.pk)
    elif entry.kind == "erase":
        audit.record(dossier.own, "vendor_erased", dossier.now, actor, appointment=appointment.pk)
    elif heals(entry):
        action = "rebooked_there" if entry.kind == "book" else "moved_back_there"
        audit.record(dossier.own, action, dossier.now, actor, appointment=appointment.pk)


def refused(dossier: Dossier, entry: OutboxEntry, appointment: Appointment, actor: str, code: str) -> None:
    """The vendor understood and said no."""
    if entry.kind == "book" and appointment.state == AppointmentState.REQUESTED:
        appointments.refuse(dossier, appointment, actor, code)
        return
    if _is_asked_move(entry, appointment):
        appointments.refuse_move(dossier, appointment, actor, code)
        return
    # A cancellation leaves a proctor waiting for nobody, an erasure leaves recordings: somebody must know.
    alerts.raise_alert(
        f"{entry.kind}_refused", dossier.now, backend=entry.backend, appointment=appointment, code=code, entry=entry.pk
    )
    if entry.kind == "book" and heals(entry) and appointment.state == AppointmentState.CONFIRMED:
        appointments.cancelled_by_vendor(dossier, appointment, actor)


def skipped(entry: OutboxEntry, appointment: Appointment, now: datetime) -> None:
    """Nothing was left to do. A booking that waited until its time had passed was not the candidate's fault."""
    if entry.kind == "book" and not heals(entry) and appointment.state == AppointmentState.MISSED:
        alerts.raise_alert("never_confirmed", now, backend=entry.backend, appointment=appointment)
