"""The simulator's pages in a browser: they follow each other without a reload and disturb nobody who types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from proctored_exam_xblock.backends.proctoru import ProctorU
from proctored_exam_xblock.simulators.process import Simulator

pytestmark = pytest.mark.browser

Make = Callable[..., Any]
WIDTHS = (320, 1280)


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[[str], Page]]:
    """Opens an address in a page that has never been loaded again: ``window.kept`` says so."""
    context = chromium.new_context(locale="fr-FR")
    faults: list[str] = []

    def open_at(address: str) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        page.evaluate("window.kept = true")
        return page

    yield open_at
    context.close()
    assert faults == []


@pytest.fixture
def launch(backend: ProctorU, booking: Make, time: Any) -> Callable[[], str]:
    backend.book(booking())

    def come() -> str:
        time.go(booking().start)
        return backend.launch(booking()).url

    return come


def test_seat_and_room_follow_each_other_without_a_reload(
    simulator: Simulator, launch: Callable[[], str], open_page: Callable[[str], Page]
) -> None:
    seat = open_page(f"{simulator.url}/")
    session = seat.locator('[data-sim-session][data-email="zoe@example.org"]')
    expect(session).to_have_attribute("data-state", "scheduled")
    room_page = open_page(launch())
    room = room_page.locator("[data-sim-room]")
    for action in ("confirm", "photo-document", "photo-face"):
        room.locator(f'[data-sim-room-action="{action}"]').click()
    expect(room).to_have_attribute("data-step", "")
    expect(session).to_have_attribute("data-state", "waiting")
    expect(session.locator('[data-sim-photo="photo-face"]')).to_have_attribute("data-state", "taken")
    for action, state in (("verify-identity", "identified"), ("open-room", "open"), ("end", "ended")):
        session.locator(f'[data-sim-action="{action}"]').click()
        expect(session).to_have_attribute("data-state", state)
        expect(room).to_have_attribute("data-state", state)
    session.locator('[data-sim-action="verdict-valid"]').click()
    expect(session).to_have_attribute("data-verdict", "valid")
    assert seat.evaluate("window.kept") is True
    assert room_page.evaluate("window.kept") is True


def test_new_bookings_take_their_place_and_a_message_being_typed_is_kept(
    simulator: Simulator,
    backend: ProctorU,
    booking: Make,
    person: Make,
    launch: Callable[[], str],
    open_page: Callable[[str], Page],
) -> None:
    launch()
    seat = open_page(f"{simulator.url}/")
    message = seat.locator('[data-sim-field="message"]')
    message.fill("Montrez-moi")
    for email, hours in (("late@example.org", 2), ("soon@example.org", 1)):
        someone = person(student_id=email, email=email)
        start = booking().start + timedelta(hours=hours)
        backend.book(booking(reservation_id=email, person=someone, start=start))
    expect(seat.locator("[data-sim-session]")).to_have_count(3)
    emails = seat.locator("[data-sim-session]").evaluate_all("cards => cards.map((card) => card.dataset.email)")
    assert emails == ["zoe@example.org", "soon@example.org", "late@example.org"]
    expect(message.first).to_have_value("Montrez-moi")
    expect(message.first).to_be_focused()


def test_faults_are_switched_by_a_click(simulator: Simulator, open_page: Callable[[str], Page]) -> None:
    seat = open_page(f"{simulator.url}/")
    seat.locator('[data-sim-fault-mode="down"]').click()
    expect(seat.locator('[data-sim-fault="down"]')).to_be_visible()
    expect(seat.locator('[data-sim-fault-mode="down"]')).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_are_accessible_and_fit(
    simulator: Simulator,
    launch: Callable[[], str],
    open_page: Callable[[str], Page],
    width: int,
    scheme: Any,
) -> None:
    room, seat = open_page(launch()), open_page(f"{simulator.url}/")
    for page in (room, seat):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page).response["violations"]
        assert [violation["id"] for violation in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
