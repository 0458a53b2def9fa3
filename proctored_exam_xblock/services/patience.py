"""How long the queue waits, what it tells the operators meanwhile, and when it gives an entry up (R-X-7).

What only an operator can mend (credentials, a clock, a missing setting, a bug) is said at once and given up after five
tries in a row. A vendor that does not answer is waited for: said after half an hour, given up after three days. What
was given up is ``stuck``: nothing waits for it, and an operator retries it or says it was done by hand.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Min, QuerySet
from django.db.models.functions import Coalesce

from ..backends.base import Unavailable
from ..domain.attempt import APPOINTMENT_TERMINAL
from ..models import Alert, OutboxEntry
from . import alerts, outbox, outcomes

OUTAGES = frozenset({Unavailable.code, "vendor_unavailable"})
FAULTS_TO_STICK = 5
LATE_AFTER = timedelta(minutes=30)
LONGEST_OUTAGE = timedelta(hours=72)
_MOST_AT_ONCE = 500
UNFINISHED = ("pending", "stuck")


def failed(entry: OutboxEntry, code: str, now: datetime, rng: random.Random) -> timedelta | None:
    """Keep an entry that could not be sent, or give it up.

    Args:
        entry: held by the caller.
        code: why, as a stable code.
        now: the request's instant.
        rng: where the jitter comes from.

    Returns:
        How long until the next try; None when there is none, or another worker went on.
    """
    if code in OUTAGES:
        wait = outbox.wait_after(entry.tries, rng)
        return wait if outbox.postpone(entry, now, code, wait) else None
    faults = entry.faults + 1
    wait = outbox.wait_after(faults, rng, outbox.FIRST_WAIT_FOR_AN_OPERATOR)
    if not outbox.postpone(entry, now, code, wait, faults):
        return None
    alerts.raise_alert("vendor_fault", now, backend=entry.backend, subject=code, code=code, entry=entry.pk)
    if faults >= FAULTS_TO_STICK:
        _give_up(entry, now)
        return None
    return wait


def _give_up(entry: OutboxEntry, now: datetime) -> None:
    if not outbox.free(now).filter(pk=entry.pk, state="pending").update(state="stuck", claimed_until=None):
        return
    alerts.raise_alert(
        "vendor_stuck",
        now,
        backend=entry.backend,
        appointment=entry.appointment,
        subject=str(entry.pk),
        entry=entry.pk,
        write=entry.kind,
        code=entry.last_error,
        tries=entry.tries,
    )


def look(now: datetime) -> None:
    """Give up what waited too long, say what is late, close the alerts whose matter is over.

    What was given up and has become needless is dropped: the appointment was cancelled, refused or missed since.
    """
    over = [state.value for state in APPOINTMENT_TERMINAL]
    needless = OutboxEntry.objects.filter(state="stuck", kind__in=("book", "move"), appointment__state__in=over)
    for entry in needless.select_related("appointment")[:_MOST_AT_ONCE]:
        _skip(entry, now)
    for entry in _waiting_since(now - LONGEST_OUTAGE).select_related("appointment")[:_MOST_AT_ONCE]:
        _give_up(entry, now)
    late = _waiting_since(now - LATE_AFTER).values("backend").annotate(entries=Count("pk"), oldest=Min("since"))
    found = {row["backend"]: row for row in late.order_by()}
    known = set()
    for alert in Alert.objects.filter(closed_at=None, kind__in=("vendor_late", "vendor_fault", "vendor_stuck")):
        if alert.kind == "vendor_late":
            known.add(alert.backend)
        if _is_over(alert, found):
            alerts.settle_one(alert.pk, now)
    for backend in found.keys() - known:
        row = found[backend]
        alerts.raise_alert(
            "vendor_late", now, backend=backend, entries=row["entries"], oldest=row["oldest"].isoformat()
        )


def _skip(entry: OutboxEntry, now: datetime) -> None:
    """Counted as a try, like any skipping: one try in all means that nothing was ever sent."""
    with transaction.atomic():
        row = OutboxEntry.objects.filter(pk=entry.pk, state="stuck")
        if row.update(state="skipped", done_at=now, tries=F("tries") + 1):
            outcomes.skipped(entry, entry.appointment, now)


def _waiting_since(moment: datetime) -> QuerySet[OutboxEntry]:
    """Pending entries that wait since ``moment`` or longer; a retry by an operator begins a new wait."""
    rows = OutboxEntry.objects.filter(state="pending").annotate(since=Coalesce("retried_at", "created_at"))
    return rows.filter(since__lte=moment).order_by("pk")


def _is_over(alert: Alert, late: dict[str, dict[str, object]]) -> bool:
    if alert.kind == "vendor_late":
        return alert.backend not in late
    unfinished = OutboxEntry.objects.filter(state__in=UNFINISHED, backend=alert.backend)
    if alert.kind == "vendor_fault":
        return not unfinished.filter(last_error=alert.detail.get("code", ""), faults__gt=0).exists()
    return not unfinished.filter(pk=alert.detail.get("entry")).exists()
