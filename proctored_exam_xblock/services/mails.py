"""Tell the candidate: the row of an e-mail, written in the transaction of the event, once per event (R-X-21).

``tell`` is the one verb for use-cases; ``postman`` sends what it wrote.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from .. import compat
from ..domain.mail import INVITATIONS, Kind, reminders
from ..models import Appointment, Attempt, Mail
from . import exams

_HEARD_BY_CALENDARS = frozenset({Kind.CHANGED, Kind.CANCELLED})
_MANY_PER_APPOINTMENT = frozenset({Kind.CHANGED})


def tell(
    kind: Kind,
    about: Appointment | Attempt,
    now: datetime,
    *,
    once: object = "",
    actor: str = "",
    soon: bool = True,
) -> None:
    """Queue one e-mail, and the reminders of an appointment that became sure; the same event told again is none.

    Args:
        kind: what happened.
        about: whose it is; the candidacy's row is locked by the caller's transaction.
        now: the request's instant.
        once: tells two events of one kind apart, e.g. the number of the move that was refused.
        actor: who did it, as in the trail.
        soon: have it sent after the commit; who tells many calls :func:`send_soon` once, after the last.
    """
    appointment = about if isinstance(about, Appointment) else about.appointment
    if appointment is not None and kind in _HEARD_BY_CALENDARS:
        appointment.sequence += 1
        appointment.save(update_fields=["sequence"])
    policy = exams.snapshot(about.version).policy
    if not policy.mails or policy.practice:
        return
    data: dict[str, Any] = {"sequence": appointment.sequence, **({"by": actor.partition(":")[0]} if actor else {})}
    wanted = [_row(kind, about, now, once or (appointment.sequence if kind in _MANY_PER_APPOINTMENT else ""), data)]
    if kind in INVITATIONS:
        for hours, due_at in reminders(appointment.start, policy.reminder_hours, now).items():
            told = {"sequence": appointment.sequence, "hours": hours}
            wanted.append(_row(Kind.REMINDER, about, now, f"{appointment.sequence}.{hours}", told, due_at))
    Mail.objects.bulk_create(wanted, ignore_conflicts=True)
    if soon:
        send_soon()


def send_soon() -> None:
    """Send what is due once all of it is committed, and not with the next round only."""
    transaction.on_commit(lambda: compat.host().later("send_mails", 0), robust=True)


def _row(
    kind: Kind, about: Appointment | Attempt, now: datetime, once: object, data: dict[str, Any], due_at: Any = None
) -> Mail:
    is_appointment = isinstance(about, Appointment)
    whose = f"{'appointment' if is_appointment else 'attempt'} {about.pk}"
    return Mail(
        candidacy_id=about.candidacy_id,
        appointment_id=about.pk if isinstance(about, Appointment) else about.appointment_id,
        attempt_id=None if is_appointment else about.pk,
        kind=kind.value,
        key=f"{kind.value}:{whose}:{once}",
        data=data,
        due_at=due_at or now,
        created_at=now,
    )
