"""``make check``: every check runs, each failure is shown, the exit status tells."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("format", (str(BIN / "ruff"), "format", "--check", ".")),
    ("lint", (str(BIN / "ruff"), "check", ".")),
    ("types", (str(BIN / "mypy"),)),
    ("import contracts", (str(BIN / "lint-imports"),)),
    ("translations", (sys.executable, "scripts/messages.py", "check")),
    (
        "migrations",
        (sys.executable, "manage.py", "makemigrations", "--check", "--dry-run", "proctored_exam_xblock", "demo"),
    ),
    ("system checks", (sys.executable, "manage.py", "check", "--fail-level", "WARNING")),
    ("generated docs", (sys.executable, "-m", "pytest", "-q", "tests/architecture")),
)


def main() -> int:
    """1 when anything is wrong."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "settings.test", "PYTHONPATH": str(ROOT)}
    failed = []
    for name, command in CHECKS:
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        print(f"{'ok    ' if done.returncode == 0 else 'FAILED'} {name}", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stdout + done.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
