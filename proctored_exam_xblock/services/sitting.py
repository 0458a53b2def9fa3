"""The sitting: room, unlock, start, save, submit, finish. Every function is one use-case and one transaction."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.crypto import salted_hmac

from ..backends.base import Capability, Step
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
from ..domain.drawing import draw
from ..domain.errors import (
    BadRequest,
    NotAllowedNow,
    PartClosed,
    StaleRevision,
    TimeOver,
    WindowBusy,
    WindowLost,
)
from ..domain.journey import Action, Phase
from ..domain.policy import ExamPolicy, Unlock
from ..domain.practice import NUMBER_PREFIX
from ..domain.questions import clean_answers
from ..models import Appointment, Attempt, PartResponse
from . import audit, booking, ending, gate, layouts, outbox, seats
from .answers import as_json, check_part, keep_aside, read_drafts, time_spent
from .dossier import Caller, Dossier, first_look, opens_by_itself
from .ending import digest
from .entry import load, locked
from .facts import holds_window, window_hash

# --- the room -----------------------------------------------------------------------------------------------------


def open_room(caller: Caller, now: datetime) -> Dossier:
    """Begin the attempt: consent given, room entered (R-FUN-10). A second call changes nothing.

    For a backend with a room this is called by ``proctoring.launch`` once the vendor gave the room's address.
    """
    with locked(caller, now) as dossier:
        dossier.journey.require(Action.LAUNCH)
        if dossier.attempt is None:
            begin(dossier, booking.active(dossier) or booking.implicit_appointment(dossier))
    return load(caller, now)


def enter(caller: Caller, now: datetime) -> Dossier:
    """Begin without a vendor's room; an exam that has one is entered by its link only.

    Raises:
        NotAllowedNow: this exam opens in a room.
    """
    dossier = load(caller, now)
    dossier.journey.require(Action.LAUNCH)
    if Capability.ROOM in dossier.backend.capabilities:
        raise NotAllowedNow(phase=dossier.journey.phase.value)
    return open_room(caller, now)


def begin(dossier: Dossier, appointment: Appointment, by_staff: str = "", reason: str = "") -> None:
    """The attempt begins, in its room; the caller holds the candidacy's lock.

    Args:
        by_staff: the actor who opened it by hand: the candidate agreed to no recording, and none is made.
        reason: theirs.
    """
    candidacy, now = dossier.own, dossier.now
    appointment.state = advance_appointment(AppointmentState(appointment.state), AppointmentEvent.LAUNCH).value
    if appointment.pending_start is not None:  # a move that came too late: the slot at hand is the one that counts
        seats.release(dossier.exam, appointment.pending_start)
    appointment.active_key = appointment.pending_start = None
    appointment.consent_at = None if by_staff else now
    appointment.look_at = first_look(dossier.backend, now)
    appointment.save(update_fields=["state", "active_key", "pending_start", "consent_at", "look_at"])
    booking.use_up_grant(candidacy)
    attempt = Attempt.objects.create(
        candidacy=candidacy,
        appointment=appointment,
        version=appointment.version,
        active_key=candidacy.pk,
        number=candidacy.attempts.count() + 1,
        state=State.GATE.value,
        certification_number=_certification_number(_prefix(dossier.policy), now),
        seed=secrets.randbelow(2**53),
        launched_at=now,
    )
    dossier.attempt, dossier.appointment = attempt, appointment
    told = {"appointment": appointment.pk} | ({"reason": reason} if by_staff else {})
    audit.record(candidacy, "room_opened", now, by_staff or dossier.caller.actor, attempt=attempt, **told)
    if opens_by_itself(dossier):
        open_gate(dossier, "system")


def _prefix(policy: ExamPolicy) -> str:
    return NUMBER_PREFIX if policy.practice else policy.certification_prefix


def _certification_number(prefix: str, now: datetime) -> str:
    """Random, not sequential (R-PIX-10); the unique constraint guards the rare race."""
    while True:
        number = f"{prefix}-{now.year}-{secrets.randbelow(1_000_000):06d}"
        if not Attempt.objects.filter(certification_number=number).exists():
            return number


def open_gate(dossier: Dossier, actor: str, **told: str) -> None:
    """gate -> unlocked; the caller holds the candidacy's lock. ``told`` goes into the trail."""
    attempt = _attempt(dossier)
    attempt.state = advance(State(attempt.state), Event.UNLOCK).value
    attempt.unlocked_at = dossier.now
    attempt.save(update_fields=["state", "unlocked_at"])
    audit.record(dossier.own, "unlocked", dossier.now, actor, attempt=attempt, **told)


def unlock(caller: Caller, password: str, nonce: str, now: datetime) -> tuple[Dossier, str]:
    """The proctor types the password: opens the exam, or lets this window take over a running sitting (R-X-10).

    Returns:
        The dossier, and a window token when a sitting was taken over (else '').

    Raises:
        WrongPassword, PasswordLocked: the try was counted.
    """
    if not isinstance(password, str) or len(password) > 200:
        raise BadRequest("password")
    token, refusal = "", None
    with locked(caller, now) as dossier:
        if dossier.journey.phase is Phase.UNLOCKED:
            return dossier, ""
        dossier.journey.require(Action.UNLOCK)
        if dossier.policy.unlock is Unlock.NONE:
            raise NotAllowedNow(phase=dossier.journey.phase.value)
        refusal = gate.attempt_password(dossier, password)
        if refusal is None and _attempt(dossier).state == State.SITTING:
            token = _take_window(dossier, nonce, "password")
        elif refusal is None:
            open_gate(dossier, dossier.caller.actor)
    if refusal is not None:
        raise refusal.error
    return load(_holding(caller, token), now), token


# --- windows ------------------------------------------------------------------------------------------------------


def open_window(caller: Caller, predecessor: str, nonce: str, now: datetime) -> tuple[Dossier, str]:
    """A freshly loaded page asks to hold the sitting: its predecessor's token is traded once (R-X-10).

    Returns:
        The dossier and the new token, '' when this window may not have it.
    """
    dossier = load(caller, now)
    attempt = dossier.attempt
    if attempt is None or attempt.state != State.SITTING:
        return dossier, ""
    again = _token(attempt, nonce)
    if holds_window(attempt, again):
        return load(_holding(caller, again), now), again
    if not holds_window(attempt, predecessor):
        return dossier, ""
    with locked(caller, now) as dossier:
        attempt = _attempt(dossier)
        if attempt.state != State.SITTING or not holds_window(attempt, predecessor):
            return dossier, ""
        token = _take_window(dossier, nonce, "reload")
    return load(_holding(caller, token), now), token


def claim_window(caller: Caller, nonce: str, now: datetime) -> tuple[Dossier, str]:
    """Without a code: take over a sitting whose window has been silent long enough.

    Raises:
        WindowBusy: it still answers; ``seconds`` says how long to wait.
        NotAllowedNow: this exam has a code, which is asked for instead.
    """
    with locked(caller, now) as dossier:
        attempt = dossier.attempt
        if attempt is None or attempt.state != State.SITTING or dossier.policy.unlock is not Unlock.NONE:
            raise NotAllowedNow(phase=dossier.journey.phase.value)
        saved = [part.saved_at for part in dossier.parts if part.saved_at]
        last_seen = max([attempt.window_seen_at or now, *saved])
        silent_at = last_seen + timedelta(seconds=dossier.policy.silent_window_seconds)
        if now < silent_at:
            raise WindowBusy(seconds=max(1, round((silent_at - now).total_seconds())))
        token = _take_window(dossier, nonce, "silent")
    return load(_holding(caller, token), now), token


def seen(dossier: Dossier) -> None:
    """Note that the holding window is alive; at most one write per ten seconds."""
    attempt = dossier.attempt
    if attempt is None or not dossier.facts.holds_window or attempt.state != State.SITTING:
        return
    if attempt.window_seen_at is None or dossier.now - attempt.window_seen_at >= timedelta(seconds=10):
        Attempt.objects.filter(pk=attempt.pk).update(window_seen_at=dossier.now)


def _take_window(dossier: Dossier, nonce: str, how: str) -> str:
    attempt = _attempt(dossier)
    advance(State(attempt.state), Event.CLAIM_WINDOW)
    token = _token(attempt, nonce)
    attempt.window_hash = window_hash(token)
    attempt.window_seen_at = dossier.now
    attempt.save(update_fields=["window_hash", "window_seen_at"])
    audit.record(dossier.own, "window_opened", dossier.now, dossier.caller.actor, attempt=attempt, how=how)
    return token


def _token(attempt: Attempt, nonce: str) -> str:
    """The server's token for a page's nonce: the same request made twice (a lost answer) gives the same token."""
    if not isinstance(nonce, str) or len(nonce) > 200:
        raise BadRequest("nonce")
    if len(nonce) < 16:
        return secrets.token_hex(20)
    return salted_hmac("proctored-exam-window", f"{attempt.pk}:{nonce}", settings.SECRET_KEY).hexdigest()


def _holding(caller: Caller, token: str) -> Caller:
    if not token:
        return caller
    return Caller(caller.usage_key, caller.user_id, caller.staff, caller.language, token)


# --- answering ----------------------------------------------------------------------------------------------------


def start(caller: Caller, nonce: str, now: datetime) -> tuple[Dossier, str]:
    """The candidate, not the proctor, starts the clock (R-FUN-14): paper laid out, deadline fixed, window given.

    Returns:
        The dossier and the window token. Asked twice with the same nonce, both are the same.
    """
    with locked(caller, now) as dossier:
        attempt = dossier.attempt
        if attempt is not None and attempt.state == State.SITTING:
            token = _token(attempt, nonce)
            if not holds_window(attempt, token):
                raise WindowLost()
        else:
            dossier.journey.require(Action.START)
            token = _start(dossier, nonce)
    return load(_holding(caller, token), now), token


def _start(dossier: Dossier, nonce: str) -> str:
    attempt, now = _attempt(dossier), dossier.now
    attempt.state = advance(State(attempt.state), Event.START).value
    extra = dossier.facts.extra_time + timedelta(seconds=attempt.extra_seconds)
    attempt.extra_seconds = int(extra.total_seconds())
    attempt.allowance_seconds = int(dossier.facts.allowance.total_seconds())
    attempt.started_at = now
    attempt.deadline = clock.first_deadline(now, dossier.policy, extra)
    layout = draw(dossier.paper, attempt.seed)
    attempt.layout = layouts.as_json(layout)
    token = _token(attempt, nonce)
    attempt.window_hash = window_hash(token)
    attempt.window_seen_at = now
    attempt.save()
    PartResponse.objects.bulk_create(
        PartResponse(attempt=attempt, number=number) for number in range(1, len(dossier.paper.parts) + 1)
    )
    audit.record(
        dossier.own,
        "started",
        now,
        dossier.caller.actor,
        attempt=attempt,
        deadline=attempt.deadline.isoformat(),
        extra_seconds=attempt.extra_seconds,
        version=attempt.version_id,
    )
    outbox.tell_progress(dossier, Step.STARTED)
    return token


def submit_part(
    caller: Caller, number: int, revision: int, answers: object, now: datetime, spent: object = None
) -> Dossier:
    """Final verification of one part (R-FUN-18): these answers count and nothing changes them any more.

    Raises:
        TimeOver: after the cut-off; the answers are kept aside for staff.
        WindowLost, NotAllowedNow: not now, or not from this window.
        PartClosed: verified before with other answers; StaleRevision; UnknownAnswer.
    """
    try:
        with locked(caller, now) as dossier:
            part = _own_part(dossier, number, revision)
            _submit(dossier, part, revision, answers, spent)
    except TimeOver:
        keep_aside(load(caller, now), number, revision, answers)
        raise
    return load(caller, now)


def _submit(dossier: Dossier, part: PartResponse, revision: int, answers: object, spent: object) -> None:
    own = dossier.paper.parts[part.number - 1]
    cleaned, times = clean_answers(own, answers), time_spent(_attempt(dossier), own, spent, dossier.now)
    if part.closed_at is not None:
        if part.submitted_at is not None and part.revision == revision and as_json(cleaned) == part.answers:
            return
        raise PartClosed()
    if revision < part.revision:
        raise StaleRevision(revision=part.revision)
    advance(State(_attempt(dossier).state), Event.SUBMIT_PART)
    part.answers, part.revision = as_json(cleaned), revision
    part.spent = part.spent if times is None else times
    part.saved_at = part.submitted_at = part.closed_at = dossier.now
    part.counted = True
    part.save()
    audit.record(
        dossier.own,
        "part_submitted",
        dossier.now,
        dossier.caller.actor,
        attempt=dossier.attempt,
        part=part.number,
        answered=len(cleaned),
        answers=digest(part.answers),
    )


def finish(caller: Caller, drafts: object, now: datetime) -> Dossier:
    """ "Terminer l'examen" (R-FUN-19): unsent edits are taken in, the expiry policy decides on drafts, all is locked.

    Args:
        drafts: ``{"<part>": {"revision": int, "answers": {...}, "spent": {...}}}``, what the page had not sent yet.
    """
    unsent = read_drafts(drafts)
    with locked(caller, now) as dossier:
        attempt = dossier.attempt
        if attempt is not None and State(attempt.state) in OVER:
            if State(attempt.state) is State.EXPIRED:
                _keep_unsent(dossier, unsent)
            return dossier
        for number, revision, answers, spent in unsent:
            part = _own_part(dossier, number, revision)
            if part.closed_at is None and revision > part.revision:
                own = dossier.paper.parts[number - 1]
                part.answers = as_json(clean_answers(own, answers))
                times = time_spent(_attempt(dossier), own, spent, now)
                part.spent = part.spent if times is None else times
                part.revision, part.saved_at = revision, now
                part.save()
        _require_sitting(dossier, Action.FINISH)
        ending.close(dossier, Event.FINISH, "finished", caller.actor)
    return load(caller, now)


def _keep_unsent(dossier: Dossier, unsent: list[tuple[int, int, object, object]]) -> None:
    for number, revision, answers, _spent in unsent:
        check_part(number, revision, len(dossier.parts))
        if revision > dossier.parts[number - 1].revision:
            keep_aside(dossier, number, revision, answers)


# --- shared ---------------------------------------------------------------------------------------------------------


def _attempt(dossier: Dossier) -> Attempt:
    if dossier.attempt is None:
        raise NotAllowedNow(phase=dossier.journey.phase.value)
    return dossier.attempt


def _require_sitting(dossier: Dossier, action: Action) -> None:
    attempt = dossier.attempt
    if attempt is not None and State(attempt.state) is State.EXPIRED:
        raise TimeOver()
    if attempt is not None and State(attempt.state) is State.SITTING and not dossier.facts.holds_window:
        raise WindowLost()
    dossier.journey.require(action)


def _own_part(dossier: Dossier, number: int, revision: int) -> PartResponse:
    _require_sitting(dossier, Action.SUBMIT_PART)
    check_part(number, revision, len(dossier.parts))
    return dossier.parts[number - 1]
