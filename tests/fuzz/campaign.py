"""Starts the fuzzer on one target with its seeds, within bounds of time and memory, and says why it cannot."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz import seeds

ROOT = Path(__file__).resolve().parents[2]
BOUNDS = ("-timeout=60", "-rss_limit_mb=2048", "-print_final_stats=1", "-verbosity=1")
"""One input may take so many seconds on a busy machine; most take a thousandth of one."""


def reason_not_to_run() -> str:
    """Empty where the fuzzer is installed."""
    if importlib.util.find_spec("atheris") is not None:
        return ""
    return "atheris is not installed: it has wheels for CPython 3.11 to 3.13 on Linux (x86-64) only, see setup.py"


def run(target: str, folder: Path, options: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Fuzz until the options' bounds; the status is 0 when nothing was found.

    Args:
        target: a name of ``targets.TARGETS``.
        folder: where the corpus is kept, and an input that breaks something.
        options: libFuzzer's, ``-runs`` or ``-max_total_time`` among them.
    """
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds.of(target)):
        (corpus / f"seed-{number}").write_bytes(seed)
    words = folder / "words.dict"
    words.write_text(seeds.dictionary(), encoding="utf-8")
    command = [sys.executable, "-m", "tests.fuzz.worker", target, str(corpus), f"-dict={words}"]
    command += [f"-max_len={seeds.LONGEST.get(target, 4_096)}", f"-artifact_prefix={folder}/", *BOUNDS, *options]
    # No .pyc of instrumented modules, and the same order of sets each time.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="backslashreplace",
        check=False,
    )
