"""A tier that must run cannot be skipped: the rule that continuous integration relies on, tried on a tiny run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SKIPPING = """
import pytest
from tests.tiers import pytest_runtest_makereport, pytest_sessionfinish

@pytest.mark.mariadb
def test_of_the_tier():
    pytest.skip("no server")
"""
PASSING = SKIPPING.replace('pytest.skip("no server")', "pass")
OF_NO_TIER = PASSING.replace("@pytest.mark.mariadb", "")


@pytest.mark.parametrize(
    ("source", "required", "status"),
    [
        (SKIPPING, "", 0),
        (SKIPPING, "browser", 0),
        (SKIPPING, "browser,mariadb", 1),
        (PASSING, "mariadb", 0),
        (OF_NO_TIER, "", 0),
    ],
)
def test_a_skip_in_a_required_tier_fails_the_run(tmp_path, source, required, status):
    assert _run(tmp_path, source, required, "test_it.py").returncode == status


@pytest.mark.parametrize(("source", "status"), [(PASSING, 0), (OF_NO_TIER, 1)])
def test_a_whole_run_without_a_test_of_a_required_tier_fails(tmp_path, source, status):
    done = _run(tmp_path, source, "mariadb")

    assert done.returncode == status
    assert ("no test of the tier mariadb ran" in done.stdout) == bool(status)


def _run(folder: Path, source: str, required: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    hooks, tests = source.split("\n\n", 1)
    (folder / "conftest.py").write_text(hooks, encoding="utf-8")
    (folder / "test_it.py").write_text("import pytest\n\n" + tests, encoding="utf-8")
    (folder / "pytest.ini").write_text(f"[pytest]\ntestpaths = .\npythonpath = {ROOT}\nmarkers =\n    mariadb: x\n")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:django", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**os.environ, "PEX_REQUIRE_TIERS": required, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
