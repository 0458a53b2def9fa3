"""The queue of writes to a vendor: added in the transaction that decides them, claimed one at a time, in order."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from ..models import Appointment, OutboxEntry
from . import exams

LEASE = timedelta(seconds=60)
_LONGEST_WAIT = timedelta(hours=1)


def add(appointment: Appointment, kind: str, now: datetime, **payload: str) -> OutboxEntry:
    """Queue one write; what the candidate's earlier ones wait for is tried again now, as this one waits for them.

    Args:
        kind: book, move or cancel.
        now: the request's instant.
        **payload: only what the appointment's row does not say (the new start of a move).
    """
    count = OutboxEntry.objects.filter(appointment=appointment).count()
    earlier = OutboxEntry.objects.filter(appointment__candidacy_id=appointment.candidacy_id, state="pending")
    earlier.filter(next_try_at__gt=now).update(next_try_at=now)
    return OutboxEntry.objects.create(
        appointment=appointment,
        backend=exams.snapshot(appointment.version).policy.backend,
        kind=kind,
        payload=payload,
        idempotency_key=f"{appointment.reservation_id}:{count + 1}",
        next_try_at=now,
        created_at=now,
    )


def claim(now: datetime, candidacy_id: int | None = None) -> OutboxEntry | None:
    """Take the next due entry for 60 s, so that two workers never send the same; None when nothing is due.

    Entries of one candidate go in order: a new booking waits until the vendor heard of the cancelled one, which it
    could overlap. A lease that ran out (the worker died between sending and recording) is taken again: the vendor
    call is idempotent by our reservation id.
    """
    earlier = OutboxEntry.objects.filter(
        appointment__candidacy=OuterRef("appointment__candidacy"), state="pending", id__lt=OuterRef("id")
    )
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    due = OutboxEntry.objects.filter(free, ~Exists(earlier), state="pending", next_try_at__lte=now)
    if candidacy_id is not None:
        due = due.filter(appointment__candidacy_id=candidacy_id)
    for entry in due.order_by("next_try_at", "id")[:20]:
        taken = OutboxEntry.objects.filter(free, pk=entry.pk, state="pending").update(
            claimed_until=now + LEASE, tries=F("tries") + 1
        )
        if taken:
            entry.refresh_from_db()
            return entry
    return None


def wait_after(tries: int, rng: random.Random) -> timedelta:
    """Exponential back-off with jitter: about 5, 10, 20... seconds up to an hour.

    Args:
        tries: how many were made (at least 1).
        rng: where the jitter comes from.
    """
    base = min(timedelta(seconds=5 * 2 ** min(tries - 1, 12)), _LONGEST_WAIT)
    return base * rng.uniform(0.75, 1.25)


def finish(entry: OutboxEntry, state: str, now: datetime, error: str = "") -> None:
    """Close an entry as done, refused or skipped."""
    entry.state, entry.done_at, entry.last_error, entry.claimed_until = state, now, error, None
    entry.save(update_fields=["state", "done_at", "last_error", "claimed_until"])


def postpone(entry: OutboxEntry, now: datetime, error: str, rng: random.Random) -> None:
    """Keep an entry for a later try; ``error`` is a stable code."""
    entry.last_error, entry.claimed_until = error, None
    entry.next_try_at = now + wait_after(entry.tries, rng)
    entry.save(update_fields=["last_error", "claimed_until", "next_try_at"])
