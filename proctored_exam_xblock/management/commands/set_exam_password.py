"""Set the exam-wide password of an exam: asked for without echo, kept as a Django password hash."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ... import conf
from ...domain.errors import ExamError
from ...services import exams
from ._arguments import as_command_error


class Command(BaseCommand):
    help = "Set the password that opens an exam whose unlock mode is exam_password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("usage_key", help="usage key of the exam block")
        parser.add_argument("--stdin", action="store_true", help="read the password from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask twice, store once; the password is never an argument: those show in the process list."""
        if options["stdin"]:
            password = sys.stdin.readline().rstrip("\n")
        else:
            password = getpass.getpass("Password: ")
            if password != getpass.getpass("Again: "):
                raise CommandError("The two passwords differ.")
        try:
            exams.set_password(options["usage_key"], password, conf.now(), "staff:command")
        except ExamError as error:
            raise as_command_error(error) from error
        self.stdout.write("The password is set.")
