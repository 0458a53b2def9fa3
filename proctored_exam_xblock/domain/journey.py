"""Facts about one candidate and ``now`` -> the phase (which screen) and the actions allowed.

A phase is derived at every request and stored nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from .attempt import APPOINTMENT_ACTIVE, OVER, AppointmentState, ReviewState, State
from .clock import latest_end, start_until, unlock_lapses_at, window_end
from .eligibility import Missing
from .equipment import Finding
from .errors import NotAllowedNow, NotEligible
from .policy import ExamPolicy, SecondChance
from .practice import Around
from .questions import Answers, Layout, Paper, Points
from .refunds import PaymentFacts
from .second import Refusal, refusal
from .terms import Accepted, ServiceTerms, version_in_force

ROOM_OPEN = "open"
"""The vendor lets the candidate begin."""
ROOM_WORD_IS_FRESH = timedelta(seconds=30)


class Phase(StrEnum):
    NOT_ELIGIBLE = "not_eligible"
    ONBOARDING = "onboarding"
    BOOKING = "booking"
    BOOKED = "booked"
    AVAILABLE = "available"
    ROOM = "room"
    UNLOCKED = "unlocked"
    SITTING = "sitting"
    PAUSED = "paused"
    SUBMITTED = "submitted"
    RESULT = "result"
    INVALIDATED = "invalidated"
    INTERRUPTED = "interrupted"
    MISSED = "missed"
    CLOSED = "closed"


class Action(StrEnum):
    """What a candidate may ask; the names are those of the handlers."""

    ACCEPT_TERMS = "accept_terms"
    CONFIRM_NAME = "confirm_name"
    SAVE_INFORMATION = "save_information"
    RECORD_EQUIPMENT = "record_equipment"
    MEASURE = "measure"
    SLOTS = "slots"
    HOLD = "hold"
    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    ASK_SECOND = "ask_second"
    TRY_AGAIN = "try_again"
    LAUNCH = "launch"
    UNLOCK = "unlock"
    CLAIM_WINDOW = "claim_window"
    START = "start"
    SAVE_DRAFT = "save_draft"
    SUBMIT_PART = "submit_part"
    FINISH = "finish"


@dataclass(frozen=True)
class PersonFacts:
    """Who the candidate is, as frozen or as the platform says now. Never logged."""

    user_id: int
    username: str
    first_name: str
    last_name: str
    email: str
    phone: str = ""
    address: str = ""
    city: str = ""
    state: str = ""
    zipcode: str = ""
    country: str = ""
    time_zone: str = ""
    name_is_verified: bool = False
    """The platform compared the name with an identity document (edx-name-affirmation)."""


@dataclass(frozen=True)
class OnboardingFacts:
    """State of each step before booking; instants in UTC, None while not done."""

    terms_accepted_at: datetime | None = None
    terms_version: str = ""
    name_confirmed_at: datetime | None = None
    information_saved_at: datetime | None = None
    equipment_checked_at: datetime | None = None
    equipment_warnings: tuple[str, ...] = ()
    equipment_findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class AppointmentFacts:
    """One appointment. ``notice`` is a stable code the screen explains (e.g. ``move_refused``) or ''.

    ``room_state`` is what the vendor said last of its room (``scheduled``, ``waiting``, ``open``...), '' before that.
    """

    id: int
    state: AppointmentState
    start: datetime
    duration: timedelta
    pending_start: datetime | None = None
    moves: int = 0
    notice: str = ""
    vendor_pending_since: datetime | None = None
    vendor_last_error: str = ""
    locked_until: datetime | None = None
    implicit: bool = False
    launch_url: str = ""
    room_state: str = ""
    room_state_at: datetime | None = None


@dataclass(frozen=True)
class PartFacts:
    """One part of a started attempt; ``state`` is untouched, draft, submitted or discarded."""

    number: int
    state: str
    revision: int
    answers: Answers
    saved_at: datetime | None
    submitted_at: datetime | None
    attempts_used: int
    attempts_allowed: int = 1
    spent: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class AttemptFacts:
    """One attempt; ``paper`` and ``layout`` are set from start on. Score fields only once released."""

    id: int
    number: int
    state: State
    certification_number: str
    launched_at: datetime
    unlocked_at: datetime | None = None
    started_at: datetime | None = None
    deadline: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str = ""
    paused_at: datetime | None = None
    extra_seconds: int = 0
    review: ReviewState = ReviewState.NONE
    review_reason: str = ""
    released: bool = False
    score_earned: Points | None = None
    score_possible: Points | None = None
    passed: bool | None = None
    score_by_hand: bool = False
    paper: Paper | None = None
    layout: Layout | None = None
    parts: tuple[PartFacts, ...] = ()
    audit_head: str = ""
    audit_count: int = 0


@dataclass(frozen=True)
class HoldFacts:
    """The seat that is kept for the candidate between choosing and confirming."""

    start: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Facts:
    """Everything the journey needs to know about one candidate of one exam."""

    eligible: bool
    staff: bool = False
    person: PersonFacts | None = None
    onboarding: OnboardingFacts = field(default_factory=OnboardingFacts)
    appointment: AppointmentFacts | None = None
    attempt: AttemptFacts | None = None
    extra_time: timedelta = timedelta(0)
    allowance: timedelta = timedelta(0)
    """The share of ``extra_time`` that the platform's own tables grant; it may grow while the exam runs."""
    lead_time_waived: bool = False
    second_appointment: bool = False
    information_fields: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    """What keeps out who is not eligible (R-FUN-1)."""
    account_name: tuple[str, str] = ("", "")
    """First and family name as the platform has them now, verified where it says so."""
    email_is_refused: bool = False
    """The service cannot write to the account's address (R-PE-4): nothing can be booked with it."""
    service_terms: ServiceTerms | None = None
    accepted_terms: Accepted | None = None
    """What was accepted last, word for word; read only for the screens that show it."""
    holds_window: bool = False
    payment: PaymentFacts | None = None
    """None where nobody asked: the exam is free, or begun."""
    opens_by_room: bool = False
    """The state of the vendor's room opens this exam, no code does (R-PE-1)."""
    practice: Around = field(default_factory=Around)
    """What screens tell of practice (R-X-18); no decision reads it."""
    taken_before: int = 0
    """Appointments that this candidate used or missed before the present or the next one."""
    seconds_by_rule: int = 0
    next_policy: ExamPolicy | None = None
    """The rules of an appointment made now, where others are in force for the present one."""
    others_sit: bool = False
    """Somebody of this exam sits it, or may yet, though every window is over; known where it matters for the keys."""
    full_starts: frozenset[datetime] = frozenset()
    """Starts of the window without a seat, UTC; known to screens with a calendar only."""
    hold: HoldFacts | None = None

    @property
    def room_open_at(self) -> datetime | None:
        """When the room that opens this exam was last seen open; None when it does not, or no more."""
        if not self.opens_by_room or self.appointment is None or self.appointment.room_state != ROOM_OPEN:
            return None
        return self.appointment.room_state_at


@dataclass(frozen=True)
class Journey:
    phase: Phase
    actions: frozenset[Action]
    next_change: datetime | None = None
    """When the phase may change by the clock alone, so that the page knows when to ask again."""
    missing: str = ""
    """The first thing that keeps out who is not eligible, by its code."""

    def require(self, action: Action) -> None:
        """Raise NotAllowedNow (NotEligible for outsiders) unless ``action`` belongs to this phase."""
        if action in self.actions:
            return
        if self.phase is Phase.NOT_ELIGIBLE:
            raise NotEligible(reason=self.missing)
        raise NotAllowedNow(phase=self.phase.value)


_CHECKING = frozenset({Action.RECORD_EQUIPMENT, Action.MEASURE})
_PREPARING = _CHECKING | {Action.SAVE_INFORMATION}
ACTIONS: Mapping[Phase, frozenset[Action]] = {
    Phase.NOT_ELIGIBLE: frozenset(),
    Phase.ONBOARDING: _PREPARING | {Action.ACCEPT_TERMS, Action.CONFIRM_NAME},
    Phase.BOOKING: _PREPARING | {Action.CONFIRM_NAME, Action.SLOTS, Action.HOLD, Action.BOOK},
    Phase.BOOKED: _PREPARING | {Action.SLOTS, Action.HOLD, Action.MOVE, Action.CANCEL},
    Phase.AVAILABLE: _CHECKING | {Action.LAUNCH, Action.CANCEL},
    Phase.ROOM: frozenset({Action.LAUNCH, Action.UNLOCK, Action.CLAIM_WINDOW}),
    Phase.UNLOCKED: frozenset({Action.LAUNCH, Action.START}),
    Phase.SITTING: frozenset(
        {Action.LAUNCH, Action.SAVE_DRAFT, Action.SUBMIT_PART, Action.FINISH, Action.CLAIM_WINDOW}
    ),
    Phase.PAUSED: frozenset({Action.LAUNCH}),
    Phase.SUBMITTED: frozenset(),
    Phase.RESULT: frozenset(),
    Phase.INVALIDATED: frozenset(),
    Phase.INTERRUPTED: frozenset({Action.ASK_SECOND}),
    Phase.MISSED: frozenset({Action.ASK_SECOND}),
    Phase.CLOSED: frozenset(),
}
PRACTICE_ENDS = frozenset({Phase.SUBMITTED, Phase.RESULT, Phase.INVALIDATED, Phase.INTERRUPTED, Phase.MISSED})
"""Where a practice exam tells what would have failed and, while its window is open, may be tried again (R-X-18)."""


def terms_version(facts: Facts, policy: ExamPolicy) -> str:
    """The version of the terms that has to be accepted: the course's and the service's together."""
    return version_in_force(policy, facts.service_terms)


def onboarding_steps(facts: Facts, policy: ExamPolicy) -> dict[str, bool]:
    """Each step by name and whether it is done. The check of the equipment is advice, whatever it found, unless the
    course team requires one that found nothing to settle."""
    done = facts.onboarding
    steps = {
        "equipment": done.equipment_checked_at is not None
        and not (policy.equipment_required and done.equipment_warnings),
        "terms": done.terms_accepted_at is not None and done.terms_version == terms_version(facts, policy),
        "name": done.name_confirmed_at is not None,
        "information": done.information_saved_at is not None or not facts.information_fields,
    }
    if policy.payment_required:
        steps["payment"] = is_paid(facts)
    return steps


def is_paid(facts: Facts) -> bool:
    """True when a payment is known and was not given back (R-FUN-5)."""
    return facts.payment is not None and facts.payment.is_paid


def ready_to_book(facts: Facts, policy: ExamPolicy) -> bool:
    """True when every step that blocks is done."""
    steps = onboarding_steps(facts, policy)
    return all(done for step, done in steps.items() if step != "equipment" or policy.equipment_required)


def room_age(facts: Facts, now: datetime) -> timedelta | None:
    """How old the word of the room that opens this exam is; None while it is fresh, or no room opens it."""
    at = facts.appointment.room_state_at if facts.appointment is not None else None
    if not facts.opens_by_room or at is None or now - at <= ROOM_WORD_IS_FRESH:
        return None
    return now - at


def decide(facts: Facts, policy: ExamPolicy, now: datetime) -> Journey:
    """The candidate's phase and allowed actions.

    Args:
        facts: what is stored about the candidate.
        policy: of the appointment or attempt when there is one, else the exam's present policy.
        now: aware UTC instant, read once at the request's entry.
    """
    phase, next_change = _phase(facts, policy, now)
    actions = ACTIONS[phase]
    if policy.practice and phase in PRACTICE_ENDS and now < window_end(facts.next_policy or policy):
        actions |= {Action.TRY_AGAIN}
    if Action.ASK_SECOND in actions and why_no_second(facts, phase, policy, now) is not Refusal.NONE:
        actions -= {Action.ASK_SECOND}
    missing = facts.missing[0].code.value if facts.missing else ""
    return Journey(phase, actions, next_change, missing)


def why_no_second(facts: Facts, phase: Phase, policy: ExamPolicy, now: datetime) -> Refusal:
    """Why who was interrupted, or missed the appointment, is not offered a second one now (R-FUN-22).

    Args:
        policy: as for :func:`decide`; ``facts.next_policy`` is looked at first.
    """
    after = SecondChance.INTERRUPTED if phase is Phase.INTERRUPTED else SecondChance.MISSED
    rules = facts.next_policy or policy
    return refusal(rules, after, facts.seconds_by_rule, now, facts.extra_time, facts.full_starts)


def _phase(facts: Facts, policy: ExamPolicy, now: datetime) -> tuple[Phase, datetime | None]:
    if not facts.eligible:
        return Phase.NOT_ELIGIBLE, None
    if facts.attempt is not None:
        return _attempt_phase(facts.attempt, facts, policy, now)
    appointment = facts.appointment
    if appointment is not None and appointment.state in APPOINTMENT_ACTIVE:
        return _appointment_phase(appointment, policy, now)
    if appointment is not None and appointment.state is AppointmentState.MISSED and not facts.second_appointment:
        return Phase.MISSED, None
    if now >= window_end(policy):
        return Phase.CLOSED, None
    if not ready_to_book(facts, policy):
        return Phase.ONBOARDING, window_end(policy)
    if policy.appointments:
        return Phase.BOOKING, window_end(policy)
    return Phase.AVAILABLE, window_end(policy)


_Step = tuple[Phase, datetime | None]


def _attempt_phase(attempt: AttemptFacts, facts: Facts, policy: ExamPolicy, now: datetime) -> _Step:
    state = attempt.state
    if state in (State.GATE, State.UNLOCKED):
        return _door_phase(attempt, facts, policy, now)
    if state is State.SITTING:
        closes = attempt.deadline + policy.network_grace if attempt.deadline else None
        return (Phase.SITTING if facts.holds_window else Phase.ROOM), closes
    if state is State.PAUSED:
        return Phase.PAUSED, None
    if state in OVER:
        if attempt.review is ReviewState.INVALIDATED:
            return Phase.INVALIDATED, None
        return (Phase.RESULT if attempt.released and policy.show_result_in_exam else Phase.SUBMITTED), None
    return Phase.INTERRUPTED, None


def _door_phase(attempt: AttemptFacts, facts: Facts, policy: ExamPolicy, now: datetime) -> _Step:
    closes = None if policy.appointments else start_until(policy, attempt.unlocked_at)
    if closes is not None and now >= closes:
        return Phase.CLOSED, None
    if attempt.state is State.GATE or attempt.unlocked_at is None:
        return Phase.ROOM, closes
    lapses = unlock_lapses_at(attempt.unlocked_at, policy, facts.room_open_at)
    return Phase.UNLOCKED, lapses if closes is None else min(lapses, closes)


def _appointment_phase(appointment: AppointmentFacts, policy: ExamPolicy, now: datetime) -> _Step:
    opens = appointment.start - timedelta(minutes=policy.launch_lead_minutes)
    if now >= latest_end(appointment.start, policy):
        return Phase.MISSED, None
    if now < opens:
        return Phase.BOOKED, opens
    if appointment.state is AppointmentState.REQUESTED:
        return Phase.BOOKED, latest_end(appointment.start, policy)
    return Phase.AVAILABLE, latest_end(appointment.start, policy)
