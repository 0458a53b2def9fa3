"""The candidate's room and the proctor's seat of ProctorExam's simulator, as plain pages and in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from proctored_exam_xblock.simulators.process import Simulator
from tests.contract.proctorexam_vendor import START, Wire


class Candidate:
    """Zoé, with a session, in the room; ``press`` plays the proctor."""

    def __init__(self, simulator: Simulator, web: httpx.Client) -> None:
        self.simulator, self.web, self.wire = simulator, web, Wire(simulator, web)
        answer = self.wire(
            "POST",
            "exams/4242/student_sessions",
            exam_id="4242",
            name="Zoé <b>O'Neil</b>",
            email="zoe@example.org",
            open_time=int(START.timestamp()),
            individual_info="Ref. r-0001",
        )
        self.id, token = answer.json()["student"]["id"], answer.json()["student"]["token"]
        self.room = f"{simulator.url}/student_sessions/{token}/"

    def go(self, now: Any) -> None:
        self.simulator.set_clock(now)
        self.wire.now = now

    def do(self, *steps: str) -> httpx.Response:
        response = self.web.get(self.room)
        for step in steps:
            response = self.web.post(f"{self.room}step/", data={"step": step})
        return response

    def press(self, *actions: str) -> httpx.Response:
        response = httpx.Response(204)
        for action in actions:
            response = self.web.post(f"{self.simulator.url}/sessions/{self.id}/{action}/")
        return response

    def session(self) -> dict[str, Any]:
        found: dict[str, Any] = self.wire("GET", f"student_sessions/{self.id}", id=self.id).json()["student"]
        return found


@pytest.fixture
def zoe(proctorexam: Simulator, web: httpx.Client) -> Candidate:
    return Candidate(proctorexam, web)


def shown(page: str, attribute: str) -> list[str]:
    return re.findall(rf'{attribute}="([^"]*)"', page)


def offered(page: str) -> list[str]:
    return shown(page, "data-sim-action")


# Plain pages.


def test_the_seat_lists_the_sessions_and_trusts_no_name(zoe: Candidate) -> None:
    seat = zoe.simulator.get("")
    assert shown(seat, "data-email") == ["zoe@example.org"]
    assert shown(seat, 'data-email="zoe@example.org" data-state') == ["scheduled"]
    assert "<b>O" not in seat
    assert offered(seat) == []
    assert "Ref. r-0001" in seat
    assert zoe.room.split("/")[-2] not in seat, "the room's token is a login"


def test_long_before_the_start_the_room_only_checks_the_equipment(zoe: Candidate) -> None:
    page = zoe.do("check").text
    assert shown(page, "data-sim-room-action") == []
    assert zoe.session()["status"] == "after_check_req"
    assert zoe.session()["webcam_check"] == "succeeded"
    assert zoe.do("photo-document").status_code == 409


def test_the_candidate_is_photographed_and_starts_at_the_hour(zoe: Candidate) -> None:
    zoe.go(START - timedelta(minutes=30))
    zoe.do()
    assert zoe.session()["status"] == "in_setup"
    assert zoe.do("photo-document").status_code == 409, "the equipment comes first"
    page = zoe.do("check", "photo-document", "photo-face").text
    assert "data-sim-too-early" in page
    assert zoe.do("start").status_code == 409
    zoe.go(START)
    assert shown(zoe.do().text, "data-sim-room-action") == ["start", "leave"]
    zoe.do("start")
    session = zoe.session()
    assert (session["status"], session["start_time"][:16]) == ("exam_started", "2027-03-04T18:00")
    assert (session["id_card_file_name"], session["face_photo_file_name"]) == ("id_card.jpg", "face_photo.jpg")


def test_each_photograph_may_be_skipped_and_nothing_else(zoe: Candidate) -> None:
    zoe.go(START)
    assert zoe.do("skip:check").status_code == 409
    page = zoe.do("check", "skip:photo-document", "skip:photo-face").text
    assert page.count("étape passée") == 2
    assert zoe.do("skip:start").status_code == 409
    session = zoe.session()
    assert (session["id_card_file_name"], session["face_photo_file_name"]) == (None, None)


def test_who_leaves_the_room_comes_back_by_a_button(zoe: Candidate) -> None:
    zoe.go(START)
    zoe.do("check", "leave")
    assert zoe.session()["status"] == "exam_not_started"
    assert shown(zoe.do().text, "data-sim-room-action") == ["return"]
    assert zoe.session()["status"] == "exam_not_started", "the page refreshes itself: that is no return"
    zoe.do("return")
    assert zoe.session()["status"] == "in_setup"


def test_the_seat_offers_what_the_state_allows(zoe: Candidate) -> None:
    zoe.go(START)
    assert zoe.press("open-room").status_code == 409
    zoe.do()
    assert offered(zoe.simulator.get("")) == ["verify-identity", "skip-identity", "open-room", "end", "incident"]
    assert zoe.press("skip-identity", "open-room").status_code == 200
    assert zoe.session()["status"] == "exam_started"
    assert zoe.session()["id_card_file_name"] is None
    assert offered(zoe.press("incident").text) == ["end", "incident"]
    assert (zoe.session()["incidents_count"], zoe.session()["reviewed"]) == (1, "00")
    assert zoe.press("verdict-valid").status_code == 409
    page = zoe.press("end").text
    assert offered(page) == ["verdict-valid", "verdict-suspicious", "verdict-fraud"]
    for action, colour in (("verdict-valid", "green"), ("verdict-suspicious", "yellow"), ("verdict-fraud", "red")):
        zoe.press(action)
        assert (zoe.session()["reviewed"], zoe.session()["review_color"]) == ("10", colour)
    assert zoe.session()["end_time"] is not None


def test_verifying_after_all_brings_the_photographs(zoe: Candidate) -> None:
    zoe.go(START)
    zoe.do()
    zoe.press("skip-identity", "verify-identity")
    assert zoe.session()["face_photo_file_name"] == "face_photo.jpg"
    assert shown(zoe.simulator.get(""), "data-identity") == ["verified"]


def test_proctor_and_candidate_write_to_each_other(zoe: Candidate) -> None:
    zoe.go(START)
    zoe.do()
    zoe.web.post(f"{zoe.room}say/", data={"text": "Bonjour <i>"})
    zoe.web.post(f"{zoe.simulator.url}/sessions/{zoe.id}/say/", data={"text": "Éloignez le téléphone"})
    assert "Éloignez le téléphone" in zoe.do().text
    assert "Bonjour &lt;i&gt;" in zoe.simulator.get("")
    assert zoe.web.post(f"{zoe.room}say/", data={"text": " "}).status_code == 409


def test_the_checklist_is_ticked_and_unticked(zoe: Candidate) -> None:
    zoe.go(START)
    zoe.do()
    assert shown(zoe.press("tick/phones").text, 'role="checkbox" aria-checked') == ["false", "false", "false", "true"]
    assert shown(zoe.press("tick/phones").text, 'role="checkbox" aria-checked') == ["false"] * 4
    assert zoe.press("tick/nothing").status_code == 409


def test_addresses_that_lead_nowhere(zoe: Candidate) -> None:
    for path in ("student_sessions/nobody/", "nowhere/", "sessions/1/end/"):
        assert zoe.web.get(f"{zoe.simulator.url}/{path}").status_code == 404
    assert zoe.web.post(f"{zoe.simulator.url}/sessions/1/end/").status_code == 404
    assert zoe.web.get(zoe.simulator.url.rsplit("/", 1)[0]).status_code == 404


def test_the_panel_below_the_queue_works_the_levers(zoe: Candidate) -> None:
    seat = zoe.web.post(f"{zoe.simulator.url}/faults/", data={"mode": "down"}).text
    assert 'data-sim-fault="down"' in seat
    assert zoe.wire("GET", "exams").status_code == 500
    zoe.web.post(f"{zoe.simulator.url}/faults/", data={"mode": "ok"})
    seat = zoe.web.post(f"{zoe.simulator.url}/clock/", data={"skew": "3600"}).text
    assert "L’horloge est fausse de 3600 s." in seat
    assert zoe.wire("GET", "exams").status_code == 403
    seat = zoe.web.post(f"{zoe.simulator.url}/reset/", data={}).text
    assert shown(seat, "data-email") == []
    assert zoe.wire("GET", "exams").status_code == 200


# In a browser.


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    context = chromium.new_context(locale="fr-FR")
    faults: list[str] = []

    def open_at(address: str, width: int = 1280) -> Page:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        page.evaluate("window.kept = true")
        return page

    yield open_at
    context.close()
    assert faults == []


@pytest.mark.browser
def test_seat_and_room_follow_each_other_without_a_reload(zoe: Candidate, open_page: Callable[..., Page]) -> None:
    zoe.go(START)
    seat = open_page(f"{zoe.simulator.url}/")
    session = seat.locator('[data-sim-session][data-email="zoe@example.org"]')
    expect(session).to_have_attribute("data-state", "scheduled")
    room_page = open_page(zoe.room)
    room = room_page.locator("[data-sim-room]")
    for action in ("check", "photo-document", "photo-face"):
        room.locator(f'[data-sim-room-action="{action}"]').click()
    expect(session.locator('[data-sim-photo="photo-face"]')).to_have_attribute("data-state", "taken")
    expect(session).to_have_attribute("data-state", "waiting")
    room.locator('[data-sim-room-action="start"]').click()
    expect(session).to_have_attribute("data-status", "exam_started")
    session.locator('[data-sim-action="incident"]').click()
    session.locator('[data-sim-action="end"]').click()
    expect(room).to_have_attribute("data-state", "ended")
    session.locator('[data-sim-action="verdict-fraud"]').click()
    expect(session).to_have_attribute("data-verdict", "red")
    assert all(page.evaluate("window.kept") for page in (seat, room_page))


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_fit_and_are_accessible(zoe: Candidate, open_page: Callable[..., Page], width: int) -> None:
    zoe.go(START)
    room = open_page(zoe.room, width)
    seat = open_page(f"{zoe.simulator.url}/", width)
    for page in (room, seat):
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    zoe.do("check")
    zoe.press("verify-identity", "incident", "open-room", "end", "verdict-fraud")
    expect(seat.locator("[data-sim-session]")).to_have_attribute("data-verdict", "red")
    found = Axe().run(seat)
    assert found.violations_count == 0, found.generate_report()
    assert seat.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
