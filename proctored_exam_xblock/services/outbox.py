"""The queue of writes to a vendor: added in the transaction that decides them, claimed one at a time, in order."""

from __future__ import annotations

import random
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from .. import compat
from ..backends.base import Capability, Step
from ..models import Appointment, OutboxEntry, VendorHealth
from . import exams
from .dossier import Dossier

LEASE = timedelta(seconds=60)
LONGEST_REST = timedelta(minutes=10)
_LONGEST_WAIT = timedelta(hours=1)
FIRST_WAIT = timedelta(seconds=5)
FIRST_WAIT_FOR_AN_OPERATOR = timedelta(seconds=30)
_LOOKED_AT = 20
_BATCH = 500


def add(appointment: Appointment, kind: str, now: datetime, **payload: str) -> OutboxEntry:
    """Queue one write; what the candidate's earlier ones wait for is tried again now, as this one waits for them.

    Args:
        appointment: its candidacy's row is locked by the caller's transaction.
        kind: book, move, cancel, erase, or progress (``step`` in the payload).
        now: the request's instant.
        **payload: only what the appointment's row does not say (the new start of a move).
    """
    backend = exams.snapshot(appointment.version).policy.backend
    number = OutboxEntry.objects.filter(appointment=appointment).count() + 1
    earlier = OutboxEntry.objects.filter(
        appointment__candidacy_id=appointment.candidacy_id, backend=backend, state="pending"
    )
    earlier.filter(next_try_at__gt=now).update(next_try_at=now)
    return OutboxEntry.objects.create(
        appointment=appointment,
        backend=backend,
        kind=kind,
        payload=payload,
        idempotency_key=f"{appointment.reservation_id}:{number}",
        next_try_at=now,
        created_at=now,
    )


def tell_progress(dossier: Dossier, step: Step) -> None:
    """Queue what a service that lives in the platform's own tables has to hear of the attempt: it began, ended, broke.

    The caller holds the candidacy's lock; nobody waits for it to be sent.
    """
    if Capability.NATIVE not in dossier.backend.capabilities or dossier.appointment is None:
        return
    add(dossier.appointment, "progress", dossier.now, step=step.value)
    transaction.on_commit(lambda: compat.host().later("drain_outbox", 0), robust=True)


def claim(now: datetime, candidacy_id: int | None = None) -> OutboxEntry | None:
    """Take the next due entry for 60 s, so that two workers never send the same; None when nothing is due.

    Entries of one candidate for one service go in order: a new booking waits until the vendor heard of the cancelled
    one, which it could overlap. Nothing waits for an erasure, for another service, or for what is stuck. What waits
    for a service whose breaker is open is left alone. A lease that ran out (the worker died between sending and
    recording) is taken again: the vendor call is idempotent by our reservation id.
    """
    due = free(now).filter(state="pending", next_try_at__lte=now).exclude(backend__in=resting(now))
    if candidacy_id is not None:
        due = due.filter(appointment__candidacy_id=candidacy_id)
    rows = due.order_by("next_try_at", "id").values_list("pk", "appointment__candidacy_id", "backend")
    for first in count(0, _LOOKED_AT):
        found = list(rows[first : first + _LOOKED_AT])
        earlier = _first_in_line({candidacy for _, candidacy, _ in found})
        for pk, candidacy, backend in found:
            if earlier.get((candidacy, backend), pk) < pk:
                continue
            entry = take(pk, now)
            if entry is not None:
                return entry
        if len(found) < _LOOKED_AT:
            break
    return None


def _first_in_line(candidacies: Collection[int]) -> dict[tuple[int, str], int]:
    """The oldest entry that others wait for, by candidate and service. Few rows, judged here: a subquery per due entry
    makes a database read all that waits for each of them."""
    rows = OutboxEntry.objects.filter(appointment__candidacy_id__in=candidacies).order_by("-pk")
    return {
        (candidacy, backend): pk
        for pk, candidacy, backend, state, kind in rows.values_list(
            "pk", "appointment__candidacy_id", "backend", "state", "kind"
        )
        if state == "pending" and kind != "erase"
    }


def resting(now: datetime) -> QuerySet[VendorHealth, Any]:
    """Services whose breaker is open. No pause is nearly as long as ten minutes: what says so was written by a clock
    that has been set back since."""
    rows = VendorHealth.objects.filter(open_until__gt=now, open_until__lte=now + LONGEST_REST)
    return rows.values_list("backend", flat=True)


def free(now: datetime) -> QuerySet[OutboxEntry]:
    """Entries that no worker holds."""
    return OutboxEntry.objects.filter(Q(claimed_until=None) | Q(claimed_until__lt=now))


def take(entry_id: int, now: datetime) -> OutboxEntry | None:
    """Claim this entry, due or not; None when another worker was faster."""
    taken = free(now).filter(pk=entry_id, state="pending")
    if not taken.update(claimed_until=now + LEASE, tries=F("tries") + 1):
        return None
    return OutboxEntry.objects.select_related("appointment__version").get(pk=entry_id)


def give_back(entry: OutboxEntry) -> None:
    """Undo a claim: nothing was sent, no try was made."""
    _held(entry).update(claimed_until=None, tries=F("tries") - 1)


def wait_after(tries: int, rng: random.Random, first: timedelta = FIRST_WAIT) -> timedelta:
    """Exponential back-off with jitter: about ``first``, twice that, four times that... up to an hour.

    Args:
        tries: how many were made (at least 1).
        rng: where the jitter comes from.
        first: what the first wait is about.
    """
    base: timedelta = min(first * 2 ** min(tries - 1, 12), _LONGEST_WAIT)
    return base * rng.uniform(0.75, 1.25)


def finish(entry: OutboxEntry, state: str, now: datetime, error: str = "", reason: str = "") -> bool:
    """Close an entry that is still to be done.

    Args:
        entry: pending or stuck.
        state: done, refused, skipped or by_hand.
        now: the request's instant.
        error: the vendor's refusal, as a stable code.
        reason: why it was done by hand.

    Returns:
        False when somebody else had closed it.
    """
    changes = {"state": state, "done_at": now, "last_error": error, "reason": reason, "claimed_until": None}
    for name, value in changes.items():
        setattr(entry, name, value)
    return bool(OutboxEntry.objects.filter(pk=entry.pk, state__in=("pending", "stuck")).update(**changes))


def postpone(entry: OutboxEntry, now: datetime, error: str, wait: timedelta, faults: int = 0) -> bool:
    """Keep an entry for a later try; ``error`` is a stable code. Only the worker that holds it can.

    Returns:
        False when the lease had run out and another worker went on.
    """
    changes = {"last_error": error, "faults": faults, "claimed_until": None, "next_try_at": now + wait}
    for name, value in changes.items():
        setattr(entry, name, value)
    return bool(_held(entry).update(**changes))


def _held(entry: OutboxEntry) -> QuerySet[OutboxEntry]:
    """The number of tries tells one holder from the next, whose lease may look the same."""
    return OutboxEntry.objects.filter(pk=entry.pk, state="pending", tries=entry.tries)


def wake(backend: str, errors: Collection[str], now: datetime) -> int:
    """The service is back: what failed with one of these codes is due now."""
    waiting = OutboxEntry.objects.filter(state="pending", next_try_at__gt=now, backend=backend, last_error__in=errors)
    # By primary key: rows found by the index that the update changes would be locked the other way round.
    found = list(waiting.values_list("pk", flat=True))
    return sum(
        OutboxEntry.objects.filter(pk__in=found[first : first + _BATCH], state="pending").update(next_try_at=now)
        for first in range(0, len(found), _BATCH)
    )
