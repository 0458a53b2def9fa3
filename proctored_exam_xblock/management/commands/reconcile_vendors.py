"""Compare our appointments with the services' own lists: run it every hour."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ... import conf
from ...services import reconciliation


class Command(BaseCommand):
    help = "Compare appointments with what each proctoring service knows, mend or report each difference."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once; nothing is changed where a list cannot be read."""
        for slug, counts in reconciliation.compare_all(conf.now()).items():
            said = ", ".join(f"{name}: {count}" for name, count in sorted(counts.items()))
            self.stdout.write(f"{slug}: {said or 'nothing to compare'}")
