"""Talk to the proctoring service: send what the outbox holds, say how it knows a candidate. Never in a transaction."""

from __future__ import annotations

import logging
import random
import time
from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from .. import compat, conf
from ..backends import registry
from ..backends.base import (
    AlreadyCancelled,
    Backend,
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
from ..domain.attempt import APPOINTMENT_TERMINAL, AppointmentState
from ..domain.errors import ExamError, Gone, NotConfigured
from ..domain.policy import Unlock
from ..models import Appointment, OutboxEntry
from . import appointments, audit, exams, gate, outbox
from .dossier import Caller, Dossier, of_candidacy
from .entry import load, locked

log = logging.getLogger(__name__)
_jitter = random.SystemRandom()
_signer_salt = "proctored-exam-launch"


def drain(now: datetime, candidacy_id: int | None = None, limit: int = 100) -> int:
    """Send what is due, one entry after the other, for at most ``DRAIN_SECONDS`` of real time.

    Args:
        now: the instant against which entries are due.
        candidacy_id: only this candidate's entries.
        limit: most entries to send.

    Returns:
        How many entries were closed (done, refused or skipped).
    """
    closed = 0
    started = time.monotonic()
    for _ in range(limit):
        if time.monotonic() - started > conf.get("DRAIN_SECONDS"):
            break
        entry = outbox.claim(now, candidacy_id)
        if entry is None:
            break
        closed += _send(entry, now)
    return closed


def _send(entry: OutboxEntry, now: datetime) -> bool:
    try:
        caller = of_candidacy(entry.appointment.candidacy_id)
        dossier = load(caller, now)
        entry.appointment.refresh_from_db()  # what the clock has overtaken is settled by now
        if _is_needless(entry, now):
            return _record(caller, entry, now, "skipped", None)
        backend = _backend(entry.appointment)
        try:
            answer = _call(backend, dossier, entry)
        except (StaleRequest, Misconfigured):
            raise
        except Refused as error:
            log.log(_level(entry), "vendor %s: %s for outbox entry %s", backend.slug, error.code, entry.pk)
            return _record(caller, entry, now, "refused", None, error.code)
        return _record(caller, entry, now, "done", answer)
    except (StaleRequest, Misconfigured, NotConfigured) as error:
        log.error("outbox entry %s: %s, an operator must look", entry.pk, error.code)
        outbox.postpone(entry, now, error.code, _jitter)
    except (BackendError, ExamError) as error:
        log.warning("outbox entry %s: %s", entry.pk, error.code)
        outbox.postpone(entry, now, error.code, _jitter)
    except Exception:  # one broken entry must not keep the others from being sent
        log.exception("outbox entry %s could not be sent", entry.pk)
        outbox.postpone(entry, now, "crashed", _jitter)
    return False


def _level(entry: OutboxEntry) -> int:
    """A cancellation that the vendor refuses leaves a proctor waiting for nobody: somebody must know."""
    return logging.ERROR if entry.kind == "cancel" else logging.INFO


def _is_needless(entry: OutboxEntry, now: datetime) -> bool:
    """A booking given up, a move given up, the cancellation of what was never sent or is over.

    A booking that was sent and whose answer was lost is not sent again once cancelled; its cancellation is.
    """
    appointment = entry.appointment
    if entry.kind == "book":
        return AppointmentState(appointment.state) in APPOINTMENT_TERMINAL
    if entry.kind == "move":
        return appointment.state != AppointmentState.MOVE_REQUESTED
    if now >= appointment.start + timedelta(minutes=appointment.duration_minutes):
        return True
    return OutboxEntry.objects.filter(appointment=appointment, kind="book", state="skipped", tries=1).exists()


def _backend(appointment: Appointment) -> Backend:
    """The service that the appointment was booked with, whatever the exam uses today."""
    return registry.get(exams.snapshot(appointment.version).policy.backend)


def _call(backend: Backend, dossier: Dossier, entry: OutboxEntry) -> Confirmation | None:
    if entry.kind == "cancel":
        try:
            backend.cancel(booking_for(dossier, entry.appointment))
        except (AlreadyCancelled, NotFound):
            log.info("outbox entry %s: the vendor no longer knows it", entry.pk)
        return None
    booking = booking_for(dossier, entry.appointment, code=_code(backend, entry.appointment))
    if entry.kind == "book":
        return backend.book(booking)
    return backend.move(booking, datetime.fromisoformat(entry.payload["start"]))


def _code(backend: Backend, appointment: Appointment) -> str:
    """What only the proctor knows, computed at the moment it is sent."""
    policy = exams.snapshot(appointment.version).policy
    wanted = policy.unlock is Unlock.APPOINTMENT_CODE and Capability.UNLOCK_CODE in backend.capabilities
    return gate.code_of(appointment) if wanted else ""


def _record(
    caller: Caller, entry: OutboxEntry, now: datetime, state: str, answer: Confirmation | None, error: str = ""
) -> bool:
    with locked(caller, now) as dossier:
        if not OutboxEntry.objects.filter(pk=entry.pk, state="pending").exists():
            return False  # our lease ran out and another worker was faster
        appointment = Appointment.objects.select_related("version").get(pk=entry.appointment_id)
        actor = f"vendor:{exams.snapshot(appointment.version).policy.backend}"
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


def booking_for(dossier: Dossier, appointment: Appointment, *, code: str = "") -> Booking:
    """The appointment as the vendor needs it, under the rules it was booked with."""
    person, policy = dossier.facts.person, exams.snapshot(appointment.version).policy
    assert person is not None
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
            user_id=person.user_id,
        ),
        title=policy.title,
        start=appointment.start,
        duration_minutes=appointment.duration_minutes,
        vendor_ref=appointment.vendor_ref,
        vendor_exam=policy.vendor_exam,
        code=code,
        exam_url=address,
        return_url=address,
        course_key=dossier.exam.course_key,
        usage_key=dossier.exam.usage_key,
        language=policy.language,
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
