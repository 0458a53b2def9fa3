"""Places of a slot: taken by one conditional update, so that the last seat goes to exactly one candidate."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from ..domain.errors import SlotFull
from ..models import Exam, Seat


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
    """Seats taken per slot with ``first <= start < last``."""
    rows = Seat.objects.filter(exam=exam, start__gte=first, start__lt=last)
    return dict(rows.values_list("start", "taken"))
