"""Getting ready: the practice exam with its report, the checklist, and the way from one to the other."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.candidate import Candidate
from tests.browser.test_screens import Inspector

PRACTICE = "/courses/entrainement/unit/"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


class Learner(Candidate):
    """A candidate at the practice exam."""

    def open(self) -> Learner:
        self.page.goto(PRACTICE)
        return self

    def begin(self) -> None:
        """From the calendar to the running clock: the next time, entered at once, with the code that is shown."""
        self.at("booking")
        self.do("book-next")
        self.at("available")
        self.do("launch")
        self.at("room")
        self.unlock(self.exam.locator("[data-pex-practice-code]").inner_text())
        self.at("unlocked")
        self.do("start")
        self.at("sitting")

    def answer(self, part: int, numbers: range) -> None:
        self.part(part).click()
        for number in numbers:
            self.choose(number)

    def end(self) -> None:
        self.do("finish")
        self.do("confirm")
        self.at("submitted")


def test_a_part_that_is_saved_only_is_reported_and_the_next_try_is_clean(exam_day, visitor):
    site = exam_day("robin")[0].campus
    alex = Learner(site, visitor(site, "alex", user_agent=WINDOWS)).open()
    looks = Inspector("fr")
    alex.at("onboarding")
    alex.do("check-equipment")
    expect(alex.exam.locator('[data-pex-step="equipment"]')).to_have_attribute("data-done", "true")
    alex.do("accept-terms")
    expect(alex.exam.locator('[data-pex-action="accept-terms"]')).to_have_count(0)
    alex.do("confirm-name")
    looks.screen(alex, "booking")
    alex.begin()
    expect(alex.exam.locator("[data-pex-certification-number]")).to_contain_text("ENTRAINEMENT-")
    alex.answer(1, range(1, 4))
    alex.verify_part(1)
    alex.answer(2, range(4, 6))
    alex.do("save-part")
    alex.saved()
    alex.end()
    expect(alex.exam.locator("[data-pex-finding]").first).to_have_attribute("data-pex-finding", "part_not_verified")
    expect(alex.exam.locator("[data-pex-report]")).to_contain_text("ses 2 réponses n’auraient pas compté")
    expect(alex.exam.locator("[data-pex-report]")).to_contain_text("Essai n° 1")
    looks.screen(alex, "submitted")

    again = alex.exam.locator('[data-pex-action="try-again"]')
    again.focus()
    alex.page.keyboard.press("Enter")
    alex.begin()
    alex.answer(1, range(1, 4))
    alex.verify_part(1)
    alex.answer(2, range(4, 6))
    alex.verify_part(2)
    alex.end()
    expect(alex.exam.get_by_role("heading", name="Rien n’aurait échoué")).to_be_visible()
    expect(alex.exam.locator("[data-pex-finding]")).to_have_count(0)
    looks.screen(alex, "submitted")
    assert not looks.found, "\n\n".join(looks.found)

    alex.page.goto("/dashboard/")
    expect(alex.page.locator("main")).not_to_contain_text("Examen d’entraînement")


def test_the_checklist_is_ticked_by_keyboard_remembered_and_leads_to_the_practice(exam_day):
    sam, _ = exam_day("sam", language="en")
    sam.open()
    sam.onboard()
    sam.book()
    boxes = sam.exam.locator("[data-pex-checklist] input")
    expect(boxes).to_have_count(10)
    boxes.first.focus()
    sam.page.keyboard.press("Space")
    sam.page.keyboard.press("Tab")
    sam.page.keyboard.press("Space")
    expect(sam.exam.locator("[data-pex-prepared]")).to_have_text("2 of 10")
    sam.open().at("booked")
    expect(boxes.nth(1)).to_be_checked()
    expect(sam.exam.locator("[data-pex-prepared]")).to_have_text("2 of 10")
    sam.do("practise")
    expect(sam.page).to_have_url(re.compile("/courses/entrainement/$"))
    expect(sam.page.frame_locator("#unit-iframe").locator('[data-pex-phase="onboarding"]')).to_be_visible()
