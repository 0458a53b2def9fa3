"""How a candidate stands on the exam day, as an invigilator needs to know it, and what may be done for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from .attempt import APPOINTMENT_ACTIVE, AppointmentState, State
from .clock import latest_end
from .policy import ExamPolicy


class Standing(StrEnum):
    """EXPECTED: the room is not open yet. AWAITED: it is, nobody came. LOCKED: at the door, too many wrong codes."""

    EXPECTED = "expected"
    AWAITED = "awaited"
    GATE = "gate"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    SITTING = "sitting"
    PAUSED = "paused"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    MISSED = "missed"


class Deed(StrEnum):
    """What an invigilator may do for one candidate."""

    CODE = "code"
    UNLOCK = "unlock"
    LIFT_LOCK = "lift-lock"
    EXTEND = "extend"
    PAUSE = "pause"
    RESUME = "resume"
    CLOSE = "close"
    INTERRUPT = "interrupt"
    INCIDENT = "incident"


_LIVE = (Deed.EXTEND, Deed.INCIDENT, Deed.INTERRUPT)
_DEEDS: Mapping[Standing, tuple[Deed, ...]] = {
    Standing.EXPECTED: (Deed.INCIDENT,),
    Standing.AWAITED: (Deed.CODE, Deed.UNLOCK, Deed.INCIDENT),
    Standing.GATE: (Deed.CODE, Deed.UNLOCK, *_LIVE),
    Standing.LOCKED: (Deed.LIFT_LOCK, Deed.CODE, Deed.UNLOCK, *_LIVE),
    Standing.UNLOCKED: _LIVE,
    Standing.SITTING: (Deed.EXTEND, Deed.PAUSE, Deed.CODE, Deed.INCIDENT, Deed.CLOSE, Deed.INTERRUPT),
    Standing.PAUSED: (Deed.RESUME, Deed.EXTEND, Deed.INCIDENT, Deed.CLOSE, Deed.INTERRUPT),
    Standing.FINISHED: (Deed.INCIDENT,),
    Standing.INTERRUPTED: (Deed.INCIDENT,),
    Standing.MISSED: (Deed.INCIDENT,),
}
_OF_STATE: Mapping[State, Standing] = {
    State.GATE: Standing.GATE,
    State.UNLOCKED: Standing.UNLOCKED,
    State.SITTING: Standing.SITTING,
    State.PAUSED: Standing.PAUSED,
    State.SUBMITTED: Standing.FINISHED,
    State.EXPIRED: Standing.FINISHED,
    State.INTERRUPTED: Standing.INTERRUPTED,
    State.VOIDED: Standing.MISSED,
}


def standing(
    appointment: AppointmentState,
    attempt: State | None,
    start: datetime,
    locked: bool,
    policy: ExamPolicy,
    now: datetime,
) -> Standing:
    """Where the candidate is.

    Args:
        appointment, attempt: their states; None without an attempt.
        start: of the appointment.
        locked: no code is taken at present.
    """
    if attempt is not None:
        found = _OF_STATE[attempt]
        return Standing.LOCKED if locked and found is Standing.GATE else found
    if appointment not in APPOINTMENT_ACTIVE or now >= latest_end(start, policy):
        return Standing.MISSED
    opens = start - timedelta(minutes=policy.launch_lead_minutes)
    return Standing.EXPECTED if now < opens else Standing.AWAITED


def deeds(at: Standing, locked: bool, policy: ExamPolicy) -> tuple[Deed, ...]:
    """What may be done now, the most likely first."""
    found = _DEEDS[at]
    if locked and Deed.LIFT_LOCK not in found and at is Standing.SITTING:  # another window of theirs is kept out
        found = (Deed.LIFT_LOCK, *found)
    return found if policy.unlock.is_code else tuple(deed for deed in found if deed is not Deed.CODE)


def next_deed(at: Standing, locked: bool, policy: ExamPolicy, in_person: bool) -> Deed | None:
    """The one thing that the candidate waits for, None when they wait for nothing of ours.

    Args:
        in_person: no vendor's proctor lets them in.
    """
    if locked and at in (Standing.LOCKED, Standing.SITTING):
        return Deed.LIFT_LOCK
    if at is Standing.GATE and in_person and policy.unlock.is_code:
        return Deed.CODE
    return Deed.RESUME if at is Standing.PAUSED else None
