"""No proctoring service: appointments, if the exam has any, live in our own tables only."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from .base import (
    Backend,
    Booking,
    Capability,
    Confirmation,
    Launch,
    Refused,
    Reservation,
    SlotQuery,
)


class NoBackend(Backend):
    """Every request succeeds at once; there is no calendar to ask and no room to open."""

    slug = "none"
    verbose_name = ""
    capabilities: ClassVar[frozenset[Capability]] = frozenset()

    def slots(self, query: SlotQuery) -> tuple[datetime, ...]:
        """Nothing is offered by a service that keeps no calendar (no BOOKING: not to be asked)."""
        return ()

    def book(self, booking: Booking) -> Confirmation:
        """Our own reservation id stands for the vendor's."""
        return Confirmation(vendor_ref=booking.reservation_id)

    def move(self, booking: Booking, start: datetime) -> Confirmation:
        """The reservation keeps its reference."""
        return Confirmation(vendor_ref=booking.reservation_id)

    def cancel(self, booking: Booking) -> None:
        """Nothing to undo anywhere else."""

    def reservations(self, student_id: str) -> tuple[Reservation, ...]:
        """There is no vendor's list."""
        return ()

    def launch(self, booking: Booking) -> Launch:
        """There is no room (no ROOM: not to be asked).

        Raises:
            Refused: always.
        """
        raise Refused
