"""The frozen policy of an exam, its validation, and its plain-JSON form.

Everything a course team decides is here (R-FUN-8, R-FUN-20, R-X-10, R-X-16); secrets never are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from .errors import InvalidPolicy


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
    # After it.
    release: Release = Release.IMMEDIATE
    release_at: datetime | None = None
    show_result_in_exam: bool = False
    pass_percent: int = 50
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
    for broken, _beside in _broken_rules(policy):
        raise broken
    return policy


_Broken = Iterator[tuple[InvalidPolicy, frozenset[str]]]
"""What is wrong, and the other fields that the rule reads: where one of them is unknown, so is the answer."""
_ALONE: frozenset[str] = frozenset()


def _broken_rules(policy: ExamPolicy) -> _Broken:
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
    if not all(0 <= item.minimum_percent <= 100 for item in policy.prerequisites):
        yield InvalidPolicy("prerequisites", reason="out_of_range", low=0, high=100), _ALONE
    if not all(item.subsection.strip() and item.title.strip() for item in policy.prerequisites):
        yield InvalidPolicy("prerequisites", reason="empty"), _ALONE
    if not all(name.strip() for name in policy.groups):
        yield InvalidPolicy("groups", reason="empty"), _ALONE
    if len(policy.reminder_hours) > 5 or not all(1 <= hours <= 24 * 30 for hours in policy.reminder_hours):
        yield InvalidPolicy("reminder_hours", reason="out_of_range", low=1, high=24 * 30), _ALONE


def policy_to_json(policy: ExamPolicy) -> dict[str, Any]:
    """Plain JSON, ISO dates and times."""

    def plain(value: Any) -> Any:
        if isinstance(value, (date, datetime, time)):
            return value.isoformat()
        if isinstance(value, (tuple, list)):
            return [plain(item) for item in value]
        return value.value if isinstance(value, StrEnum) else value

    return {name: plain(value) for name, value in asdict(policy).items()}


def policy_from_json(data: Mapping[str, Any]) -> ExamPolicy:
    """Read and validate a policy; absent names keep their default.

    Raises:
        InvalidPolicy: unknown name, wrong type or a rule broken; ``field`` names it.
    """
    return validate(read_policy(data))


def read_policy(data: Mapping[str, Any]) -> ExamPolicy:
    """Read a policy without its rules: for a version on file, which was valid when it was stored and stays in force
    for the candidates who booked under it, whatever a later release would refuse.

    Raises:
        InvalidPolicy: unknown name or wrong type.
    """
    if not isinstance(data, Mapping):
        raise InvalidPolicy(None, reason="not_a_mapping")
    policy, wrong = _read_all(data)
    for error in wrong:
        raise error
    return policy


def problems(data: Mapping[str, Any]) -> tuple[ExamPolicy, dict[str, InvalidPolicy]]:
    """Every wrong field at once, for a form, where :func:`policy_from_json` stops at the first.

    Returns:
        The policy, with the default in place of what could not be read, and what is wrong by field.
    """
    policy, unread = _read_all(data)
    found = {str(error.field): error for error in unread}
    unknown = frozenset(found)
    for error, beside in _broken_rules(policy):
        if not beside & unknown:
            found.setdefault(str(error.field), error)
    return policy, found


def _read_all(data: Mapping[str, Any]) -> tuple[ExamPolicy, list[InvalidPolicy]]:
    known = {field.name for field in fields(ExamPolicy)}
    defaults = ExamPolicy()
    values: dict[str, Any] = {}
    wrong: list[InvalidPolicy] = []
    for name, raw in data.items():
        if name not in known:
            wrong.append(InvalidPolicy(str(name), reason="unknown_name"))
            continue
        try:
            values[name] = _read(name, raw, getattr(defaults, name))
        except (ValueError, TypeError):
            wrong.append(InvalidPolicy(name, reason="wrong_type"))
    return replace(defaults, **values), wrong


def _read(name: str, raw: Any, default: Any) -> Any:
    if name == "release_at":
        moment = None if raw in (None, "") else datetime.fromisoformat(raw)
        if moment is not None and moment.tzinfo is None:
            raise ValueError("naive")
        return moment
    if name == "excluded_dates":
        return tuple(date.fromisoformat(item) for item in _sequence(raw))
    if name in ("closed_weekdays", "reminder_hours"):
        return tuple(_integer(item) for item in _sequence(raw))
    if name == "second_after":
        return tuple(SecondChance(item) for item in _sequence(raw))
    if name == "prerequisites":
        return tuple(_prerequisite(item) for item in _sequence(raw))
    if isinstance(default, bool):
        if not isinstance(raw, bool):
            raise TypeError("bool")
        return raw
    if isinstance(default, StrEnum):
        return type(default)(raw)
    if isinstance(default, int):
        return _integer(raw)
    if isinstance(default, date):
        return date.fromisoformat(raw)
    if isinstance(default, time):
        wall = time.fromisoformat(raw)
        if wall.tzinfo is not None:  # the zone is ``time_zone``
            raise ValueError("aware")
        return wall
    if isinstance(default, tuple):
        return tuple(_text(item) for item in _sequence(raw))
    return _text(raw)


def _prerequisite(raw: Any) -> Prerequisite:
    if not isinstance(raw, Mapping) or set(raw) != {"subsection", "title", "minimum_percent"}:
        raise TypeError("prerequisite")
    return Prerequisite(_text(raw["subsection"]), _text(raw["title"]), _integer(raw["minimum_percent"]))


def _sequence(raw: Any) -> list[Any]:
    if not isinstance(raw, (list, tuple)):
        raise TypeError("list")
    return list(raw)


def _integer(raw: Any) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    raise TypeError("int")


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise TypeError("str")
    return raw
