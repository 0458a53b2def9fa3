"""The distribution's Chromium for the tests that need a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

from scripts.test_tools import TOOLS

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@contextmanager
def launched(*flags: str) -> Iterator[Browser]:
    """A browser with more flags; the test is skipped where there is none."""
    program = next(tool.found for tool in TOOLS if tool.tier == "browser")
    if program is None:
        pytest.skip("no Chromium on this machine (apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS, *flags])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser per module, not per session.

    While Playwright runs, its thread counts as asynchronous: a second one cannot start in it, and Django refuses its
    database to every other test.
    """
    with launched() as browser:
        yield browser
