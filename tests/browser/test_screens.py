"""Every screen, in both languages and at both ends of the widths: no accessibility violation, no sideways scrolling.

One candidate walks through the phases that a browser can reach, on the unit's page and in the course page's iframe; the
others are rendered from facts, with the real style sheet.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page, expect

import proctored_exam_xblock
from proctored_exam_xblock.domain.journey import Phase
from proctored_exam_xblock.presenter import STYLES
from tests.browser.candidate import COURSE, Candidate
from tests.unit.candidates import every_phase

CSS = Path(proctored_exam_xblock.__file__).parent / "static" / "proctored_exam_xblock" / "css"
LOOKS = {"fr": ((320, "light"), (1440, "dark")), "en": ((320, "dark"), (1440, "light"))}
"""Language -> widths, each with a colour scheme."""
WALKED = {
    Phase.NOT_ELIGIBLE, Phase.ONBOARDING, Phase.BOOKING, Phase.BOOKED, Phase.AVAILABLE, Phase.ROOM, Phase.UNLOCKED,
    Phase.SITTING, Phase.SUBMITTED, Phase.CLOSED,
}  # fmt: skip


class Inspector:
    """Looks at screens in one language and remembers what is wrong with them."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.found: list[str] = []
        self.seen: set[Phase] = set()

    def look(self, document: Page | Frame, what: str) -> None:
        """One document at both widths."""
        page = document if isinstance(document, Page) else document.page
        for width, scheme in LOOKS[self.language]:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # axe reads colours: none on their way
            self._judge(document, f"{what} at {width} px, {scheme}")

    def _judge(self, page: Page | Frame, what: str) -> None:
        """Axe, the width, and the language of the panel."""
        results = Axe().run(page)
        if results.violations_count:
            self.found.append(f"{what}: {results.generate_report()}")
        wide, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        if wide > room:
            self.found.append(f"{what}: {wide} px of content on {room} px")
        languages = page.evaluate("[...document.querySelectorAll('[data-pex-phase]')].map(panel => panel.lang)")
        if languages not in ([], [self.language]):
            self.found.append(f"{what}: written in {languages}")

    def screen(self, who: Candidate, phase: str, framed: bool = False) -> None:
        """The phase that a candidate is in; ``framed`` also looks at it in the course page, and comes back."""
        who.at(phase)
        self.look(who.page, phase)
        self.seen.add(Phase(phase))
        if framed:
            who.page.goto(COURSE)
            expect(who.page.frame_locator("#unit-iframe").locator(f'[data-pex-phase="{phase}"]')).to_be_visible()
            unit = next(frame for frame in who.page.frames if frame.url.endswith("/unit/"))
            self.look(unit, f"{phase} in the iframe")
            who.open().at(phase)

    def dialog(self, who: Candidate, action: str) -> None:
        """The dialog that a button opens, closed again with Escape."""
        who.do(action)
        expect(who.exam.locator("dialog[open]")).to_be_visible()
        self.look(who.page, f"dialog of {action}")
        who.page.keyboard.press("Escape")
        expect(who.exam.locator("dialog[open]")).to_have_count(0)


@pytest.mark.parametrize("language", LOOKS)
def test_every_screen_a_candidate_walks_through(exam_day, visitor, language):
    alex, proctor = exam_day("alex", language=language)
    seen = Inspector(language)
    seen.screen(Candidate(alex.campus, visitor(alex.campus, "camille", language)).open(), "not_eligible")

    alex.open()
    alex.do("check-equipment")
    expect(alex.exam.locator("[data-pex-equipment] li")).not_to_have_count(0)
    alex.at("onboarding").locator('[data-pex-field="phone"]').press("Enter")
    expect(alex.exam.locator("[aria-invalid]")).not_to_have_count(0)
    seen.screen(alex, "onboarding", framed=True)
    alex.onboard()
    alex.pick(2, 4)
    seen.screen(alex, "booking", framed=True)
    start = alex.book(2, 4)
    seen.screen(alex, "booked")
    seen.dialog(alex, "cancel")
    alex.do("move")
    alex.pick(3, 2)
    seen.screen(alex, "booked")
    alex.campus.set_clock(start)
    alex.open()
    seen.screen(alex, "available")
    seen.dialog(alex, "launch")
    alex.enter_room(start)
    alex.unlock("BBBBBBBB")
    expect(alex.exam.locator('[data-pex-error="wrong_password"]')).to_be_visible()
    seen.screen(alex, "room")
    proctor.sit_down()
    alex.unlock(proctor.let_in("alex@example.org"))
    seen.screen(alex, "unlocked")
    alex.do("start")
    alex.at("sitting")
    alex.answer_part(1)
    alex.verify_part(1)
    alex.part(2).click()
    alex.choose(11)
    alex.part(1).click()
    seen.look(alex.page, "a verified part")
    alex.part(2).click()
    seen.dialog(alex, "submit-part")
    seen.dialog(alex, "finish")
    seen.screen(alex, "sitting", framed=True)
    alex.do("finish")
    alex.do("confirm")
    seen.screen(alex, "submitted", framed=True)

    alex.campus.advance(timedelta(days=60).total_seconds())
    seen.screen(Candidate(alex.campus, visitor(alex.campus, "robin", language)).open(), "closed")
    assert not seen.found, "\n\n".join(seen.found)
    assert seen.seen == WALKED


STATIC = [case for case in every_phase() if case.phase not in WALKED - {Phase.ROOM, Phase.BOOKED, Phase.AVAILABLE}]


def test_every_phase_is_walked_through_or_rendered():
    assert WALKED | {case.phase for case in STATIC} == set(Phase)


@pytest.mark.parametrize("language", LOOKS)
def test_every_screen_that_others_decide(chromium, language):
    seen = Inspector(language)
    page = chromium.new_page()
    style = "".join((CSS / name).read_text(encoding="utf-8") for name in STYLES)
    for case in STATIC:
        page.set_content(
            f"<!doctype html><html lang={language}><title>Examen</title><style>body {{ margin: 8px }} {style}</style>"
            f"<main><h1>Examen</h1><div class=pex data-pex-root>{case.html(language)}</div></main>"
        )
        seen.look(page, case.phase.value)
    page.close()
    assert not seen.found, "\n\n".join(seen.found)
