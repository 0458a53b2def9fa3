"""The circuit breaker of a proctoring service: what keeps failing is left alone for a while, by all processes alike.

After five failures in a row nothing is asked of the service for 30 seconds; then exactly one request tries. While it
fails the pause doubles, up to two minutes (somebody may be waiting at the door); once it succeeds everything that
waited is due at once. A failure is no answer, or one that a clock which is wrong makes useless; any other answer, a
refusal too, shows that the service is there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import F

from .. import compat
from ..backends.base import BackendError, StaleRequest, Unavailable
from ..models import VendorHealth
from . import alerts, outbox

log = logging.getLogger(__name__)
FAILURES = (Unavailable, StaleRequest)
FAILURES_TO_OPEN = 5
SHORTEST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=2)
PROBE_LEASE = timedelta(seconds=60)
"""How long the one request that tries may take; after that another one may."""
_SEEN_WELL_EVERY = timedelta(minutes=1)


def allow(slug: str, now: datetime) -> bool:
    """Whether the service may be asked now. True during a pause that is over is given once: the caller is the one that
    tries, and tells :func:`succeeded` or :func:`failed` with the same ``now``."""
    until = VendorHealth.objects.filter(backend=slug).values_list("open_until", flat=True).first()
    if until is None:
        return True
    if timedelta(0) < until - now <= outbox.LONGEST_REST:  # longer: written before a clock was set back
        return False
    return bool(VendorHealth.objects.filter(backend=slug, open_until=until).update(open_until=now + PROBE_LEASE))


def succeeded(slug: str, now: datetime) -> None:
    """The service answered: nothing is held back any longer."""
    row = VendorHealth.objects.filter(backend=slug).first()
    if row is None:
        VendorHealth.objects.get_or_create(backend=slug, defaults={"last_ok_at": now})
        return
    well = row.last_ok_at is not None and now - row.last_ok_at < _SEEN_WELL_EVERY
    if well and not row.failures and row.open_until is None:
        return
    closing = VendorHealth.objects.filter(pk=row.pk, open_until__isnull=False).update(
        failures=0, open_until=None, last_ok_at=now
    )
    if not closing:
        VendorHealth.objects.filter(pk=row.pk).update(failures=0, last_ok_at=now)
        return
    log.warning("service %s answers again", slug)
    alerts.settle("vendor_down", now, backend=slug)
    outbox.wake(slug, [error.code for error in FAILURES], now)
    compat.host().later("drain_outbox", 0)


def failed(slug: str, code: str, now: datetime) -> None:
    """The service did not answer, or uselessly.

    Args:
        slug: whose.
        code: the error's stable code.
        now: the instant given to :func:`allow`. While the breaker is open only the one request that tries counts:
            others had begun before.
    """
    row, _ = VendorHealth.objects.get_or_create(backend=slug)
    noted = {"last_error": code, "last_error_at": now}
    again = pause_after(row.failures + 1)
    tried = VendorHealth.objects.filter(pk=row.pk, open_until=now + PROBE_LEASE)
    if tried.update(failures=F("failures") + 1, open_until=now + again, **noted):
        alerts.raise_alert("vendor_down", now, backend=slug, code=code, failures=row.failures + 1)
        compat.host().later("drain_outbox", again.total_seconds())
        return
    closed = VendorHealth.objects.filter(pk=row.pk, open_until__isnull=True)
    closed.update(failures=F("failures") + 1, **noted)
    if closed.filter(failures__gte=FAILURES_TO_OPEN).update(open_until=now + SHORTEST_PAUSE):
        alerts.raise_alert("vendor_down", now, backend=slug, code=code, failures=FAILURES_TO_OPEN)
        compat.host().later("drain_outbox", SHORTEST_PAUSE.total_seconds())


def pause_after(failures: int) -> timedelta:
    """How long nothing is asked after so many failures in a row (at least five)."""
    doublings = max(0, failures - FAILURES_TO_OPEN)
    pause: timedelta = SHORTEST_PAUSE * 2 ** min(doublings, 10)
    return min(pause, LONGEST_PAUSE)


@contextmanager
def watched(slug: str, now: datetime) -> Iterator[None]:
    """Tell the breaker how the call inside went; whatever it raises is raised.

    A bug of ours says nothing of the service.
    """
    try:
        yield
    except FAILURES as error:
        failed(slug, error.code, now)
        raise
    except BackendError:
        succeeded(slug, now)
        raise
    succeeded(slug, now)
