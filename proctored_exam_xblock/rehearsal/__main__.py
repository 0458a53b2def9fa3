"""Plays one plan: ``python -m proctored_exam_xblock.rehearsal FILE``, started by ``manage.py rehearse``.

The file holds an answer key and is removed as soon as it is read. Exit code: 0 go, 1 no-go, 2 it cannot be played.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from .plan import Plan, take
from .report import Exit, is_go


def main(arguments: Sequence[str] | None = None) -> int:
    """Progress and report on standard output; with ``--json`` the report only, progress on standard error."""
    parser = argparse.ArgumentParser(prog="rehearsal", description="Plays the rehearsal of an exam.")
    parser.add_argument("file", type=Path, help="a plan, as written by manage.py rehearse; removed once read")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    os.environ["DJANGO_SETTINGS_MODULE"] = "proctored_exam_xblock.rehearsal.settings"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(Exit.CANNOT_RUN))  # the simulators must be ended, too
    return _play(options.file, options.json)


def _play(file: Path, as_json: bool) -> int:
    try:
        plan = take(file)
    except (OSError, ValueError, TypeError) as error:
        sys.stderr.write(f"no plan can be read there: {type(error).__name__}\n")
        return Exit.CANNOT_RUN
    try:
        return _played(plan, as_json)
    except Exception:  # noqa: BLE001 (its exit code would say no-go)
        traceback.print_exc()
        return Exit.CANNOT_RUN


def _played(plan: Plan, as_json: bool) -> int:
    import django
    from django.core.management import call_command
    from django.utils import translation

    django.setup()
    logging.getLogger().handlers[:] = [logging.NullHandler()]  # a vendor that fails on purpose is no news
    call_command("migrate", run_syncdb=True, verbosity=0)
    with translation.override(plan.language):
        return _report(plan, as_json)


def _report(plan: Plan, as_json: bool) -> int:
    from . import play, words

    progress = sys.stderr if as_json else sys.stdout

    def tell(text: str) -> None:
        progress.write(f"{text}\n")
        progress.flush()

    title, backend = str(plan.policy["title"]), str(plan.policy["backend"])
    tell(words.heading(title, backend, plan.candidates, plan.faults, plan.seed))
    findings = play.rehearse(plan, lambda name, counts: tell(words.act(name, counts)))
    if as_json:
        about = {"title": title, "backend": backend, "candidates": plan.candidates, "seed": plan.seed}
        sys.stdout.write(json.dumps(words.as_json(findings, {**about, "faults": plan.faults}), ensure_ascii=False))
    else:
        tell(f"\n{words.table(findings)}\n\n{words.verdict(findings)}")
    return int(Exit.GO if is_go(findings) else Exit.NO_GO)


if __name__ == "__main__":
    raise SystemExit(main())
