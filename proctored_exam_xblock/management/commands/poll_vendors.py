"""Ask the vendors what is due: rooms that candidates wait in, reviews, and what webhooks pointed at."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ... import conf
from ...providers import polling
from ...services import events, rooms


class Command(BaseCommand):
    help = "Handle the vendors' calls that are due, then look at the sessions that are: run it every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once; looks and events are claimed, so that two runs make each once."""
        handled = events.handle_all(conf.now())
        looked = rooms.look_all(conf.now())
        native = polling.poll_native(conf.now())
        self.stdout.write(f"events: {handled}, looks: {looked}" + (f", native sections: {native}" if native else ""))
