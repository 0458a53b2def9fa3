"""Walk simulated candidates through a copy of an exam and say go or no-go, without touching production."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from ... import conf
from ...domain.errors import ExamError
from ...rehearsal import configuration, plan
from ...rehearsal.report import Exit
from ...services import exams
from ._arguments import as_command_error

MOST_CANDIDATES = 2000


class Command(BaseCommand):
    help = "Walk simulated candidates through a copy of an exam: go (0), no-go (1), or it cannot be run (2)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("usage_key", help="usage key of the exam block")
        parser.add_argument("--candidates", type=int, default=200, help="1 to 2000; 200 by default")
        parser.add_argument("--faults", type=int, default=10, help="percentage of the vendor's answers that go wrong")
        parser.add_argument("--seed", type=int, default=1, help="the same seed plays the same candidates")
        parser.add_argument("--json", action="store_true", help="the report as JSON, progress on standard error")
        parser.add_argument("--language", default="", help="of the report: fr or en; the platform's by default")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the exam and the configuration, let another process play, pass on its words and its exit code."""
        if not 1 <= options["candidates"] <= MOST_CANDIDATES or not 0 <= options["faults"] <= 50:
            raise CommandError("Candidates: 1 to 2000; faults: 0 to 50.", returncode=Exit.CANNOT_RUN)
        try:
            made = self._plan(options)
        except ExamError as error:
            refusal = as_command_error(error)
            refusal.returncode = Exit.CANNOT_RUN
            raise refusal from error
        with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
            path = Path(folder) / "plan.json"
            plan.write(made, path)
            code = self._run(path, as_json=options["json"])
        if code not in (Exit.GO, Exit.NO_GO):
            raise CommandError("The rehearsal ended before its report.", returncode=Exit.CANNOT_RUN)
        if code:
            sys.exit(code)

    def _plan(self, options: dict[str, Any]) -> plan.Plan:
        now = conf.now()
        exam = exams.find(options["usage_key"])
        version = exam.current_version
        assert version is not None
        return plan.Plan(
            policy=version.policy,
            paper=version.paper,
            now=now,
            candidates=options["candidates"],
            faults=options["faults"],
            seed=options["seed"],
            language=options["language"] or translation.get_language() or "en",
            findings=configuration.check(exam, options["candidates"], now),
        )

    def _run(self, path: Path, *, as_json: bool) -> int:
        """Play in a process of its own: other settings, other rows, other keys."""
        command = [sys.executable, "-m", "proctored_exam_xblock.rehearsal", str(path), *(["--json"] if as_json else [])]
        root = str(Path(__file__).parents[3])
        paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        with subprocess.Popen(  # noqa: S603 (our own module, no shell)
            command,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"},
        ) as process:
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    self.stdout.write(line, ending="")
                    self.stdout.flush()
            except BaseException:
                process.terminate()
                raise
        return process.returncode
