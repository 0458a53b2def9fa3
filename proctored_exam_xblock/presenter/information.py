"""The candidate's information form and the steps before booking (R-FUN-3..6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from ..domain.journey import onboarding_steps
from . import dates, equipment, payment, zones
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
    """One input of the form; ``kind`` is text, tel, zone or country; ``only_in`` a country, '' for all."""

    name: str
    label: str
    value: str
    kind: str
    autocomplete: str
    only_in: str


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
    }


def _field(screen: Screen, name: str, home: str) -> Field:
    value = str(getattr(screen.person, name, ""))
    if name == "time_zone":
        value = screen.zone_name
    elif name == "country":
        value = value or home
    kind = {"time_zone": "zone", "country": "country", "phone": "tel"}.get(name, "text")
    return Field(name, _label(name), value, kind, _AUTOCOMPLETE.get(name, "off"), _ONLY_IN.get(name, ""))


def onboarding_context(screen: Screen) -> dict[str, object]:
    """The four steps with their state, the terms in the candidate's language, the name that the certificate carries."""
    done, policy = screen.facts.onboarding, screen.policy
    french = screen.locale.language == "fr"
    terms = policy.terms_fr if french else policy.terms_en
    steps = onboarding_steps(screen.facts, policy)
    return {
        "steps": steps,
        "steps_left": sum(not finished for finished in steps.values()),
        "next_step": next((step for step, finished in steps.items() if not finished), ""),
        "terms": (terms or policy.terms_en or policy.terms_fr).split("\n\n"),
        "terms_version": policy.terms_version,
        "terms_renewed": done.terms_accepted_at is not None and not steps["terms"],
        "terms_at": _when(screen, done.terms_accepted_at),
        "name_at": _when(screen, done.name_confirmed_at),
        "information_at": _when(screen, done.information_saved_at),
        **equipment.context(screen),
        **form_context(screen),
        **payment.context(screen),
    }


def _when(screen: Screen, moment: datetime | None) -> str:
    """ "30 janvier à 18:22", '' when not done."""
    if moment is None:
        return ""
    local = moment.astimezone(screen.zone)
    return _("%(day)s at %(time)s") % {
        "day": dates.day_month(local.date(), screen.locale),
        "time": dates.hour(moment, screen.zone),
    }
