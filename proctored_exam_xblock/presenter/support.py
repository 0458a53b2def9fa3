"""The help line: numbers to call and addresses whose mail is already filled with what support asks for (R-FUN-23)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.utils.translation import gettext as _

from . import dates, zones
from .screen import Screen


@dataclass(frozen=True)
class Contact:
    """One way to get help: what is shown and where it leads."""

    text: str
    href: str


def phones(screen: Screen) -> list[Contact]:
    """The exam's numbers, then the proctoring service's, each once."""
    numbers = dict.fromkeys((*screen.policy.help_phones, *screen.links.help_phones))
    return [Contact(number, "tel:" + _dialled(number)) for number in numbers]


def _dialled(number: str) -> str:
    """The digits of "08 00 90 27 92 (France)"."""
    head = number.split("(")[0]
    return "".join(c for c in head if c.isdigit() or c == "+")


def mails(screen: Screen) -> list[Contact]:
    """The exam's addresses, each opening a prefilled message."""
    query = f"subject={quote(_subject(screen))}&body={quote(_body(screen))}"
    return [Contact(mail, f"mailto:{quote(mail, safe='@+')}?{query}") for mail in screen.policy.help_emails]


def _subject(screen: Screen) -> str:
    return " - ".join(filter(None, (screen.links.course_title, screen.policy.title)))


def _body(screen: Screen) -> str:
    person, appointment, attempt = screen.person, screen.facts.appointment, screen.facts.attempt
    rows = [
        (_("Course"), screen.links.course_title),
        (_("Exam"), screen.policy.title),
        (_("First name"), person.first_name),
        (_("Last name"), person.last_name),
        (_("User name"), person.username),
        (_("E-mail"), person.email),
        (_("Country"), screen.locale.territories.get(person.country, person.country)),
    ]
    if appointment is not None and not appointment.implicit:
        rows.append((_("Appointment"), moment_line(screen, appointment.start)))
    if attempt is not None:
        rows.append((_("Certification number"), attempt.certification_number))
    return "\r\n".join(f"{name}{_(': ')}{value}" for name, value in rows) + "\r\n\r\n"


def moment_line(screen: Screen, moment: datetime) -> str:
    """ "05/03/2027 16:00 (UTC+01:00) Bruxelles, Copenhague, Madrid, Paris"."""
    local = moment.astimezone(screen.zone)
    zone = zones.label(screen.zone_name, moment, screen.locale)
    return f"{dates.numeric_day(local.date(), screen.locale)} {dates.hour(moment, screen.zone)} {zone}"
