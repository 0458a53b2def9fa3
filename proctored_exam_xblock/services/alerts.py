"""What an operator has to look at: one row per matter while it lasts, one ERROR in the log when it begins.

Codes, numbers and ids of ours only: nothing personal, nothing a vendor wrote. An alert closes by itself when its
matter is over, or by an operator's hand with a reason.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from ..domain.errors import Gone, InvalidField
from ..models import Alert, Appointment

log = logging.getLogger(__name__)
SYSTEM = "system"
LONGEST_REASON = 255
_LONGEST_SUBJECT = 80


def raise_alert(
    kind: str,
    now: datetime,
    *,
    backend: str = "",
    appointment: Appointment | None = None,
    subject: str = "",
    **detail: Any,
) -> Alert | None:
    """Open an alert, or count one more on the open alert of the same kind, backend and subject.

    Args:
        kind: stable code of what is wrong.
        now: the instant it was noticed.
        backend: slug of the service concerned.
        appointment: whose it is about.
        subject: tells several matters of one kind apart; the appointment does where it is given.
        **detail: plain JSON for the operator; the newest replaces what was noted before.

    Returns:
        The open alert; None when somebody closed it in this very moment.
    """
    key = _key(kind, backend, subject or (str(appointment.pk) if appointment else ""))
    if not _again(key, now, detail):
        try:
            with transaction.atomic():
                made = Alert.objects.create(
                    open_key=key,
                    kind=kind,
                    backend=backend,
                    appointment=appointment,
                    detail=detail,
                    first_at=now,
                    last_at=now,
                )
        except IntegrityError:  # somebody else opened it in between
            _again(key, now, detail)
        else:
            log.error("alert %s: %s, service %s, appointment %s", made.pk, kind, backend or "-", made.appointment_id)
            return made
    return Alert.objects.filter(open_key=key).first()


def _again(key: str, now: datetime, detail: dict[str, Any]) -> bool:
    return bool(Alert.objects.filter(open_key=key).update(count=F("count") + 1, last_at=now, detail=detail))


def is_accepted(kind: str, detail: dict[str, Any], *, backend: str, appointment_id: int | None = None) -> bool:
    """Whether an operator closed an alert that said the very same: what is known is not said every hour."""
    closed = Alert.objects.filter(kind=kind, backend=backend, closed_at__isnull=False)
    if appointment_id is None:
        closed = closed.filter(appointment__isnull=True)
    else:
        closed = closed.filter(appointment_id=appointment_id)
    last = closed.order_by("-closed_at", "-pk").first()
    return last is not None and last.closed_by != SYSTEM and last.detail == detail


def is_open(kind: str, *, backend: str = "", subject: str = "") -> bool:
    """Whether it was raised and is not over."""
    return Alert.objects.filter(open_key=_key(kind, backend, subject)).exists()


def settle(kind: str, now: datetime, *, backend: str = "", appointment_id: int | None = None, subject: str = "") -> int:
    """The matter is over by itself; nothing happens when it was never raised.

    Returns:
        How many alerts were closed: 0 or 1.
    """
    key = _key(kind, backend, subject or (str(appointment_id) if appointment_id else ""))
    return _close(Alert.objects.filter(open_key=key), SYSTEM, "", now)


def settle_one(alert_id: int, now: datetime) -> int:
    """The same for an alert at hand."""
    return _close(Alert.objects.filter(pk=alert_id), SYSTEM, "", now)


def close_alert(alert_id: int, actor: str, reason: str, now: datetime) -> None:
    """An operator has seen to it.

    Raises:
        InvalidField: no reason, or one that is too long.
        Gone: there is no such alert, or it is closed.
    """
    check_reason(reason)
    if not _close(Alert.objects.filter(pk=alert_id), actor, reason.strip(), now):
        raise Gone()


def check_reason(reason: str) -> None:
    """Raises InvalidField where a reason is missing or longer than 255 characters."""
    if not reason.strip():
        raise InvalidField("reason", reason="empty")
    if len(reason.strip()) > LONGEST_REASON:
        raise InvalidField("reason", reason="too_long")


def _close(rows: Any, actor: str, reason: str, now: datetime) -> int:
    still_open = rows.filter(open_key__isnull=False)
    return int(still_open.update(open_key=None, closed_at=now, closed_by=actor, reason=reason))


def _key(kind: str, backend: str, subject: str) -> str:
    """Within the column's 160 characters, whatever a vendor's id looks like."""
    if len(subject) > _LONGEST_SUBJECT:
        subject = hashlib.sha256(subject.encode()).hexdigest()
    return f"{kind}:{backend}:{subject}"
