"""Destroy the evidence whose time has come (R-FUN-24): run it every day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ... import conf
from ...services import evidence


class Command(BaseCommand):
    help = "Erase recordings, photographs and comments of attempts that ended EVIDENCE_DAYS ago; verdicts stay."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once; safe to repeat. What a vendor has is deleted through the outbox."""
        self.stdout.write(f"erased: {evidence.erase_due(conf.now())}")
