"""The ad-hoc booking endpoints, as documented; what no document says is marked as a guess."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from ..clock import Clock, parse_instant
from ..web import Request, Response
from . import report, sessions, zones
from .store import PERSON_FIELDS, Reservation, Store
from .switches import Switches
from .wire import BAD_REQUEST, Envelopes, Outage, Params, Refusal, iso

GRID = timedelta(minutes=15)
LISTED = timedelta(hours=24)
STALE = timedelta(minutes=15)  # guess
BEGIN_LEAD = timedelta(minutes=10)  # guess
SKEW = timedelta(seconds=5)
"""Two clocks set to the same minute by hand agree no better than this."""

_WRITES = {"addadhocprocess", "movereservation", "removereservation", "beginreservation", "editstudent"}
_DETAILS = ("description", "exam_url", "exam_password", "notes", "comments", "url_return", "courseno", "notify")


class Api:
    """Args:
    store: the vendor's database.
    clock: the vendor's clock.
    api_key: the only key accepted.
    public_url: where browsers reach the pages, without a trailing slash.
    """

    def __init__(self, store: Store, clock: Clock, *, api_key: str, public_url: str) -> None:
        self.switches = Switches()
        self.envelopes = Envelopes()
        self._store = store
        self._clock = clock
        self._api_key = api_key
        self._public_url = public_url.rstrip("/")
        self._endpoints: dict[str, Callable[[Params, datetime], object]] = {
            "gettimezonelist": lambda params, now: zones.rows(now),
            "getscheduleinfoavailabletimeslist": self._times,
            "addadhocprocess": self._add,
            "movereservation": self._move,
            "removereservation": self._remove,
            "beginreservation": self._begin,
            "getstudentreservationlist": self._list,
            "clientactivityreport": self._report,
            "pendingexamreport": self._report,
            "editstudent": self._edit_student,
            "getstudentprofile": self._profile,
            "autologin": self._auto_login,
        }

    def answer(self, endpoint: str, request: Request) -> Response:
        """One call, in one transaction."""
        now = self._clock.now()
        perform = self._endpoints.get(endpoint.lower())
        if perform is None:
            return Response("Not found", status=404)
        if endpoint.lower() in _WRITES and request.method != "POST":
            return Response("Method not allowed", status=405)
        try:
            self._admit(request, now)
            with self._store.transaction():
                data = perform(Params(request.params), now)
        except Refusal as refusal:
            return self.envelopes.error(refusal, now)
        except Outage:
            return Response("<html><body><h1>500 Internal Server Error</h1></body></html>", status=500)
        return self.envelopes.success(data, now)

    def _admit(self, request: Request, now: datetime) -> None:
        key = request.headers.get("authorization-token", "")
        if not hmac.compare_digest(key.encode(), self._api_key.encode()):
            raise Refusal("Authorization-Token is not valid", BAD_REQUEST)  # guess
        if request.params.get("time_sent"):
            sent = parse_instant(request.params["time_sent"])
            if sent is None or abs(now - sent) > STALE:
                raise Refusal("stale request")

    def _times(self, params: Params, now: datetime) -> list[dict[str, object]]:
        zone = _zone(params)
        first = params.instant("start_date")
        if params.text("isadhoc").upper() in ("Y", "T"):
            duration = params.positive("duration")
        else:
            self._student(params)
            raise Refusal("Exam Not found")
        edited = params.number_or_none("reservation_no")
        earliest = max(first, now + timedelta(minutes=self.switches.lead_minutes))
        start = datetime.min.replace(tzinfo=UTC) + -(-(earliest - datetime.min.replace(tzinfo=UTC)) // GRID) * GRID
        others = (other for other in self._store.reservations() if other.active and other.reservation_no != edited)
        taken = Counter(other.start for other in others)
        found: list[dict[str, object]] = []
        while start < first + LISTED:
            if start > now and taken[start] < self.switches.capacity:
                found.append(_slot(start, zone, duration))
            start += GRID
        return found

    def _add(self, params: Params, now: datetime) -> dict[str, object]:
        student_id = params.text("student_id")
        person = {name: params.optional(name) for name in PERSON_FIELDS}
        for name in ("first_name", "last_name", "email", "phone1", "country", "description", "takeitnow"):
            params.text(name)
        for name in ("address1", "city", "state", "zipcode") if person["country"].upper() == "US" else ():
            params.text(name)
        _zone(params)
        start, duration = params.instant("start_date"), params.positive("duration")
        reservation_id = params.text("reservation_id")
        number = params.number_or_none("reservation_no")
        if number is None and self._store.by_id(reservation_id) is not None:
            raise Refusal("reservation_id_EXIST_FOR_THIS_INSTITUTION")
        details = {name: params.optional(name) for name in _DETAILS}
        if number is None:
            reservation = Reservation(reservation_id, 0, student_id, start, duration, details=details)
        else:
            known = self._held(number, params, "Reservation Not found")
            reservation = replace(known, duration=duration, details={**known.details, **details})
        self._check_start(reservation, start, now)
        self._store.save_student(student_id, person)
        if number is not None:
            return self._confirmation(self._moved(reservation, start, now), 0.0)
        reservation = self._store.save(replace(reservation, reservation_no=self._store.next_number()))
        self._created(reservation, now)
        return self._confirmation(reservation, 0.0)

    def _move(self, params: Params, now: datetime) -> dict[str, object]:
        number, start = params.positive("reservation_no"), params.instant("start_date")
        params.text("reservation_id")
        reservation = self._held(number, params, "RESERVATION_NOT_FOR_THIS_INSTITUTION")
        self._check_start(reservation, start, now)
        return self._confirmation(self._moved(reservation, start, now), 30)

    def _remove(self, params: Params, now: datetime) -> dict[str, object]:
        student_id = self._student(params)
        reservation = self._held(params.positive("reservation_no"), None, "Reservation Not found")
        if reservation.student_id != student_id:
            raise Refusal("Reservation Not found")
        sessions.cancel(self._store, reservation, now)
        return {"onaccount": "30.00"}

    def _begin(self, params: Params, now: datetime) -> dict[str, object]:
        student_id = self._student(params)
        reservation = self._store.by_id(params.text("reservation_id"))
        if reservation is None or reservation.student_id != student_id or reservation.state == "cancelled":
            raise Refusal("Reservation Not found")
        if now < reservation.start - BEGIN_LEAD - SKEW:
            raise Refusal("Reservation is in the future")
        if reservation.state == "scheduled":
            reservation = self._store.save(replace(reservation, state="waiting"))
            self._store.add_note(reservation, now, "Fulfillment started")
            self._store.announce("event-fulfillment-started", reservation)
        return {"url": self._login_url("/room/", reservation)}

    def _list(self, params: Params, now: datetime) -> list[dict[str, object]]:
        wanted = params.optional("status").lower() or "pending"
        if wanted not in ("pending", "scheduled", "cancelled", "voided"):
            raise Refusal("status is not valid", BAD_REQUEST)
        return [
            {
                "reservation_no": reservation.reservation_no,
                "reservation_id": reservation.reservation_id,
                "exam_id": None,
                "description": reservation.details.get("description", ""),
                "courseno": reservation.details.get("courseno", ""),
                "instructor": "",
                "start_date": iso(reservation.start),
                "test": reservation.details.get("description", ""),
                "escalated": reservation.verdict == "fraud",
                "launch_url": f"{self._public_url}/students/reservations",
            }
            for reservation in self._store.reservations(params.optional("student_id") or None)
            if (reservation.state == "cancelled") == (wanted == "cancelled")
            and wanted != "voided"
            and reservation.state != "ended"
        ]

    def _report(self, params: Params, now: datetime) -> list[dict[str, object]]:
        first, last = params.instant("start_date"), params.instant("end_date")
        if last - first > timedelta(days=self.switches.report_days):
            raise Outage
        student_id = params.optional("student_id") or None
        rows = [
            report.row(reservation, self._store.student(reservation.student_id) or {}, self._store)
            for reservation in self._store.reservations(student_id)
            if first <= reservation.start <= last
        ]
        return [row for row in rows for _ in range(2 if self.switches.duplicate_rows else 1)]

    def _edit_student(self, params: Params, now: datetime) -> dict[str, object]:
        student_id = params.text("student_id")
        known = self._store.student(student_id) or {}
        given = {name: params.optional(name) for name in PERSON_FIELDS if params.optional(name)}
        self._store.save_student(student_id, {**dict.fromkeys(PERSON_FIELDS, ""), **known, **given})
        return {"profilecomplete": True, "hasimage": False, "termsaccepted": True}

    def _profile(self, params: Params, now: datetime) -> dict[str, object]:
        student_id = self._student(params)
        return {
            "profilecomplete": True,
            "hasimage": False,
            "termsaccepted": True,
            **(self._store.student(student_id) or {}),
            "active": True,
            "on_account_balance": 0,
            "user_id": student_id,
        }

    def _auto_login(self, params: Params, now: datetime) -> dict[str, object]:
        token = self._store.new_login(self._student(params))
        return {"url": f"{self._public_url}/session/auto_login/?{urlencode({'token': token})}"}

    def _student(self, params: Params) -> str:
        student_id = params.text("student_id")
        if self._store.student(student_id) is None:
            raise Refusal("Student Not found")
        return student_id

    def _held(self, number: int, params: Params | None, unknown: str) -> Reservation:
        """A reservation that can still be changed; ``params`` when its own id must fit too."""
        if self._store.is_former_number(number):
            raise Refusal("Reservation Cancelled.")  # guess: a number given up by a move
        reservation = self._store.by_number(number)
        if reservation is None or (params and params.optional("reservation_id") != reservation.reservation_id):
            raise Refusal(unknown)
        if reservation.state == "cancelled":
            raise Refusal("Reservation Cancelled.")
        if reservation.state == "ended":
            raise Refusal("Reservation Not found")
        return reservation

    def _check_start(self, reservation: Reservation, start: datetime, now: datetime) -> None:
        if start <= now or not self._has_seat(start, reservation.reservation_no):
            raise Refusal("start_date in the past")  # guess for a full slot: the documents only know this one
        end = start + timedelta(minutes=reservation.duration)
        for other in self._store.reservations(reservation.student_id):
            same = other.reservation_id == reservation.reservation_id
            if other.active and not same and other.start < end and start < other.end:
                raise Refusal("OVERLAP")

    def _has_seat(self, start: datetime, edited: int | None) -> bool:
        taken = [other for other in self._store.reservations() if other.active and other.start == start]
        return len([other for other in taken if other.reservation_no != edited]) < self.switches.capacity

    def _moved(self, reservation: Reservation, start: datetime, now: datetime) -> Reservation:
        number = self._store.next_number() if self.switches.new_number_on_move else reservation.reservation_no
        moved = replace(reservation, reservation_no=number, start=start, state="scheduled", steps=(), identity="")
        moved = self._store.save(moved)
        self._created(moved, now)
        return moved

    def _created(self, reservation: Reservation, now: datetime) -> None:
        self._store.add_note(reservation, now, "Fulfillment created")
        self._store.announce("event-reservation-confirmation", reservation)

    def _confirmation(self, reservation: Reservation, balance: float) -> dict[str, object]:
        return {
            "balance": balance,
            "reservation_id": reservation.reservation_id,
            "reservation_no": reservation.reservation_no,
            "url": self._login_url("/students/reservations/", reservation),
        }

    def _login_url(self, path: str, reservation: Reservation) -> str:
        token = self._store.new_login(reservation.student_id, reservation.reservation_id)
        query = {"login_token": token, "reservation_no": reservation.reservation_no}
        if reservation.details.get("url_return"):
            query["return_to"] = reservation.details["url_return"]
        return f"{self._public_url}{path}?{urlencode(query)}"


def _zone(params: Params) -> str:
    zone = params.text("time_zone_id")
    if zone not in zones.OFFSETS:
        raise Refusal("TimeZone not found.")
    return zone


def _slot(start: datetime, zone: str, duration: int) -> dict[str, object]:
    """``local_start_date`` ignores summer time, as seen at the vendor's: a trap on purpose."""
    offset = zones.OFFSETS[zone]
    minutes = int(offset.total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    local = (start + offset).strftime("%Y-%m-%dT%H:%M:%S")
    return {
        "start_date": iso(start),
        "local_start_date": f"{local}{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}",
        "fee": 30 if duration <= 60 else 45,
        "fee_premium": 0,
        "fee_discount": 0,
    }
