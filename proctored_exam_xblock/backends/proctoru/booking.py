"""What ``addAdHocProcess`` is told of a candidate and of an appointment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..base import Booking, Misconfigured, Person
from .wire import iso, present

# Documented, optional, and not ours to decide: an institution may set them for all its bookings.
INSTITUTION_FIELDS = frozenset(
    {
        "active",
        "comments",
        "courseno",
        "department_id",
        "instructors",
        "other_notes",
        "permitted_resources_list",
        "preset",
        "whitelist_urls",
    }
)


def reservation_fields(booking: Booking, settings: Mapping[str, Any]) -> dict[str, object]:
    """All but the zone, which the vendor's list decides.

    Raises:
        Misconfigured: an id the vendor cannot keep, or a setting that is no field of the institution's.
    """
    own = dict(settings.get("booking_fields") or {})
    if not own.keys() <= INSTITUTION_FIELDS:
        raise Misconfigured
    return {
        **own,
        **_person_fields(booking.person),
        "description": booking.title[:255],
        "duration": booking.duration_minutes,
        "start_date": iso(booking.start),
        "reservation_id": identifier(booking.reservation_id),
        "takeitnow": "N",
        "notify": notify(settings),
        **present(
            exam_password=booking.code,
            notes=_notes(booking, settings),
            exam_url=booking.exam_url,
            url_return=booking.return_url,
        ),
    }


def notify(settings: Mapping[str, Any]) -> str:
    return "Y" if settings.get("notify", True) else "N"


def identifier(text: str) -> str:
    """An id that was cut is another id.

    Raises:
        Misconfigured: longer than the 50 characters the vendor keeps, or empty.
    """
    if not 0 < len(text) <= 50:
        raise Misconfigured
    return text


def _notes(booking: Booking, settings: Mapping[str, Any]) -> str:
    if booking.code and settings.get("code_in_notes", True):
        return f"Exam password, typed by the proctor only, never told: {booking.code}\n{booking.notes}".strip()
    return booking.notes


def _person_fields(person: Person) -> dict[str, object]:
    """Cut to the lengths known to pass, except the address of e-mails: cut, it is somebody else's."""
    american = person.country.upper() == "US"
    return {
        "student_id": identifier(person.student_id),
        "first_name": (person.first_name or person.last_name)[:50],  # both are required; some people have one name
        "last_name": (person.last_name or person.first_name)[:50],
        "email": person.email,
        "phone1": _phone(person.phone),
        "country": person.country.upper()[:2],
        **present(
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
