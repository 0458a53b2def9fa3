"""Runs the races, and the use-cases' own tests once more, on a MariaDB server of their own.

By hand: ``PEX_MYSQL_SOCKET=... DJANGO_SETTINGS_MODULE=settings.test_mysql pytest tests/concurrency/races``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import mariadb

pytestmark = [pytest.mark.mariadb, pytest.mark.xdist_group("mariadb")]
ROOT = Path(__file__).resolve().parents[2]
LONGEST_SECONDS = 2400


@pytest.fixture(scope="module")
def server() -> Iterator[mariadb.Server]:
    """One server for all that runs here."""
    with mariadb.server() as running:
        yield running


@pytest.mark.parametrize("suite", ["tests/concurrency/races", "tests/services"])
def test_suite_passes_on_mariadb(server: mariadb.Server, suite: str) -> None:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", suite],
        cwd=ROOT,
        env={**outside, **server.environment},
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.OK, done.stdout[-20_000:] + done.stderr[-2_000:]
    assert " skipped" not in done.stdout.splitlines()[-1], done.stdout[-2_000:]
