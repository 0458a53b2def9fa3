"""Without a mouse: the whole path by Tab, Enter, Space and arrows, and what a screen reader is told on the way."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from tests.browser.candidate import INFORMATION, QUESTIONS_PER_PART, Candidate

ALEX = "alex@example.org"
FARTHEST = 120
DESCRIPTION = """field => (field.getAttribute('aria-describedby') || '').split(' ')
    .map(id => document.getElementById(id)).map(element => element && element.textContent).join(' ')"""


@dataclass
class Keyboard:
    """A candidate's only device."""

    who: Candidate

    def press(self, *keys: str) -> None:
        for key in keys:
            self.who.page.keyboard.press(key)

    def tab_to(self, target: Locator) -> None:
        """Tab on from where the focus is until it is on ``target``."""
        expect(target).to_be_visible()
        for _ in range(FARTHEST):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not lead to {target}")

    def use(self, action: str, key: str = "Enter") -> None:
        """Tab to the button of an action, and press it."""
        self.tab_to(self.who.exam.locator(f'[data-pex-action="{action}"]:visible').first)
        self.press(key)

    def at(self, phase: str) -> Locator:
        """The screen of a phase, with the focus on its heading: what has just appeared is read out."""
        panel = self.who.at(phase)
        expect(panel.locator("[data-pex-heading]")).to_be_focused()
        return panel

    def confirm(self) -> None:
        """The dialog takes the focus and keeps it; its confirm button is pressed."""
        dialog = self.who.exam.locator("dialog[open]")
        expect(dialog.locator("h3")).to_be_focused()
        self.tab_to(dialog.locator('[data-pex-action="confirm"]'))
        self.press("Enter")


def test_the_whole_exam_by_keyboard(exam_day):
    alex, proctor = exam_day(viewport={"width": 1000, "height": 700})
    keys = Keyboard(alex)
    alex.open().at("onboarding")
    _onboard(keys)
    _book(keys)
    alex.campus.set_clock(_start(alex))
    _enter(keys)
    proctor.sit_down()
    code = proctor.let_in(ALEX)
    alex.page.bring_to_front()
    keys.tab_to(alex.exam.locator('[data-pex-field="password"]'))
    alex.page.keyboard.type(code)
    keys.press("Enter")
    keys.at("unlocked")
    keys.use("start")
    keys.at("sitting")
    for part in (1, 2, 3):
        _answer(keys, part)
    keys.use("finish")
    keys.confirm()
    expect(keys.at("submitted")).to_contain_text("Partie 3 · 10 réponses validées")


def _onboard(keys: Keyboard) -> None:
    alex = keys.who
    keys.use("accept-terms", "Space")
    expect(alex.exam.locator('[data-pex-action="accept-terms"]')).to_have_count(0)
    keys.use("confirm-name")
    expect(alex.exam.locator('[data-pex-action="confirm-name"]')).to_have_count(0)
    phone = alex.exam.locator('[data-pex-field="phone"]')
    keys.tab_to(phone)
    keys.press("Enter")
    expect(phone).to_be_focused()
    for name in INFORMATION:
        field = alex.exam.locator(f'[data-pex-field="{name}"]')
        expect(field).to_have_attribute("aria-invalid", "true")
        error = field.locator("xpath=..").locator("[data-pex-error]").inner_text()
        assert error
        assert error in field.evaluate(DESCRIPTION)
    for name, text in INFORMATION.items():
        keys.tab_to(alex.exam.locator(f'[data-pex-field="{name}"]'))
        alex.page.keyboard.type(text)
    keys.use("save-information")
    keys.at("booking")


def _book(keys: Keyboard) -> None:
    """Through the grid with the arrows: a closed day says why, an open one loads its times."""
    alex = keys.who
    entry = alex.exam.locator('[data-month]:not([hidden]) td[tabindex="0"]')
    expect(entry).to_have_count(1)
    keys.tab_to(entry)
    first = entry.get_attribute("data-day")
    keys.press("ArrowRight")
    expect(alex.exam.locator("td:focus")).not_to_have_attribute("data-day", first or "")
    keys.press("ArrowLeft")
    expect(alex.exam.locator("td:focus")).to_have_attribute("data-day", first or "")
    keys.press("Home", "ArrowRight", "ArrowRight")  # Wednesday: no exam
    closed = alex.exam.locator("td:focus")
    expect(closed).to_have_attribute("aria-disabled", "true")
    keys.press("Enter")
    expect(alex.exam.get_by_role("status").filter(has_text="mercredi")).to_be_visible()
    keys.press("ArrowDown", "ArrowLeft", "Enter")
    expect(alex.exam.locator("td:focus")).to_have_attribute("aria-selected", "true")
    keys.use("pick-slot", "Space")
    expect(alex.exam.locator('[data-pex-action="pick-slot"]:focus')).to_have_attribute("aria-pressed", "true")
    keys.use("book")
    keys.at("booked")


def _start(alex: Candidate) -> str:
    return alex.exam.locator("[data-pex-start]").first.get_attribute("data-pex-start") or ""


def _enter(keys: Keyboard) -> None:
    """A wrong password is tied to its field, and the field is empty and focused again."""
    alex = keys.who
    keys.at("available")
    keys.use("launch")
    expect(alex.exam.locator("dialog[open] h3")).to_be_focused()
    keys.tab_to(alex.exam.locator('[data-pex-action="consent"]'))
    with alex.page.context.expect_page():
        keys.press("Enter")
    alex.page.bring_to_front()
    keys.at("room")
    password = alex.exam.locator('[data-pex-field="password"]')
    keys.tab_to(password)
    alex.page.keyboard.type("BBBBBBBB")
    keys.press("Enter")
    expect(password).to_have_attribute("aria-invalid", "true")
    expect(password).to_be_focused()
    expect(password).to_have_value("")
    assert alex.exam.locator('[data-pex-error="wrong_password"]').first.inner_text() in password.evaluate(DESCRIPTION)


def _answer(keys: Keyboard, part: int) -> None:
    """Answer all questions of the part in view, verify it, go on to the next."""
    alex = keys.who
    expect(alex.part(part)).to_have_attribute("aria-selected", "true")
    for number in range((part - 1) * QUESTIONS_PER_PART + 1, part * QUESTIONS_PER_PART + 1):
        question = alex.question(number)
        control = question.locator("input, select").first
        keys.tab_to(control)
        keys.press("ArrowDown" if question.get_attribute("data-kind") == "select" else "Space")
        expect(question).to_have_attribute("data-state", "answered")
    keys.use("submit-part")
    keys.confirm()
    expect(alex.part(part)).to_have_attribute("data-state", "submitted")
    expect(alex.exam.get_by_role("status").filter(has_text=f"La partie {part} est validée")).to_be_visible()
    if part < 3:
        keys.use("next-part")
        expect(alex.part(part + 1)).to_be_focused()


def test_parts_are_tabs_moved_through_with_the_arrows(exam_day):
    alex, proctor = exam_day()
    alex.start(proctor)
    keys = Keyboard(alex)
    keys.tab_to(alex.part(1))
    for key, part in (("ArrowRight", 2), ("End", 3), ("ArrowRight", 1), ("ArrowLeft", 3), ("Home", 1)):
        keys.press(key)
        expect(alex.part(part)).to_be_focused()
        expect(alex.part(part)).to_have_attribute("aria-selected", "true")
        expect(alex.exam.locator(f'[data-pex-panel="{part}"]')).to_be_visible()
        expect(alex.exam.locator("[data-pex-panel]:visible")).to_have_count(1)


def test_the_bar_never_hides_what_has_the_focus(exam_day):
    alex, proctor = exam_day(viewport={"width": 1000, "height": 500})
    alex.start(proctor)
    alex.exam.locator('[data-pex-action="save-part"]').focus()
    for _ in range(QUESTIONS_PER_PART):
        alex.page.keyboard.press("Shift+Tab")
        top, bar = alex.page.evaluate(
            "[document.activeElement.closest('label, select').getBoundingClientRect().top,"
            " document.querySelector('[data-pex-bar]').getBoundingClientRect().bottom]"
        )
        assert top >= bar


def test_the_time_is_announced_at_ten_five_and_one_minutes(exam_day):
    alex, proctor = exam_day()
    alex.start(proctor)
    alex.question(1).locator("input").first.focus()
    status = alex.exam.locator('[role="status"]')
    for minutes, words in ((10, "Il reste 10 minutes."), (5, "Il reste 5 minutes."), (1, "Il reste une minute.")):
        alex.pass_time(seconds=alex.remaining() - minutes * 60 - 4)
        alex.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # it asks for the time at once
        expect(status.filter(has_text=words)).to_be_visible(timeout=15_000)
        assert minutes * 60 - 15 < alex.remaining() <= minutes * 60
    expect(alex.question(1).locator("input").first).to_be_focused()
    alex.pass_time(seconds=alex.remaining() + 3)
    alex.at("submitted")
