"""The figures of one database: ``DJANGO_SETTINGS_MODULE=... python -m tests.bench.measure FILE``."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection


def main(answer: Path) -> None:
    """Make the tables, fill them, measure, write the figures to ``answer``."""
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    from tests import populace
    from tests.bench import calendar, handlers, speed, vendor_queue
    from tests.bench.hall import ATTEMPTS_ON_FILE, Hall

    now = datetime.now(UTC)
    hall = Hall(now)
    populace.settle(hall.exam, ATTEMPTS_ON_FILE, now - timedelta(days=400))
    answer.write_text(
        json.dumps(
            {
                "database": _database(),
                "attempts_on_file": ATTEMPTS_ON_FILE,
                **speed.measure(hall),
                **vendor_queue.measure(hall),
                "handlers": handlers.count(hall),
                "calendar": calendar.measure(hall),
            }
        ),
        encoding="utf-8",
    )


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SELECT version()")
        row: tuple[Any, ...] = cursor.fetchone()
    return f"{connection.vendor} {row[0]}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
