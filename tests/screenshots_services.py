"""Pictures of the other services: an exam that the vendor's room opens, and an invigilator's board on site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.by_request import arrive, at, book, do, hour, policy

if TYPE_CHECKING:
    from tests.screenshots import Studio

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
NOW = "2027-02-15T09:00:00Z"
SCREEN: ViewportSize = {"width": 1440, "height": 900}


def room_that_opens(studio: Studio) -> None:
    """Alex waits for ProctorExam's room; without a photo of the identity document the exam is not valid."""
    rules = policy("cartopro-pe", NOW)
    start = hour(rules)
    alex = studio.page("alex")
    book(alex, "cartopro-pe", rules, start)
    studio.site.set_clock(start)
    alex.goto("/courses/cartopro-pe/unit/")
    at(alex, "available")
    do(alex, "launch")
    with alex.context.expect_page():
        do(alex, "consent")
    at(alex, "room")
    alex.bring_to_front()
    expect(alex.locator('[data-pex-phase="room"]')).to_contain_text("Vérification d’identité", timeout=25_000)
    studio.keep(alex, "room-live", narrow=True)
    proctor = studio.page()
    proctor.goto("/simulators/proctorexam/")
    press(proctor, "skip-identity", "identified")
    press(proctor, "open-room", "open")
    studio.keep(proctor, "proctorexam-seat")
    at(alex, "unlocked")
    do(alex, "start")
    at(alex, "sitting")
    do(alex, "finish")
    do(alex, "confirm")
    at(alex, "submitted")
    press(proctor, "end", "ended")
    studio.site.advance(15 * 60)
    alex.wait_for_timeout(2_000)
    alex.goto("/courses/cartopro-pe/unit/")
    expect(alex.locator('[data-pex-phase="invalidated"]')).to_be_visible(timeout=25_000)
    studio.keep(alex, "invalidated-photo", narrow=True)


def press(seat: Page, action: str, state: str) -> None:
    """A button of the simulated proctor's seat, and what the session is then."""
    session = seat.locator('[data-sim-session][data-email="alex@example.org"]').first
    session.locator(f'[data-sim-action="{action}"]').click()
    expect(session).to_have_attribute("data-state", state)


def on_site(studio: Studio) -> None:
    """Five candidates in a room, as Inès sees them."""
    rules = policy("cartopro-site", NOW)
    start = hour(rules)
    pages = {name: studio.page(name) for name in ("alex", "robin", "sam", "lina", "theo")}
    for page in pages.values():
        book(page, "cartopro-site", rules, start)
    studio.site.set_clock(start)
    for name in ("alex", "robin", "sam", "lina"):
        arrive(studio.site, pages[name], "cartopro-site")
    studio.keep(pages["sam"], "room-site")
    ines = studio.page("ines")
    ines.set_viewport_size(SCREEN)
    ines.goto("/courses/cartopro-site/board/")
    row = ines.locator('[data-board-row][data-name="Alex Moreau"]')
    row.locator('[data-board-action="code"]').click()
    expect(ines.locator("[data-board-code]")).to_be_visible()
    code = ines.locator("[data-board-code]").inner_text().strip()
    ines.screenshot(path=PICTURES / "board-code.png")
    ines.locator("[data-board-hide]").click()
    for name in ("alex", "robin"):
        pages[name].locator('[data-pex-field="password"]').fill(code)
        do(pages[name], "unlock")
        at(pages[name], "unlocked")
        do(pages[name], "start")
        at(pages[name], "sitting")
    studio.site.advance(300)
    expect(row).to_have_attribute("data-state", "sitting", timeout=20_000)
    ines.screenshot(path=PICTURES / "board.png")
    ines.set_viewport_size({"width": 320, "height": 900})
    ines.screenshot(path=PICTURES / "board-320.png", full_page=True)
