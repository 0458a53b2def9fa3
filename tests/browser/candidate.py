"""A candidate at the page and a proctor at the simulator's seat, as two people with two browsers."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta

from playwright.sync_api import FrameLocator, Locator, Page, expect

from demo.courses import COURSES
from demo.process import ROOT, Campus

COURSE = "/courses/cartopro/"
UNIT = "/courses/cartopro/unit/"
INFORMATION = {"phone": "+33 6 12 34 56 78", "address": "6 cours Albert-Thomas", "city": "Lyon"}
QUESTIONS_PER_PART = 10


@dataclass
class Proctor:
    """The vendor's side."""

    page: Page

    def sit_down(self) -> None:
        """Open the seat."""
        self.page.goto("/simulators/proctoru/")

    def session(self, email: str) -> Locator:
        """The candidate's present booking."""
        return self.page.locator(f'[data-sim-session][data-email="{email}"]:not([data-state="cancelled"])').first

    def let_in(self, email: str) -> str:
        """Check the identity, open the room, and read the code of this appointment."""
        session = self.session(email)
        expect(session).to_have_attribute("data-state", "waiting")
        session.locator('[data-sim-action="verify-identity"]').click()
        expect(session).to_have_attribute("data-state", "identified")
        session.locator('[data-sim-action="open-room"]').click()
        expect(session).to_have_attribute("data-state", "open")
        return session.locator("[data-sim-code]").inner_text().strip()


@dataclass
class Candidate:
    """One learner at the exam; ``framed`` means inside the course page's iframe."""

    campus: Campus
    page: Page
    framed: bool = False

    @property
    def exam(self) -> Page | FrameLocator:
        """Where the panel is."""
        return self.page.frame_locator("#unit-iframe") if self.framed else self.page

    def open(self) -> Candidate:
        """Load the exam's page."""
        self.page.goto(COURSE if self.framed else UNIT)
        return self

    def at(self, phase: str) -> Locator:
        """The panel, once it is in this phase."""
        panel = self.exam.locator(f'[data-pex-phase="{phase}"]')
        expect(panel).to_be_visible(timeout=20_000)
        return panel

    def do(self, action: str) -> None:
        """Click an action that can be seen."""
        self.exam.locator(f'[data-pex-action="{action}"]:visible').first.click()

    def fill(self, field: str, value: str) -> None:
        """Type into a field."""
        self.exam.locator(f'[data-pex-field="{field}"]').fill(value)

    def onboard(self) -> None:
        """Terms, name, information: on to the calendar."""
        self.at("onboarding")
        self.do("accept-terms")
        expect(self.exam.locator('[data-pex-action="accept-terms"]')).to_have_count(0)
        self.do("confirm-name")
        expect(self.exam.locator('[data-pex-action="confirm-name"]')).to_have_count(0)
        for field, value in INFORMATION.items():
            self.fill(field, value)
        self.do("save-information")
        self.at("booking")

    def pick(self, day: int, slot: int) -> datetime:
        """Choose the nth bookable day and the nth slot of it; gives the slot's start."""
        days = self.exam.locator('[data-pex-action="pick-day"]:not([aria-disabled="true"]):not([disabled])')
        expect(days.nth(day)).to_be_visible()
        date = days.nth(day).get_attribute("data-date")
        days.nth(day).click()
        chosen = self.exam.locator(f'[data-pex-action="pick-slot"][data-start^="{date}"]').nth(slot)
        expect(chosen).to_be_visible()
        start = chosen.get_attribute("data-start") or ""
        chosen.click()
        return datetime.fromisoformat(start)

    def book(self, day: int = 2, slot: int = 4) -> datetime:
        """Choose and confirm."""
        start = self.pick(day, slot)
        self.exam.locator('[data-pex-action="book"]:visible').click()
        self.at("booked")
        return start

    def enter_room(self, start: datetime) -> Page:
        """Wait for the hour, consent; gives the vendor's window."""
        self.campus.set_clock(start)
        self.open()
        self.at("available")
        self.do("launch")
        with self.page.context.expect_page() as opened:
            self.do("consent")
        self.at("room")
        self.page.bring_to_front()  # the room took the front; a page behind is drawn once a second
        return opened.value

    def unlock(self, code: str) -> None:
        """The proctor types on the candidate's keyboard."""
        self.fill("password", code)
        self.do("unlock")

    def start(self, proctor: Proctor, email: str = "alex@example.org") -> None:
        """Everything from the sign-in to the running clock."""
        self.open()
        self.onboard()
        self.enter_room(self.book())
        proctor.sit_down()
        self.unlock(proctor.let_in(email))
        self.at("unlocked")
        self.do("start")
        self.at("sitting")

    def crash_can_come(self) -> None:
        """Before the page is loaded: lets :meth:`crash` keep its last words from it."""
        self.page.context.add_init_script(
            "addEventListener('pagehide', event => { if (window.crashed) event.stopImmediatePropagation(); }, true)"
        )

    def crash(self) -> None:
        """The browser dies without a word; it is opened again (a new window of the same profile)."""
        self.page.evaluate("window.crashed = true")
        context, dead = self.page.context, self.page
        self.page = context.new_page()
        dead.close()

    def question(self, number: int) -> Locator:
        """A question by its number in the whole exam."""
        return self.exam.locator(f'[data-pex-question="{number}"]')

    def choose(self, number: int, choice: int = 0) -> None:
        """Answer one question of the part in view."""
        question = self.question(number)
        if question.locator("select").count():
            question.locator("select").select_option(index=choice + 1)
        else:
            question.locator("input").nth(choice).check()

    def answer_part(self, part: int) -> None:
        """Go to a part and answer all its questions with their first choice."""
        self.part(part).click()
        for number in range((part - 1) * QUESTIONS_PER_PART + 1, part * QUESTIONS_PER_PART + 1):
            self.choose(number)

    def part(self, number: int) -> Locator:
        """The tab of a part."""
        return self.exam.locator(f'[data-pex-part="{number}"]').first

    def verify_part(self, part: int) -> None:
        """Vérification finale, confirmed."""
        self.part(part).click()
        self.do("submit-part")
        self.do("confirm")
        expect(self.part(part)).to_have_attribute("data-state", "submitted")

    def saved(self) -> None:
        """Wait until the server has acknowledged the last change."""
        expect(self.exam.locator("[data-pex-connection]")).to_have_attribute("data-pex-connection", "online")
        expect(self.exam.locator("[data-pex-draft]")).to_contain_text("Brouillon enregistré")

    def remaining(self) -> int:
        """Seconds left, as shown."""
        return int(self.exam.locator("[data-pex-remaining]").get_attribute("data-seconds") or -1)

    def pass_time(self, **parts: float) -> None:
        """Let the campus's clock run on."""
        self.campus.advance(timedelta(**parts).total_seconds())

    def by_staff(self, action: str, *options: str) -> None:
        """What staff do to this exam by command, e.g. pause and resume."""
        whom = (COURSES["cartopro"].usage_id, "alex")
        subprocess.run(
            [sys.executable, "manage.py", "candidate", action, *whom, "--reason", "test", *options],
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "settings.demo", "DEMO_DATABASE": str(self.campus.database)},
            check=True,
            stdin=subprocess.DEVNULL,
        )
