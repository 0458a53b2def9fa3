"""Send the e-mails to candidates that are due, reminders too: run it every minute."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ... import conf, mailing
from ...models import Mail


class Command(BaseCommand):
    help = "Send the e-mails that are due."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once; rows are claimed, so that two runs never send the same."""
        now = conf.now()
        sent = mailing.send_due(now)
        waiting = Mail.objects.filter(state="pending", due_at__lte=now).count()
        self.stdout.write(f"sent: {sent}, still waiting: {waiting}")
