"""Close what the clock has overtaken and publish the grades that are due: run it every minute."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ... import conf
from ...services import entry, regrading, review


class Command(BaseCommand):
    help = "Close overdue attempts, mark missed appointments, file and release grades that are due, finish corrections."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once; safe to run twice at the same time."""
        now = conf.now()
        closed = entry.close_all(now)
        graded = review.release_due(now)
        corrected = regrading.finish_due(now)
        told = f", corrected: {corrected}" if corrected else ""
        self.stdout.write(f"closed: {closed}, grades written: {graded}{told}")
