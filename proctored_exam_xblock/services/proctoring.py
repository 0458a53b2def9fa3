"""Talk to the proctoring service: send what the outbox holds, say how it knows a candidate. Never in a transaction."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

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
    Step,
)
from ..domain.attempt import APPOINTMENT_TERMINAL, AppointmentState
from ..domain.errors import ExamError, Gone
from ..domain.policy import Unlock
from ..models import Appointment, OutboxEntry
from . import breaker, exams, gate, outbox, outcomes, patience
from .dossier import Caller, Dossier, of_candidacy
from .entry import load, locked

log = logging.getLogger(__name__)
_jitter = random.SystemRandom()
_signer_salt = "proctored-exam-launch"
_MOST_OVERTAKEN = 100


def drain(now: datetime, candidacy_id: int | None = None, limit: int = 100) -> int:
    """Send what is due, one entry after the other, for at most ``DRAIN_SECONDS`` of real time; what is left then, and
    what failed, is seen to by a later task where the platform has tasks.

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
            compat.host().later("drain_outbox", 0)
            break
        entry = outbox.claim(now, candidacy_id)
        if entry is None:
            break
        closed += _send(entry, now)
    else:
        compat.host().later("drain_outbox", 0)
    if candidacy_id is None:
        closed += _drop_needless(now)
        patience.look(now)
    return closed


def _send(entry: OutboxEntry, now: datetime) -> bool:
    try:
        caller = of_candidacy(entry.appointment.candidacy_id)
        dossier = load(caller, now)
        entry.appointment.refresh_from_db()  # what the clock has overtaken is settled by now
        if _is_needless(entry, now):
            return _record(caller, entry, now, "skipped", None)
        backend = _backend(entry.appointment)
        call = _call(backend, dossier, entry)
        if not breaker.allow(entry.backend, now):
            outbox.give_back(entry)
            return False
        try:
            with breaker.watched(entry.backend, now):
                answer = call()
        except (StaleRequest, Misconfigured):
            raise
        except Refused as error:
            log.info("vendor %s: %s for outbox entry %s", backend.slug, error.code, entry.pk)
            return _record(caller, entry, now, "refused", None, error.code)
        return _record(caller, entry, now, "done", answer)
    except (BackendError, ExamError) as error:
        log.warning("outbox entry %s: %s", entry.pk, error.code)
        _keep(entry, error.code, now)
    except Exception:  # one broken entry must not keep the others from being sent
        log.exception("outbox entry %s could not be sent", entry.pk)
        _keep(entry, "crashed", now)
    return False


def _keep(entry: OutboxEntry, code: str, now: datetime) -> None:
    wait = patience.failed(entry, code, now, _jitter)
    if wait is not None:
        compat.host().later("drain_outbox", wait.total_seconds())


def _drop_needless(now: datetime) -> int:
    """Close what the clock has overtaken while its service is left alone: that needs no vendor."""
    resting = outbox.resting(now)
    overtaken = outbox.free(now).filter(state="pending", backend__in=resting, appointment__start__lt=now)
    closed = 0
    for pk in list(overtaken.exclude(kind="erase").order_by("pk").values_list("pk", flat=True)[:_MOST_OVERTAKEN]):
        entry = outbox.take(pk, now)
        if entry is None:
            continue
        try:
            caller = of_candidacy(entry.appointment.candidacy_id)
            load(caller, now)
            entry.appointment.refresh_from_db()
            if _is_needless(entry, now):
                closed += _record(caller, entry, now, "skipped", None)
                continue
        except Exception:  # looked at again as soon as the service may be asked
            log.exception("outbox entry %s could not be looked at", entry.pk)
        outbox.give_back(entry)
    return closed


def _is_needless(entry: OutboxEntry, now: datetime) -> bool:
    """A booking given up, a move given up, the cancellation of what was never sent or is over; of what reconciliation
    wants mended, all but an appointment that still stands.

    A booking that was sent and whose answer was lost is not sent again once cancelled; its cancellation is.
    """
    appointment = entry.appointment
    if entry.kind in ("erase", "progress"):
        return False
    if entry.kind != "cancel" and outcomes.heals(entry):
        asked = entry.payload["start"] == appointment.start.isoformat()
        return appointment.state != AppointmentState.CONFIRMED or not asked
    if entry.kind == "move" and entry.payload.get("by_hand"):  # ours was moved at once: the vendor follows
        asked = entry.payload["start"] == appointment.start.isoformat()
        return not asked or AppointmentState(appointment.state) in APPOINTMENT_TERMINAL
    if entry.kind == "book":
        return AppointmentState(appointment.state) in APPOINTMENT_TERMINAL
    if entry.kind == "move":
        return appointment.state != AppointmentState.MOVE_REQUESTED
    if outcomes.heals(entry):  # the vendor has it, at whatever time
        return False
    if now >= appointment.start + timedelta(minutes=appointment.duration_minutes):
        return True
    return OutboxEntry.objects.filter(appointment=appointment, kind="book", state="skipped", tries=1).exists()


def _backend(appointment: Appointment) -> Backend:
    """The service that the appointment was booked with, whatever the exam uses today."""
    return registry.get(exams.snapshot(appointment.version).policy.backend)


def _call(backend: Backend, dossier: Dossier, entry: OutboxEntry) -> Callable[[], Confirmation | None]:
    """The request, ready to be sent: what it needs is read before the vendor is let in for."""
    booking = booking_for(dossier, entry.appointment)
    if entry.kind == "cancel":
        return partial(_cancel, backend, booking)
    if entry.kind == "erase":
        return partial(backend.erase, booking)
    if entry.kind == "progress":
        return partial(backend.progress, booking, Step(entry.payload["step"]))
    booking = replace(booking, code=_code(backend, entry.appointment))
    if entry.kind == "book":  # what the vendor has lost it may not know by its number either
        return partial(backend.book, replace(booking, vendor_ref="") if outcomes.heals(entry) else booking)
    return partial(backend.move, booking, datetime.fromisoformat(entry.payload["start"]))


def _cancel(backend: Backend, booking: Booking) -> None:
    try:
        backend.cancel(booking)
    except (AlreadyCancelled, NotFound):
        log.info("vendor %s: no longer knows what is to be cancelled", backend.slug)


def _code(backend: Backend, appointment: Appointment) -> str:
    """What only the proctor knows, computed at the moment it is sent."""
    policy = exams.snapshot(appointment.version).policy
    wanted = policy.unlock is Unlock.APPOINTMENT_CODE and Capability.UNLOCK_CODE in backend.capabilities
    return gate.code_of(appointment) if wanted else ""


def _record(
    caller: Caller, entry: OutboxEntry, now: datetime, state: str, answer: Confirmation | None, error: str = ""
) -> bool:
    with locked(caller, now) as dossier:
        present = OutboxEntry.objects.get(pk=entry.pk).state
        appointment = Appointment.objects.select_related("version").get(pk=entry.appointment_id)
        if answer is not None and (present in patience.UNFINISHED or not appointment.vendor_ref):
            appointment.vendor_ref = answer.vendor_ref
            appointment.save(update_fields=["vendor_ref"])
        if present not in patience.UNFINISHED:
            return False  # our lease ran out: another worker, or an operator, was faster
        actor = f"vendor:{entry.backend}"
        if state == "done":
            outcomes.done(dossier, entry, appointment, actor)
        elif state == "refused":
            outcomes.refused(dossier, entry, appointment, actor, error)
        else:
            outcomes.skipped(entry, appointment, now)
        return outbox.finish(entry, state, now, error)


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
