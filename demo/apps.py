"""The demo campus as a Django application."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class DemoConfig(AppConfig):
    """Accounts, enrolments, mailbox and time machine of the campus."""

    name = "demo"
    verbose_name = "Demo campus"

    def ready(self) -> None:
        """Readers and the writer of a SQLite file must not wait for each other."""
        connection_created.connect(_write_ahead_log, dispatch_uid="demo.wal")


def _write_ahead_log(sender: Any, connection: Any, **kwargs: Any) -> None:
    if connection.vendor == "sqlite" and not connection.is_in_memory_db():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = NORMAL")
