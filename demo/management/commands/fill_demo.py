"""``python manage.py fill_demo cartopro``: made-up people who sat a course's exam, to look at its figures."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from proctored_exam_xblock.services import exams

from ... import clock, crowd
from ...courses import COURSES


class Command(BaseCommand):
    """Writes into the campus's database (``DEMO_DATABASE``), whether it runs or not."""

    help = "Fills an exam of the demo campus with made-up attempts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("course", choices=list(COURSES))
        parser.add_argument("--count", type=int, default=crowd.COUNT)

    def handle(self, *args: Any, **options: Any) -> None:
        """Once more each time it is called."""
        crowd.fill(exams.find(COURSES[options["course"]].usage_id), options["count"], clock.now())
        self.stdout.write(f"{options['count']} made-up attempts in {options['course']}")
