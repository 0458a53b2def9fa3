"""The door of every use-case: a dossier brought up to date with the clock, read-only or under the candidate's lock."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from ..domain.attempt import APPOINTMENT_ACTIVE, State
from ..domain.errors import NotEligible
from ..models import Appointment, Attempt
from . import holds, overdue
from .dossier import Caller, Dossier, ensure_candidacy, of_candidacy, read

log = logging.getLogger(__name__)
_MOST_EVENTS_AT_ONCE = 4


def load(caller: Caller, now: datetime) -> Dossier:
    """The caller's dossier; whoever touches an overdue attempt closes it.

    Raises:
        NotSignedIn: anonymous.
        NotConfigured: the exam has no valid content yet, or its backend is not set up.
    """
    dossier = read(caller, now)
    if dossier.candidacy is None and ensure_candidacy(caller, now):
        dossier = read(caller, now)
    if overdue.due(dossier) is not None:
        _settle(caller, now)
        dossier = read(caller, now)
    return dossier


@contextmanager
def locked(caller: Caller, now: datetime) -> Iterator[Dossier]:
    """The same inside one transaction that holds the candidacy's row, for use-cases that write.

    What was overdue is settled and committed first, in a transaction of its own: a refusal that the use-case then
    raises must not undo it.

    Raises:
        NotEligible: not, or no longer, enrolled: nothing can be written, whatever the phase.
    """
    with transaction.atomic():
        dossier = read(caller, now, lock=True)
        if dossier.candidacy is not None and overdue.due(dossier) is None:
            yield _eligible(dossier)
            return
    if dossier.candidacy is None:
        ensure_candidacy(caller, now)
    else:
        _settle(caller, now)
    with transaction.atomic():
        yield _eligible(read(caller, now, lock=True))


def _eligible(dossier: Dossier) -> Dossier:
    if not dossier.facts.eligible:
        raise NotEligible(reason=dossier.journey.missing)
    return dossier


def _settle(caller: Caller, now: datetime) -> None:
    """Apply all that is due: an unlock that lapsed may leave a room that is abandoned by now."""
    with transaction.atomic():
        for _ in range(_MOST_EVENTS_AT_ONCE):
            dossier = read(caller, now, lock=True)
            if overdue.due(dossier) is None:
                return
            overdue.settle(dossier)


def close_all(now: datetime) -> int:
    """Close every attempt and appointment that the clock has overtaken, and give back seats whose hold ran out; one
    failure does not stop the others.

    Returns:
        How many candidates were brought up to date.
    """
    # One question each: a database answers "this or that" by reading everybody.
    questions = (
        Attempt.objects.filter(state=State.SITTING.value, deadline__lt=now),
        Attempt.objects.filter(state__in=[State.UNLOCKED.value, State.GATE.value]),
        Appointment.objects.filter(state__in=[state.value for state in APPOINTMENT_ACTIVE], start__lt=now),
    )
    found = {pk for rows in questions for pk in rows.values_list("candidacy_id", flat=True)}
    done = 0
    for candidacy_id in sorted(found):
        try:
            caller = of_candidacy(candidacy_id)
            if overdue.due(read(caller, now)) is not None:
                load(caller, now)
                done += 1
        except Exception:  # one broken dossier must not keep the others open: logged, not counted
            log.exception("candidacy %s could not be brought up to date", candidacy_id)
    holds.release_expired(now)
    return done
