"""Evidence is destroyed some weeks after an attempt (R-FUN-24): by itself, logged, once, the verdict copied first.

What is evidence: the recordings and photographs at the vendor, its comments and incidents in our file, what
invigilators reported, and what the candidate's computer looked like. What stays: verdicts, dates, answers, grades and
the trail. An open review holds it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from .. import conf
from ..backends import registry
from ..backends.base import Backend, Capability, Misconfigured, Refused, Review, StaleRequest, Unavailable
from ..domain.attempt import ReviewState
from ..domain.errors import NotConfigured
from ..models import Appointment, Attempt, EquipmentCheck, Incident, OutboxEntry, VendorReview
from . import alerts, audit, exams, outbox, rooms, vendor_reviews
from .dossier import Dossier, of_candidacy
from .entry import load, locked

log = logging.getLogger(__name__)
_WAITS = (Unavailable, StaleRequest, Misconfigured, NotConfigured)
"""What somebody can mend: nothing is destroyed before the vendor's last word is copied."""


def erase_due(now: datetime) -> int:
    """Destroy the evidence of every attempt whose time has come; one failure does not stop the others.

    Returns:
        Of how many attempts.
    """
    counts = {"erased": 0, "held": 0, "waiting": 0, "failed": 0}
    silent: set[str] = set()
    for attempt in _due(now):
        slug = exams.snapshot(attempt.version).policy.backend
        try:
            outcome = "waiting" if slug in silent else _erase(attempt, slug, now)
        except _WAITS as error:
            silent.add(slug)
            outcome = "waiting"
            alerts.raise_alert("evidence_waits", now, backend=slug, code=error.code)
        except Exception:  # counted and logged; the others' time has come too
            log.exception("the evidence of attempt %s could not be erased", attempt.pk)
            outcome = "failed"
        counts[outcome] += 1
        if outcome == "erased" and slug not in silent:
            alerts.settle("evidence_waits", now, backend=slug)
    # Reported before an attempt, or of candidates who never came in.
    held = Attempt.objects.filter(candidacy=OuterRef("candidacy"), review=ReviewState.PENDING.value)
    of_no_attempt = Incident.objects.filter(~Exists(held), attempt=None, reported_at__lte=_last(now))
    of_no_attempt.exclude(text="").update(text="")
    if any(counts.values()):
        log.info("evidence: %s", ", ".join(f"{count} {outcome}" for outcome, count in counts.items()))
    return counts["erased"]


def _last(now: datetime) -> datetime:
    return now - timedelta(days=int(conf.get("EVIDENCE_DAYS")))


def _due(now: datetime) -> list[Attempt]:
    ended = Attempt.objects.filter(evidence_erased_at=None, ended_at__lte=_last(now))
    rows = ended.exclude(review=ReviewState.PENDING.value).select_related("version", "appointment__version")
    return list(rows.defer("version__policy", "version__paper", "layout").order_by("ended_at"))


def _erase(attempt: Attempt, slug: str, now: datetime) -> str:
    backend = registry.get(slug)
    caller = of_candidacy(attempt.candidacy_id)
    opinion = _last_word(backend, load(caller, now), attempt.appointment, now)
    with locked(caller, now) as dossier:
        if opinion is not None:
            vendor_reviews.take_in(dossier, opinion, now, attempt)
        row = Attempt.objects.select_for_update().get(pk=attempt.pk)
        if row.evidence_erased_at is not None or row.review == ReviewState.PENDING:
            return "held"
        _destroy(dossier, row, backend)
    return "erased"


def _last_word(backend: Backend, dossier: Dossier, appointment: Appointment, now: datetime) -> Review | None:
    try:
        return rooms.ask(backend, dossier, appointment, now)[1]
    except (StaleRequest, Misconfigured):
        raise
    except Refused as error:  # it has nothing, and never will
        log.info("vendor %s: %s for the last word on appointment %s", backend.slug, error.code, appointment.pk)
        return None


def _destroy(dossier: Dossier, attempt: Attempt, backend: Backend) -> None:
    now, appointment = dossier.now, attempt.appointment
    opinions = VendorReview.objects.filter(attempt=attempt).update(incidents=[], comment="")
    Incident.objects.filter(attempt=attempt).exclude(text="").update(text="")
    at_vendor = Capability.ERASURE in backend.capabilities and _was_told(appointment, backend)
    if at_vendor:
        outbox.add(appointment, "erase", now)
    candidacy = dossier.own
    assert attempt.ended_at is not None
    if candidacy.equipment_checked_at is not None and candidacy.equipment_checked_at <= attempt.ended_at:
        candidacy.equipment = {}
        candidacy.save(update_fields=["equipment"])
    EquipmentCheck.objects.filter(candidacy=candidacy, checked_at__lte=attempt.ended_at).update(result={}, warnings=[])
    Appointment.objects.filter(pk=appointment.pk).update(look_at=None)
    attempt.evidence_erased_at = now
    attempt.save(update_fields=["evidence_erased_at"])
    told = {"opinions": opinions, "at_vendor": at_vendor}
    audit.record(candidacy, "evidence_erased", now, "system", attempt=attempt, **told)


def _was_told(appointment: Appointment, backend: Backend) -> bool:
    """Whether the vendor can have anything of this appointment."""
    if Capability.BOOKING not in backend.capabilities or appointment.vendor_ref:
        return True
    return OutboxEntry.objects.filter(appointment=appointment, kind="book", tries__gt=0).exists()
