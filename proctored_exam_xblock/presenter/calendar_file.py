"""An appointment as a calendar file (RFC 5545, RFC 5546), in the candidate's language; made by icalendar."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from ..domain.mail import CalendarEntry, Method
from . import dates

PRODUCT = "-//proctored-exam-xblock//appointments//EN"


def render_calendar(entry: CalendarEntry, language: str, now: datetime) -> bytes:
    """The file: CRLF, folded at 75 octets, UTF-8, all times in UTC.

    Args:
        entry: the appointment.
        language: a Django language code.
        now: when it is made (DTSTAMP).
    """
    with translation.override(language):
        calendar = Calendar()
        calendar.add("prodid", PRODUCT)
        calendar.add("version", "2.0")
        calendar.add("calscale", "GREGORIAN")
        calendar.add("method", entry.method.value)
        calendar.add_component(_event(entry, language, now))
        made: bytes = calendar.to_ical()
    return made


def _event(entry: CalendarEntry, language: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", entry.start.astimezone(UTC))
    event.add("dtend", (entry.start + entry.duration).astimezone(UTC))
    event.add("summary", _line(entry.title))
    event.add("description", _description(entry, language))
    event.add("location", _line(_where(entry)))
    if entry.url:
        event.add("url", entry.url)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    event.add("class", "PRIVATE")
    if entry.method is not Method.PUBLISH:
        _invite(event, entry)
    for ahead in () if entry.cancelled else entry.alarms:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _line(entry.title))
        alarm.add("trigger", -ahead)
        event.add_component(alarm)
    return event


def _where(entry: CalendarEntry) -> str:
    place = _("Online, in the course “%(course)s”") if entry.is_online else _("On site, course “%(course)s”")
    return place % {"course": entry.course_title}


def _invite(event: Event, entry: CalendarEntry) -> None:
    organizer = vCalAddress(f"MAILTO:{entry.organizer}")
    organizer.params["cn"] = vText(_line(entry.course_title).replace('"', "'"))
    event.add("organizer", organizer)
    attendee = vCalAddress(f"MAILTO:{entry.attendee}")
    for name, value in (
        ("cutype", "INDIVIDUAL"),
        ("role", "REQ-PARTICIPANT"),
        ("partstat", "ACCEPTED"),
        ("rsvp", "FALSE"),
    ):
        attendee.params[name] = vText(value)
    event.add("attendee", attendee)


def _description(entry: CalendarEntry, language: str) -> str:
    locale = dates.locale_for(language)
    lines = [_("Time to answer: %(duration)s") % {"duration": dates.span(entry.duration, locale)}]
    if entry.room:
        lines.append(_("Proctored by %(name)s") % {"name": entry.room})
    if not entry.cancelled:
        lines.append(_("Be there some minutes ahead, and have an hour more than announced."))
        lines.append(_("Change or cancel only on the exam’s page: deleting this entry changes nothing."))
    if entry.url:
        lines.append(entry.url)
    return "\n".join(lines)


def _line(text: str) -> str:
    """One line, whatever a course team wrote."""
    return " ".join(text.split())
