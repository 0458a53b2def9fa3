"""The time that each question takes, measured by the page; the course team reads the figures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Request, expect

from demo.process import Campus
from tests.browser.by_request import at, do
from tests.browser.candidate import UNIT
from tests.browser.course_team import change_rules

WITHOUT_APPOINTMENT = {
    "backend": "none",
    "unlock": "none",
    "appointments": False,
    "first_day": "2027-02-01",
    "closed_weekdays": [],
}
ITEMS = "/courses/cartopro-site/items/"
MINUTE = 60_000


def seconds(page: Page, count: float) -> None:
    """Time passes on the page's clock."""
    page.clock.fast_forward(round(count * 1000))


def show(page: Page, state: str) -> None:
    """The candidate looks elsewhere, or comes back."""
    page.evaluate(
        """state => {
            Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        state,
    )


def question(page: Page, number: int) -> Locator:
    return page.locator(f'[data-pex-question="{number}"]')


def answer(page: Page, number: int, choice: int = 0) -> None:
    question(page, number).locator("input").nth(choice).check()


def kept(page: Page, *numbers: int) -> list[int]:
    """Seconds that the page was given for these questions."""
    return [int(question(page, number).get_attribute("data-spent") or -1) for number in numbers]


def test_the_page_measures_the_time_of_each_question(
    campus_factory: Callable[..., Campus], visitor: Callable[..., Page]
) -> None:
    campus = campus_factory()
    change_rules(visitor(campus, "dominique"), **WITHOUT_APPOINTMENT)
    page = visitor(campus, "alex")
    page.clock.install()
    sent: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.url.endswith(("/save_draft", "/submit_part")):
            sent.append(json.loads(request.post_data or "{}"))

    page.on("request", note)
    page.goto(UNIT)
    at(page, "onboarding")
    for action in ("accept-terms", "confirm-name"):
        do(page, action)
        expect(page.locator(f'[data-pex-action="{action}"]')).to_have_count(0)
    at(page, "available")
    do(page, "launch")
    at(page, "unlocked")
    do(page, "start")
    at(page, "sitting")
    page.request.post("/demo/clock/", form={"advance": "900"})  # the server believes no more than there was

    def saved() -> None:
        with page.expect_response(lambda response: response.url.endswith("/save_draft")):
            seconds(page, 1)

    seconds(page, 40)
    answer(page, 1)
    saved()  # one second more, which the next answer ends
    show(page, "hidden")
    seconds(page, 100)
    show(page, "visible")
    seconds(page, 19)
    answer(page, 2)
    saved()
    names = {n: question(page, n).get_attribute("data-question-id") for n in (1, 2, 3, 11)}
    assert sent[-1]["spent"] == {names[1]: 40, names[2]: 20}

    seconds(page, 30)  # read, and left for another part
    page.locator('[data-pex-part="2"]').click()
    seconds(page, 15)
    answer(page, 11)
    saved()
    assert sent[-1]["spent"] == {names[11]: 15}

    page.reload()
    at(page, "sitting")
    page.locator('[data-pex-part="1"]').click()
    assert kept(page, 1, 2, 3, 11) == [40, 20, 0, 15]
    seconds(page, 10)
    answer(page, 1, 1)
    saved()
    seconds(page, 11 * 60)  # the computer slept, or nobody was there
    answer(page, 3)
    with page.expect_response(lambda response: response.url.endswith("/submit_part")):
        do(page, "submit-part")
        do(page, "confirm")
    spent = sent[-1]["spent"]
    assert (spent[names[1]], spent[names[2]], spent[names[3]]) == (50, 20, 600)
    assert sent[-1]["part"] == 1
    page.unroute_all()
    page.reload()
    at(page, "sitting")
    assert kept(page, 1, 2, 3) == [50, 20, 600]


@pytest.fixture(scope="module")
def filled(campus: Campus, chromium) -> Campus:
    """Sixty made-up papers, by the campus's own lever."""
    context = chromium.new_context(base_url=campus.address)
    page = context.new_page()
    page.goto("/demo/sign-in/dominique/")
    page.goto("/courses/cartopro-site/learners/")
    page.locator('form[action$="/crowd/"] button').click()
    page.wait_for_url(re.compile(r"/proctored_exam/items/\d+/"))
    context.close()
    return campus


def test_from_a_point_of_the_plot_to_the_question_by_keyboard(filled, visitor):
    page = visitor(filled, "dominique", viewport={"width": 1440, "height": 900})
    page.goto("/courses/cartopro-site/")
    page.locator(f'a[href="{ITEMS}"]').click()

    mark = page.locator(".items-mark--check").first
    mark.focus()
    expect(mark).to_have_attribute("aria-label", re.compile(r"^Question 4.: facilité \d+.%, discrimination -0,\d\d"))
    mark.press("Enter")
    row = page.locator("#row-question-4")
    expect(row).to_be_focused()
    row.locator("a").press("Enter")
    view = page.locator("#question-4")
    expect(view).to_have_attribute("open", "")
    expect(view.locator("summary")).to_be_focused()
    expect(view).to_contain_text("bonne réponse")
    expect(view).to_contain_text("Ceux qui réussissent ailleurs échouent ici")
    with page.expect_download() as download:
        page.locator("a[download]").click()
    assert re.fullmatch(r"examen-final-certifiant-questions-2027-02-\d\d\.csv", download.value.suggested_filename)


@pytest.mark.parametrize(("language", "scheme"), [("fr", "light"), ("en", "dark")])
@pytest.mark.parametrize("width", [320, 1440])
def test_the_figures_are_accessible_and_never_scroll_sideways(filled, visitor, width, language, scheme):
    page = visitor(filled, "dominique", language, viewport={"width": width, "height": 900}, color_scheme=scheme)
    for course in ("cartopro-site", "cartopro-pe"):  # with figures, and before the first one
        page.goto(f"/courses/{course}/items/")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
