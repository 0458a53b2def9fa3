"""The password gate: which code an appointment has, and a typed password's fate (R-FUN-13, R-X-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import check_password

from .. import conf
from ..domain import gate
from ..domain.errors import NotConfigured, PasswordLocked, WrongPassword
from ..domain.policy import ExamPolicy, Unlock
from ..models import Appointment, Exam
from . import audit, exams
from .dossier import Dossier


def newest_key_id() -> str:
    """The public name of the key that new appointments use."""
    return gate.key_id(conf.keyring()[0])


def key_id_for(exam: Exam, policy: ExamPolicy, start: datetime) -> str:
    """The key that a new appointment is pinned to, '' when its exam has no such code. All of one session share a key,
    so that an invigilator reads one code to everybody even when the keyring grew between two bookings."""
    if policy.unlock is Unlock.SESSION_CODE:
        ring = [gate.key_id(key) for key in conf.keyring()]
        rows = Appointment.objects.filter(candidacy__exam=exam, start=start, key_id__in=ring).order_by("pk")
        return rows.values_list("key_id", flat=True).first() or ring[0]
    return newest_key_id() if policy.unlock.is_code else ""


def code_of(appointment: Appointment) -> str:
    """The code that opens this appointment, its own or its session's, computed when sent or shown and never stored.

    Raises:
        NotConfigured: its key left the keyring.
    """
    for key in conf.keyring():
        if gate.key_id(key) == appointment.key_id:
            return _derived(key, appointment)
    raise NotConfigured(setting="PROCTORED_EXAM['KEYS']")


def _derived(key: str, appointment: Appointment) -> str:
    if exams.snapshot(appointment.version).policy.unlock is Unlock.SESSION_CODE:
        usage_key = Exam.objects.filter(candidacies=appointment.candidacy_id).values_list("usage_key", flat=True).get()
        return gate.derive(key, gate.session_reference(usage_key, appointment.start), gate.SESSION)
    return gate.derive(key, appointment.reservation_id)


@dataclass(frozen=True)
class Refusal:
    """A wrong or premature try: recorded by the transaction, raised after its commit."""

    error: WrongPassword | PasswordLocked


def attempt_password(dossier: Dossier, typed: str) -> Refusal | None:
    """Judge one try and count it; the caller holds the candidacy's lock and raises the refusal after commit.

    Returns:
        None when the password is right.
    """
    appointment, now = dossier.appointment, dossier.now
    if appointment is None:
        raise NotConfigured(setting="appointment")
    if appointment.locked_until is not None and now < appointment.locked_until:
        return Refusal(PasswordLocked("password", seconds=_seconds(appointment.locked_until, now)))
    if _is_right(dossier, appointment, typed):
        appointment.wrong_tries = 0
        appointment.locked_until = None
        appointment.save(update_fields=["wrong_tries", "locked_until"])
        return None
    appointment.wrong_tries += 1
    pause = gate.pause_after(appointment.wrong_tries)
    appointment.locked_until = now + pause if pause else None
    appointment.save(update_fields=["wrong_tries", "locked_until"])
    audit.record(
        dossier.own,
        "password_wrong",
        now,
        dossier.caller.actor,
        attempt=dossier.attempt,
        tries=appointment.wrong_tries,
        pause_seconds=int(pause.total_seconds()),
    )
    tries_left = max(0, gate.FREE_TRIES - appointment.wrong_tries)
    return Refusal(WrongPassword("password", tries_left=tries_left, seconds=int(pause.total_seconds())))


def lift_lock(dossier: Dossier, actor: str, reason: str) -> None:
    """Let the next try in at once; the caller holds the candidacy's lock."""
    appointment = dossier.appointment
    if appointment is None:
        raise NotConfigured(setting="appointment")
    appointment.wrong_tries = 0
    appointment.locked_until = None
    appointment.save(update_fields=["wrong_tries", "locked_until"])
    audit.record(dossier.own, "password_lock_lifted", dossier.now, actor, attempt=dossier.attempt, reason=reason)


def _is_right(dossier: Dossier, appointment: Appointment, typed: str) -> bool:
    if dossier.policy.unlock is Unlock.EXAM_PASSWORD:
        if not dossier.exam.password_hash:
            raise NotConfigured(setting="exam_password")
        return check_password(typed.strip(), dossier.exam.password_hash)
    if dossier.policy.unlock is Unlock.SESSION_CODE:
        # Under any key of the ring: who moved into a session brought the key of their first booking along.
        return any(gate.matches(_derived(key, appointment), typed) for key in conf.keyring())
    return gate.matches(code_of(appointment), typed)


def _seconds(until: datetime, now: datetime) -> int:
    return max(1, round((until - now).total_seconds()))
