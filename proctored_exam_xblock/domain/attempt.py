"""The three state machines of an exam as data: appointment, attempt, review.

``docs/states.md`` is generated from these tables; a test holds them together (R-X-5).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from .errors import IllegalTransition


class State(StrEnum):
    """An attempt exists from the launch of the room."""

    GATE = "gate"
    UNLOCKED = "unlocked"
    SITTING = "sitting"
    PAUSED = "paused"
    SUBMITTED = "submitted"
    EXPIRED = "expired"
    INTERRUPTED = "interrupted"
    VOIDED = "voided"


class Event(StrEnum):
    UNLOCK = "unlock"
    LAPSE = "lapse"
    START = "start"
    EXTEND = "extend"
    CLAIM_WINDOW = "claim_window"
    SUBMIT_PART = "submit_part"
    PAUSE = "pause"
    RESUME = "resume"
    FINISH = "finish"
    EXPIRE = "expire"
    INTERRUPT = "interrupt"
    ABANDON = "abandon"
    VOID = "void"


TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (State.GATE, Event.UNLOCK): State.UNLOCKED,
    (State.GATE, Event.EXTEND): State.GATE,
    (State.GATE, Event.INTERRUPT): State.INTERRUPTED,
    (State.GATE, Event.ABANDON): State.VOIDED,
    (State.GATE, Event.VOID): State.VOIDED,
    (State.UNLOCKED, Event.START): State.SITTING,
    (State.UNLOCKED, Event.LAPSE): State.GATE,
    (State.UNLOCKED, Event.EXTEND): State.UNLOCKED,
    (State.UNLOCKED, Event.INTERRUPT): State.INTERRUPTED,
    (State.UNLOCKED, Event.VOID): State.VOIDED,
    (State.SITTING, Event.SUBMIT_PART): State.SITTING,
    (State.SITTING, Event.CLAIM_WINDOW): State.SITTING,
    (State.SITTING, Event.EXTEND): State.SITTING,
    (State.SITTING, Event.PAUSE): State.PAUSED,
    (State.SITTING, Event.FINISH): State.SUBMITTED,
    (State.SITTING, Event.EXPIRE): State.EXPIRED,
    (State.SITTING, Event.INTERRUPT): State.INTERRUPTED,
    (State.SITTING, Event.VOID): State.VOIDED,
    (State.PAUSED, Event.RESUME): State.SITTING,
    (State.PAUSED, Event.EXTEND): State.PAUSED,
    (State.PAUSED, Event.INTERRUPT): State.INTERRUPTED,
    (State.PAUSED, Event.VOID): State.VOIDED,
    (State.SUBMITTED, Event.VOID): State.VOIDED,
    (State.EXPIRED, Event.VOID): State.VOIDED,
    (State.INTERRUPTED, Event.VOID): State.VOIDED,
}

LIVE = frozenset({State.GATE, State.UNLOCKED, State.SITTING, State.PAUSED})
"""States in which the attempt is still under way; at most one per candidate."""
OVER = frozenset({State.SUBMITTED, State.EXPIRED})
"""States in which answers were counted."""
TERMINAL = frozenset({State.VOIDED})


class AppointmentState(StrEnum):
    """REQUESTED: ours, not yet confirmed by the vendor. MOVE_REQUESTED: the old slot is kept until the new is sure."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    MOVE_REQUESTED = "move_requested"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    MISSED = "missed"
    USED = "used"


class AppointmentEvent(StrEnum):
    CONFIRM = "confirm"
    REFUSE = "refuse"
    ASK_MOVE = "ask_move"
    CONFIRM_MOVE = "confirm_move"
    REFUSE_MOVE = "refuse_move"
    CANCEL = "cancel"
    MISS = "miss"
    LAUNCH = "launch"
    VENDOR_CANCEL = "vendor_cancel"


_A, _AE = AppointmentState, AppointmentEvent
APPOINTMENT_TRANSITIONS: Mapping[tuple[AppointmentState, AppointmentEvent], AppointmentState] = {
    (_A.REQUESTED, _AE.CONFIRM): _A.CONFIRMED,
    (_A.REQUESTED, _AE.REFUSE): _A.REFUSED,
    (_A.REQUESTED, _AE.CANCEL): _A.CANCELLED,
    (_A.REQUESTED, _AE.MISS): _A.MISSED,
    (_A.CONFIRMED, _AE.ASK_MOVE): _A.MOVE_REQUESTED,
    (_A.CONFIRMED, _AE.CANCEL): _A.CANCELLED,
    (_A.CONFIRMED, _AE.MISS): _A.MISSED,
    (_A.CONFIRMED, _AE.LAUNCH): _A.USED,
    (_A.CONFIRMED, _AE.VENDOR_CANCEL): _A.REFUSED,
    (_A.MOVE_REQUESTED, _AE.CONFIRM_MOVE): _A.CONFIRMED,
    (_A.MOVE_REQUESTED, _AE.REFUSE_MOVE): _A.CONFIRMED,
    (_A.MOVE_REQUESTED, _AE.CANCEL): _A.CANCELLED,
    (_A.MOVE_REQUESTED, _AE.MISS): _A.MISSED,
    (_A.MOVE_REQUESTED, _AE.LAUNCH): _A.USED,
    (_A.MOVE_REQUESTED, _AE.VENDOR_CANCEL): _A.REFUSED,
    (_A.USED, _AE.MISS): _A.MISSED,
}
APPOINTMENT_ACTIVE = frozenset({_A.REQUESTED, _A.CONFIRMED, _A.MOVE_REQUESTED})
APPOINTMENT_TERMINAL = frozenset({_A.CANCELLED, _A.REFUSED, _A.MISSED})


class ReviewState(StrEnum):
    NONE = "none"
    PENDING = "pending"
    VALIDATED = "validated"
    INVALIDATED = "invalidated"


IDENTITY_MISSING = "identity_missing"
"""Why a review was invalidated without a person (R-PE-2); every other reason is as staff typed it."""


class ReviewEvent(StrEnum):
    OPEN = "open"
    VALIDATE = "validate"
    INVALIDATE = "invalidate"


_R, _RE = ReviewState, ReviewEvent
REVIEW_TRANSITIONS: Mapping[tuple[ReviewState, ReviewEvent], ReviewState] = {
    (_R.NONE, _RE.OPEN): _R.PENDING,
    (_R.NONE, _RE.VALIDATE): _R.VALIDATED,
    (_R.NONE, _RE.INVALIDATE): _R.INVALIDATED,
    (_R.PENDING, _RE.VALIDATE): _R.VALIDATED,
    (_R.PENDING, _RE.INVALIDATE): _R.INVALIDATED,
    (_R.VALIDATED, _RE.INVALIDATE): _R.INVALIDATED,
    (_R.VALIDATED, _RE.OPEN): _R.PENDING,
    (_R.INVALIDATED, _RE.VALIDATE): _R.VALIDATED,
    (_R.INVALIDATED, _RE.OPEN): _R.PENDING,
}

_S = TypeVar("_S", bound=StrEnum)
_E = TypeVar("_E", bound=StrEnum)


def _step(table: Mapping[tuple[_S, _E], _S], state: _S, event: _E) -> _S:
    try:
        return table[state, event]
    except KeyError:
        raise IllegalTransition(state=state.value, event=event.value) from None


def advance(state: State, event: Event) -> State:
    """The attempt's next state.

    Raises:
        IllegalTransition: the table has no such arrow.
    """
    return _step(TRANSITIONS, state, event)


def advance_appointment(state: AppointmentState, event: AppointmentEvent) -> AppointmentState:
    """The appointment's next state; raises IllegalTransition as :func:`advance` does."""
    return _step(APPOINTMENT_TRANSITIONS, state, event)


def advance_review(state: ReviewState, event: ReviewEvent) -> ReviewState:
    """The review's next state; raises IllegalTransition as :func:`advance` does."""
    return _step(REVIEW_TRANSITIONS, state, event)
