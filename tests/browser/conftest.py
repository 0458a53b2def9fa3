"""Campuses and their visitors for the browser tests.

``campus`` is shared by a module's tests (one worker each); a test that needs a clean one calls ``campus_factory``.
``visitor`` opens a new browser context, signed in: ``page = visitor(campus, "alex")``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page

from demo.process import Campus
from demo.process import campus as running_campus
from tests.browser.candidate import Candidate, Proctor

NOW = "2027-02-15T09:00:00Z"
"""A Monday: the demo exam's window opens within the week after."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything beside this file drives Chromium; a module's tests stay on one worker."""
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="module")
def campus() -> Iterator[Campus]:
    """A campus that begins at ``NOW``."""
    with running_campus(now=NOW) as site:
        yield site


@pytest.fixture
def campus_factory() -> Iterator[Callable[..., Campus]]:
    """Starts campuses of the test's own; they stop with it."""
    with ExitStack() as stack:
        yield lambda now=NOW: stack.enter_context(running_campus(now=now))


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page in a context of its own; a script error in any of them fails the test."""
    errors: list[str] = []
    with ExitStack() as stack:

        def open_page(campus: Campus, username: str | None = None, language: str = "fr", **options: object) -> Page:
            context = chromium.new_context(base_url=campus.address, locale="en-US", **options)
            stack.callback(context.close)
            context.on("weberror", lambda error: errors.append(str(error.error)))
            page = context.new_page()
            if language != "fr":
                page.goto(f"/demo/language/{language}/")
            if username:
                page.goto(f"/demo/sign-in/{username}/")
            return page

        yield open_page
    assert not errors, errors


@pytest.fixture
def exam_day(campus_factory: Callable[..., Campus], visitor: Callable[..., Page]) -> Callable[..., tuple]:
    """A fresh campus with a candidate and a proctor, each in a browser of their own."""

    def begin(username: str = "alex", framed: bool = False, **options: object) -> tuple[Candidate, Proctor]:
        site = campus_factory()
        return Candidate(site, visitor(site, username, **options), framed), Proctor(visitor(site))

    return begin
