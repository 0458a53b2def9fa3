"""Makes or completes the virtual environment: ``environment.py <folder> <extra>``. Standard library only.

Idempotent: a stamp holds the hash of setup.py and of the interpreter; nothing is done while it fits.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)


def main(folder: Path, extra: str) -> int:
    """0 when the environment is there, 1 with a sentence that says what is missing."""
    if sys.version_info < OLDEST:
        return _missing(
            f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; {sys.executable} is {sys.version.split()[0]}."
        )
    stamp = folder / f".made-{extra}"
    if stamp.is_file() and stamp.read_text() == _fingerprint():
        return 0
    python = folder / "bin" / "python"
    if not python.exists() and not _make(folder):
        return _missing("Python cannot make a virtual environment. On Debian or Ubuntu: apt install python3-venv")
    print(f"· Installing what `{extra}` needs (a few minutes the first time)", flush=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off"]
    if not _run_with_progress([*pip, "--editable", f"{ROOT}[{extra}]"]):
        return _missing("pip could not install the dependencies (see above). Is the package index reachable?")
    stamp.write_text(_fingerprint())
    return 0


def _make(folder: Path) -> bool:
    print(f"· Making the environment {folder} with Python {sys.version.split()[0]}", flush=True)
    for module in ("venv", "virtualenv"):
        if subprocess.run([sys.executable, "-m", module, str(folder)], check=False).returncode == 0:
            return True
    return False


def _run_with_progress(command: list[str]) -> bool:
    """Show one line per package as it comes; the whole output only when it fails."""
    lines: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            lines.append(line)
            if line.startswith(("Collecting", "Installing collected", "Successfully")):
                print("  " + line.strip()[:110], flush=True)
    if pip.returncode:
        sys.stderr.writelines(lines[-30:])
    return pip.returncode == 0


def _fingerprint() -> str:
    return hashlib.sha256((ROOT / "setup.py").read_bytes() + sys.version.encode()).hexdigest()


def _missing(sentence: str) -> int:
    print(f"Missing: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
