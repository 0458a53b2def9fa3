"""Celery tasks of the LMS: each calls its use-cases with the present instant, and may run twice or at the same time.

``compat.host().later`` queues them by name; a platform that runs Celery beat also finds them in its schedule
(``plugin_settings``). Where there is no Celery the commands of the same names do the same work.
"""

from __future__ import annotations

from celery import shared_task

from . import conf, mailing
from .providers import polling
from .services import entry, events, evidence, proctoring, reconciliation, regrading, review, rooms


@shared_task
def drain_outbox() -> int:
    """Send what is due to the proctoring services."""
    return proctoring.drain(conf.now())


@shared_task
def send_mails() -> int:
    """Send the e-mails that are due."""
    return mailing.send_due(conf.now())


@shared_task
def close_overdue_attempts() -> int:
    """Close what the clock has overtaken, file and release the grades that are due, finish what was corrected."""
    now = conf.now()
    return entry.close_all(now) + review.release_due(now) + regrading.finish_due(now)


@shared_task
def handle_events() -> int:
    """Act on the webhooks that were stored."""
    return events.handle_all(conf.now())


@shared_task
def poll_vendors() -> int:
    """Ask for the state of the rooms that are due to be asked about, of native sections too."""
    now = conf.now()
    return rooms.look_all(now) + polling.poll_native(now)


@shared_task
def reconcile_vendors() -> int:
    """Compare our appointments with the services' own lists."""
    return reconciliation.reconcile_all(conf.now())


@shared_task
def erase_evidence() -> int:
    """Have recordings destroyed whose time has come."""
    return evidence.erase_due(conf.now())
