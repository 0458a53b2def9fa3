"""Seats held for a few minutes between choosing and confirming: they count as taken, and are released by themselves.

Whoever finds one whose time ran out deletes it, and who deleted it gives the seat back: exactly once, whoever comes
first. Locks are taken in one order everywhere: the candidacy, its hold, then the counters of slots by time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from ..models import Candidacy, SeatHold
from . import seats


def of(candidacy: Candidacy) -> SeatHold | None:
    """The candidate's hold, run out or not. Read without a lock: one on a row that is not there would keep others
    from adding theirs."""
    return SeatHold.objects.filter(candidacy=candidacy).first()


def give_up(candidacy: Candidacy) -> SeatHold | None:
    """Delete the candidate's hold; the seat of the one that is returned is the caller's, to use or to give back.

    The caller holds the candidacy's lock and no slot's counter yet.
    """
    row = of(candidacy)
    if row is None or not SeatHold.objects.filter(pk=row.pk).delete()[0]:
        return None
    return row


def put(candidacy: Candidacy, start: datetime, minutes: int, now: datetime) -> SeatHold:
    """Note that a seat which the caller has taken is held for so long."""
    until = now + timedelta(minutes=minutes)
    return SeatHold.objects.create(candidacy=candidacy, exam_id=candidacy.exam_id, start=start, expires_at=until)


def release_expired(now: datetime, **where: Any) -> int:
    """Give back the seats of holds that ran out, each in a transaction of its own.

    Args:
        now: the request's instant.
        **where: conditions on the rows, an exam and its slots for instance; all that ran out without.

    Returns:
        How many seats were given back by this call.
    """
    rows = SeatHold.objects.filter(expires_at__lte=now, **where).select_related("exam").order_by("start", "pk")
    return sum(_release(row) for row in rows)


def _release(row: SeatHold) -> bool:
    """By its key alone, as a hold is never changed: with a second condition a database may come by another index, and
    two who delete the same rows would wait for each other."""
    with transaction.atomic():
        if not SeatHold.objects.filter(pk=row.pk).delete()[0]:
            return False
        seats.release(row.exam, row.start)
    return True
