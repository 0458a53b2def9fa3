"""The interface of a proctoring service: frozen request and answer types, declared capabilities, a few methods.

Every method that talks to a vendor raises only :class:`BackendError` subclasses and is never called inside a
database transaction. The page and the services ask ``capabilities``, never a backend's name.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any, ClassVar


class Capability(StrEnum):
    """What a service can do. BOOKING: it keeps a calendar of its own. ROOM: a page to open for the candidate.
    UNLOCK_CODE: its proctor receives and types the appointment's code. The others are asked for by later work."""

    BOOKING = "booking"
    ROOM = "room"
    UNLOCK_CODE = "unlock_code"
    LIVE_STATUS = "live_status"
    REVIEW = "review"
    WEBHOOKS = "webhooks"
    LTI_LAUNCH = "lti_launch"
    NATIVE = "native"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class SlotQuery:
    """``first <= start < last`` in UTC; duration in whole minutes, extra time included; IANA zone of the candidate."""

    first: datetime
    last: datetime
    duration_minutes: int
    time_zone: str


@dataclass(frozen=True, repr=False)
class Booking:
    """One appointment as sent to a vendor. ``reservation_id`` is ours and makes every call idempotent;
    ``vendor_ref`` is theirs, '' until known; ``code`` is the proctor's password or '' (never logged: no repr)."""

    reservation_id: str
    person: Person
    title: str
    start: datetime
    duration_minutes: int
    vendor_ref: str = ""
    code: str = ""
    exam_url: str = ""
    return_url: str = ""
    notes: str = ""


@dataclass(frozen=True)
class Confirmation:
    """The vendor has it: store ``vendor_ref``, it may change at every move."""

    vendor_ref: str


class ReservationState(Enum):
    SCHEDULED = "scheduled"
    STARTED = "started"
    ENDED = "ended"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Reservation:
    """One line of the vendor's own list."""

    reservation_id: str
    vendor_ref: str
    start: datetime
    state: ReservationState


@dataclass(frozen=True, repr=False)
class Launch:
    """Where to send the candidate's browser; the URL is a login and is never logged or stored."""

    url: str


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


class Backend(ABC):
    """One proctoring service.

    Args:
        settings: this backend's entry of ``PROCTORED_EXAM["BACKENDS"]``.
        now: the injected clock, aware UTC.
    """

    slug: ClassVar[str]
    verbose_name: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]]
    required_settings: ClassVar[tuple[str, ...]] = ()
    candidate_fields: ClassVar[tuple[str, ...]] = ()
    """Fields of the information form that the vendor needs, in the order to ask them."""
    unsupported_systems: ClassVar[tuple[str, ...]] = ()
    """Operating systems the vendor does not support: linux, windows_xp, chromeos, ios, android."""
    equipment_url: str = ""
    help_phones: tuple[str, ...] = ()

    def __init__(self, settings: Mapping[str, Any], now: Callable[[], datetime]) -> None:
        self.settings = settings
        self.now = now

    @abstractmethod
    def slots(self, query: SlotQuery) -> tuple[datetime, ...]:
        """Starts the vendor offers, UTC, sorted. Raises Unavailable or Refused."""

    @abstractmethod
    def book(self, booking: Booking) -> Confirmation:
        """Book; the same ``reservation_id`` twice gives one reservation. Raises Unavailable or Refused."""

    @abstractmethod
    def move(self, booking: Booking, start: datetime) -> Confirmation:
        """Move to ``start`` (UTC); the old slot stays if it fails. Raises Unavailable or Refused."""

    @abstractmethod
    def cancel(self, booking: Booking) -> None:
        """Cancel; already cancelled or never known counts as done. Raises Unavailable or Refused."""

    @abstractmethod
    def reservations(self, student_id: str) -> tuple[Reservation, ...]:
        """The vendor's present list for one candidate. Raises Unavailable or Refused."""

    @abstractmethod
    def launch(self, booking: Booking) -> Launch:
        """The room's address now; call again to rejoin. Raises TooEarly, Unavailable or Refused."""
