"""Talk to the proctoring service: send what the outbox holds, say how it knows a candidate. Never in a transaction."""

from __future__ import annotations

import logging
import random
import time
from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from .. import compat, conf
from ..backends.base import (
    BackendError,
    Booking,
    Capability,
    Confirmation,
    Misconfigured,
    NotFound,
    Person,
    Refused,
    StaleRequest,
)
from ..domain.attempt import AppointmentState
from ..domain.errors import ExamError, Gone
from ..domain.policy import Unlock
from ..models import Appointment, OutboxEntry
from . import appointments, audit, gate, outbox
from .dossier import Caller, Dossier, of_candidacy
from .entry import load, locked

log = logging.getLogger(__name__)
_jitter = random.SystemRandom()
_signer_salt = "proctored-exam-launch"


def drain(now: datetime, appointment_id: int | None = None, limit: int = 100) -> int:
    """Send what is due, one entry after the other, for at most ``DRAIN_SECONDS`` of real time.

    Args:
        now: the instant against which entries are due.
        appointment_id: only this appointment's entries.
        limit: most entries to send.

    Returns:
        How many entries were closed (done, refused or skipped).
    """
    closed = 0
    started = time.monotonic()
    for _ in range(limit):
        entry = outbox.claim(now, appointment_id)
        if entry is None or time.monotonic() - started > conf.get("DRAIN_SECONDS"):
            break
        closed += _send(entry, now)
        if appointment_id is not None and entry.state == "pending":
            break
    return closed


def _send(entry: OutboxEntry, now: datetime) -> bool:
    caller = of_candidacy(entry.appointment.candidacy_id)
    dossier = load(caller, now)
    appointment = entry.appointment
    try:
        if _is_needless(entry, appointment):
            return _record(caller, entry, now, "skipped", None)
        answer = _call(dossier, entry, appointment)
    except (StaleRequest, Misconfigured) as error:
        log.error("vendor %s: %s for outbox entry %s", dossier.backend.slug, error.code, entry.pk)
        return _retry_later(caller, entry, now, error.code)
    except Refused as error:
        return _record(caller, entry, now, "refused", None, error.code)
    except (BackendError, ExamError) as error:
        log.warning("vendor %s: %s for outbox entry %s", dossier.backend.slug, error.code, entry.pk)
        return _retry_later(caller, entry, now, error.code)
    return _record(caller, entry, now, "done", answer)


def _is_needless(entry: OutboxEntry, appointment: Appointment) -> bool:
    """A booking cancelled before it was ever sent, a move given up, or the cancellation of what was never sent."""
    if entry.kind == "book":
        return entry.tries == 1 and appointment.state == AppointmentState.CANCELLED
    if entry.kind == "move":
        return appointment.state != AppointmentState.MOVE_REQUESTED
    booked = OutboxEntry.objects.filter(appointment=appointment, kind="book").first()
    return booked is not None and booked.state == "skipped"


def _call(dossier: Dossier, entry: OutboxEntry, appointment: Appointment) -> Confirmation | None:
    booking = booking_for(dossier, appointment)
    if entry.kind == "book":
        return dossier.backend.book(booking)
    if entry.kind == "move":
        return dossier.backend.move(booking, datetime.fromisoformat(entry.payload["start"]))
    try:
        dossier.backend.cancel(booking)
    except NotFound:
        log.info("outbox entry %s: the vendor no longer knows it", entry.pk)
    return None


def _record(
    caller: Caller, entry: OutboxEntry, now: datetime, state: str, answer: Confirmation | None, error: str = ""
) -> bool:
    with locked(caller, now) as dossier:
        appointment = Appointment.objects.select_related("version").get(pk=entry.appointment_id)
        actor = f"vendor:{dossier.backend.slug}"
        if answer is not None:
            appointment.vendor_ref = answer.vendor_ref
            appointment.save(update_fields=["vendor_ref"])
        if entry.kind == "book" and appointment.state == AppointmentState.REQUESTED:
            if state == "done":
                appointments.confirm(dossier, appointment, actor)
            elif state == "refused":
                appointments.refuse(dossier, appointment, actor, error)
        elif entry.kind == "move" and appointment.state == AppointmentState.MOVE_REQUESTED:
            if state == "done":
                appointments.confirm_move(dossier, appointment, actor)
            elif state == "refused":
                appointments.refuse_move(dossier, appointment, actor, error)
        elif entry.kind == "cancel" and state == "done":
            audit.record(dossier.own, "cancel_confirmed", now, actor, appointment=appointment.pk)
        outbox.finish(entry, state, now, error)
    return True


def _retry_later(caller: Caller, entry: OutboxEntry, now: datetime, error: str) -> bool:
    with locked(caller, now):
        outbox.postpone(entry, now, error, _jitter)
    return False


def booking_for(dossier: Dossier, appointment: Appointment) -> Booking:
    """The appointment as the vendor needs it; the code is computed here, at the moment it is sent."""
    person, policy = dossier.facts.person, dossier.policy
    assert person is not None
    with_code = policy.unlock is Unlock.APPOINTMENT_CODE and Capability.UNLOCK_CODE in dossier.backend.capabilities
    address = compat.host().block_url(dossier.exam.usage_key)
    return Booking(
        reservation_id=appointment.reservation_id,
        person=Person(
            student_id=dossier.own.anonymous_id,
            first_name=appointment.first_name,
            last_name=appointment.last_name,
            email=person.email,
            phone=person.phone,
            address=person.address,
            city=person.city,
            state=person.state,
            zipcode=person.zipcode,
            country=person.country,
            time_zone=person.time_zone or policy.time_zone,
        ),
        title=policy.title,
        start=appointment.start,
        duration_minutes=appointment.duration_minutes,
        vendor_ref=appointment.vendor_ref,
        code=gate.code_of(appointment) if with_code else "",
        exam_url=address,
        return_url=address,
    )


# --- the room -----------------------------------------------------------------------------------------------------


def launch_url(dossier: Dossier) -> str:
    """Address of the link that opens the room: bound to this candidate and appointment, useless to anybody else."""
    if dossier.appointment is None or Capability.ROOM not in dossier.backend.capabilities:
        return ""
    token = Signer(salt=_signer_salt).sign(f"{dossier.appointment.pk}.{dossier.own.user_id}")
    return reverse("proctored_exam:launch", kwargs={"token": token})


def read_launch_token(token: str) -> tuple[int, int]:
    """Appointment and user of a :func:`launch_url`; raises Gone for a forged one."""
    try:
        appointment_id, owner = Signer(salt=_signer_salt).unsign(token).split(".")
        return int(appointment_id), int(owner)
    except (BadSignature, ValueError):
        raise Gone() from None
