"""What a vendor calls us about: kept once, in one insert, and acted on later by asking the vendor itself.

An event says only that there is something to ask (a webhook is never trusted more than a poll), so that its order, its
repetition and its loss are harmless.
"""

from __future__ import annotations

import hashlib
import logging
import random
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from .. import compat
from ..backends import registry
from ..backends.base import Backend, Capability, EventKind, VendorEvent
from ..domain.errors import Gone, NotConfigured
from ..models import Appointment, WebhookEvent
from . import exams, rooms

log = logging.getLogger(__name__)
MAX_AGE_HOURS = 72
_AHEAD = timedelta(hours=1)
_LEASE = timedelta(seconds=60)
_LONGEST_WAIT = timedelta(hours=1)
_GIVE_UP = timedelta(hours=72)
_UNKNOWN_TRIES = 4
_MOST = 500
_LONGEST = {"key": 64, "reservation_id": 64, "vendor_ref": 64}
_jitter = random.SystemRandom()


class Stale(Exception):
    """An event so old, or so far ahead of us, that it proves nothing."""


def receiver(slug: str) -> Backend:
    """The service that may call us under this name. No row is read.

    Raises:
        Gone: no such service, not set up here, or one that does not call.
    """
    try:
        backend = registry.get(slug)
    except NotConfigured:
        raise Gone() from None
    if Capability.WEBHOOKS not in backend.capabilities:
        raise Gone()
    return backend


def receive(backend: Backend, event: VendorEvent, now: datetime) -> bool:
    """Keep a verified event and have it handled soon.

    Returns:
        False when it was known: nothing happens a second time.

    Raises:
        Stale: older than ``webhook_max_age_hours`` of the service's settings, or from the future.
    """
    oldest = now - timedelta(hours=float(backend.settings.get("webhook_max_age_hours", MAX_AGE_HOURS)))
    if event.at is not None and not oldest <= event.at <= now + _AHEAD:
        raise Stale
    try:
        with transaction.atomic():
            WebhookEvent.objects.create(
                backend=backend.slug,
                kind=event.kind.value,
                vendor_at=event.at,
                received_at=now,
                next_try_at=now,
                **{name: _fitting(getattr(event, name), longest) for name, longest in _LONGEST.items()},
            )
    except IntegrityError:
        log.info("vendor %s: event sent again", backend.slug)
        return False
    compat.host().later("handle_events", 0)
    return True


def _fitting(text: str, longest: int) -> str:
    """Too long for its column: a digest of it, equal for equal texts and nobody's reservation."""
    return text if len(text) <= longest else hashlib.sha256(text.encode()).hexdigest()


def handle_all(now: datetime, rng: random.Random = _jitter) -> int:
    """Act on every event that is due, for at most half a minute of real time: ``now`` must not grow old, or fresher
    knowledge would be dropped as overtaken. One failure does not stop the others.

    Args:
        rng: where the jitter of the next try comes from.

    Returns:
        How many were closed.
    """
    begun, closed = time.monotonic(), 0
    due = WebhookEvent.objects.filter(handled_at=None, next_try_at__lte=now).order_by("next_try_at", "id")
    for pk in list(due.values_list("pk", flat=True)[:_MOST]):
        if time.monotonic() - begun > rooms.LONGEST_RUN:
            compat.host().later("handle_events", 0)
            break
        mine = WebhookEvent.objects.filter(pk=pk, handled_at=None, next_try_at__lte=now)
        if not mine.update(next_try_at=now + _LEASE, tries=F("tries") + 1):
            continue
        event = WebhookEvent.objects.get(pk=pk)
        try:
            outcome = _handle(event, now)
        except Exception:  # kept for a later try, the others first
            log.exception("event %s of vendor %s could not be handled", event.pk, event.backend)
            outcome = ""
        closed += _record(event, outcome, now, rng)
    return closed


def _handle(event: WebhookEvent, now: datetime) -> str:
    """A stable code of what was done, '' to try again."""
    if event.kind == EventKind.OTHER:
        return "ignored"
    row = _appointment(event)
    if row is None:  # our record of what the vendor answered may be a moment behind its call
        return "unknown_reservation" if event.tries >= _UNKNOWN_TRIES else ""
    if event.kind != EventKind.REVIEW and row.room_state_at is not None and row.room_state_at > event.received_at:
        return "known"
    return "looked" if rooms.look_at(row.pk, now) else ""


def _appointment(event: WebhookEvent) -> Appointment | None:
    """By the vendor's own number, which is surest to be there, then by ours; of this vendor only."""
    keys: Mapping[str, str] = {"vendor_ref": event.vendor_ref, "reservation_id": event.reservation_id}
    for name, value in keys.items():
        rows = Appointment.objects.filter(**{name: value}).select_related("version").order_by("-id") if value else ()
        for row in rows:
            if exams.snapshot(row.version).policy.backend == event.backend:
                return row
    return None


def _record(event: WebhookEvent, outcome: str, now: datetime, rng: random.Random) -> bool:
    if not outcome and now - event.received_at >= _GIVE_UP:
        outcome = "gave_up"
        log.error("event %s of vendor %s: nobody answered for three days", event.pk, event.backend)
    if not outcome:
        wait = min(_LONGEST_WAIT, timedelta(seconds=5) * 2 ** min(event.tries, 12)) * rng.uniform(0.8, 1.2)
        WebhookEvent.objects.filter(pk=event.pk).update(next_try_at=now + wait)
        return False
    WebhookEvent.objects.filter(pk=event.pk).update(handled_at=now, next_try_at=None, outcome=outcome)
    return True
