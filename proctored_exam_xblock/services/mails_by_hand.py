"""What operators do to an e-mail that waits for them: send it again, note that it arrived, drop it. With a trail."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from .. import compat
from ..domain.errors import Gone, NotAllowedNow
from ..models import Candidacy, Mail
from . import alerts, audit, postman

UNDECIDED = ("stuck", "unsure")
_UNSENT = ("pending", *UNDECIDED)


def send_again(mail_id: int, actor: str, reason: str, now: datetime) -> None:
    """Try once more at once, with patience anew. What may have arrived has the same Message-ID as before.

    Raises:
        InvalidField: no reason. Gone: no such e-mail.
        NotAllowedNow: it was sent or dropped, or a worker holds it.
    """
    _change(mail_id, _UNSENT, actor, reason, now, "mail_sent_again", state="pending", due_at=now)
    transaction.on_commit(lambda: compat.host().later("send_mails", 0), robust=True)


def arrived(mail_id: int, actor: str, reason: str, now: datetime) -> None:
    """The mail server's log, or the candidate, says that it did; raises as :func:`send_again`."""
    _change(mail_id, ("unsure",), actor, reason, now, "mail_arrived", state="sent", sent_at=now)


def drop(mail_id: int, actor: str, reason: str, now: datetime) -> None:
    """It is not to be sent; raises as :func:`send_again`."""
    _change(mail_id, _UNSENT, actor, reason, now, "mail_dropped", state="dropped")


def _change(
    mail_id: int, states: Collection[str], actor: str, reason: str, now: datetime, action: str, **changes: Any
) -> None:
    alerts.check_reason(reason)
    owner = Mail.objects.filter(pk=mail_id).values_list("candidacy_id", flat=True).first()
    if owner is None:
        raise Gone()

    def decide(row: Mail) -> dict[str, Any] | None:
        is_held = row.claimed_until is not None and row.claimed_until >= now
        if row.state not in states or is_held:
            return None
        again = {"data": {**row.data, "again": now.isoformat()}} if changes["state"] == "pending" else {}
        return {"claimed_until": None, "last_error": "", **again, **changes}

    with transaction.atomic():
        candidacy = Candidacy.objects.select_for_update().get(pk=owner)
        if not postman.change(mail_id, decide):
            raise NotAllowedNow(reason="not_waiting")
        mail = Mail.objects.select_related("attempt").get(pk=mail_id)
        told = {"mail": mail.pk, "kind": mail.kind, "key": mail.key, "reason": reason.strip()}
        audit.record(candidacy, action, now, actor, attempt=mail.attempt, **told)
        postman.settle_alerts(now)
