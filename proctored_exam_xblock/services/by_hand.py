"""What operators do to the queue: put an entry back, or say that it was done by hand. With a trail, in one
transaction; the vendor is only called after the commit (R-X-7)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from ..domain.errors import Gone, InvalidField, NotAllowedNow
from ..models import Appointment, OutboxEntry
from . import alerts, audit, outbox, outcomes, proctoring
from .dossier import Dossier, of_candidacy
from .entry import locked
from .patience import UNFINISHED

LONGEST_REFERENCE = 64


def retry(entry_id: int, actor: str, now: datetime, reason: str = "") -> None:
    """Send a stuck entry again, or a waiting one now. Its tries are kept, its patience begins anew.

    Raises:
        Gone: no such entry.
        NotAllowedNow: it is over, or a worker is sending it right now.
    """
    if reason.strip():
        alerts.check_reason(reason)
    candidacy_id = _candidacy_of(entry_id)
    with locked(of_candidacy(candidacy_id), now) as dossier:
        unfinished = outbox.free(now).filter(pk=entry_id, state__in=UNFINISHED)
        if not unfinished.update(state="pending", next_try_at=now, retried_at=now, faults=0, claimed_until=None):
            raise NotAllowedNow(phase=dossier.journey.phase.value, reason="not_waiting")
        entry = OutboxEntry.objects.get(pk=entry_id)
        audit.record(
            dossier.own,
            "vendor_retry",
            now,
            actor,
            appointment=entry.appointment_id,
            entry=entry.pk,
            write=entry.kind,
            reason=reason.strip(),
        )
        transaction.on_commit(lambda: proctoring.drain(now, candidacy_id=candidacy_id), robust=True)


def done(entry_id: int, actor: str, reason: str, now: datetime, vendor_ref: str = "") -> None:
    """An operator did it in the vendor's own pages: the appointment goes on as if we had.

    Args:
        entry_id: pending or stuck.
        actor: who says so.
        reason: kept with the entry and in the trail.
        now: the request's instant.
        vendor_ref: the vendor's number of the reservation, '' where it is not known or has not changed.

    Raises:
        InvalidField: no reason, or a text that is too long.
        Gone: no such entry.
        NotAllowedNow: it is over, or a worker is sending it right now.
    """
    alerts.check_reason(reason)
    vendor_ref = vendor_ref.strip()
    if len(vendor_ref) > LONGEST_REFERENCE:
        raise InvalidField("vendor_ref", reason="too_long")
    with locked(of_candidacy(_candidacy_of(entry_id)), now) as dossier:
        entry = _hold(dossier, entry_id, now)
        appointment = Appointment.objects.select_related("version").get(pk=entry.appointment_id)
        if vendor_ref and vendor_ref != appointment.vendor_ref:
            appointment.vendor_ref = vendor_ref
            appointment.save(update_fields=["vendor_ref"])
        audit.record(
            dossier.own,
            "done_by_hand",
            now,
            actor,
            appointment=appointment.pk,
            entry=entry.pk,
            write=entry.kind,
            reason=reason.strip(),
        )
        outcomes.done(dossier, entry, appointment, actor)
        outbox.finish(entry, "by_hand", now, entry.last_error, reason.strip())
        alerts.settle("vendor_stuck", now, backend=entry.backend, subject=str(entry.pk))


def _candidacy_of(entry_id: int) -> int:
    found = OutboxEntry.objects.filter(pk=entry_id).values_list("appointment__candidacy_id", flat=True).first()
    if found is None:
        raise Gone()
    return int(found)


def _hold(dossier: Dossier, entry_id: int, now: datetime) -> OutboxEntry:
    """Take it out of the workers' reach: they claim pending entries only."""
    if not outbox.free(now).filter(pk=entry_id, state__in=UNFINISHED).update(state="stuck", claimed_until=None):
        raise NotAllowedNow(phase=dossier.journey.phase.value, reason="not_waiting")
    return OutboxEntry.objects.get(pk=entry_id)
