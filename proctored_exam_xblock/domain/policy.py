"""The frozen policy of an exam and its validation; ``policy_json`` reads and writes it.

Everything a course team decides is here (R-FUN-8, R-FUN-20, R-X-10, R-X-16); secrets never are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from .errors import InvalidPolicy
from .scoring import Floor, Scale, Scoring


class Expiry(StrEnum):
    """What happens, at zero and at "Terminer", to drafts that were not finally verified (R-FUN-20)."""

    SUBMIT_DRAFTS = "submit_drafts"
    DISCARD = "discard"


class Unlock(StrEnum):
    """What opens the exam once the candidate is in the room (R-FUN-13)."""

    APPOINTMENT_CODE = "appointment_code"
    SESSION_CODE = "session_code"  # one for all candidates of the exam who begin at the same time
    EXAM_PASSWORD = "exam_password"  # noqa: S105  (a mode, not a password)
    NONE = "none"

    @property
    def is_code(self) -> bool:
        """True for a code that is derived from the keyring."""
        return self in (Unlock.APPOINTMENT_CODE, Unlock.SESSION_CODE)


class Release(StrEnum):
    """When the score goes to the gradebook (R-X-16)."""

    IMMEDIATE = "immediate"
    ON_DATE = "on_date"
    MANUAL = "manual"


class Review(StrEnum):
    """What a candidate may see of an exam that was answered (R-X-16)."""

    ANSWERS = "answers"
    CORRECTNESS = "correctness"
    EXPLANATIONS = "explanations"
    PART_SCORES = "part_scores"


BEFORE_RELEASE = frozenset({Review.ANSWERS})
"""Nothing else can be seen before the release: keys never leave the server before it (R-X-9)."""


class SecondChance(StrEnum):
    """After what a second appointment is offered without asking staff (R-FUN-22)."""

    INTERRUPTED = "interrupted"
    MISSED = "missed"


@dataclass(frozen=True)
class Prerequisite:
    """A subsection of the course that has to be passed before booking: its usage key, the title that learners know it
    by, and the least grade, percent."""

    subsection: str
    title: str
    minimum_percent: int


PREPARATION = ("room", "desk", "cable", "equipment", "identity", "mirror", "light", "phones", "family", "hour")
"""Points of the checklist between booking and exam (R-FUN-25), in the order in which they are shown."""
FORBIDDEN = ("internet", "applications", "documents", "calculator", "paper", "headphones")
"""Rules of the exam room, each of which the course team may lift (R-PE-3)."""
IDENTITY_DOCUMENTS = ("passport", "identity_card", "residence_permit", "driving_licence")
"""Official documents that the guide accepts."""


@dataclass(frozen=True)
class ExamPolicy:
    """All rules of one exam. Times of day are local to ``time_zone``; durations say their unit in their name."""

    title: str = "Examen final certifiant"
    backend: str = "none"
    vendor_exam: str = ""  # this exam's name or number at the service, where it has one
    unlock: Unlock = Unlock.NONE
    # Who may sit it (R-FUN-1): all that is set must hold. Groups are cohorts' names; one of them is enough.
    enrolment_modes: tuple[str, ...] = ("verified",)
    groups: tuple[str, ...] = ()
    prerequisites: tuple[Prerequisite, ...] = ()
    # Before booking (R-FUN-2, R-FUN-5). ``payment_url`` is the shop's page; ``price`` is shown as written.
    equipment_required: bool = False
    payment_required: bool = False
    paid_modes: tuple[str, ...] = ()
    price: str = ""
    payment_url: str = ""
    refund_days: int = 14
    # The window, opening hours and slots (R-FUN-7, R-FUN-8). Dates are inclusive, in the exam's zone.
    appointments: bool = True
    first_day: date = date(2017, 3, 1)
    last_day: date = date(2017, 3, 14)
    opens_at: time = time(15, 0)
    closes_at: time = time(21, 0)
    time_zone: str = "Europe/Paris"
    closed_weekdays: tuple[int, ...] = ()  # ISO, Monday is 1
    excluded_dates: tuple[date, ...] = ()
    lead_time_hours: int = 72
    slot_step_minutes: int = 15
    seats_per_slot: int = 10
    duration_minutes: int = 30
    hold_minutes: int = 5
    max_moves: int = 5
    move_deadline_hours: int = 0
    cancel_deadline_hours: int = 0
    # A second appointment (R-FUN-22), offered after these without asking staff, so many times.
    second_after: tuple[SecondChance, ...] = ()
    seconds_by_rule: int = 1
    second_lead_time_hours: int = 72
    # The exam day.
    launch_lead_minutes: int = 10
    missed_after_minutes: int = 60
    unlock_valid_minutes: int = 15
    network_grace_seconds: int = 2
    silent_window_seconds: int = 60
    expiry: Expiry = Expiry.SUBMIT_DRAFTS
    certification_prefix: str = "CP"
    # How answers score: 0 in ``question_points`` and ``lms_points`` leaves it to the paper; ``wrong_answer_percent`` is
    # of the question's points; ``lms_points`` is what the whole exam counts in its subsection.
    question_points: int = 0
    partial_credit: bool = True
    wrong_answer_percent: int = 0
    score_floor: Floor = Floor.QUESTION
    pass_percent: int = 50
    score_scale: Scale = Scale.POINTS
    lms_points: int = 0
    # After it, and what the candidate sees of the answers (R-X-16).
    release: Release = Release.IMMEDIATE
    release_at: datetime | None = None
    show_result_in_exam: bool = False
    review_during: tuple[Review, ...] = (Review.ANSWERS,)
    review_after: tuple[Review, ...] = ()
    review_released: tuple[Review, ...] = ()
    keys_wait_for_window: bool = True
    # Around it.
    terms_version: str = "1"
    terms_fr: str = ""
    terms_en: str = ""
    forbidden: tuple[str, ...] = FORBIDDEN
    preparation: tuple[str, ...] = PREPARATION
    identity_documents: tuple[str, ...] = IDENTITY_DOCUMENTS
    help_phones: tuple[str, ...] = ()
    help_emails: tuple[str, ...] = ()
    language: str = "fr"
    proctor_languages: tuple[str, ...] = ()
    # E-mails (R-X-21); reminders go out so many hours ahead.
    mails: bool = True
    reminder_hours: tuple[int, ...] = (24, 1)
    # A practice exam has no stakes and no end of tries (R-X-18); ``practice_exam`` is its block's usage key, named by
    # the exam that it prepares for.
    practice: bool = False
    practice_exam: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The exam's zone."""
        return ZoneInfo(self.time_zone)

    @property
    def duration(self) -> timedelta:
        """Time to answer, without extra time."""
        return timedelta(minutes=self.duration_minutes)

    @property
    def scoring(self) -> Scoring:
        """How answers score."""
        return Scoring(self.partial_credit, self.wrong_answer_percent, self.score_floor)

    @property
    def network_grace(self) -> timedelta:
        """How long after the deadline an answer already on its way is still taken."""
        return timedelta(seconds=self.network_grace_seconds)


_RANGES = {
    "lead_time_hours": (0, 24 * 60),
    "slot_step_minutes": (1, 24 * 60),
    "seats_per_slot": (1, 100_000),
    "duration_minutes": (1, 24 * 60),
    "hold_minutes": (1, 60),
    "max_moves": (0, 1000),
    "move_deadline_hours": (0, 24 * 60),
    "cancel_deadline_hours": (0, 24 * 60),
    "seconds_by_rule": (0, 100),
    "second_lead_time_hours": (0, 24 * 60),
    "refund_days": (0, 366),
    "launch_lead_minutes": (0, 24 * 60),
    "missed_after_minutes": (1, 24 * 60),
    "unlock_valid_minutes": (1, 24 * 60),
    "network_grace_seconds": (0, 60),
    "silent_window_seconds": (5, 3600),
    "pass_percent": (0, 100),
    "question_points": (0, 1000),
    "wrong_answer_percent": (0, 100),
    "lms_points": (0, 100_000),
}
_LONGEST = {"certification_prefix": 12, "vendor_exam": 128, "terms_version": 32, "price": 40, "practice_exam": 255}
"""Texts that are kept beside each candidate or attempt, in columns of this width."""
_MAX_WINDOW_DAYS = 400
_YEARS = (1970, 9000)


@cache
def zone_names() -> frozenset[str]:
    """Zones that a person or an exam may be in; the two left out are no places and have no name to show."""
    return frozenset(available_timezones()) - {"Factory", "localtime"}  # walks the zone files: once per process


def validate(policy: ExamPolicy) -> ExamPolicy:
    """Check every rule between fields.

    Raises:
        InvalidPolicy: with the field's name and a reason code.
    """
    for broken, _beside in broken_rules(policy):
        raise broken
    return policy


_Broken = Iterator[tuple[InvalidPolicy, frozenset[str]]]
"""What is wrong, and the other fields that the rule reads: where one of them is unknown, so is the answer."""
_ALONE: frozenset[str] = frozenset()


def broken_rules(policy: ExamPolicy) -> _Broken:
    """Every rule that does not hold, and the other fields that it reads."""
    for name, (low, high) in _RANGES.items():
        if not low <= getattr(policy, name) <= high:
            yield InvalidPolicy(name, reason="out_of_range", low=low, high=high), _ALONE
    for name, longest in _LONGEST.items():
        if len(getattr(policy, name)) > longest:
            yield InvalidPolicy(name, reason="too_long", high=longest), _ALONE
    if policy.time_zone not in zone_names():
        yield InvalidPolicy("time_zone", reason="unknown_zone"), _ALONE
    for name in ("first_day", "last_day"):
        if not _YEARS[0] <= getattr(policy, name).year <= _YEARS[1]:
            yield InvalidPolicy(name, reason="out_of_range", low=_YEARS[0], high=_YEARS[1]), _ALONE
    if policy.last_day < policy.first_day:
        yield InvalidPolicy("last_day", reason="before_start"), frozenset({"first_day"})
    if (policy.last_day - policy.first_day).days > _MAX_WINDOW_DAYS:
        yield InvalidPolicy("last_day", reason="too_long_window"), frozenset({"first_day"})
    if not all(1 <= day <= 7 for day in policy.closed_weekdays):
        yield InvalidPolicy("closed_weekdays", reason="out_of_range", low=1, high=7), _ALONE
    if not policy.enrolment_modes:
        yield InvalidPolicy("enrolment_modes", reason="empty"), _ALONE
    if not policy.title.strip():
        yield InvalidPolicy("title", reason="empty"), _ALONE
    if policy.release is Release.ON_DATE and policy.release_at is None:
        yield InvalidPolicy("release_at", reason="empty"), frozenset({"release"})
    yield from _broken_lists(policy)
    if policy.payment_url and not policy.payment_url.startswith(("https://", "http://", "/")):
        yield InvalidPolicy("payment_url", reason="address"), _ALONE
    opening = datetime.combine(policy.first_day, policy.closes_at) - datetime.combine(policy.first_day, policy.opens_at)
    if policy.appointments and opening < policy.duration:
        yield InvalidPolicy("closes_at", reason="shorter_than_exam"), frozenset({"opens_at", "duration_minutes"})


def _broken_lists(policy: ExamPolicy) -> _Broken:
    choices = {"forbidden": FORBIDDEN, "preparation": PREPARATION, "identity_documents": IDENTITY_DOCUMENTS}
    for name, known in choices.items():
        if not set(getattr(policy, name)) <= set(known):
            yield InvalidPolicy(name, reason="unknown_name"), _ALONE
    for name in ("review_during", "review_after"):
        if not set(getattr(policy, name)) <= BEFORE_RELEASE:
            yield InvalidPolicy(name, reason="only_after_release"), _ALONE
    if not all(0 <= item.minimum_percent <= 100 for item in policy.prerequisites):
        yield InvalidPolicy("prerequisites", reason="out_of_range", low=0, high=100), _ALONE
    if not all(item.subsection.strip() and item.title.strip() for item in policy.prerequisites):
        yield InvalidPolicy("prerequisites", reason="empty"), _ALONE
    if not all(name.strip() for name in policy.groups):
        yield InvalidPolicy("groups", reason="empty"), _ALONE
    if len(policy.reminder_hours) > 5 or not all(1 <= hours <= 24 * 30 for hours in policy.reminder_hours):
        yield InvalidPolicy("reminder_hours", reason="out_of_range", low=1, high=24 * 30), _ALONE
