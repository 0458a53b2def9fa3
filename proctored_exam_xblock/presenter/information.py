"""The candidate's information form: fields, what each is for, and the lists to choose from (R-FUN-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from ..domain import phones
from . import dates, zones
from .screen import Screen

_ONLY_IN = {"state": "US", "zipcode": "US"}
"""Fields that the services need of candidates in one country only."""
_AUTOCOMPLETE = {
    "phone": "tel",
    "address": "street-address",
    "city": "address-level2",
    "state": "address-level1",
    "zipcode": "postal-code",
    "country": "country",
}


@dataclass(frozen=True)
class Field:
    """One input of the form; ``kind`` is text, tel, zone or country; ``only_in`` a country, '' for all; ``purpose`` is
    what it is asked for."""

    name: str
    label: str
    value: str
    kind: str
    autocomplete: str
    only_in: str
    purpose: str


def _label(name: str) -> str:
    return {
        "phone": _("Phone number"),
        "address": _("Address"),
        "city": _("City"),
        "state": _("State or region"),
        "zipcode": _("Postcode"),
        "country": _("Country"),
        "time_zone": _("Time zone"),
    }.get(name, name)


def form_context(screen: Screen) -> dict[str, object]:
    """Fields in the vendor's order with what is on file, and the lists to choose from."""
    names = screen.facts.information_fields
    if "country" in names:
        names = tuple(dict.fromkeys((*names, *_ONLY_IN)))
    home = zones.country_of(screen.policy.time_zone)
    today = screen.now.astimezone(screen.zone).date()
    return {
        "fields": [_field(screen, name, home) for name in names],
        "zone_groups": zones.choices(screen.locale, today) if "time_zone" in names else (),
        "countries": zones.countries(screen.locale, home) if "country" in names else (),
        "zone_known": bool(screen.person.time_zone),
        "sent_to": screen.links.backend_name if screen.links.has_room else "",
    }


def _field(screen: Screen, name: str, home: str) -> Field:
    value = str(getattr(screen.person, name, ""))
    if name == "time_zone":
        value = screen.zone_name
    elif name == "country":
        value = value or home
    elif name == "phone":
        value = phones.shown(value, screen.person.country or home)
    kind = {"time_zone": "zone", "country": "country", "phone": "tel"}.get(name, "text")
    return Field(
        name, _label(name), value, kind, _AUTOCOMPLETE.get(name, "off"), _ONLY_IN.get(name, ""), _purpose(screen, name)
    )


def _purpose(screen: Screen, name: str) -> str:
    """Why the field is asked for, in a few words."""
    service = screen.links.backend_name or _("the proctoring service")
    return {
        "phone": _("So that the proctor can call you if the connection breaks. With +, or as dialled in your country."),
        "address": _("To open your candidate’s account at %(service)s.") % {"service": service},
        "city": _("Goes with your address."),
        "state": _("Required in the United States."),
        "zipcode": _("Required in the United States."),
        "country": _("For %(service)s, and for the people who help you.") % {"service": service},
        "time_zone": _("All hours are shown to you in it."),
    }.get(name, "")


def when(screen: Screen, moment: datetime | None) -> str:
    """ "30 janvier à 18:22", '' when not done."""
    if moment is None:
        return ""
    local = moment.astimezone(screen.zone)
    return _("%(day)s at %(time)s") % {
        "day": dates.day_month(local.date(), screen.locale),
        "time": dates.hour(moment, screen.zone),
    }
