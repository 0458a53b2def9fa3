"""E-mails kept in the database and shown at /demo/mail/."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import Message

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from . import clock
from .models import Attachment, SentMail

_SHOWN = ("Message-ID", "Date", "Auto-Submitted", "Content-Language")


class DatabaseBackend(BaseEmailBackend):
    """Stores every message, dated by the campus's clock."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep them all; returns how many."""
        for message in email_messages:
            self._keep(message)
        return len(email_messages)

    @transaction.atomic
    def _keep(self, message: EmailMessage) -> None:
        whole = message.message()
        kept = SentMail.objects.create(
            sent_at=clock.now(),
            sender=message.from_email,
            recipients=", ".join(message.recipients()),
            subject=message.subject,
            body=message.body,
            html=_html(whole),
            headers={name: str(whole[name]) for name in _SHOWN if whole[name]},
        )
        for part in whole.walk():
            if name := part.get_filename():
                kept.attachments.add(
                    Attachment(name=name, content_type=str(part["Content-Type"]), content=_bytes(part)), bulk=False
                )


def _html(whole: Message) -> str:
    parts = (part for part in whole.walk() if part.get_content_type() == "text/html" and not part.get_filename())
    return next((_bytes(part).decode() for part in parts), "")


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
