"""An invigilator runs five candidates on site from one screen: code, by hand, time, pause, end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from demo.process import Campus
from tests.browser.by_request import arrive, at, book, do, hour, policy
from tests.browser.conftest import NOW

SLUG = "cartopro-site"
BOARD = f"/courses/{SLUG}/board/"
CANDIDATES = {
    "alex": "Alex Moreau",
    "robin": "Robin Lefèvre",
    "sam": "Sam Petit",
    "lina": "Lina Haddad",
    "theo": "Théo Garcia",
}
REFRESHED = 12_000
"""Two turns of the board."""


@pytest.fixture(scope="module")
def hall(campus: Campus, chromium: Browser) -> Iterator[dict[str, Page]]:
    """Five candidates in the room, each at their own computer."""
    rules = policy(SLUG, NOW)
    start = hour(rules)
    with ExitStack() as stack:
        pages = {}
        for name in CANDIDATES:
            context = chromium.new_context(base_url=campus.address, locale="fr-FR")
            stack.callback(context.close)
            pages[name] = context.new_page()
            pages[name].goto(f"/demo/sign-in/{name}/")
            book(pages[name], SLUG, rules, start)
        campus.set_clock(start)
        for page in pages.values():
            arrive(campus, page, SLUG)
        yield pages


@pytest.fixture
def ines(hall: dict[str, Page], campus: Campus, visitor: Callable[..., Page]) -> Page:
    page = visitor(campus, "ines", viewport={"width": 1440, "height": 900})
    page.goto(BOARD)
    return page


def row(board: Page, name: str) -> Locator:
    return board.locator(f'[data-board-row][data-name="{CANDIDATES[name]}"]')


def stands(board: Page, name: str, state: str) -> None:
    expect(row(board, name)).to_have_attribute("data-state", state, timeout=REFRESHED)


def act(board: Page, name: str, deed: str, **said: str) -> None:
    """A deed on a candidate's row, with what its dialog asks."""
    button = row(board, name).locator(f'[data-board-action="{deed}"]')
    if not button.is_visible():
        row(board, name).locator("summary").click()
    button.click()
    if said:
        for field, text in said.items():
            board.locator(f'dialog [name="{field}"]').fill(text)
        board.locator("[data-board-confirm]").click()
        expect(board.locator("[data-board-dialog]")).to_be_hidden()


def type_code(page: Page, code: str) -> None:
    page.locator('[data-pex-field="password"]').fill(code)
    do(page, "unlock")
    at(page, "unlocked")


def test_one_invigilator_runs_five_candidates(hall, ines):
    for name in CANDIDATES:
        stands(ines, name, "gate")
    assert ines.evaluate("document.documentElement.scrollHeight") <= 900

    act(ines, "alex", "code")
    expect(ines.locator("[data-board-code]")).to_have_text(re.compile("^[A-Z]{8}$"))
    code = ines.locator("[data-board-code]").inner_text()
    ines.locator("[data-board-hide]").click()
    expect(ines.locator("[data-board-code]")).to_be_empty()
    assert code not in ines.content()
    type_code(hall["alex"], code)
    stands(ines, "alex", "unlocked")

    act(ines, "robin", "unlock", reason="clavier en panne")
    stands(ines, "robin", "unlocked")
    at(hall["robin"], "unlocked")

    for name in ("sam", "lina", "theo"):
        type_code(hall[name], code)
        do(hall[name], "start")
        at(hall[name], "sitting")
        stands(ines, name, "sitting")

    before = int(row(ines, "sam").locator("[data-board-remaining]").get_attribute("data-seconds"))
    act(ines, "sam", "extend", minutes="10", reason="alarme")
    after = int(row(ines, "sam").locator("[data-board-remaining]").get_attribute("data-seconds"))
    assert 500 < after - before <= 600

    act(ines, "lina", "pause")
    stands(ines, "lina", "paused")
    act(ines, "lina", "resume")
    stands(ines, "lina", "sitting")

    act(ines, "theo", "close", reason="évacuation")
    stands(ines, "theo", "finished")
    hall["theo"].reload()
    at(hall["theo"], "submitted")


def test_the_board_keeps_the_focus_and_an_open_menu_while_it_refreshes(hall, ines):
    summary = row(ines, "robin").locator("summary")
    summary.focus()
    summary.press("Enter")
    shown = ines.locator("[data-board-updated]").inner_text()
    expect(ines.locator("[data-board-updated]")).not_to_have_text(shown, timeout=REFRESHED)
    expect(summary).to_be_focused()
    expect(row(ines, "robin").locator("[data-board-menu]")).to_have_attribute("open", "")
    summary.press("Escape")
    expect(row(ines, "robin").locator("[data-board-menu]")).not_to_have_attribute("open", "")


def test_a_refused_deed_says_why_at_its_field_and_the_focus_comes_back(hall, ines):
    row(ines, "robin").locator("summary").click()
    row(ines, "robin").locator('[data-board-action="incident"]').click()
    ines.locator("[data-board-confirm]").click()
    expect(ines.locator("[data-board-refusal]")).to_have_attribute("data-pex-error", "invalid_field")
    expect(ines.locator('dialog [name="text"]')).to_be_focused()
    expect(ines.locator('dialog [name="text"]')).to_have_attribute("aria-invalid", "true")
    ines.keyboard.press("Escape")
    expect(row(ines, "robin").locator("summary")).to_be_focused()


def test_a_lost_platform_is_said_and_forgotten_once_it_is_back(hall, ines):
    ines.route("**/rows/", lambda route: route.abort())
    expect(ines.locator("[data-board-problem]")).to_be_visible(timeout=REFRESHED)
    ines.unroute("**/rows/")
    expect(ines.locator("[data-board-problem]")).to_be_hidden(timeout=REFRESHED)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("width", [320, 1440])
def test_the_board_is_accessible_and_never_scrolls_sideways(hall, campus, visitor, width, language):
    page = visitor(campus, "ines", language, viewport={"width": width, "height": 900})
    page.goto(BOARD)
    for opened in ("nothing", "incident"):
        if opened == "incident":
            row(page, "robin").locator("summary").click()
            row(page, "robin").locator('[data-board-action="incident"]').click()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_candidate_does_not_reach_the_board(hall, campus, visitor):
    page = visitor(campus, "alex")
    assert page.goto(BOARD).status == 404
