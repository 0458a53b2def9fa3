"""Celery tasks of the LMS: each calls one use-case with the present instant, and may run twice or at the same time.

``compat.host().later`` queues them by name; a platform that runs Celery beat also finds them in its schedule
(``plugin_settings``). Where there is no Celery the commands of the same names do the same work.
"""

from __future__ import annotations

from celery import shared_task

from . import conf
from .services import entry, proctoring, reconciliation, review


@shared_task
def drain_outbox() -> int:
    """Send what is due to the proctoring services."""
    return proctoring.drain(conf.now())


@shared_task
def close_overdue_attempts() -> int:
    """Close what the clock has overtaken, file and release the grades that are due."""
    now = conf.now()
    return entry.close_all(now) + review.release_due(now)


@shared_task
def reconcile_vendors() -> int:
    """Compare our appointments with the services' own lists."""
    return reconciliation.reconcile_all(conf.now())
