"""Dominique writes the exam: rules and paper with what is wrong beside each, the preview, the checks."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

AUTHOR = "/courses/cartopro/author/"
UNIT = "/courses/cartopro/unit/"
TABS = ("exam", "paper", "preview", "checks")
QUESTION = """<problem>
  <multiplechoiceresponse>
    <label>Combien font 6 × 7 ?</label>
    <choicegroup>
      <choice correct="true">42</choice>
      <choice correct="false">54</choice>
    </choicegroup>
  </multiplechoiceresponse>
</problem>"""


@dataclass
class Author:
    """Somebody of the course team at the author's page."""

    page: Page

    def open(self, tab: str = "") -> Author:
        self.page.goto(AUTHOR + (f"#pex-{tab}" if tab else ""))
        expect(self.find("[data-pex-author-ready]")).to_be_visible()
        return self

    def find(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def tab(self, name: str) -> Locator:
        return self.find(f'[data-pex-author-tab="{name}"]')

    def panel(self, name: str) -> Locator:
        return self.find(f'[data-pex-author-panel="{name}"]')

    def show(self, name: str) -> Locator:
        self.tab(name).click()
        expect(self.panel(name)).to_be_visible()
        return self.panel(name)

    def do(self, action: str) -> None:
        self.find(f'[data-pex-author-do="{action}"]:visible').first.click()

    def field(self, name: str) -> Locator:
        return self.find(f"#pex-author-{name}")

    def error(self, name: str) -> Locator:
        return self.find(f'[data-pex-author-error="{name}"]')

    def status(self) -> Locator:
        return self.find("[data-pex-author-status]")

    def save(self) -> None:
        self.do("save")
        expect(self.status()).to_have_attribute("data-state", "saved")

    def finding(self, code: str) -> Locator:
        return self.find(f'[data-pex-author-finding="{code}"]')


@pytest.fixture
def author(campus_factory, visitor):
    """Signs somebody of the course team in, on a campus of the test's own."""
    site = campus_factory()
    return lambda language="fr", **options: Author(visitor(site, "dominique", language, **options))


def test_a_rule_is_mended_where_it_is_wrong_saved_and_seen_by_the_candidate(author, visitor):
    dominique = author().open()
    dominique.field("help_phones").fill("01 23 45 67 89")
    dominique.field("duration_minutes").fill("trente")
    dominique.field("seats_per_slot").fill("0")
    dominique.do("save")
    expect(dominique.error("duration_minutes")).to_have_text("Écrivez un nombre entier.")
    expect(dominique.error("seats_per_slot")).to_have_text("Entre 1 et 100000.")
    expect(dominique.field("duration_minutes")).to_be_focused()
    expect(dominique.field("duration_minutes")).to_have_value("trente")
    expect(dominique.tab("exam")).to_contain_text("2")

    dominique.field("duration_minutes").fill("45")
    dominique.field("seats_per_slot").fill("4")
    dominique.save()
    expect(dominique.error("duration_minutes")).to_be_hidden()
    dominique.page.goto(UNIT)
    expect(dominique.find(".pex-help")).to_contain_text("01 23 45 67 89")


def test_nothing_typed_is_lost_by_a_dead_network_a_reload_or_another_author(author):
    dominique, other = author(), author()
    dominique.open()
    other.open()
    dominique.page.route("**/save_content", lambda route: route.abort())
    dominique.field("display_name").fill("Examen de Dominique")
    dominique.do("save")
    expect(dominique.find("[data-pex-author-alert]")).to_contain_text("La plateforme ne répond pas.")
    expect(dominique.field("display_name")).to_have_value("Examen de Dominique")
    dominique.page.unroute("**/save_content")

    other.field("display_name").fill("Examen d’une autre")
    other.save()
    dominique.do("save")
    expect(dominique.find("[data-pex-author-alert]")).to_contain_text("Quelqu’un d’autre a enregistré cet examen")

    asked = []
    dominique.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    dominique.page.reload()
    assert asked == ["beforeunload"]
    expect(dominique.field("display_name")).to_have_value("Examen d’une autre")
    expect(dominique.find("[data-pex-author-draft]")).to_contain_text("Quelqu’un a enregistré l’examen depuis")
    dominique.do("restore-draft")
    expect(dominique.field("display_name")).to_have_value("Examen de Dominique")
    dominique.save()
    other.open()
    expect(other.field("display_name")).to_have_value("Examen de Dominique")


def test_rules_typed_as_text_are_saved_though_nobody_took_them_into_the_form(author):
    dominique = author("en").open()
    dominique.find("[data-pex-author-expert] > summary").click()
    text = dominique.find("[data-pex-author-json]")
    expect(text).not_to_have_value("")
    whole = text.input_value()
    text.fill(whole + "}")
    dominique.do("save")
    expect(dominique.error("policy")).to_contain_text("This is no JSON object")
    expect(text).to_be_focused()

    text.fill(whole.replace('"duration_minutes": 30', '"duration_minutes": 40'))
    dominique.field("seats_per_slot").fill("7")
    dominique.do("save")
    expect(dominique.find("[data-pex-author-question]")).to_contain_text("The rules were changed in the form")
    dominique.find('[data-pex-author-answer="yes"]').click()
    expect(dominique.status()).to_have_attribute("data-state", "saved")
    dominique.open()
    expect(dominique.field("duration_minutes")).to_have_value("40")
    expect(dominique.field("seats_per_slot")).not_to_have_value("7")


def test_a_part_and_a_question_are_added_beside_their_live_preview(author):
    dominique = author("en").open("paper")
    dominique.do("add-part")
    part = dominique.find("[data-pex-author-part]").last
    part.get_by_label("Title of the part").fill("Arithmétique")
    part.locator('[data-pex-author-do="add-question"]').click()
    text, live = part.get_by_label("Problem (OLX)"), part.locator("[data-pex-author-live]")
    expect(live.get_by_label("The right answer")).to_be_visible()

    text.fill(QUESTION.replace('"true"', '"false"'))
    mistake = part.get_by_role("button", name="Line 4: no choice is right: nobody could earn the points.")
    expect(mistake).to_be_visible()
    expect(part.locator("[data-pex-author-numbers] [data-wrong]")).to_have_text("4")
    dominique.do("save")
    expect(dominique.tab("paper")).to_contain_text("1")
    assert text.evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)").strip() == "<choicegroup>"

    text.fill(QUESTION)
    expect(live.get_by_label("42")).to_be_visible()
    expect(live.locator("[data-pex-author-key]")).to_have_count(0)
    dominique.page.get_by_label("Show answers").check()
    expect(live.locator("[data-pex-author-key]")).to_contain_text("42")
    expect(part.locator("[data-pex-author-about]")).to_have_text("One answer · 1 point")
    dominique.save()

    preview = dominique.show("preview")
    expect(preview).to_contain_text("Preview: nothing is recorded.")
    preview.get_by_role("button", name="Exam", exact=True).click()
    stage = preview.locator("[data-pex-author-stage]")
    stage.locator('[data-pex-part="4"]').click()
    expect(stage.locator('[data-pex-question="31"]')).to_contain_text("Combien font 6 × 7 ?")
    preview.get_by_role("button", name="Français").click()
    expect(stage).to_contain_text("Temps restant")
    stage.locator('[data-pex-action="finish"]').click()
    expect(dominique.find("[data-pex-author-said]")).to_have_text("Preview: nothing is recorded.")


def test_questions_are_moved_deleted_and_imported(author):
    dominique = author("en").open("paper")
    first = dominique.find("[data-pex-author-part]").first
    words = first.locator("[data-pex-author-excerpt]").first.inner_text()
    first.locator('[data-pex-author-do="question-down"]').first.click()
    expect(first.locator("[data-pex-author-excerpt]").nth(1)).to_have_text(words)
    first.locator('[data-pex-author-do="question-delete"]').first.click()
    dominique.page.get_by_role("button", name="Remove").click()
    expect(first.locator("[data-pex-author-excerpt]").first).to_have_text(words)
    expect(dominique.find("[data-pex-author-paper-count]")).to_have_text("3 parts, 29 questions, 29 points")

    dominique.page.get_by_text("Import questions").click()
    paste = dominique.page.get_by_label("Or paste them here")
    paste.fill("<problem>")
    dominique.do("import-add")
    expect(dominique.error("import")).to_contain_text("Line 1: the XML is not well formed")
    dominique.find("[data-pex-author-file]").set_input_files(
        {"name": "pool.xml", "mimeType": "text/xml", "buffer": f"<?xml version='1.0'?>\n{QUESTION}".encode()}
    )
    expect(paste).to_have_value(re.compile("6 × 7"))
    dominique.do("import-add")
    expect(dominique.find("[data-pex-author-paper-count]")).to_have_text("4 parts, 30 questions, 30 points")
    dominique.save()
    dominique.open("paper")
    expect(dominique.find("[data-pex-author-excerpt]").last).to_have_text("Combien font 6 × 7 ?")


def test_the_checks_find_the_missing_password_and_lead_to_where_it_is_set(author):
    dominique = author().open()
    dominique.page.get_by_label("Un mot de passe pour tout l’examen").check()
    expect(dominique.page.get_by_label("Aucun mot de passe")).to_be_disabled()
    checks = dominique.show("checks")
    expect(dominique.finding("exam_password")).to_have_attribute("data-severity", "stop")
    checks.get_by_role("button", name="Définir le mot de passe").click()
    secret = dominique.find("[data-pex-author-secret]")
    expect(secret).to_be_focused()
    secret.fill("court")
    secret.press("Enter")
    expect(dominique.error("password")).to_have_text(re.compile("trop court"))
    secret.fill("cheval correct")
    dominique.do("set-password")
    expect(dominique.find("[data-pex-author-password-state]")).to_have_text("Défini le lundi 15 février 2027.")
    expect(secret).to_have_value("")
    dominique.show("checks")
    expect(dominique.finding("exam_password")).to_have_attribute("data-severity", "ok")
    dominique.save()


def test_every_tab_is_reached_by_keyboard_and_by_its_address(campus, visitor):
    dominique = Author(visitor(campus, "dominique")).open("checks")
    expect(dominique.tab("checks")).to_have_attribute("aria-selected", "true")
    dominique.tab("checks").focus()
    for key, name in (("ArrowRight", "exam"), ("ArrowLeft", "checks"), ("Home", "exam"), ("End", "checks")):
        dominique.page.keyboard.press(key)
        expect(dominique.tab(name)).to_be_focused()
        expect(dominique.tab(name)).to_have_attribute("aria-selected", "true")
        expect(dominique.find("[role=tabpanel]:visible")).to_have_count(1)
        expect(dominique.page).to_have_url(re.compile(f"#pex-{name}$"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_tab_has_a_barrier_or_scrolls_sideways(campus, visitor, language):
    dominique = Author(visitor(campus, "dominique", language, reduced_motion="reduce")).open()
    dominique.field("duration_minutes").fill("x")
    dominique.do("save")
    expect(dominique.error("duration_minutes")).to_be_visible()
    found = []
    for width, scheme in ((320, "light"), (1440, "dark")):
        dominique.page.set_viewport_size({"width": width, "height": 900})
        dominique.page.emulate_media(color_scheme=scheme)
        for name in TABS:
            dominique.show(name)
            if name == "paper":
                if width == 320:
                    dominique.find('[data-pex-author-do="open-question"]').first.click()
                expect(dominique.find("[data-pex-author-live]").first.locator("legend")).to_be_visible()
            if name == "checks":
                expect(dominique.finding("questions_distinct")).to_be_visible()
            results = Axe().run(dominique.page)
            if results.violations_count:
                found.append(f"{name} at {width}: {results.generate_report()}")
            wide, room = dominique.page.evaluate(
                "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            )
            if wide > room:
                found.append(f"{name}: {wide} px of content on {room} px")
    assert not found, "\n".join(found)
