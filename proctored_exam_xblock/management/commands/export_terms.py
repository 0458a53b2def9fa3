"""Who accepted which terms of use of an exam, when and in which language, as CSV on standard output (R-FUN-3)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...exports.tables import write_csv
from ...models import Exam
from ...services import terms


class Command(BaseCommand):
    help = "Write every acceptance of the terms of use of one exam as CSV; digests name the texts kept in the admin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("usage_key", help="usage key of the exam block")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per acceptance, the oldest first."""
        usage_key = options["usage_key"]
        if not Exam.objects.filter(usage_key=usage_key).exists():
            raise CommandError("No such exam.")
        write_csv(_Lines(self.stdout), terms.EXPORT_HEADER, terms.export_rows(usage_key))


class _Lines:
    """Django's wrapper of standard output ends each text with a line feed of its own unless told not to."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str, /) -> None:
        self._stream.write(text, ending="")
