"""The interface of a proctoring service: frozen request and answer types, declared capabilities, a few methods.

Every method that talks to a vendor raises only :class:`BackendError` subclasses and is never called inside a
database transaction. The page and the services ask ``capabilities``, never a backend's name. A service overrides the
methods of the capabilities it declares (``METHODS``) and no others; docs/backends.md shows a whole one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from ..domain.equipment import WATCHED, EquipmentLimits, limits_from
from ..domain.terms import ServiceTerms, read_service_terms


class Capability(StrEnum):
    """What a service can do.

    BOOKING: appointments are told to it and it lists them. ROOM: it has a page to open for the candidate.
    UNLOCK_CODE: its proctor receives and types the appointment's code. LIVE_STATUS: its state of the session opens
    the exam. REVIEW: it gives a verdict afterwards. WEBHOOKS: it calls us. LTI_LAUNCH: its room opens by a signed
    form. NATIVE: sessions live in the platform's own proctoring tables. ERASURE: it deletes evidence on demand.
    """

    BOOKING = "booking"
    ROOM = "room"
    UNLOCK_CODE = "unlock_code"
    LIVE_STATUS = "live_status"
    REVIEW = "review"
    WEBHOOKS = "webhooks"
    LTI_LAUNCH = "lti_launch"
    NATIVE = "native"
    ERASURE = "erasure"


@dataclass(frozen=True, repr=False)
class Person:
    """The candidate as the vendor needs to know them; ``student_id`` is our stable opaque id, never the username."""

    student_id: str
    first_name: str
    last_name: str
    email: str
    phone: str = ""
    address: str = ""
    city: str = ""
    state: str = ""
    zipcode: str = ""
    country: str = ""
    time_zone: str = "UTC"
    user_id: int = 0
    """The platform's id of the account, for services that live in the platform; never sent to a vendor."""


@dataclass(frozen=True)
class SlotQuery:
    """``first <= start < last`` in UTC; duration in whole minutes, extra time included; IANA zone of the candidate."""

    first: datetime
    last: datetime
    duration_minutes: int
    time_zone: str


@dataclass(frozen=True, repr=False)
class Booking:
    """One appointment as told to a vendor. ``reservation_id`` is ours and makes every call idempotent;
    ``vendor_ref`` is theirs, '' until known; ``vendor_exam`` is the exam's name at the vendor, as the course team
    entered it; ``code`` is the proctor's password or '' (never logged: no repr)."""

    reservation_id: str
    person: Person
    title: str
    start: datetime
    duration_minutes: int
    vendor_ref: str = ""
    vendor_exam: str = ""
    code: str = ""
    exam_url: str = ""
    return_url: str = ""
    notes: str = ""
    course_key: str = ""
    usage_key: str = ""
    language: str = ""


@dataclass(frozen=True)
class Confirmation:
    """The vendor has it: store ``vendor_ref``, it may change at every move."""

    vendor_ref: str


class SessionState(StrEnum):
    """A session at the vendor. WAITING: the candidate is in the room, the exam may not begin yet. OPEN: the vendor lets
    the candidate begin. UNKNOWN: not there, or a word we do not know; it never opens and never cancels anything."""

    UNKNOWN = "unknown"
    SCHEDULED = "scheduled"
    WAITING = "waiting"
    OPEN = "open"
    ENDED = "ended"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Reservation:
    """One line of the vendor's own list."""

    reservation_id: str
    vendor_ref: str
    start: datetime
    state: SessionState


@dataclass(frozen=True)
class Status:
    """What the vendor says of one session now. ``vendor_ref`` and ``start`` are theirs, when it tells them."""

    state: SessionState
    vendor_ref: str = ""
    start: datetime | None = None


class Verdict(StrEnum):
    """A reviewer's opinion; the decision is the examination board's. PENDING: incidents or photos are known already,
    the opinion is not."""

    PENDING = "pending"
    CLEAR = "clear"
    SUSPICIOUS = "suspicious"
    FRAUD = "fraud"


@dataclass(frozen=True, repr=False)
class Incident:
    """Something a proctor or reviewer noted; ``text`` is theirs and stays in the candidate's file."""

    kind: str
    text: str = ""
    at: datetime | None = None


@dataclass(frozen=True, repr=False)
class Review:
    """``missing_identity`` names what the vendor should have and has not: ``document``, ``face`` (R-PE-2)."""

    verdict: Verdict
    missing_identity: tuple[str, ...] = ()
    incidents: tuple[Incident, ...] = ()
    comment: str = ""


class EventKind(StrEnum):
    """What a webhook is about. It is a hint to ask the vendor, whatever it claims."""

    BOOKING = "booking"
    SESSION = "session"
    REVIEW = "review"
    OTHER = "other"


@dataclass(frozen=True)
class VendorEvent:
    """A webhook that was verified. ``key`` (64 characters at most) is the same for the same event sent again; ``at``
    is the vendor's instant, None when it gives none. Nothing personal is in it."""

    key: str
    kind: EventKind
    reservation_id: str = ""
    vendor_ref: str = ""
    at: datetime | None = None


@dataclass(frozen=True, repr=False)
class Launch:
    """Where to send the candidate's browser: a redirect, or with ``form`` a POST of these fields, signed for this very
    moment. Either is a login and is never logged or stored."""

    url: str
    form: Mapping[str, str] = field(default_factory=dict)


class Step(StrEnum):
    """What happened to an attempt here, for a service that keeps the platform's own attempt (NATIVE)."""

    STARTED = "started"
    ENDED = "ended"
    ERROR = "error"


class BackendError(Exception):
    """``code`` is stable and safe to store and show to staff; vendor text never is."""

    code: ClassVar[str] = "vendor_error"


class Unavailable(BackendError):
    """Network, time-out, 5xx or an unreadable answer: the same request may be tried again."""

    code = "unavailable"


class Refused(BackendError):
    """The vendor understood and said no: trying again changes nothing."""

    code = "refused"


class TooEarly(Refused):
    code = "too_early"


class NotFound(Refused):
    code = "not_found"


class AlreadyCancelled(Refused):
    code = "already_cancelled"


class AlreadyExists(Refused):
    code = "already_exists"


class Overlap(Refused):
    code = "overlap"


class SlotGone(Refused):
    """The start is in the past or no longer offered."""

    code = "slot_gone"


class StaleRequest(Refused):
    """Our clock and the vendor's disagree: an operator must look."""

    code = "stale_request"


class Misconfigured(Refused):
    """Bad credentials, unknown zone or exam: an operator must look."""

    code = "misconfigured"


class BadEvent(BackendError):
    """A webhook that is no event of this vendor."""

    code = "bad_event"


class BadSignature(BadEvent):
    """A webhook whose raw bytes were not signed with the shared secret."""

    code = "bad_signature"


class Backend:
    """One proctoring service.

    Args:
        settings: this backend's entry of ``PROCTORED_EXAM["BACKENDS"]``.
        now: the injected clock, aware UTC.
    """

    slug: ClassVar[str]
    verbose_name: str
    capabilities: frozenset[Capability] = frozenset()
    required_settings: ClassVar[tuple[str, ...]] = ()
    candidate_fields: ClassVar[tuple[str, ...]] = ()
    """Fields of the information form that the vendor needs, in the order to ask them."""
    refuses_email_aliases: ClassVar[bool] = False
    """True where an address like name+tag@example.org gets no mail (R-PE-4)."""
    unsupported_systems: ClassVar[tuple[str, ...]] = ()
    """Operating systems the vendor does not support: linux, windows_xp, chromeos, ios, android."""
    equipment: ClassVar[EquipmentLimits] = WATCHED
    """What the vendor needs of a candidate's computer; ``equipment_limits`` of its settings may change it."""
    own_terms: ClassVar[ServiceTerms | None] = None
    """What the service asks candidates to accept beside the course's terms (R-FUN-3), if anything; an operator replaces
    it, or takes it away, by the setting ``terms``."""
    terms: ServiceTerms | None = None
    """The same as set for this platform."""
    equipment_url: str = ""
    help_phones: tuple[str, ...] = ()
    help_emails: tuple[str, ...] = ()
    help_url: str = ""

    def __init__(self, settings: Mapping[str, Any], now: Callable[[], datetime]) -> None:
        self.settings = settings
        self.now = now
        self.limits = limits_from(settings.get("equipment_limits") or {}, self.equipment)
        self.terms = read_service_terms(settings.get("terms"), self.own_terms)

    def slots(self, query: SlotQuery) -> tuple[datetime, ...] | None:
        """Starts the vendor offers, UTC, sorted; None when it takes every start of ours. Raises Unavailable or
        Refused."""
        return None

    def book(self, booking: Booking) -> Confirmation:
        """Book; the same ``reservation_id`` twice gives one reservation. Raises Unavailable or Refused."""
        raise Refused

    def move(self, booking: Booking, start: datetime) -> Confirmation:
        """Move to ``start`` (UTC); the old slot stays if it fails. Raises Unavailable or Refused."""
        raise Refused

    def cancel(self, booking: Booking) -> None:
        """Cancel; already cancelled or never known counts as done. Raises Unavailable or Refused."""
        raise Refused

    def reservations(self, first: datetime, last: datetime) -> tuple[Reservation, ...]:
        """All that the vendor knows with ``first <= start < last``, cancelled and past ones as far as it tells.

        Raises Unavailable (also when any line is unreadable: a list with holes would look like lost bookings) or
        Refused.
        """
        return ()

    def launch(self, booking: Booking) -> Launch:
        """The room's address now; call again to rejoin. Raises TooEarly, Unavailable or Refused."""
        raise Refused

    def status(self, booking: Booking) -> Status:
        """The session's present state; not there is UNKNOWN, no error. Raises Unavailable or Refused."""
        return Status(SessionState.UNKNOWN)

    def review(self, booking: Booking) -> Review | None:
        """What is known of the session once it is over, None while nothing is. Raises Unavailable or Refused."""
        return None

    def parse_event(self, headers: Mapping[str, str], body: bytes) -> VendorEvent:
        """Verify a webhook's raw bytes, then read them.

        Args:
            headers: names in lower case.
            body: as received.

        Raises:
            BadSignature: not signed with our secret, or no secret is set.
            BadEvent: signed, and no event.
        """
        raise BadSignature

    def erase(self, booking: Booking) -> None:
        """Delete recordings and photographs (R-FUN-24); not there counts as done. Raises Unavailable or Refused."""
        raise Refused

    def announce(self, course_key: str, usage_key: str, title: str, duration_minutes: int) -> None:
        """An exam's rules are in force: make it known in the platform's own tables (NATIVE). Database only, no HTTP."""

    def progress(self, booking: Booking, step: Step) -> None:
        """The attempt began, ended or broke here (NATIVE); a step told twice is one. Raises Unavailable or Refused."""
        raise Refused

    def allowance(self, user_id: int, course_key: str, usage_key: str) -> int:
        """Minutes that staff granted in the platform's own tables (NATIVE), 0 if none. Database only, no HTTP."""
        return 0


METHODS: Mapping[Capability, tuple[str, ...]] = {
    Capability.BOOKING: ("book", "move", "cancel", "reservations"),
    Capability.ROOM: ("launch",),
    Capability.LIVE_STATUS: ("status",),
    Capability.REVIEW: ("review",),
    Capability.WEBHOOKS: ("parse_event",),
    Capability.LTI_LAUNCH: ("launch",),
    Capability.ERASURE: ("erase",),
    Capability.NATIVE: ("progress",),
}
"""What a backend that declares a capability has to override."""


def unkept_promises(backend: type[Backend]) -> tuple[str, ...]:
    """Methods of the declared capabilities that a backend does not override, by name."""
    promised = {name for capability in backend.capabilities for name in METHODS.get(capability, ())}
    return tuple(sorted(name for name in promised if getattr(backend, name) is getattr(Backend, name)))
