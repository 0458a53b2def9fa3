"""Stand-ins for what is outside: a proctoring service in memory and a clock that only moves when told."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from proctored_exam_xblock.backends.base import (
    AlreadyCancelled,
    Backend,
    BackendError,
    BadEvent,
    BadSignature,
    Booking,
    Capability,
    Confirmation,
    EventKind,
    Launch,
    NotFound,
    Reservation,
    Review,
    SessionState,
    SlotQuery,
    Status,
    TooEarly,
    VendorEvent,
)


class FakeClock:
    """``clock()`` is the present; ``clock.advance(minutes=5)`` moves it."""

    def __init__(self, start: datetime) -> None:
        self.present = start

    def __call__(self) -> datetime:
        return self.present

    def advance(self, **parts: float) -> datetime:
        """Move forward by a timedelta's arguments."""
        self.present += timedelta(**parts)
        return self.present


class Ledger:
    """The vendor's own state, shared by every FakeBackend of a test; ``fail`` is raised by the next calls.

    ``lose_answer`` makes the vendor do what was asked and then fail to say so.
    """

    def __init__(self) -> None:
        self.reservations: dict[str, tuple[str, datetime, bool]] = {}
        self.bookings: list[Booking] = []
        self.calls: list[str] = []
        self.fail: BackendError | None = None
        self.lose_answer: BackendError | None = None
        self.offered: Callable[[SlotQuery], tuple[datetime, ...]] | None = None
        self.next_ref = 900
        self.room = SessionState.SCHEDULED
        self.opinion: Review | None = None
        self.erased: list[str] = []

    def answer(self, call: str) -> None:
        """Note a call; raise what the test asked for."""
        self.calls.append(call)
        if self.fail is not None:
            raise self.fail

    def done(self) -> None:
        """The work is done; the answer may be lost on its way."""
        if self.lose_answer is not None:
            raise self.lose_answer

    @property
    def scheduled(self) -> dict[str, datetime]:
        """Reservation id -> start, of those not cancelled."""
        return {ours: start for ours, (_, start, alive) in self.reservations.items() if alive}


class FakeVendor(Backend):
    """A service with a calendar, a room and a code; ``ledger`` is set by the fixture on a subclass per test."""

    slug = "fake"
    verbose_name = "Fake vendor"
    capabilities = frozenset({Capability.BOOKING, Capability.ROOM, Capability.UNLOCK_CODE})
    candidate_fields = ("phone", "address", "city", "time_zone", "country")
    help_phones = ("08 00 00 00 00",)
    ledger: Ledger

    def slots(self, query: SlotQuery) -> tuple[datetime, ...]:
        self.ledger.answer("slots")
        if self.ledger.offered is not None:
            return self.ledger.offered(query)
        count = int((query.last - query.first) / timedelta(minutes=15)) + 1
        return tuple(query.first + timedelta(minutes=15) * step for step in range(count))

    def book(self, booking: Booking) -> Confirmation:
        self.ledger.answer("book")
        self.ledger.bookings.append(booking)
        known = self.ledger.reservations.get(booking.reservation_id)
        if known is None:
            self.ledger.next_ref += 1
            known = (str(self.ledger.next_ref), booking.start, True)
            self.ledger.reservations[booking.reservation_id] = known
        self.ledger.done()
        return Confirmation(known[0])

    def move(self, booking: Booking, start: datetime) -> Confirmation:
        self.ledger.answer("move")
        if booking.reservation_id not in self.ledger.scheduled:
            raise NotFound()
        self.ledger.next_ref += 1
        self.ledger.reservations[booking.reservation_id] = (str(self.ledger.next_ref), start, True)
        self.ledger.done()
        return Confirmation(str(self.ledger.next_ref))

    def cancel(self, booking: Booking) -> None:
        self.ledger.answer("cancel")
        known = self.ledger.reservations.get(booking.reservation_id)
        if known is None:
            raise NotFound()
        if not known[2]:
            raise AlreadyCancelled()
        self.ledger.reservations[booking.reservation_id] = (known[0], known[1], False)
        self.ledger.done()

    def reservations(self, first: datetime, last: datetime) -> tuple[Reservation, ...]:
        self.ledger.answer("reservations")
        return tuple(
            Reservation(ours, ref, start, SessionState.SCHEDULED if alive else SessionState.CANCELLED)
            for ours, (ref, start, alive) in self.ledger.reservations.items()
            if first <= start < last
        )

    def launch(self, booking: Booking) -> Launch:
        self.ledger.answer("launch")
        if self.now() < booking.start - timedelta(minutes=10):
            raise TooEarly()
        return Launch(f"https://vendor.example/room/{booking.reservation_id}")


class FakeLive(FakeVendor):
    """No code: the state of its room (``ledger.room``) opens the exam; it reviews, calls us and deletes evidence."""

    slug = "live"
    verbose_name = "Live vendor"
    capabilities = frozenset(
        {
            *(Capability.BOOKING, Capability.ROOM, Capability.LIVE_STATUS),
            *(Capability.REVIEW, Capability.WEBHOOKS, Capability.ERASURE),
        }
    )
    SECRET = b"shared with the vendor"

    def status(self, booking: Booking) -> Status:
        self.ledger.answer("status")
        return Status(self.ledger.room, booking.vendor_ref)

    def review(self, booking: Booking) -> Review | None:
        self.ledger.answer("review")
        return self.ledger.opinion

    def parse_event(self, headers: Mapping[str, str], body: bytes) -> VendorEvent:
        if not hmac.compare_digest(self.sign(body), headers.get("x-signature", "")):
            raise BadSignature
        try:
            told = json.loads(body)
            at = datetime.fromisoformat(told["at"]) if "at" in told else None
            return VendorEvent(
                told["key"], EventKind(told["kind"]), told.get("reservation_id", ""), told.get("vendor_ref", ""), at
            )
        except (ValueError, KeyError, TypeError):
            raise BadEvent from None

    def erase(self, booking: Booking) -> None:
        self.ledger.answer("erase")
        self.ledger.erased.append(booking.reservation_id)

    @classmethod
    def sign(cls, body: bytes) -> str:
        """What the vendor puts into X-Signature."""
        return hmac.new(cls.SECRET, body, hashlib.sha256).hexdigest()


class FakeReporting(FakeLive):
    """A code opens the exam, as with FakeVendor; its room's state and its reviews are told too, and open nothing."""

    slug = "reporting"
    capabilities = frozenset({Capability.BOOKING, Capability.ROOM, Capability.UNLOCK_CODE, Capability.REVIEW})
