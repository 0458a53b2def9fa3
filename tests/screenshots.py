"""``make screenshots``: a picture of every screen into docs/pictures/, taken on a running campus in Chromium.

Three people live three exams: Alex the whole way, Robin an interruption, Sam a missed appointment; Camille is not
enrolled. Times are fixed, so that a picture changes only with its screen. What nobody decides in the demo yet is
rendered from the facts of the unit tests, in the unit's page.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import django
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from demo.process import Campus, campus
from proctored_exam_xblock.domain.journey import Phase
from scripts.test_tools import TOOLS
from tests.browser.candidate import Candidate, Proctor
from tests.browser.course_team import change_rules
from tests.screenshots_mails import every_mail
from tests.screenshots_services import on_site, room_that_opens
from tests.unit.candidates import HANDED_IN, every_phase

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
NOW = "2027-02-15T09:00:00Z"
WIDE: ViewportSize = {"width": 1000, "height": 400}
NARROW: ViewportSize = {"width": 320, "height": 400}
LONGEST = 1400
USAGE = "cartopro.proctored_exam.d0.u0"


class Studio:
    """Opens pages and keeps their pictures."""

    def __init__(self, site: Campus, browser: Browser) -> None:
        self.site, self.browser = site, browser

    def page(self, username: str = "", language: str = "fr") -> Page:
        """A page in a context of its own, signed in."""
        context = self.browser.new_context(
            base_url=self.site.address,
            viewport=WIDE,
            reduced_motion="reduce",
            timezone_id="Europe/Paris",
            locale=language,
        )
        page = context.new_page()
        page.goto(f"/demo/language/{language}/")
        if username:
            page.goto(f"/demo/sign-in/{username}/")
        return page

    def candidate(self, username: str, language: str = "fr") -> Candidate:
        """Somebody at the exam's own page."""
        return Candidate(self.site, self.page(username, language))

    def keep(self, page: Page, name: str, narrow: bool = False) -> None:
        """One picture from the top of the page down, and one at 320 px; the longest pages are cut."""
        _shoot(page, WIDE, PICTURES / f"{name}.png")
        if narrow:
            _shoot(page, NARROW, PICTURES / f"{name}-320.png")
            page.set_viewport_size(WIDE)

    def staff(self, action: str, username: str) -> None:
        """What a member of staff does by command."""
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "settings.demo",
            "DEMO_DATABASE": str(self.site.database),
        }
        command = [sys.executable, "manage.py", "candidate", action, USAGE, username, "--reason", "Coupure de courant"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def main() -> int:
    """Takes all pictures, or only those of the scenes named on the command line."""
    program = next(tool.found for tool in TOOLS if tool.tier == "browser")
    if program is None:
        sys.stderr.write("Missing: Chromium. Install it with: apt install chromium\n")
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[1:] or list(SCENES)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.test")
    django.setup()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for name in wanted:
            sys.stdout.write(f"· {name}\n")
            sys.stdout.flush()
            with campus(now=NOW) as site:
                SCENES[name](Studio(site, browser))
        browser.close()
    return 0


def around(studio: Studio) -> None:
    """The campus and the candidate who is not enrolled."""
    page = studio.page()
    page.goto("/")
    studio.keep(page, "campus")
    camille = studio.candidate("camille").open()
    camille.at("not_eligible")
    studio.keep(camille.page, "not_eligible")


def whole_way(studio: Studio) -> None:
    """Alex, from the file to the grade."""
    alex = studio.candidate("alex").open()
    alex.at("onboarding")
    studio.keep(alex.page, "onboarding", narrow=True)
    alex.onboard()
    start = alex.pick(2, 4)
    studio.keep(alex.page, "booking", narrow=True)
    alex.do("book")
    alex.at("booked")
    studio.keep(alex.page, "booked", narrow=True)
    studio.site.set_clock(start - timedelta(minutes=1))
    alex.open().at("available")
    studio.keep(alex.page, "available")
    alex.do("launch")
    studio.keep(alex.page, "consent", narrow=True)
    with alex.page.context.expect_page() as opened:
        alex.do("consent")
    alex.at("room")
    opened.value.wait_for_load_state()
    studio.keep(opened.value, "vendor-room")
    alex.page.bring_to_front()
    studio.keep(alex.page, "room", narrow=True)
    proctor = Proctor(studio.page())
    proctor.sit_down()
    code = proctor.let_in("alex@example.org")
    studio.keep(proctor.page, "proctor-seat")
    alex.page.bring_to_front()
    alex.unlock(code)
    alex.at("unlocked")
    studio.keep(alex.page, "unlocked", narrow=True)
    alex.do("start")
    alex.at("sitting")
    _work(alex)
    studio.keep(alex.page, "sitting", narrow=True)
    alex.page.emulate_media(color_scheme="dark")
    studio.keep(alex.page, "sitting-dark")
    alex.page.emulate_media(color_scheme="light")
    alex.do("finish")
    studio.keep(alex.page, "finish")
    alex.do("dismiss")
    studio.staff("pause", "alex")
    alex.open().at("paused")
    studio.keep(alex.page, "paused")
    studio.staff("resume", "alex")
    alex.open().at("sitting")
    alex.do("finish")
    alex.do("confirm")
    alex.at("submitted")
    studio.keep(alex.page, "submitted", narrow=True)
    alex.page.goto("/courses/cartopro/")
    expect(alex.page.locator("#unit-iframe")).to_have_attribute("data-loaded", "true")
    studio.keep(alex.page, "course-page")
    alex.page.goto("/dashboard/")
    studio.keep(alex.page, "dashboard")


def interruption(studio: Studio) -> None:
    """Robin's exam is interrupted by staff."""
    robin = studio.candidate("robin")
    robin.start(Proctor(studio.page()), "robin@example.org")
    studio.staff("interrupt", "robin")
    robin.open().at("interrupted")
    studio.keep(robin.page, "interrupted")


def absence(studio: Studio) -> None:
    """Sam does not come, then the window is over."""
    sam = studio.candidate("sam").open()
    sam.onboard()
    start = sam.book()
    studio.site.set_clock(start + timedelta(hours=2))
    sam.open().at("missed")
    studio.keep(sam.page, "missed")
    robin = studio.candidate("robin")
    studio.site.advance(timedelta(days=60).total_seconds())
    robin.open().at("closed")
    studio.keep(robin.page, "closed")


def english(studio: Studio) -> None:
    """The same in English, where there is much to read; then the result, which this exam shows in its page."""
    author = studio.page("dominique")
    change_rules(author, show_result_in_exam=True, review_released=["answers", "correctness", "explanations"])

    alex = studio.candidate("alex", "en").open()
    alex.at("onboarding")
    studio.keep(alex.page, "onboarding-en")
    alex.onboard()
    alex.pick(2, 4)
    studio.keep(alex.page, "booking-en", narrow=True)
    alex.do("book")
    alex.at("booked")
    studio.keep(alex.page, "booked-en")
    alex.enter_room(datetime.fromisoformat(alex.page.locator("[data-pex-start]").get_attribute("data-pex-start") or ""))
    proctor = Proctor(studio.page(language="en"))
    proctor.sit_down()
    alex.unlock(proctor.let_in("alex@example.org"))
    alex.at("unlocked")
    studio.keep(alex.page, "unlocked-en")
    alex.do("start")
    alex.at("sitting")
    _work(alex)
    studio.keep(alex.page, "sitting-en", narrow=True)
    alex.do("finish")
    alex.do("confirm")
    alex.at("result")
    studio.keep(alex.page, "result-en", narrow=True)
    alex.page.goto("/demo/language/fr/")
    alex.open().at("result")
    studio.keep(alex.page, "result")
    studio.site.advance(timedelta(days=60).total_seconds())
    alex.open().at("result").locator("[data-pex-review-part] summary").first.click()
    studio.keep(alex.page, "looking-back", narrow=True)


def decided_later(studio: Studio) -> None:
    """A receipt that waits for the course team, and a sitting that was not validated."""
    page = studio.candidate("camille").open().page
    for case in every_phase():
        if case.phase is Phase.INVALIDATED or case is HANDED_IN:
            page.locator("[data-pex-root]").evaluate("(root, html) => { root.innerHTML = html; }", case.html("fr"))
            name = "invalidated" if case.phase is Phase.INVALIDATED else "submitted-waiting"
            studio.keep(page, name)


def _work(who: Candidate) -> None:
    """One part verified, one begun."""
    who.answer_part(1)
    who.verify_part(1)
    who.part(2).click()
    for number in range(11, 17):
        who.choose(number)
    expect(who.exam.locator("[data-pex-connection]")).to_have_attribute("data-pex-connection", "online")
    expect(who.exam.locator('[data-pex-draft][data-saved="yes"]')).to_be_visible()
    expect(who.exam.locator(".pex-message")).to_have_count(0, timeout=10_000)


def _shoot(page: Page, size: ViewportSize, path: Path) -> None:
    # A viewport as tall as the content: a bar that is kept in view is where a reader sees it first.
    page.set_viewport_size(size)
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": min(height, LONGEST)})
    page.evaluate("window.scrollTo(0, 0)")
    page.screenshot(path=path)


SCENES: dict[str, Callable[[Studio], None]] = {
    scene.__name__: scene
    for scene in (
        around,
        whole_way,
        interruption,
        absence,
        english,
        decided_later,
        room_that_opens,
        on_site,
        every_mail,
    )
}


if __name__ == "__main__":
    sys.exit(main())
