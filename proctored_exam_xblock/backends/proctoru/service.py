"""The service itself: what the platform asks, in the vendor's calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx

from ..base import (
    AlreadyCancelled,
    AlreadyExists,
    Backend,
    Booking,
    Capability,
    Confirmation,
    Launch,
    NotFound,
    Overlap,
    Reservation,
    Review,
    SessionState,
    SlotGone,
    SlotQuery,
    Status,
    Unavailable,
    VendorEvent,
)
from ..http import JsonClient
from . import events, report
from .booking import notify, reservation_fields
from .terms import TERMS
from .wire import UnknownZone, Wire, instant, iso, number_of, present, rows
from .zones import ZoneNames

_zone_names: dict[str, ZoneNames] = {}
"""By address of the vendor: the list is the same for all clients of a process."""


class ProctorU(Backend):
    """Ad-hoc booking at ProctorU.

    Settings (what has no default is required; a guess about the vendor is marked so):

    ======================= ============ =============================================================================
    ``base_url``                         ``https://api.proctoru.com/api``, or ``demo.`` for the vendor's test service
    ``api_key``                          issued by the vendor's implementation team
    ``timeout_seconds``     5            for a whole call
    ``notify``              True         the vendor mails the candidate too
    ``webhook_secret``      none         as entered at the vendor's; several while one replaces another; without any,
                                         no webhook is accepted
    ``reschedule``          ``"move"``   how a booking is moved: ``"move"`` (moveReservation) or ``"add"``
                                         (addAdHocProcess with the number)
    ``code_in_notes``       True         the exam's password stands in the proctor's notes as well as in its own field
    ``booking_fields``      ``{}``       optional fields of addAdHocProcess that the institution sets for all bookings
                                         (``booking.INSTITUTION_FIELDS``), such as ``preset`` or ``department_id``
    ``zones_seconds``       86400        how long the vendor's list of time zones is good for
    ``send_time``           True         send ``time_sent``; without it a wrong clock cannot make requests stale (guess)
    ``started_lead_seconds`` 3600        a session further away than this cannot have begun: its report is not read
                                         (guess)
    ``check_id_required``   False        an ended session without ``CheckID`` lacks the identity document (guess)
    ``clear_after_seconds`` 0            no opinion "clear" before so long after the end: reports may come late (guess)
    ``event_kinds``         ``{}``       more types of webhooks, ``{"event-prefix": "booking|session|review|other"}``
                                         (guess)
    ``equipment_url``       the vendor's page that tests a candidate's equipment
    ``help_phones``         the vendor's in France
    ``terms``               ``terms.py`` what candidates accept beside the course's terms: ``version``, ``fr``, ``en``;
                                         False for nothing
    ======================= ============ =============================================================================
    """

    slug = "proctoru"
    verbose_name = "ProctorU"
    capabilities = frozenset(
        {Capability.BOOKING, Capability.ROOM, Capability.UNLOCK_CODE, Capability.REVIEW, Capability.WEBHOOKS}
    )
    required_settings = ("base_url", "api_key")
    candidate_fields = ("phone", "address", "city", "time_zone", "country")
    unsupported_systems = ("linux", "windows_xp")
    own_terms = TERMS

    ANSWER_SPAN: ClassVar[timedelta] = timedelta(hours=24)
    """One list of slots covers this much from its ``start_date``."""
    REPORT_AROUND: ClassVar[timedelta] = timedelta(hours=12)
    """How far from an appointment's start its line of the report is looked for: a single short question."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        now: Callable[[], datetime],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(settings, now)
        self.equipment_url = str(settings.get("equipment_url") or "https://test-it-out.proctoru.com/")
        self.help_phones = tuple(settings.get("help_phones") or ("08 00 90 27 92", "+33 800 902 792"))
        address = str(settings["base_url"])
        client = JsonClient(
            address,
            headers={"Authorization-Token": str(settings["api_key"]).strip().lower()},
            timeout_seconds=float(settings.get("timeout_seconds") or 5),
            transport=transport,
        )
        self._wire = Wire(client, now if settings.get("send_time", True) else None)
        self._zones = ZoneNames() if transport else _zone_names.setdefault(address, ZoneNames())

    def slots(self, query: SlotQuery) -> tuple[datetime, ...]:
        """Starts offered from now on inside the query, UTC, sorted."""
        found: set[datetime] = set()
        cursor = max(query.first, self.now())
        while cursor < query.last:
            data = self._call_in_zone(
                query.time_zone,
                "getScheduleInfoAvailableTimesList",
                start_date=iso(cursor),
                isadhoc="Y",
                duration=query.duration_minutes,
                takeitnow="N",
            )
            # start_date only: local_start_date is an hour off for some zones.
            found.update(instant(row, "start_date") for row in rows(data))
            cursor += self.ANSWER_SPAN
        return tuple(sorted(start for start in found if query.first <= start < query.last))

    def book(self, booking: Booking) -> Confirmation:
        """Book once: after a lost answer the second try finds the reservation the first one made."""
        try:
            return self._add(booking)
        except (AlreadyExists, Overlap, SlotGone):
            # Each may mean that an earlier try worked: the list tells.
            existing = self._find(booking)
            if existing is None:
                raise
        if existing.start != booking.start:
            return self._move(booking, existing.vendor_ref, booking.start)
        return Confirmation(existing.vendor_ref)

    def move(self, booking: Booking, start: datetime) -> Confirmation:
        """Move; after a lost answer the list tells whether it was done and under which number."""
        try:
            return self._move(booking, booking.vendor_ref or self._find_or_refuse(booking).vendor_ref, start)
        except (AlreadyCancelled, AlreadyExists, NotFound, Overlap, SlotGone):
            existing = self._find(booking)
            if existing is None:
                raise
            if existing.start == start:
                return Confirmation(existing.vendor_ref)
            if existing.vendor_ref == booking.vendor_ref:
                raise
        return self._move(booking, existing.vendor_ref, start)

    def cancel(self, booking: Booking) -> None:
        """Remove whatever the vendor holds under our reservation id, also when its number has changed."""
        known = booking.vendor_ref
        if known and self._remove(booking, known):
            return
        existing = self._find(booking)
        if existing is not None and existing.vendor_ref != known:
            self._remove(booking, existing.vendor_ref)

    def reservations(self, first: datetime, last: datetime) -> tuple[Reservation, ...]:
        """The institution's pending reservations, and what the report tells of these, of used and of cancelled ones.

        The report knows numbers only: ``reservation_id`` is '' for what is no longer pending.
        """
        # The list last: what is booked meanwhile has its id, instead of being a stranger.
        found = {
            line.number: Reservation("", line.number, line.start, line.state)
            for line in report.read(self._report(), first, last)
        }
        for pending in self.pending():
            line = found.get(pending.vendor_ref)
            told = line is not None and line.state is not SessionState.UNKNOWN
            found[pending.vendor_ref] = replace(pending, state=line.state) if line and told else pending
        inside = [reservation for reservation in found.values() if first <= reservation.start < last]
        return tuple(sorted(inside, key=lambda reservation: (reservation.start, reservation.vendor_ref)))

    def pending(self, student_id: str = "") -> tuple[Reservation, ...]:
        """Pending reservations of one student, '' for everybody's. An unreadable row is never skipped."""
        data = self._wire.call("getStudentReservationList", **present(student_id=student_id))
        return tuple(
            Reservation(
                reservation_id=str(row.get("reservation_id") or ""),
                vendor_ref=number_of(row),
                start=instant(row, "start_date"),
                state=SessionState.SCHEDULED,
            )
            for row in rows(data)
        )

    def launch(self, booking: Booking) -> Launch:
        """The room's address, a login: redirect to it at once."""
        data = self._wire.call(
            "beginReservation",
            student_id=booking.person.student_id,
            reservation_id=booking.reservation_id,
        )
        url = data.get("url") if isinstance(data, dict) else None
        if not isinstance(url, str) or not _is_room(url, str(self.settings["base_url"])):
            raise Unavailable
        return Launch(url)

    def status(self, booking: Booking) -> Status:
        """The list tells what is still to come, the report what has begun. Never OPEN: a fulfilment that began says
        nothing of the exam, the proctor's code does."""
        held = self._find(booking)
        lead = timedelta(seconds=float(self.settings.get("started_lead_seconds", 3600)))
        if held is not None and self.now() < held.start - lead:
            return Status(held.state, held.vendor_ref, held.start)
        line = self._line(booking, held)
        if line is not None and (held is None or line.state is not SessionState.UNKNOWN):
            return Status(line.state, line.number, line.start)
        return Status(held.state, held.vendor_ref, held.start) if held else Status(SessionState.UNKNOWN)

    def review(self, booking: Booking) -> Review | None:
        """From the report's flags alone; there is no text to show, the vendor's own page has it."""
        line = self._line(booking, None)
        return None if line is None else report.review_of(line, self.settings, booking, self.now())

    def parse_event(self, headers: Mapping[str, str], body: bytes) -> VendorEvent:
        """A JSON webhook signed with ``webhook_secret``."""
        return events.parse(headers, body, self.settings)

    def _line(self, booking: Booking, held: Reservation | None) -> report.Line | None:
        start = held.start if held else booking.start
        lines = report.read(
            self._report(booking.person.student_id), start - self.REPORT_AROUND, start + self.REPORT_AROUND
        )
        return report.line_of(lines, replace(booking, start=start), held.vendor_ref if held else booking.vendor_ref)

    def _report(self, student_id: str = "") -> Callable[[datetime, datetime], Any]:
        def ask(first: datetime, last: datetime) -> Any:
            span = {"start_date": iso(first), "end_date": iso(last)}
            return self._wire.call("clientActivityReport", **span, **present(student_id=student_id))

        return ask

    def _call_in_zone(self, zone: str, endpoint: str, **params: object) -> Any:
        """The zone only labels what is sent in UTC: if its name is refused, UTC will do."""
        lifetime = timedelta(seconds=float(self.settings.get("zones_seconds") or 86400))
        label = self._zones.label(zone, self._read_zones, self.now(), lifetime)
        try:
            return self._wire.call(endpoint, time_zone_id=label, **params)
        except UnknownZone:
            self._zones.forget()
        return self._wire.call(endpoint, time_zone_id="UTC", **params)

    def _read_zones(self) -> tuple[str, ...]:
        ids = [row.get("Id") for row in rows(self._wire.read("getTimeZoneList"))]
        if not all(isinstance(zone, str) for zone in ids):
            raise Unavailable
        return tuple(str(zone) for zone in ids)

    def _add(self, booking: Booking, **more: object) -> Confirmation:
        fields = reservation_fields(booking, self.settings)
        data = self._call_in_zone(booking.person.time_zone, "addAdHocProcess", **fields, **more)
        return Confirmation(number_of(data))

    def _move(self, booking: Booking, number: str, start: datetime) -> Confirmation:
        if self.settings.get("reschedule") == "add":
            return self._add(replace(booking, start=start), reservation_no=number)
        data = self._wire.call(
            "moveReservation",
            reservation_no=number,
            reservation_id=booking.reservation_id,
            start_date=iso(start),
            notify=notify(self.settings),
            **present(url_return=booking.return_url),
        )
        return Confirmation(number_of(data))

    def _remove(self, booking: Booking, number: str) -> bool:
        """False when the vendor has no such reservation any more, or not under this number."""
        try:
            self._wire.call("removeReservation", student_id=booking.person.student_id, reservation_no=number)
        except (AlreadyCancelled, NotFound):
            return False
        return True

    def _find(self, booking: Booking) -> Reservation | None:
        for reservation in self.pending(booking.person.student_id):
            if reservation.reservation_id == booking.reservation_id:
                return reservation
        return None

    def _find_or_refuse(self, booking: Booking) -> Reservation:
        existing = self._find(booking)
        if existing is None:
            raise NotFound
        return existing


def _is_room(url: str, base_url: str) -> bool:
    """A login is not sent in the clear, unless the whole service is (a simulator)."""
    try:
        parts, base = urlsplit(url), urlsplit(base_url)
    except ValueError:
        return False
    return parts.scheme in ("https", base.scheme) and parts.scheme in ("http", "https") and bool(parts.netloc)
