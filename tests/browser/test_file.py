"""The candidate's file before booking, as a person goes through it: what is missing, terms that change, name, phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.candidate import INFORMATION, UNIT, Candidate
from tests.browser.course_team import change_rules, rules_of

QUIZ = "cartopro.sequential.quiz"
WORDS = {
    "fr": {"short": "trop court", "out": "six", "in": "huit", "group": "Vous n’êtes dans aucun groupe"},
    "en": {"short": "too short", "out": "six", "in": "eight", "group": "You are in no group"},
}


def no_violation(page: Page) -> None:
    for width in (320, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", ["fr", "en"])
def test_from_what_is_missing_to_terms_that_change_while_the_file_is_open(
    campus_factory: Callable[..., Any], visitor: Callable[..., Page], language: str
) -> None:
    said, campus = WORDS[language], campus_factory()
    team, page = visitor(campus, "dominique", language), visitor(campus, "alex", language)
    alex = Candidate(campus, page)
    rule = {"subsection": QUIZ, "title": "Quiz", "minimum_percent": 60}
    change_rules(team, groups=["Lyon"], prerequisites=[rule])

    alex.open()
    panel = alex.at("not_eligible")
    expect(panel.locator('[data-pex-missing="group"]')).to_contain_text(said["group"])
    no_violation(page)
    panel.locator('[data-pex-missing="prerequisite"] a').click()
    expect(page.locator(f'[data-demo-subsection="{QUIZ}"]')).to_be_visible()

    team.goto("/courses/cartopro/learners/")
    line = team.locator("fieldset", has_text="Alex Moreau")
    line.locator("[name^=group-]").fill("Lyon")
    line.locator("[name^=grade-]").fill("75")
    team.locator(".panel form button, form.panel button").first.click()

    page.goto("/account/")
    page.locator("[name=last_name]").fill("Martin")
    page.locator("main form button").click()
    alex.open().at("onboarding")
    page.locator('[data-pex-choice="name"][value="capitals"]').check()
    alex.do("accept-terms")
    expect(page.locator("[data-pex-accepted-terms]")).to_be_visible()
    alex.do("confirm-name")
    expect(page.locator('[data-pex-step="name"][data-done="true"] [data-pex-name]')).to_have_text("Alex MARTIN")
    for field, value in {**INFORMATION, "phone": "12"}.items():
        alex.fill(field, value)
    alex.do("save-information")
    phone = page.locator('[data-pex-field="phone"]')
    expect(phone).to_be_focused()
    expect(phone).to_have_attribute("aria-invalid", "true")
    expect(page.locator(f"#{phone.get_attribute('id')}-error")).to_contain_text(said["short"])
    no_violation(page)
    alex.fill("phone", "06 12 34 56 78")
    alex.do("save-information")
    alex.at("booking")

    rules = {name: text for name, text in rules_of(team).items() if name in ("terms_fr", "terms_en")}
    changed = {
        "terms_fr": rules["terms_fr"].replace("six semaines", "huit semaines"),
        "terms_en": rules["terms_en"].replace("six weeks", "eight weeks"),
    }
    change_rules(team, terms_version="2017-2", **changed)
    alex.open().at("onboarding")
    changes = page.locator("[data-pex-changes]")
    expect(changes.locator("del")).to_contain_text(said["out"])
    expect(changes.locator("ins")).to_contain_text(said["in"])
    no_violation(page)
    alex.do("accept-terms")
    alex.book()

    page.locator("[data-pex-file] > summary").click()
    page.locator("[data-pex-accepted-terms] > summary").click()
    expect(page.locator("[data-pex-accepted-terms]")).to_contain_text(said["in"])
    expect(page.locator("[data-pex-file]")).to_contain_text("Alex MARTIN")
    no_violation(page)


def test_the_file_is_completed_by_keyboard_alone(
    campus_factory: Callable[..., Any], visitor: Callable[..., Page]
) -> None:
    campus = campus_factory()
    page = visitor(campus, "sam")
    page.goto("/account/")
    page.locator("[name=last_name]").fill("Thomas")
    page.locator("main form button").click()
    page.goto(UNIT)
    press(page, '[data-pex-action="accept-terms"]')
    expect(page.locator("[data-pex-accepted-terms]")).to_be_visible()
    press(page, '[data-pex-choice="name"]', "ArrowDown")
    press(page, '[data-pex-action="confirm-name"]')
    expect(page.locator("[data-pex-name]")).to_have_text("Sam THOMAS")
    for field, value in INFORMATION.items():
        press(page, f'[data-pex-field="{field}"]', None)
        page.keyboard.type(value)
    page.keyboard.press("Enter")
    expect(page.locator('[data-pex-phase="booking"]')).to_be_visible()


def press(page: Page, selector: str, key: str | None = "Enter") -> None:
    """Go there with the tab key and press."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            break
    else:
        raise AssertionError(f"{selector} cannot be reached")
    if key:
        page.keyboard.press(key)
