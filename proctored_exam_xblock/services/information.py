"""The information form: asked once per person, only what the exam's service needs, each field checked (R-FUN-6)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from babel import Locale
from babel.core import get_global

from ..domain import phones
from ..domain.errors import BadRequest, InvalidForm
from ..domain.journey import Action
from ..domain.policy import zone_names
from ..models import CandidateProfile
from . import audit
from .dossier import Caller, Dossier
from .entry import load, locked
from .facts import ABROAD_FIELDS, INFORMATION_FIELDS

_LONGEST = {"phone": 32, "address": 255, "city": 120, "state": 60, "zipcode": 20}
_ABROAD = "US"


def save_information(caller: Caller, form: dict[str, Any], now: datetime) -> Dossier:
    """Keep what this exam's service needs; what another exam asked for stays as it was.

    Raises:
        InvalidForm: reasons per field: empty, too_long, characters, zone, country, or one of ``BadPhone``'s; its
            ``params`` have an example of a phone number of the country.
    """
    with locked(caller, now) as dossier:
        dossier.journey.require(Action.SAVE_INFORMATION)
        values = _clean(form, dossier.backend.candidate_fields, _home(dossier))
        CandidateProfile.objects.update_or_create(user_id=dossier.own.user_id, defaults={**values, "updated_at": now})
        audit.record(dossier.own, "information_saved", now, caller.actor, fields=sorted(values))
    return load(caller, now)


def _home(dossier: Dossier) -> str:
    """The country of the exam's zone, for services that do not ask for the candidate's."""
    found = str(get_global("zone_territories").get(dossier.policy.time_zone, ""))
    return found if found.isalpha() else ""


def _clean(form: dict[str, Any], fields: tuple[str, ...], home: str) -> dict[str, str]:
    given = {name: _text(form, name) for name in (*INFORMATION_FIELDS, *ABROAD_FIELDS)}
    country = given["country"] if "country" in fields else home
    asked = (*fields, *(ABROAD_FIELDS if "country" in fields else ()))
    values: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for name in asked:
        if name in ABROAD_FIELDS and country != _ABROAD:
            values[name] = ""
            continue
        values[name] = given[name]
        reason = _wrong(name, given[name])
        if name == "phone" and not reason:
            values[name], reason = _phone(given[name], "" if _wrong("country", country) else country)
        if reason:
            wrong[name] = reason
    if wrong:
        example = phones.example("" if _wrong("country", country) else country)
        raise InvalidForm(wrong, **(asdict(example) if "phone" in wrong else {}))
    return values


def _text(form: dict[str, Any], name: str) -> str:
    raw = form.get(name, "")
    if not isinstance(raw, str):
        raise BadRequest(name)
    return " ".join(raw.split())


def _phone(value: str, country: str) -> tuple[str, str]:
    """The number in international form, and '' or the reason why it cannot be used."""
    try:
        return phones.read(value, country), ""
    except phones.BadPhone as error:
        return value, error.reason


def _wrong(name: str, value: str) -> str:
    if not value:
        return "empty"
    if any(ord(character) < 32 for character in value):
        return "characters"
    if len(value) > _LONGEST.get(name, 64):
        return "too_long"
    if name == "time_zone" and value not in zone_names():
        return "zone"
    if name == "country" and (len(value) != 2 or value not in Locale("en").territories):
        return "country"
    return ""
