"""The distribution's Chromium for the tests that need a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from scripts.test_tools import TOOLS

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser per module, not per session.

    While Playwright runs, its thread counts as asynchronous: a second one cannot start in it, and Django refuses its
    database to every other test.
    """
    program = next(tool.found for tool in TOOLS if tool.tier == "browser")
    if program is None:
        pytest.skip("no Chromium on this machine (apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()
