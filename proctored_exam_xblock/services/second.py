"""The second appointment (R-FUN-22): by the course team's rule or granted by staff, one mechanism for both."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..domain.attempt import AppointmentState
from ..domain.errors import NotAllowedNow, SecondNotOffered
from ..domain.journey import Action, Phase, why_no_second
from ..domain.second import Refusal
from . import audit, booking, review
from .dossier import Caller, Dossier
from .entry import load, locked


def ask_second(caller: Caller, now: datetime) -> Dossier:
    """What the rules offer after an interruption or a missed appointment. The same click twice opens one.

    Raises:
        SecondNotOffered: not by rule, not any more, or no slot is left.
        NotAllowedNow: in another phase.
    """
    with locked(caller, now) as dossier:
        if dossier.facts.second_appointment and dossier.attempt is None:
            return dossier
        phase = dossier.journey.phase
        if phase not in (Phase.INTERRUPTED, Phase.MISSED):
            dossier.journey.require(Action.ASK_SECOND)
        reason = why_no_second(booking.with_calendar(dossier), phase, dossier.policy, now)
        if reason is not Refusal.NONE:
            raise SecondNotOffered(reason=reason.value)
        candidacy = dossier.own
        candidacy.seconds_by_rule += 1
        candidacy.save(update_fields=["seconds_by_rule"])
        open_again(dossier, "second_by_rule", caller.actor, waive_lead_time=False, number=candidacy.seconds_by_rule)
    return load(caller, now)


def open_again(dossier: Dossier, action: str, actor: str, *, waive_lead_time: bool, **told: Any) -> None:
    """Let the candidate book again: the attempt is archived, its grade taken back. The caller holds the lock.

    Args:
        action: for the trail.
        actor: as in :func:`audit.record`.
        waive_lead_time: staff let this candidate book at short notice.
        **told: more for the trail.

    Raises:
        NotAllowedNow: an attempt or appointment is still under way, or there was none.
    """
    attempt, appointment, candidacy = dossier.attempt, dossier.appointment, dossier.own
    if attempt is None and (appointment is None or appointment.state != AppointmentState.MISSED):
        raise NotAllowedNow(phase=dossier.journey.phase.value)
    if attempt is not None and attempt.active_key is not None:
        raise NotAllowedNow(phase=dossier.journey.phase.value)
    if attempt is not None:
        attempt.archived_at = dossier.now
        attempt.save(update_fields=["archived_at"])
        review.withdraw(attempt)
    candidacy.second_appointment = True
    candidacy.lead_time_waived = waive_lead_time
    candidacy.save(update_fields=["second_appointment", "lead_time_waived"])
    audit.record(candidacy, action, dossier.now, actor, attempt=attempt, waive_lead_time=waive_lead_time, **told)
