"""Tiers of tests that need something of the machine: ``browser``, ``mariadb``, ``redis``, ``capa``, ``fuzz``.

A test of such a tier may be skipped where the program is missing. ``PEX_REQUIRE_TIERS`` (comma-separated) names the
tiers that must run: there a skip is a failure, and so is a whole run without one test of the tier.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

TIERS = ("browser", "mariadb", "redis", "capa", "fuzz")
EMPTY_TIERS = {"redis"}
"""Tiers that have no test yet."""


def required() -> set[str]:
    """Tiers that this run must not skip."""
    return {tier for tier in os.environ.get("PEX_REQUIRE_TIERS", "").split(",") if tier}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Turns a skip into a failure where the tier is required."""
    report = yield
    tiers = {marker.name for marker in item.iter_markers()} & required()
    if report.skipped and tiers and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but {', '.join(sorted(tiers))} must run here: {report.longrepr}"
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A whole run in which a required tier has no passed or failed test did not test it."""
    config = session.config
    if hasattr(config, "workerinput") or not _is_whole_run(config) or not required():
        return
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    ran = {name for kind in ("passed", "failed") for report in reporter.stats.get(kind, []) for name in report.keywords}
    absent = sorted(required() - ran - EMPTY_TIERS)
    if absent and exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"FAILED no test of the tier {', '.join(absent)} ran", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _is_whole_run(config: pytest.Config) -> bool:
    option = config.option
    chosen = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    return not (chosen or option.keyword or option.markexpr or option.collectonly)
