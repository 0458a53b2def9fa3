"""What every proctoring service must do, whoever made it: one suite over a ``Bench`` per service.

A bench gives the client and the vendor's side of it: the vendor's own record (never read through the client under
test), its faults, its clock and its proctor. Tests of capabilities that a service does not declare are not collected.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from proctored_exam_xblock.backends.base import Backend, Booking, Capability, Person

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
FAULTS = ("down", "garbage", "truncated", "wrong_types", "lossy", "silent")
"""Refused with a 5xx; answered with something else than JSON; cut; of the wrong types; done and not answered, in turn
with not done and not answered; no answer in time."""


class Bench(ABC):
    """One service under test, empty at the start of each test."""

    backend: Backend
    secrets: tuple[str, ...] = ()
    """Texts that no log and no error may hold: keys, and what the bookings below carry."""
    silent_methods: frozenset[str] = frozenset()
    """Methods that ask the vendor nothing."""
    minds_the_hour: bool = True
    """Whether the vendor refuses to open a room days before its time."""

    @abstractmethod
    def go(self, now: datetime) -> None:
        """Set the client's and the vendor's clocks."""

    @abstractmethod
    def held(self) -> Mapping[str, datetime]:
        """Reservation id -> start of what the vendor holds and has not cancelled, from its own record."""

    @abstractmethod
    def fault(self, mode: str) -> None:
        """``ok`` or one of :data:`FAULTS`, for every call from now on."""

    def forget(self, reservation_id: str) -> None:
        """The vendor loses a booking."""
        raise NotImplementedError

    def arrive(self, booking: Booking) -> None:
        """The candidate enters the room and waits."""
        raise NotImplementedError

    def open(self, booking: Booking) -> None:
        """The proctor lets the candidate begin."""
        raise NotImplementedError

    def end(self, booking: Booking) -> None:
        """The session is over."""
        raise NotImplementedError

    def judge(self, booking: Booking, *, fraud: bool) -> None:
        """The reviewer gives an opinion."""
        raise NotImplementedError

    def with_wrong_key(self) -> Backend | None:
        """The same client with credentials that the vendor does not know; None where there are none."""
        return None

    def booking(self, number: int = 1, *, start: datetime = NOW + timedelta(hours=80), **changes: object) -> Booking:
        """One of several candidates' appointments; each has an id, a person and a code of their own."""
        person = Person(
            student_id=f"anon-{number:04d}",
            first_name="Zoé",
            last_name=f"Canari{number}",
            email=f"canari{number}@example.org",
            phone="+33 6 12 34 56 78",
            address="1 rue de l'Université",
            city="Lyon",
            country="FR",
            time_zone="Europe/Paris",
        )
        made = Booking(
            reservation_id=f"{number:032x}",
            person=person,
            title="Examen final certifiant",
            start=start,
            duration_minutes=30,
            code="BCDEFGHJ" if self.can(Capability.UNLOCK_CODE) else "",
            exam_url="https://campus.example/exam",
            return_url="https://campus.example/exam",
            course_key="course-v1:IAE+CARTOPRO+2027",
            usage_key="block-v1:IAE+CARTOPRO+2027+type@proctored_exam+block@final",
            language="fr",
        )
        return replace(made, **changes)  # type: ignore[arg-type]

    def can(self, capability: Capability) -> bool:
        return capability in self.backend.capabilities
