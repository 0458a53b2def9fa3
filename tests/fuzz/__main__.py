"""``make fuzz``: each target for a minute, or ``ARGS='paper markdown -max_total_time=600'``, or ``ARGS='paper FILE'``.

What is found stays in ``var/fuzz/<target>/`` beside the corpus, which grows from one time to the next.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.fuzz import campaign

FOLDER = campaign.ROOT / "var/fuzz"
TARGETS = ("paper", "markdown", "archive", "course", "authors")
USUAL = ("-max_total_time=60",)


def main(arguments: list[str]) -> int:
    """1 when something was found, 2 when fuzzing is not possible here."""
    if reason := campaign.reason_not_to_run():
        print(f"Missing: {reason}")
        return 2
    options = [one for one in arguments if one.startswith("-")]
    chosen = [one for one in arguments if one in TARGETS] or list(TARGETS)
    files = [one for one in arguments if one not in options and one not in chosen]
    if files:
        return _again(chosen, files)
    status = 0
    for target in chosen:
        print(f"· {target}", flush=True)
        done = campaign.run(target, FOLDER / target, options or USUAL)
        lines = done.stdout.splitlines()
        print("\n".join(lines[-40:] if done.returncode else lines[-9:]), flush=True)
        status |= done.returncode != 0
    return status


def _again(chosen: list[str], files: list[str]) -> int:
    """The inputs once more, without fuzzing."""
    command = [sys.executable, "-m", "tests.fuzz.worker", chosen[0], *(str(Path(file).resolve()) for file in files)]
    return subprocess.run(command, cwd=campaign.ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
