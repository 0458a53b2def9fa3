"""What the commands have in common: naming the candidate, and refusals as plain command errors."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import CommandError

from ...domain.errors import ExamError
from ...messages import text
from ...models import Candidacy


def add_candidate(parser: argparse.ArgumentParser) -> None:
    """``usage_key username`` and ``--reason``."""
    parser.add_argument("usage_key", help="usage key of the exam block")
    parser.add_argument("username", help="the candidate's user name")
    parser.add_argument("--reason", required=True, help="kept in the audit trail")


def candidacy_id(options: dict[str, Any]) -> int:
    """The candidacy that the arguments name.

    Raises:
        CommandError: there is none.
    """
    rows = Candidacy.objects.filter(
        exam__usage_key=options["usage_key"], user__username=options["username"]
    ).values_list("pk", flat=True)
    found = rows.first()
    if found is None:
        raise CommandError("No such candidate of this exam.")
    return int(found)


def as_command_error(error: ExamError) -> CommandError:
    """An exam error in words, with its code."""
    return CommandError(f"{text(error)} [{error.code}]")
