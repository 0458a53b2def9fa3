"""The course team corrects a wrong key: sees who changes, applies it, undoes it; the candidate sees the new score."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from demo.courses import COURSES
from demo.process import Campus
from proctored_exam_xblock import scenarios
from proctored_exam_xblock.domain.questions import Paper, Question
from proctored_exam_xblock.olx import read_paper
from tests.browser.by_request import ask
from tests.browser.conftest import NOW
from tests.browser.course_team import change_rules

SLUG = "cartopro-site"
PAGE = f"/courses/{SLUG}/corrections/"
OPEN = {
    "backend": "none",
    "unlock": "none",
    "appointments": False,
    "first_day": "2027-02-15",
    "show_result_in_exam": True,
    "pass_percent": 50,
}
"""Rules under which a learner sits the exam by a few requests."""


def paper() -> Paper:
    today = datetime.fromisoformat(NOW).astimezone(UTC).date()
    return read_paper(scenarios.load(COURSES[SLUG].scenario, today).paper)


def answers(asked: tuple[Question, ...], wrong: int) -> dict[str, list[str]]:
    """The first ``wrong`` questions wrong, the others right."""
    return {
        q.id: [c.id for c in q.choices if c.correct] if n >= wrong else [next(c.id for c in q.choices if not c.correct)]
        for n, q in enumerate(asked)
    }


def sit(page: Page, wrong: int) -> None:
    """The whole exam by requests, so many answers of each part wrong."""
    page.goto(f"/courses/{SLUG}/unit/")
    terms = page.locator('[data-pex-action="accept-terms"]').get_attribute("data-version")
    ask(page, SLUG, "accept_terms", version=terms)
    ask(page, SLUG, "confirm_name")
    ask(page, SLUG, "launch")
    window = ask(page, SLUG, "start_sitting", nonce="nonce-of-the-start-page")["window"]
    for number, part in enumerate(paper().parts, start=1):
        body = {"part": number, "revision": 1, "answers": answers(part.questions, wrong)}
        ask(page, SLUG, "submit_part", window=window, **body)
    ask(page, SLUG, "finish", window=window, drafts={})


@pytest.fixture(scope="module")
def graded(campus: Campus, chromium: Browser) -> Iterator[dict[str, Page]]:
    """Three who finished: all right, half right to the point, nothing right."""
    with ExitStack() as stack:

        def browser(name: str) -> Page:
            context = chromium.new_context(base_url=campus.address, locale="fr-FR")
            stack.callback(context.close)
            page = context.new_page()
            page.goto(f"/demo/sign-in/{name}/")
            return page

        change_rules(browser("dominique"), SLUG, **OPEN)
        campus.set_clock("2027-02-16T15:30:00Z")
        pages = {name: browser(name) for name in ("alex", "robin", "sam")}
        for page, wrong in zip(pages.values(), (0, 5, 10), strict=True):
            sit(page, wrong)
        yield pages


def score_of(page: Page) -> str:
    page.goto(f"/courses/{SLUG}/unit/")
    return page.locator('[data-pex-phase="result"]').inner_text()


def choose(team: Page, number: int) -> None:
    row = team.locator("[data-regrade-question]").nth(number)
    row.locator("[data-regrade-pick]").click()


def see_who_changes(team: Page) -> None:
    team.locator("[data-regrade-preview]").click()
    expect(team.locator("form[data-regrade-apply]")).to_be_visible()


def row(team: Page, name: str) -> str:
    return " ".join(team.locator("[data-regrade-row]", has_text=name).inner_text().split())


def is_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_key_is_corrected_and_undone_and_nothing_typed_is_lost(
    graded: dict[str, Page], campus: Campus, visitor: Callable[..., Page]
) -> None:
    team = visitor(campus, "dominique", viewport={"width": 1440, "height": 900})
    team.goto(f"/courses/{SLUG}/")
    team.get_by_role("link", name="Corrections").click()
    first = paper().questions[0]

    team.get_by_label("Rechercher").fill("zzz")
    expect(team.locator("[data-regrade-found]")).to_have_text("Aucune question ne contient ces mots.")
    team.get_by_label("Rechercher").fill("")
    choose(team, 0)
    expect(team.locator("[data-regrade-editor] > legend")).to_be_focused()
    right = [team.get_by_role("checkbox", name=re.compile(f"^{re.escape(c.html)}")) for c in first.choices if c.correct]
    for box in right:
        box.uncheck()
    team.locator("[data-regrade-preview]").click()
    wrong = team.locator("[data-regrade-wrong]:visible")
    expect(wrong).to_have_text("Cochez au moins une réponse juste.")
    assert wrong.get_attribute("data-pex-error") == "invalid_correction"
    other = next(c for c in first.choices if not c.correct)
    team.locator(f'[data-regrade-choices] input[value="{other.id}"]').check()

    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    team.route("**/preview/", hold)
    with team.expect_request("**/preview/"):
        team.locator("[data-regrade-preview]").click()
    team.get_by_label("Personne ne perd de points").check()
    expect(team.locator("[data-regrade-waiting]")).to_contain_text("La correction a changé depuis l’aperçu")
    held[0].abort()
    team.unroute("**/preview/")
    team.get_by_label("Personne ne perd de points").uncheck()

    see_who_changes(team)
    expect(team.locator("[data-regrade-waiting]")).to_have_text("3 candidats changent de note, sur 3 qui ont terminé.")
    assert "30 / 30 29 / 30 −1 réussit" in row(team, "Alex")
    assert "15 / 30 16 / 30 +1 réussit" in row(team, "Robin")
    is_accessible(team)

    team.get_by_label("Personne ne perd de points").check()
    expect(team.locator("[data-regrade-waiting]")).to_have_text(
        "La correction a changé depuis l’aperçu : redemandez-le.".replace(" :", "\xa0:")
    )
    expect(team.locator("form[data-regrade-apply]")).to_be_hidden()
    team.get_by_label("Personne ne perd de points").uncheck()
    see_who_changes(team)

    team.get_by_role("button", name="Appliquer à tous").click()
    reason = team.locator("#regrade-reason")
    expect(reason).to_be_focused()
    expect(reason).to_have_attribute("aria-invalid", "true")
    reason.fill("Le manuel dit le contraire.")

    team.route("**/apply/", lambda route: route.abort())
    team.get_by_role("button", name="Appliquer à tous").click()
    expect(team.locator('[data-regrade-problem="apply"]')).to_contain_text("La plateforme n’a pas répondu.")
    team.unroute("**/apply/")
    expect(reason).to_have_value("Le manuel dit le contraire.")

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    expect(team.locator("[data-regrade-nothing]")).to_be_visible()
    team.route("**/apply/", lose_the_answer)
    team.get_by_role("button", name="Appliquer à tous").click()
    expect(team.locator('[data-regrade-past="1"]')).to_contain_text("Le manuel dit le contraire.")
    expect(team.locator("[data-regrade-nothing]")).to_be_hidden()
    team.unroute("**/apply/")
    team.get_by_role("button", name="Appliquer à tous").click()
    refused = team.locator('[data-regrade-problem="preview"]')
    expect(refused).to_contain_text("Rien n’a été modifié")
    assert refused.get_attribute("data-pex-error") == "changed_meanwhile"
    expect(team.locator("[data-regrade-past]")).to_have_count(1)
    expect(reason).to_have_value("Le manuel dit le contraire.")

    assert "29" in score_of(graded["alex"])
    assert "16" in score_of(graded["robin"])

    team.reload()
    expect(team.locator("[data-regrade-question]").first).to_contain_text("Corrigée")
    undo = team.locator('[data-regrade-past="1"]').get_by_role("button", name="Annuler cette correction")
    undo.click()
    team.locator("#regrade-undo-reason").fill("Pour celle-ci seulement.")
    team.locator("[data-regrade-dismiss]").click()
    undo.evaluate("button => { button.dataset.regradeUndo = 9; }")
    undo.click()
    expect(team.locator("#regrade-undo-reason")).to_have_value("")
    team.locator("[data-regrade-dismiss]").click()
    undo.evaluate("button => { button.dataset.regradeUndo = 1; }")
    undo.click()
    expect(team.locator("[data-regrade-dialog] [data-regrade-row]")).to_have_count(3)
    assert "29 / 30 30 / 30 +1" in " ".join(team.locator("[data-regrade-dialog]").inner_text().split())
    is_accessible(team)
    team.locator("#regrade-undo-reason").fill("La clé était juste.")
    team.locator("[data-regrade-undo-confirm]").click()
    expect(team.locator("[data-regrade-done]")).to_be_focused()
    expect(team.locator('[data-regrade-past="1"]')).to_contain_text("La clé était juste.")
    assert "30" in score_of(graded["alex"])
    assert "15" in score_of(graded["robin"])


@pytest.mark.usefixtures("graded")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_english_on_a_telephone_by_keyboard(campus: Campus, visitor: Callable[..., Page], scheme: str) -> None:
    team = visitor(campus, "dominique", "en", viewport={"width": 320, "height": 700}, color_scheme=scheme)
    exam = team.goto(PAGE)
    assert exam is not None
    second = paper().questions[1].id
    team.goto(f"{team.url}?question={second}")
    expect(team.locator(f'[data-regrade-editor="{second}"] > legend')).to_be_focused()

    team.keyboard.press("Tab")
    team.keyboard.press("ArrowDown")
    expect(team.get_by_role("radio", name="Cancel the question")).to_be_checked()
    expect(team.locator("[data-regrade-choices]")).to_be_hidden()
    team.keyboard.press("ArrowDown")
    team.keyboard.press("ArrowUp")
    for _ in range(3):
        team.keyboard.press("Tab")
    expect(team.locator("[data-regrade-preview]")).to_be_focused()
    team.keyboard.press("Enter")
    expect(team.locator("#regrade-3")).to_be_focused()
    expect(team.locator("[data-regrade-waiting]")).to_contain_text("out of 3 who finished.")
    assert "15 / 30 15 / 29" in " ".join(team.locator("[data-regrade-found-changes]").inner_text().split()).replace(
        "After ", ""
    )
    assert team.evaluate("document.documentElement.scrollWidth") <= 320
    is_accessible(team)
