"""Before booking: terms, name, information. Each step is one transaction with its audit entry."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from babel import Locale

from ..domain.errors import BadRequest, InvalidForm, TermsOutdated
from ..domain.journey import Action
from ..domain.policy import zone_names
from ..models import CandidateProfile
from . import audit
from .dossier import Caller, Dossier
from .entry import load, locked
from .facts import ABROAD_FIELDS, INFORMATION_FIELDS

_LONGEST = {"phone": 32, "address": 255, "city": 120, "state": 60, "zipcode": 20}
_PHONE = re.compile(r"\+?[0-9]{6,15}")


def accept_terms(caller: Caller, version: object, now: datetime) -> Dossier:
    """Record who accepted which version, when and in which language (R-FUN-3).

    Raises:
        TermsOutdated: the version on screen is no longer the one in force.
    """
    with locked(caller, now) as dossier:
        candidacy = dossier.own
        if version != dossier.policy.terms_version:
            raise TermsOutdated("version")
        if candidacy.terms_accepted_at is not None and candidacy.terms_version == version:
            return dossier
        dossier.journey.require(Action.ACCEPT_TERMS)
        candidacy.terms_version, candidacy.terms_language = str(version), caller.language
        candidacy.terms_accepted_at = now
        candidacy.save(update_fields=["terms_version", "terms_language", "terms_accepted_at"])
        audit.record(candidacy, "terms_accepted", now, caller.actor, version=version, language=caller.language)
    return load(caller, now)


def confirm_name(caller: Caller, now: datetime) -> Dossier:
    """Keep the name that the certificate will carry, as the platform has it now (R-FUN-4).

    One that is corrected on the platform before the first booking is asked for again; later it stays.
    """
    with locked(caller, now) as dossier:
        candidacy, person = dossier.own, dossier.facts.person
        if dossier.facts.onboarding.name_confirmed_at is not None:
            return dossier
        dossier.journey.require(Action.CONFIRM_NAME)
        if person is None or not (person.first_name or person.last_name):
            raise InvalidForm({"name": "empty"})
        candidacy.first_name, candidacy.last_name = person.first_name, person.last_name
        candidacy.name_confirmed_at = now
        candidacy.save(update_fields=["first_name", "last_name", "name_confirmed_at"])
        audit.record(candidacy, "name_confirmed", now, caller.actor)
    return load(caller, now)


def save_information(caller: Caller, form: dict[str, Any], now: datetime) -> Dossier:
    """Keep the information form, once per person (R-FUN-6); only fields that the backend needs are required.

    Raises:
        InvalidForm: reasons per field: empty, too_long, phone, zone, country.
    """
    with locked(caller, now) as dossier:
        dossier.journey.require(Action.SAVE_INFORMATION)
        wanted = set(dossier.backend.candidate_fields) | (
            set(ABROAD_FIELDS) if form.get("country") == "US" and dossier.backend.candidate_fields else set()
        )
        values = _clean_information(form, wanted)
        CandidateProfile.objects.update_or_create(user_id=dossier.own.user_id, defaults={**values, "updated_at": now})
        audit.record(dossier.own, "information_saved", now, caller.actor, fields=sorted(values))
    return load(caller, now)


def _clean_information(form: dict[str, Any], wanted: set[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for name in (*INFORMATION_FIELDS, *ABROAD_FIELDS):
        raw = form.get(name, "")
        if not isinstance(raw, str):
            raise BadRequest(name)
        value = " ".join(raw.split())
        reason = _wrong(name, value, name in wanted)
        if reason:
            wrong[name] = reason
        values[name] = value
    if wrong:
        raise InvalidForm(wrong)
    return values


def _wrong(name: str, value: str, required: bool) -> str:
    if not value:
        return "empty" if required else ""
    if any(ord(character) < 32 for character in value):
        return "characters"
    if len(value) > _LONGEST.get(name, 64):
        return "too_long"
    if name == "phone" and not _PHONE.fullmatch(re.sub(r"[ .()/-]", "", value)):
        return "phone"
    if name == "time_zone" and value not in zone_names():
        return "zone"
    if name == "country" and (len(value) != 2 or value not in Locale("en").territories):
        return "country"
    return ""
