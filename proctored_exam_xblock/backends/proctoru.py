"""ProctorU (Meazure Learning), ad-hoc booking: our slots, their proctors, a code typed on the candidate's screen.

Written from the vendor's documents and third-party clients, never tried against the live service. What the wire
looks like is in the simulator, which shares no code with this module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx
from tzlocal.windows_tz import tz_win

from .base import (
    AlreadyCancelled,
    AlreadyExists,
    Backend,
    Booking,
    Capability,
    Confirmation,
    Launch,
    Misconfigured,
    NotFound,
    Overlap,
    Person,
    Refused,
    Reservation,
    SessionState,
    SlotGone,
    SlotQuery,
    StaleRequest,
    TooEarly,
    Unavailable,
)
from .http import JsonClient

# The vendor answers HTTP 200 and a sentence that ends in a counter: matched by its beginning, case ignored.
_ERRORS: tuple[tuple[str, type[Refused]], ...] = (
    ("stale request", StaleRequest),
    ("student not found", NotFound),
    ("student found", NotFound),
    ("exam not found", Misconfigured),
    ("reservation not found", NotFound),
    ("reservation is in the future", TooEarly),
    ("reservation_id_exist", AlreadyExists),
    ("overlap", Overlap),
    ("timezone not found", Misconfigured),
    ("start_date in the past", SlotGone),
    ("reservation cancelled", AlreadyCancelled),
    ("reservation_not_for_this_institution", NotFound),
)
_SUCCESS, _BAD_REQUEST = 1, 3
_KNOWN_CODES = (_SUCCESS, 2, _BAD_REQUEST)

# IANA names that CLDR's Windows table leaves out.
_ZONE_ALIASES = {
    "Antarctica/Troll": "UTC",  # no zone of Windows has its summer, two hours ahead
    "CST6CDT": "America/Chicago",
    "EST5EDT": "America/New_York",
    "Europe/Uzhgorod": "Europe/Kyiv",
    "Europe/Zaporozhye": "Europe/Kyiv",
    "GMT": "UTC",
    "MST7MDT": "America/Denver",
    "PST8PDT": "America/Los_Angeles",
    "US/East-Indiana": "America/Indiana/Indianapolis",
}


class ProctorU(Backend):
    """Settings: ``base_url`` and ``api_key``; optional ``timeout_seconds`` (5), ``notify`` (True: the vendor mails
    the candidate too), ``equipment_url``, ``help_phones``."""

    slug = "proctoru"
    verbose_name = "ProctorU"
    capabilities = frozenset({Capability.BOOKING, Capability.ROOM, Capability.UNLOCK_CODE})
    required_settings = ("base_url", "api_key")
    candidate_fields = ("phone", "address", "city", "time_zone", "country")
    unsupported_systems = ("linux", "windows_xp")

    ANSWER_SPAN: ClassVar[timedelta] = timedelta(hours=24)
    """One list of slots covers this much from its ``start_date``."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        now: Callable[[], datetime],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(settings, now)
        self.equipment_url = str(settings.get("equipment_url") or "https://test-it-out.proctoru.com/")
        self.help_phones = tuple(settings.get("help_phones") or ("08 00 90 27 92", "+33 800 902 792"))
        self._client = JsonClient(
            str(settings["base_url"]),
            headers={"Authorization-Token": str(settings["api_key"]).strip().lower()},
            timeout_seconds=float(settings.get("timeout_seconds") or 5),
            transport=transport,
        )

    def slots(self, query: SlotQuery) -> tuple[datetime, ...]:
        """Starts offered from now on inside the query, UTC, sorted."""
        zone = windows_zone(query.time_zone)
        found: set[datetime] = set()
        cursor = max(query.first, self.now())
        while cursor < query.last:
            rows = self._call(
                "getScheduleInfoAvailableTimesList",
                time_zone_id=zone,
                start_date=_iso(cursor),
                isadhoc="Y",
                duration=query.duration_minutes,
                takeitnow="N",
            )
            # start_date only: local_start_date is an hour off for some zones.
            found.update(_instant(row, "start_date") for row in _rows(rows))
            cursor += self.ANSWER_SPAN
        return tuple(sorted(start for start in found if query.first <= start < query.last))

    def book(self, booking: Booking) -> Confirmation:
        """Book once: after a lost answer the second try finds the reservation the first one made."""
        try:
            data = self._call("addAdHocProcess", **self._reservation_fields(booking))
        except (AlreadyExists, Overlap, SlotGone):
            # Each may mean that an earlier try worked: the list tells.
            existing = self._find(booking)
            if existing is None:
                raise
            if existing.start != booking.start:
                return self._move(booking, existing.vendor_ref, booking.start)
            return Confirmation(existing.vendor_ref)
        return Confirmation(_number(data))

    def move(self, booking: Booking, start: datetime) -> Confirmation:
        """Move; after a lost answer the list tells whether it was done and under which number."""
        try:
            return self._move(booking, booking.vendor_ref or self._find_or_refuse(booking).vendor_ref, start)
        except (AlreadyCancelled, NotFound, Overlap, SlotGone):
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
        """Pending reservations of the whole institution; what is absent was cancelled or used."""
        return tuple(found for found in self.pending() if first <= found.start < last)

    def pending(self, student_id: str = "") -> tuple[Reservation, ...]:
        """Pending reservations of one student, '' for everybody's. An unreadable row is never skipped."""
        rows = self._call("getStudentReservationList", **_present(student_id=student_id))
        return tuple(
            Reservation(
                reservation_id=str(row.get("reservation_id") or ""),
                vendor_ref=_number(row),
                start=_instant(row, "start_date"),
                state=SessionState.SCHEDULED,
            )
            for row in _rows(rows)
        )

    def launch(self, booking: Booking) -> Launch:
        """The room's address, a login: redirect to it at once."""
        data = self._call(
            "beginReservation",
            student_id=booking.person.student_id,
            reservation_id=booking.reservation_id,
        )
        url = data.get("url") if isinstance(data, dict) else None
        if not isinstance(url, str) or not _is_web_address(url):
            raise Unavailable
        return Launch(url)

    def _call(self, endpoint: str, **params: object) -> Any:
        answer = self._client.post(endpoint, {"time_sent": _iso(self.now()), **params})
        code = answer.get("response_code")
        if isinstance(code, bool) or code not in _KNOWN_CODES:
            raise Unavailable
        if code == _SUCCESS:
            return answer.get("data")
        sentence = str(answer.get("message") or "").strip().lower()
        for prefix, error in _ERRORS:
            if sentence.startswith(prefix):
                raise error
        raise Misconfigured if code == _BAD_REQUEST else Refused

    def _move(self, booking: Booking, number: str, start: datetime) -> Confirmation:
        data = self._call(
            "moveReservation",
            reservation_no=number,
            reservation_id=booking.reservation_id,
            start_date=_iso(start),
            notify=self._notify(),
            **_present(url_return=booking.return_url),
        )
        return Confirmation(_number(data))

    def _remove(self, booking: Booking, number: str) -> bool:
        """False when the vendor has no such reservation any more, or not under this number."""
        try:
            self._call("removeReservation", student_id=booking.person.student_id, reservation_no=number)
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

    def _reservation_fields(self, booking: Booking) -> dict[str, object]:
        notes = booking.notes
        if booking.code:
            notes = f"Exam password, typed by the proctor only, never told: {booking.code}\n{notes}".strip()
        return {
            **_person_fields(booking.person),
            "time_zone_id": windows_zone(booking.person.time_zone),
            "description": booking.title[:255],
            "duration": booking.duration_minutes,
            "start_date": _iso(booking.start),
            "reservation_id": _identifier(booking.reservation_id),
            "takeitnow": "N",
            "notify": self._notify(),
            **_present(
                exam_password=booking.code,
                notes=notes,
                exam_url=booking.exam_url,
                url_return=booking.return_url,
            ),
        }

    def _notify(self) -> str:
        return "Y" if self.settings.get("notify", True) else "N"


def windows_zone(name: str) -> str:
    """The Windows name of an IANA zone, as the vendor wants it.

    Raises:
        Misconfigured: the zone has none.
    """
    zone = tz_win.get(_ZONE_ALIASES.get(name, name))
    if zone is None:
        raise Misconfigured
    return zone


def _person_fields(person: Person) -> dict[str, object]:
    """Cut to the lengths known to pass, except the address of e-mails: cut, it is somebody else's."""
    american = person.country.upper() == "US"
    return {
        "student_id": _identifier(person.student_id),
        "first_name": (person.first_name or person.last_name)[:50],  # both are required; some people have one name
        "last_name": (person.last_name or person.first_name)[:50],
        "email": person.email,
        "phone1": _phone(person.phone),
        "country": person.country.upper()[:2],
        **_present(
            address1=person.address[:100],
            city=person.city[:50],
            state=person.state if american else "",
            zipcode=person.zipcode,
        ),
    }


def _phone(text: str) -> str:
    """Digits and a leading plus: punctuation would push digits beyond the vendor's 15 characters."""
    digits = re.sub(r"\D", "", text)
    return ("+" + digits if text.strip().startswith("+") else digits)[:15]


def _identifier(text: str) -> str:
    """An id that was cut is another id.

    Raises:
        Misconfigured: longer than the 50 characters the vendor keeps, or empty.
    """
    if not 0 < len(text) <= 50:
        raise Misconfigured
    return text


def _present(**fields: str) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _rows(data: Any) -> list[dict[str, Any]]:
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise Unavailable
    return data


def _instant(row: dict[str, Any], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(row[name])
    except (KeyError, TypeError, ValueError):
        moment = None
    if moment is None:
        raise Unavailable
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def _number(data: Any) -> str:
    """``reservation_no`` comes as a number or as text: compared and kept as the digits of an integer."""
    number = data.get("reservation_no") if isinstance(data, dict) else None
    if isinstance(number, str) and number.strip().isdecimal():
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int) or number <= 0:
        raise Unavailable
    return str(number)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
