"""Makes the environment with the platform's own grader, capa, that differential tests compare with.

``capa_oracle.py make`` installs it from the package index into ``var/capa`` (about a minute, done once);
``capa_oracle.py path`` prints its interpreter, nothing when it is not there. Standard library only. It has an
environment of its own: its dependencies are the platform's, not ours.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REQUIREMENT = "xblocks-contrib==0.13.1"
FOLDER = Path(__file__).resolve().parent.parent / "var" / "capa"


def interpreter() -> Path | None:
    """The oracle's Python, None when it is not made."""
    python = FOLDER / "bin" / "python"
    stamp = FOLDER / ".made"
    return python if stamp.is_file() and stamp.read_text() == _fingerprint() and python.exists() else None


def make() -> bool:
    """True when the oracle is there, made now if need be."""
    if interpreter() is not None:
        return True
    print(f"· Installing {REQUIREMENT}, the platform's grader, into {FOLDER}", flush=True)
    pip = [
        str(FOLDER / "bin" / "python"),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--no-compile",
    ]
    commands = [[sys.executable, "-m", "venv", "--clear", str(FOLDER)], [*pip, REQUIREMENT]]
    if any(subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode for command in commands):
        return False
    (FOLDER / ".made").write_text(_fingerprint())
    return True


def _fingerprint() -> str:
    return f"{REQUIREMENT} {sys.version}"


def main(action: str) -> int:
    """Always 0: without the oracle its tests are skipped, which is said."""
    if action == "path":
        found = interpreter()
        print(found or "")
    elif not make():
        print("Missing: the platform's grader (its tests are skipped). Is the package index reachable?")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
