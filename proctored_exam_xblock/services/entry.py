"""The door of every use-case: a dossier brought up to date with the clock, read-only or under the candidate's lock."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from ..domain.attempt import APPOINTMENT_ACTIVE, State
from ..models import Appointment, Attempt
from . import overdue
from .dossier import Caller, Dossier, ensure_candidacy, of_candidacy, read

log = logging.getLogger(__name__)


def load(caller: Caller, now: datetime) -> Dossier:
    """The caller's dossier; whoever touches an overdue attempt closes it.

    Raises:
        NotSignedIn: anonymous.
        NotConfigured: the exam has no valid content yet, or its backend is not set up.
    """
    dossier = read(caller, now)
    if dossier.candidacy is None:
        ensure_candidacy(caller, now)
        dossier = read(caller, now)
    if overdue.due(dossier) is not None:
        with locked(caller, now):
            pass
        dossier = read(caller, now)
    return dossier


@contextmanager
def locked(caller: Caller, now: datetime) -> Iterator[Dossier]:
    """The same inside one transaction that holds the candidacy's row, for use-cases that write.

    What was overdue is settled and committed first, in a transaction of its own: a refusal that the use-case then
    raises must not undo it.
    """
    ensure_candidacy(caller, now)
    if overdue.due(read(caller, now)) is not None:
        with transaction.atomic():
            dossier = read(caller, now, lock=True)
            if overdue.due(dossier) is not None:
                overdue.settle(dossier)
    with transaction.atomic():
        yield read(caller, now, lock=True)


def close_all(now: datetime) -> int:
    """Close every attempt and appointment that the clock has overtaken; one failure does not stop the others.

    Returns:
        How many candidates were brought up to date.
    """
    attempts = Attempt.objects.filter(
        Q(state=State.SITTING.value, deadline__lt=now) | Q(state__in=[State.UNLOCKED.value, State.GATE.value])
    ).values_list("candidacy_id", flat=True)
    appointments = Appointment.objects.filter(
        state__in=[state.value for state in APPOINTMENT_ACTIVE], start__lt=now
    ).values_list("candidacy_id", flat=True)
    done = 0
    for candidacy_id in sorted({*attempts, *appointments}):
        try:
            caller = of_candidacy(candidacy_id)
            if overdue.due(read(caller, now)) is not None:
                load(caller, now)
                done += 1
        except Exception:  # one broken dossier must not keep the others open: logged, not counted
            log.exception("candidacy %s could not be brought up to date", candidacy_id)
    return done
