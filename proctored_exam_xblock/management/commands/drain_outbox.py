"""Send what the outbox holds for the vendors: run it every minute."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ... import conf
from ...models import OutboxEntry
from ...services import proctoring


class Command(BaseCommand):
    help = "Send the vendor requests that are due."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once; entries are claimed, so that two runs never send the same."""
        closed = proctoring.drain(conf.now())
        waiting = OutboxEntry.objects.filter(state="pending").count()
        self.stdout.write(f"closed: {closed}, still waiting: {waiting}")
