"""The help line: numbers to call and addresses whose mail is already filled with what support asks for (R-FUN-23)."""

from __future__ import annotations

from collections.abc import Iterable
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
    """The exam's numbers, then the proctoring service's, each once however it is written."""
    return phone_contacts((*screen.policy.help_phones, *screen.links.help_phones))


def phone_contacts(numbers: Iterable[str]) -> list[Contact]:
    """Each number once, as it was written first."""
    known: dict[str, str] = {}
    for number in numbers:
        known.setdefault(_dialled(number), number)
    return [Contact(number, f"tel:{digits}") for digits, number in known.items() if digits]


def _dialled(number: str) -> str:
    """What a telephone needs of "08 00 90 27 92 (France)" or "+33 (0)4 78 00 00 00"."""
    head = number.replace("(0)", "").split("(")[0]
    return "".join(c for c in head if c in "+0123456789")


def mails(screen: Screen) -> list[Contact]:
    """The exam's addresses, then the service's, each opening a prefilled message."""
    addresses = (*screen.policy.help_emails, *screen.links.help_emails)
    return mail_contacts(addresses, _subject(screen), _body(screen))


def mail_contacts(addresses: Iterable[str], subject: str, body: str = "") -> list[Contact]:
    """Each address once, with its message (RFC 6068: only letters, digits and "-._~" stay bare; lines end in CRLF)."""
    query = "&".join(f"{name}={quote(text, safe='')}" for name, text in (("subject", subject), ("body", body)) if text)
    known = {mail.casefold(): mail for mail in reversed(tuple(addresses))}
    return [Contact(mail, f"mailto:{quote(mail, safe='@+')}?{query}") for mail in reversed(known.values())]


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
    return "".join(_("%(name)s: %(value)s") % {"name": name, "value": value} + "\r\n" for name, value in rows) + "\r\n"


def moment_line(screen: Screen, moment: datetime) -> str:
    """ "05/03/2027 16:00 (UTC+01:00) Bruxelles, Copenhague, Madrid, Paris"."""
    local = moment.astimezone(screen.zone)
    zone = zones.label(screen.zone_name, moment, screen.locale)
    return f"{dates.numeric_day(local.date(), screen.locale)} {dates.hour(moment, screen.zone)} {zone}"
