"""``clientActivityReport``: what became of each reservation, in the vendor's words."""

from __future__ import annotations

from datetime import UTC, datetime

from .store import Reservation, Store
from .wire import iso


def row(reservation: Reservation, person: dict[str, str], store: Store) -> dict[str, object]:
    """One line; note that it repeats the notes sent at booking, the exam's password among them."""
    started = reservation.state not in ("scheduled", "cancelled")
    history = store.notes(reservation, chat=False)
    return {
        "Student": f"{person.get('first_name', '')} {person.get('last_name', '')[:1]}".strip(),
        "UniqueId": reservation.student_id,
        "ReservationNo": reservation.reservation_no,
        "Test": reservation.details.get("description", ""),
        "exam_id": "",
        "StartDate": iso(reservation.start),
        "EndDate": iso(reservation.end),
        "StudentNotes": reservation.details.get("comments") or None,
        "SchoolNotes": reservation.details.get("notes", ""),
        "ProctorNotes": "; ".join(f"{note.text} by Simulator at {_spoken(note.at)}" for note in history),
        "Authenticated": reservation.identity == "verified",
        "LoginVerified": started,
        "CheckID": reservation.identity == "verified",
        "TestSubmitted": reservation.state == "ended",
        "IncidentReport": reservation.incident or reservation.verdict == "fraud",
        "Escalated": reservation.verdict == "fraud",
    }


def _spoken(moment: datetime) -> str:
    """As in ``4:26pm UTC on Mar 25, 2016``."""
    at = moment.astimezone(UTC)
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    half = "am" if at.hour < 12 else "pm"
    return f"{at.hour % 12 or 12}:{at.minute:02d}{half} UTC on {months[at.month - 1]} {at.day}, {at.year}"
