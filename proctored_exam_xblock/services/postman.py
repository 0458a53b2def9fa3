"""Send the e-mails that are due, each once: claimed, made, handed over, recorded (docs/decisions/0011-mails.md).

What takes long comes first: the text is made and the mail server answers before the row says ``handing_over``. A worker
that dies until then leaves a claim that runs out, and the e-mail is sent by the next. One that dies after it leaves a
row of which nobody knows: ``unsure``, for an operator. Never inside another transaction.
"""

from __future__ import annotations

import logging
import random
import smtplib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from .. import compat, conf
from ..domain.mail import IN_ORDER
from ..models import Mail
from . import alerts, outbox
from .letters import Unsaid

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=10)
"""Longer than a mail server is waited for; also for how long a row that is being handed over is believed to be."""
LONGEST_RUN = 30.0
FIRST_WAIT = timedelta(minutes=1)
_MOST = 500
_ORDERED = [kind.value for kind in IN_ORDER]
_jitter = random.SystemRandom()

Compose = Callable[[Mail, datetime], EmailMessage | Unsaid]


class _Refused(Exception):
    """The server said no: nothing was sent. ``forever``: it will say so again."""

    def __init__(self, *, forever: bool) -> None:
        super().__init__()
        self.forever = forever


class _Unreachable(Exception):
    """The server could not be spoken to: nothing was handed over."""


@dataclass
class Outgoing:
    """The connection of one run: opened when first needed, and again when it was closed meanwhile."""

    connection: Any = None

    def ready(self) -> None:
        """Raises _Unreachable unless the server listens now."""
        try:
            if self.connection is None:
                self.connection = get_connection(fail_silently=False)
            if not self._answers():
                self.close()
                self.connection.open()
        except Exception as error:
            self.close()
            raise _Unreachable from error

    def _answers(self) -> bool:
        """A server closes what was silent for long, and that is only noticed by speaking."""
        server = getattr(self.connection, "connection", None)
        if not isinstance(server, smtplib.SMTP):
            return False
        try:
            return server.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

    def hand_over(self, message: EmailMessage) -> None:
        """Raises _Refused when it was surely not taken; anything else that is raised leaves it open."""
        try:
            count = self.connection.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            raise _Refused(forever=all(code >= 500 for code, _ in error.recipients.values())) from None
        except smtplib.SMTPResponseException as error:
            raise _Refused(forever=error.smtp_code >= 500) from None
        if count == 0:
            raise _Refused(forever=False)

    def close(self) -> None:
        """Leave the server."""
        if self.connection is not None:
            try:
                self.connection.close()
            except Exception as error:  # noqa: BLE001 - it is gone either way
                log.info("the mail server's connection did not close: %s", type(error).__name__)


def send_due(now: datetime, compose: Compose, rng: random.Random = _jitter) -> int:
    """Send what is due, for at most half a minute of real time; what is left then is a later run's.

    Args:
        now: the present instant.
        compose: makes the message of a row, or says why there is none any more.
        rng: where the jitter of the next try comes from.

    Returns:
        How many left.
    """
    _doubt(now)
    begun, sent, outgoing = time.monotonic(), 0, Outgoing()
    try:
        for pk in _one_by_one(now):
            if time.monotonic() - begun > LONGEST_RUN:
                compat.host().later("send_mails", 0)
                break
            mail = take(pk, now)
            if mail is not None:
                sent += _send(mail, now, compose, outgoing, rng)
    except _Unreachable:  # nobody else's would leave either
        compat.host().later("send_mails", FIRST_WAIT.total_seconds())
    finally:
        outgoing.close()
    return sent


def _one_by_one(now: datetime) -> Iterator[int]:
    """Each that is due, once; what waited for one of them comes after it."""
    seen: set[int] = set()
    while found := [pk for pk in _due(now).values_list("pk", flat=True)[:_MOST] if pk not in seen]:
        for pk in found:
            seen.add(pk)
            yield pk


def _due(now: datetime) -> QuerySet[Mail]:
    """Free and due; what a calendar has to hear in order waits for its predecessor."""
    waiting = Q(claimed_until=None) | Q(claimed_until__lt=now)
    earlier = Mail.objects.filter(
        appointment_id=OuterRef("appointment_id"),
        pk__lt=OuterRef("pk"),
        kind__in=_ORDERED,
        state__in=("pending", "handing_over"),
    )
    ordered = Q(kind__in=_ORDERED)
    due = Mail.objects.filter(waiting, state="pending", due_at__lte=now).exclude(ordered & Exists(earlier))
    return due.order_by("due_at", "pk")


def take(mail_id: int, now: datetime) -> Mail | None:
    """Claim one row; None when another worker was faster."""

    def claim(row: Mail) -> dict[str, Any] | None:
        is_free = row.state == "pending" and (row.claimed_until is None or row.claimed_until < now)
        return {"claimed_until": now + LEASE, "tries": row.tries + 1} if is_free else None

    if not change(mail_id, claim):
        return None
    whole = Mail.objects.select_related("candidacy__exam", "appointment__version", "attempt__version")
    return whole.defer("appointment__version__paper", "attempt__version__paper").get(pk=mail_id)


def change(mail_id: int, decide: Callable[[Mail], dict[str, Any] | None]) -> bool:
    """One step of a row, judged as it is at this moment.

    By its primary key and nothing else: rows that are looked for by the index that a step changes would be locked the
    other way round, and two workers would wait for each other.

    Args:
        decide: the columns to write; None for no step.
    """
    with transaction.atomic():
        row = Mail.objects.select_for_update().filter(pk=mail_id).first()
        changes = decide(row) if row is not None else None
        if row is None or changes is None:
            return False
        for name, value in changes.items():
            setattr(row, name, value)
        row.save(update_fields=list(changes))
    return True


def _step(mail: Mail, *states: str, **changes: Any) -> bool:
    """A step of whoever holds the row: the number of tries tells one holder from the next."""
    return change(mail.pk, lambda row: changes if row.state in states and row.tries == mail.tries else None)


def _send(mail: Mail, now: datetime, compose: Compose, outgoing: Outgoing, rng: random.Random) -> bool:
    try:
        message = compose(mail, now)
        if isinstance(message, EmailMessage):
            message.message()  # what cannot be written is found before the server hears of it
    except Exception:  # one broken dossier must not keep the others from hearing
        log.exception("e-mail %s could not be made", mail.pk)
        return _keep(mail, "crashed", now, rng)
    if isinstance(message, Unsaid):
        return _unsaid(mail, message, now)
    try:
        outgoing.ready()
    except _Unreachable as error:
        log.warning("e-mail %s: the mail server cannot be reached: %s", mail.pk, type(error.__cause__).__name__)
        _keep(mail, "unreachable", now, rng)
        raise
    name = str(message.extra_headers.get("Message-ID", ""))
    lease = {"claimed_until": now + LEASE, "message_id": name[:160]}
    if not _step(mail, "pending", state="handing_over", **lease):
        return False  # our claim ran out meanwhile
    try:
        outgoing.hand_over(message)
    except _Refused as refusal:
        _step(mail, "handing_over", state="pending")
        log.warning("e-mail %s was refused by the mail server", mail.pk)
        return _keep(mail, "refused", now, rng, forever=refusal.forever)
    except Exception as error:  # noqa: BLE001 - it may have been taken before the connection broke
        log.warning("e-mail %s: %s while it was handed over", mail.pk, type(error).__name__)
        _step(mail, "handing_over", state="unsure", claimed_until=None, last_error="broke_off")
        _raise("mail_unsure", mail, now)
        outgoing.close()
        return False
    # Also when it was doubted meanwhile: it did leave, only slowly.
    gone = {"state": "sent", "sent_at": now, "claimed_until": None, "last_error": ""}
    is_ours = _step(mail, "handing_over", "unsure", **gone)
    settle_alerts(now)
    return is_ours


def _unsaid(mail: Mail, why: Unsaid, now: datetime) -> bool:
    if why.is_fault:
        _give_up(mail, why.reason, now)
    elif why.again_after is not None and now - _since(mail) < _patience():
        _step(mail, "pending", claimed_until=None, due_at=now + why.again_after, last_error=why.reason)
    elif why.again_after is not None and not why.fades:
        _give_up(mail, why.reason, now)
    else:
        _step(mail, "pending", state="dropped", claimed_until=None, last_error=why.reason)
    return False


def _keep(mail: Mail, error: str, now: datetime, rng: random.Random, *, forever: bool = False) -> bool:
    """A later try, or none any more."""
    if forever or now - _since(mail) >= _patience():
        return _give_up(mail, error, now)
    wait = outbox.wait_after(mail.tries, rng, FIRST_WAIT)
    _step(mail, "pending", claimed_until=None, due_at=now + wait, last_error=error)
    return False


def _give_up(mail: Mail, error: str, now: datetime) -> bool:
    if _step(mail, "pending", state="stuck", claimed_until=None, last_error=error):
        _raise("mail_stuck", mail, now)
    return False


def _patience() -> timedelta:
    return timedelta(hours=conf.get("MAIL_GIVE_UP_HOURS"))


def _since(mail: Mail) -> datetime:
    """From when on patience counts: a reminder was not sent before its hour, one put back by hand begins anew."""
    again = mail.data.get("again")
    return datetime.fromisoformat(again) if again else max(mail.created_at, _first_due(mail))


def _first_due(mail: Mail) -> datetime:
    hours = mail.data.get("hours")
    if not hours or mail.appointment is None:
        return mail.created_at
    return mail.appointment.start - timedelta(hours=hours)


def _doubt(now: datetime) -> None:
    """Rows whose worker died while it handed them over: nobody knows, and nothing is sent twice by itself."""

    def doubt(row: Mail) -> dict[str, Any] | None:
        is_lost = row.state == "handing_over" and row.claimed_until is not None and row.claimed_until < now
        return {"state": "unsure", "claimed_until": None, "last_error": "worker_died"} if is_lost else None

    for mail in list(Mail.objects.filter(state="handing_over", claimed_until__lt=now)[:_MOST]):
        if change(mail.pk, doubt):
            _raise("mail_unsure", mail, now)


def _raise(kind: str, mail: Mail, now: datetime) -> None:
    """One alert for all e-mails in this state: a mail server that is down for days is one matter."""
    state = kind.removeprefix("mail_")
    alerts.raise_alert(kind, now, newest=mail.pk, waiting=Mail.objects.filter(state=state).count())


def settle_alerts(now: datetime) -> None:
    """Close the alerts whose last e-mail was seen to."""
    for state in ("stuck", "unsure"):
        kind = f"mail_{state}"
        if alerts.is_open(kind) and not Mail.objects.filter(state=state).exists():
            alerts.settle(kind, now)
