"""Grade answers to one problem by the platform's own input ids, to compare with the platform (see ``olx.platform``)."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ... import olx
from ...domain.errors import InvalidPaper, UnknownAnswer
from .check_paper import told

MAX_ANSWER_BYTES = 50_000_000


class Command(BaseCommand):
    help = (
        "Grade sets of answers to one <problem>, from a JSON list of objects keyed by the platform's input ids, e.g. "
        '[{"1_2_1": "choice_0"}, {"1_2_1": ["choice_0", "choice_2"]}]. Prints a JSON list of {"score", "total", '
        '"points"}: what the platform counts before the weight.'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("problem", type=Path, help="file with one <problem>, or Studio's Markdown (.md)")
        parser.add_argument("--answers", type=Path, required=True, help="JSON file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the scores to standard output, one object for each set of answers."""
        try:
            problem = olx.read_file(options["problem"])
        except InvalidPaper as error:
            raise CommandError(f"{options['problem']}: {told(error)}") from None
        except OSError as error:
            raise CommandError(f"{options['problem']}: {error.strerror or 'cannot be read'}") from None
        scores = []
        for number, answers in enumerate(_answers(options["answers"])):
            try:
                graded = olx.grade_inputs(problem, answers)
            except UnknownAnswer:
                known = ", ".join(olx.input_ids(problem))
                raise CommandError(f"Set {number}: an input that the problem does not have (it has {known}).") from None
            scores.append({"score": graded.score, "total": graded.total, "points": dict(graded.points)})
        self.stdout.write(json.dumps(scores))


def _answers(path: Path) -> list[dict[str, object]]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_ANSWER_BYTES + 1)
        if len(data) > MAX_ANSWER_BYTES:
            raise CommandError(f"{path}: more than {MAX_ANSWER_BYTES} bytes.")
        sets = json.loads(data)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror or 'cannot be read'}") from None
    except (ValueError, RecursionError):
        raise CommandError(f"{path}: not JSON.") from None
    if not isinstance(sets, list) or not all(isinstance(answers, dict) for answers in sets):
        raise CommandError(f"{path}: not a list of objects.")
    return sets
