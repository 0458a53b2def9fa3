"""E-mails kept in the database and shown at /demo/mail/."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from . import clock
from .models import SentMail


class DatabaseBackend(BaseEmailBackend):
    """Stores every message, dated by the campus's clock."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep them all; returns how many."""
        moment = clock.now()
        SentMail.objects.bulk_create(
            SentMail(
                sent_at=moment,
                sender=message.from_email,
                recipients=", ".join(message.recipients()),
                subject=message.subject,
                body=message.body,
            )
            for message in email_messages
        )
        return len(email_messages)
