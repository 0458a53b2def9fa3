"""What the proctoring service says of a session: asked outside any transaction, taken in under the candidate's lock.

The state of the room opens an exam where the service has LIVE_STATUS and no code is used (R-PE-1). Silence changes
nothing: what was open stays open, and the page says how old its knowledge is.
"""

from __future__ import annotations

import logging
import random
import time
from datetime import datetime, timedelta

from django.db.models import F

from ..backends import registry
from ..backends.base import Backend, BackendError, Capability, Review, SessionState, Status, Unavailable
from ..domain import looking
from ..domain.attempt import APPOINTMENT_ACTIVE, LIVE, AppointmentState, State
from ..domain.errors import ExamError
from ..models import Appointment, Attempt, OutboxEntry
from . import appointments, audit, breaker, exams, proctoring, sitting, vendor_reviews
from .dossier import Dossier, of_candidacy
from .entry import load, locked

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=30)
"""For so long nobody else makes a look that was claimed, also when the process that did dies."""
LONGEST_RUN = 30.0
_MOST = 500
_AT_THE_DOOR = frozenset({State.GATE, State.UNLOCKED})
_jitter = random.SystemRandom()


def look(candidacy_id: int, now: datetime, rng: random.Random = _jitter) -> bool:
    """Ask about one candidate's present appointment, due or not.

    Args:
        rng: where the jitter of the next look comes from.

    Returns:
        False when the vendor could not be asked; it will be.
    """
    found = Appointment.objects.filter(candidacy_id=candidacy_id).order_by("-number").values_list("pk", flat=True)
    return bool(found) and look_at(found[0], now, rng)


def look_at(appointment_id: int, now: datetime, rng: random.Random = _jitter) -> bool:
    """The same for any appointment, also a former one."""
    Appointment.objects.filter(pk=appointment_id, look_at__lte=now).update(look_at=now + LEASE)
    return _look(appointment_id, now, rng)


def refreshed(dossier: Dossier) -> Dossier:
    """The dossier after a look, where the candidate waits at the door and one is due.

    One request among all tabs and processes makes it, so that it works without any worker; the others show what is
    known. Never raises what the look raises: the screen must be shown.
    """
    appointment, attempt, now = dossier.appointment, dossier.attempt, dossier.now
    if appointment is None or attempt is None or State(attempt.state) not in _AT_THE_DOOR:
        return dossier
    if appointment.look_at is None or appointment.look_at > now or not _claim(appointment.pk, now):
        return dossier
    _look_alone(appointment.pk, now, _jitter)
    return load(dossier.caller, now)


def look_all(now: datetime, rng: random.Random = _jitter) -> int:
    """Make every look that is due, for at most half a minute of real time; one failure does not stop the others.

    Returns:
        How many the vendors answered.
    """
    begun, answered = time.monotonic(), 0
    due = Appointment.objects.filter(look_at__lte=now).order_by("look_at")
    for appointment_id in list(due.values_list("pk", flat=True)[:_MOST]):
        if time.monotonic() - begun > LONGEST_RUN:
            break
        if _claim(appointment_id, now):
            answered += _look_alone(appointment_id, now, rng)
    return answered


def _claim(appointment_id: int, now: datetime) -> bool:
    return bool(Appointment.objects.filter(pk=appointment_id, look_at__lte=now).update(look_at=now + LEASE))


def _look_alone(appointment_id: int, now: datetime, rng: random.Random) -> bool:
    try:
        return _look(appointment_id, now, rng)
    except Exception:  # a broken answer of one must not keep the others, or the page, from being served
        log.exception("appointment %s: its session could not be looked at", appointment_id)
        return False


def _look(appointment_id: int, now: datetime, rng: random.Random) -> bool:
    row = Appointment.objects.select_related("version").get(pk=appointment_id)
    slug = exams.snapshot(row.version).policy.backend
    try:
        backend = registry.get(slug)
        dossier = load(of_candidacy(row.candidacy_id), now)
        row.refresh_from_db()  # what the clock has overtaken is settled by now
        status, opinion = ask(backend, dossier, row, now)
    except Unavailable as error:
        log.info("vendor %s: %s while asking about appointment %s", slug, error.code, row.pk)
        return _again_later(row, now, rng)
    except (BackendError, ExamError) as error:
        log.warning("vendor %s: %s while asking about appointment %s", slug, error.code, row.pk)
        return _again_later(row, now, rng)
    with locked(of_candidacy(row.candidacy_id), now) as dossier:
        return _take_in(dossier, row, status, opinion, backend, rng)


def ask(backend: Backend, dossier: Dossier, row: Appointment, now: datetime) -> tuple[Status | None, Review | None]:
    """The vendor's word: of the session while it lasts, of its review afterwards; None where there is nothing to ask.

    Raises:
        Unavailable: it does not answer, or has not for a while and is left alone. Refused: as it says.
    """
    attempt = _attempt_of(row)
    is_over = attempt is not None and State(attempt.state) not in LIVE
    if is_over and Capability.REVIEW not in backend.capabilities:
        return None, None
    if not is_over and (type(backend).status is Backend.status or not _is_ahead(row, attempt)):
        return None, None
    if not breaker.allow(backend.slug, now):
        raise Unavailable
    booking = proctoring.booking_for(dossier, row)
    with breaker.watched(backend.slug, now):
        return (None, backend.review(booking)) if is_over else (backend.status(booking), None)


def _is_ahead(row: Appointment, attempt: Attempt | None) -> bool:
    return attempt is not None or AppointmentState(row.state) in APPOINTMENT_ACTIVE


def _attempt_of(row: Appointment) -> Attempt | None:
    return row.attempts.order_by("-number").first()


def _again_later(row: Appointment, now: datetime, rng: random.Random) -> bool:
    """No answer: ask again, less and less often; only looks that somebody waits for are pressing."""
    if row.look_at is None:
        return False
    wait = looking.after_silence(row.looks + 1)
    attempt = _attempt_of(row)
    if attempt is not None and State(attempt.state) not in LIVE:
        wait = max(wait, looking.REVIEW_LOOKS[0])
    next_look = now + wait * rng.uniform(0.8, 1.2)
    Appointment.objects.filter(pk=row.pk).update(look_at=next_look, looks=F("looks") + 1)
    return False


# --- taking in ------------------------------------------------------------------------------------------------------


def _take_in(
    dossier: Dossier,
    asked: Appointment,
    status: Status | None,
    opinion: Review | None,
    backend: Backend,
    rng: random.Random,
) -> bool:
    """False when the vendor was asked about a reservation that has been moved since: its answer is about no one's."""
    is_present = dossier.appointment is not None and dossier.appointment.pk == asked.pk
    row = dossier.appointment if is_present else Appointment.objects.get(pk=asked.pk)
    assert row is not None
    if (row.vendor_ref, row.start) != (asked.vendor_ref, asked.start):
        return False
    if status is not None and is_present:
        take_in_status(dossier, row, status)
    attempt = dossier.attempt if is_present and dossier.attempt is not None else _attempt_of(row)
    if opinion is not None:
        vendor_reviews.take_in(dossier, opinion, dossier.now, attempt)
    row.look_at, row.looks = _next_look(dossier, attempt, backend, rng), 0
    row.save(update_fields=["look_at", "looks"])
    return True


def take_in_status(dossier: Dossier, appointment: Appointment, status: Status) -> None:
    """What the vendor said of the dossier's present appointment; the caller holds the candidacy's lock.

    Only OPEN does anything to an attempt, and only at the gate. The end of the room ends no exam, a cancellation counts
    only before the room was entered, and UNKNOWN is no word: what is known stays.
    """
    actor = f"vendor:{dossier.backend.slug}"
    known_at = appointment.room_state_at
    if known_at is not None and known_at > dossier.now:
        return  # an answer that was overtaken by a later one
    if status.state is not SessionState.UNKNOWN or not appointment.room_state:
        _note(dossier, appointment, status.state, actor)
    attempt = dossier.attempt
    if attempt is None:
        if status.state is SessionState.CANCELLED and _is_settled(appointment):
            appointments.cancelled_by_vendor(dossier, appointment, actor)
    elif status.state is SessionState.OPEN and attempt.state == State.GATE and dossier.facts.opens_by_room:
        sitting.open_gate(dossier, actor)


def _note(dossier: Dossier, appointment: Appointment, state: SessionState, actor: str) -> None:
    changed = appointment.room_state != state.value
    appointment.room_state, appointment.room_state_at = state.value, dossier.now
    appointment.save(update_fields=["room_state", "room_state_at"])
    if changed:
        attempt = dossier.attempt
        during = {"attempt_state": attempt.state} if attempt is not None else {}
        data = {"appointment": appointment.pk, "state": state.value, **during}
        audit.record(dossier.own, "room_changed", dossier.now, actor, attempt=attempt, **data)


def _is_settled(appointment: Appointment) -> bool:
    """An appointment that nothing of ours is under way for: a move could look like a cancellation of its old slot, and
    so could what staff arranged by telephone, which reconciliation reports."""
    if appointment.state not in (AppointmentState.CONFIRMED, AppointmentState.MOVE_REQUESTED):
        return False
    if appointments.is_arranged_by_hand(appointment):
        return False
    return not OutboxEntry.objects.filter(appointment=appointment, state="pending").exists()


def _next_look(dossier: Dossier, attempt: Attempt | None, backend: Backend, rng: random.Random) -> datetime | None:
    now, able = dossier.now, backend.capabilities
    if attempt is None or attempt.evidence_erased_at is not None:
        return None
    state = State(attempt.state)
    if state not in LIVE:
        if Capability.REVIEW not in able or attempt.ended_at is None:
            return None
        has_opinion = vendor_reviews.has_opinion(attempt)
        due = looking.for_the_review(attempt.ended_at, now, has_opinion=has_opinion)
        return due and due + timedelta(seconds=60) * rng.random()
    if state is State.GATE and dossier.facts.opens_by_room:
        wait = looking.at_the_gate(attempt.launched_at, now)
    elif state is State.UNLOCKED and dossier.facts.opens_by_room:
        wait = looking.PATIENT
    else:
        wait = looking.DURING_THE_EXAM if Capability.LIVE_STATUS in able else looking.RARE
    return now + wait * rng.uniform(0.9, 1.1)
