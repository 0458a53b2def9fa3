"""Sessions made through the vendor's API, one for each appointment."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from urllib.parse import quote

from ..base import (
    AlreadyExists,
    Booking,
    Capability,
    Confirmation,
    Launch,
    Misconfigured,
    NotFound,
    Reservation,
    TooEarly,
    Unavailable,
)
from . import sessions
from .service import ProctorExamService
from .sessions import Session


class ProctorExam(ProctorExamService):
    """Settings, besides those of :class:`~.service.ProctorExamService`, all optional:

    - ``room_url`` (``{site}/student_sessions/{token}``): the room's address, also of ``{session_id}``; the vendor
      says that the token opens the room, not at which address;
    - ``room_opens_minutes`` (none): minutes before the start from which that address lets candidates in;
    - ``reference_field`` (``individual_info``) and ``reference_template`` (``Ref. {reservation_id}``): where our
      reservation id is put so that it comes back. No field is documented for it; the session's ``external_id`` would be
      the natural one, but nobody has seen it accepted, so the text shown to the candidate carries it;
    - ``former_email`` (``{session_id}@former.invalid``): an e-mail address is taken once per exam, so a candidate's
      earlier session there gets this one when they book again. It keeps its recordings and its own id;
    - ``list_filter`` (``open_time``): the field that lists are narrowed by, '' for whole lists;
    - ``skip_requirements`` (not sent): whether candidates may skip the vendor's equipment check.
    """

    slug = "proctorexam"
    verbose_name = "ProctorExam"
    capabilities = frozenset(
        {Capability.BOOKING, Capability.ROOM, Capability.LIVE_STATUS, Capability.REVIEW, Capability.ERASURE}
    )

    REFERENCE: ClassVar[str] = "Ref. {reservation_id}"

    def book(self, booking: Booking) -> Confirmation:
        """Book once: after a lost answer the second try finds the session that the first one made."""
        try:
            return self._create(booking)
        except AlreadyExists:
            rows = self._rows(booking)
        ours = self._pick(rows, booking)
        if ours is not None:
            return Confirmation(ours.id) if ours.open_time == booking.start else self._reopen(ours.id, booking.start)
        for session in rows:
            if session.email.lower() == booking.person.email.lower():
                self._change(session.id, {"email": self._former_email(session)})
        return self._create(booking)

    def move(self, booking: Booking, start: datetime) -> Confirmation:
        """Change the earliest start; the same change again is no other."""
        return self._reopen(booking.vendor_ref or self._find_or_refuse(booking).id, start)

    def cancel(self, booking: Booking) -> None:
        """Delete the session, also one whose confirmation never reached us."""
        number = booking.vendor_ref
        if not number:
            found = self._pick(self._rows(booking), booking)
            if found is None:
                return
            number = found.id
        self._delete(number)

    def reservations(self, first: datetime, last: datetime) -> tuple[Reservation, ...]:
        """Sessions of all exams with an earliest start of ours; those that others made have '' for our id."""
        found = []
        for session in self._sessions("student_sessions", {}, since=first):
            reference = self._reference(session)
            if session.open_time is None:
                if reference:
                    raise Unavailable  # ours, and its start is lost: a list with holes would look like a lost booking
                continue
            if first <= session.open_time < last:
                state = session.state(self.settings.get("statuses") or {})
                found.append(Reservation(reference, session.id, session.open_time, state))
        return tuple(found)

    def launch(self, booking: Booking) -> Launch:
        """The room's address, a login: redirect to it at once."""
        session = self._session(booking)
        if session is None or session.archived:
            raise NotFound
        minutes = self.settings.get("room_opens_minutes")
        opens = (session.open_time or booking.start) - timedelta(minutes=float(minutes or 0))
        if minutes is not None and self.now() < opens:
            raise TooEarly
        if not session.text("token"):
            raise Unavailable
        values = {"token": session.text("token"), "session_id": session.id}
        return Launch(self._address("room_url", "{site}/student_sessions/{token}", **values))

    def _session(self, booking: Booking) -> Session | None:
        number = booking.vendor_ref
        if not number:
            found = self._pick(self._rows(booking), booking)
            if found is None:
                return None
            number = found.id
        path, params = f"student_sessions/{quote(number, safe='')}", {"id": number}
        try:
            return _student(self._api.call("GET", path, params))
        except NotFound:
            return None

    def _create(self, booking: Booking) -> Confirmation:
        exam, person = _exam(booking), booking.person
        field = str(self.settings.get("reference_field") or "individual_info")
        params: dict[str, object] = {
            "exam_id": exam,
            "name": f"{person.first_name} {person.last_name}".strip(),
            "email": person.email,
            "open_time": int(booking.start.timestamp()),
            field: self._template().replace("{reservation_id}", booking.reservation_id),
        }
        if field == "individual_info":
            params["is_individual_info_html"] = False
        if self.settings.get("skip_requirements") is not None:
            params["skip_requirements"] = bool(self.settings["skip_requirements"])
        return Confirmation(_student(self._api.call("POST", _exam_path(exam), params)).id)

    def _reopen(self, number: str, start: datetime) -> Confirmation:
        self._change(number, {"open_time": int(start.timestamp())})
        return Confirmation(number)

    def _change(self, number: str, fields: dict[str, object]) -> None:
        path = f"student_sessions/{quote(number, safe='')}"
        answer = self._api.call("PATCH", path, {"id": number, **fields})
        if "student" in answer and _student(answer).id != number:
            raise Unavailable

    def _rows(self, booking: Booking) -> list[Session]:
        """Sessions of the appointment's exam, of all exams when it names none."""
        if not booking.vendor_exam:
            return self._sessions("student_sessions", {})
        exam = _exam(booking)
        return self._sessions(_exam_path(exam), {"exam_id": exam})

    def _sessions(self, path: str, params: dict[str, object], since: datetime | None = None) -> list[Session]:
        field = str(self.settings.get("list_filter", "open_time"))
        if since is not None and field:
            moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            params = {**params, "filter": json.dumps({field: {"gte": moment}})}
        return [sessions.read(row) for row in self._api.rows(path, "students", params)]

    def _pick(self, rows: list[Session], booking: Booking) -> Session | None:
        """The newest of ours, one that is not archived first."""
        ours = [session for session in rows if self._reference(session) == booking.reservation_id]
        return max(ours, key=lambda session: (not session.archived, int(session.id)), default=None)

    def _find_or_refuse(self, booking: Booking) -> Session:
        found = self._pick(self._rows(booking), booking)
        if found is None:
            raise NotFound
        return found

    def _reference(self, session: Session) -> str:
        """Our reservation id, '' in a session that we did not make; staff may have written around it."""
        before, _, after = self._template().partition("{reservation_id}")
        text = session.text(str(self.settings.get("reference_field") or "individual_info"))
        pattern = rf"(?:.*[\s>])?{re.escape(before)}([\w-]+){re.escape(after)}(?:[\s<].*)?"
        match = re.fullmatch(pattern, text, re.DOTALL)
        return match.group(1) if match else ""

    def _template(self) -> str:
        template = str(self.settings.get("reference_template") or self.REFERENCE)
        if template.count("{reservation_id}") != 1:
            raise Misconfigured
        return template

    def _former_email(self, session: Session) -> str:
        template = str(self.settings.get("former_email") or "{session_id}@former.invalid")
        return template.replace("{session_id}", session.id)


def _exam(booking: Booking) -> str:
    """Raises Misconfigured when the course team has named no exam of the vendor."""
    if not booking.vendor_exam.strip():
        raise Misconfigured
    return booking.vendor_exam.strip()


def _exam_path(exam: str) -> str:
    return f"exams/{quote(exam, safe='')}/student_sessions"


def _student(answer: dict[str, object]) -> Session:
    return sessions.read(answer.get("student"))
