"""The name on the certificate: the platform's, as the candidate confirmed it, frozen at the first booking."""

from __future__ import annotations

from datetime import datetime

from ..domain import names
from ..domain.errors import NameMissing
from ..domain.journey import Action
from . import audit
from .dossier import Caller, Dossier
from .entry import load, locked


def confirm_name(caller: Caller, now: datetime, *, capitals: bool = False) -> Dossier:
    """Keep the name as the platform has it now (R-FUN-4), the family name in capitals if the candidate wants it so.

    One that is corrected on the platform, or wanted otherwise, before the first booking is confirmed again; later the
    first one stays.

    Raises:
        NameMissing: the account has neither a first nor a family name.
    """
    with locked(caller, now) as dossier:
        candidacy, person = dossier.own, dossier.facts.person
        confirmed = dossier.facts.onboarding.name_confirmed_at is not None
        if confirmed and dossier.appointment is not None:
            return dossier
        first, last = dossier.facts.account_name
        wanted = names.in_capitals(last) if capitals else last
        if confirmed and person is not None and person.last_name == wanted:
            return dossier
        if confirmed and Action.CONFIRM_NAME not in dossier.journey.actions:
            return dossier
        dossier.journey.require(Action.CONFIRM_NAME)
        if not (first or last):
            raise NameMissing()
        candidacy.first_name, candidacy.last_name = first, wanted
        candidacy.name_confirmed_at = now
        candidacy.save(update_fields=["first_name", "last_name", "name_confirmed_at"])
        audit.record(candidacy, "name_confirmed", now, caller.actor, capitals=wanted != last)
    return load(caller, now)
