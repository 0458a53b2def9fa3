"""Places of a slot: taken by one conditional update, so that the last seat goes to exactly one candidate."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, F, OuterRef, Q, Subquery

from ..domain.errors import SlotFull
from ..models import Exam, Seat, SeatHold


def prepare(exam: Exam, start: datetime) -> None:
    """Make the slot's counter exist. Called before the transaction that takes a seat: two inserts of the same key
    inside long transactions would deadlock on MySQL."""
    Seat.objects.get_or_create(exam=exam, start=start)


def hold(exam: Exam, *starts: datetime) -> None:
    """Lock the counters of several slots, always in the same order: two candidates who change places would
    otherwise wait for each other."""
    for start in sorted(starts):
        Seat.objects.select_for_update().filter(exam=exam, start=start).first()


def take(exam: Exam, start: datetime, limit: int) -> None:
    """Take one seat of ``limit``.

    Raises:
        SlotFull: none is left.
    """
    if not Seat.objects.filter(exam=exam, start=start, taken__lt=limit).update(taken=F("taken") + 1):
        raise SlotFull()


def release(exam: Exam, start: datetime) -> None:
    """Give one seat back."""
    Seat.objects.filter(exam=exam, start=start, taken__gt=0).update(taken=F("taken") - 1)


def taken_between(exam: Exam, first: datetime, last: datetime) -> dict[datetime, int]:
    """Seats taken per slot with ``first <= start < last``, those that are held included."""
    rows = Seat.objects.filter(exam=exam, start__gte=first, start__lt=last)
    return dict(rows.values_list("start", "taken"))


def taken_for(
    exam: Exam, first: datetime, last: datetime, now: datetime, candidacy_id: int, *, at_least: int = 1
) -> dict[datetime, tuple[int, int]]:
    """Slots with ``first <= start < last`` of which ``at_least`` so many seats are taken, in one statement.

    Returns:
        Start -> seats taken, and how many of them are only held: by somebody whose time ran out, or by this candidate.
    """
    holds = SeatHold.objects.filter(exam=OuterRef("exam"), start=OuterRef("start"))
    loose = holds.filter(Q(expires_at__lte=now) | Q(candidacy=candidacy_id)).order_by().values("exam")
    rows = Seat.objects.filter(exam=exam, start__gte=first, start__lt=last, taken__gte=at_least)
    rows = rows.annotate(loose=Subquery(loose.annotate(count=Count("pk")).values("count")))
    return {start: (taken, loose or 0) for start, taken, loose in rows.values_list("start", "taken", "loose")}
