"""ProctorExam as a candidate and a proctor see it: the room opens the exam, and without a photo it does not count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from demo.process import Campus
from tests.browser.by_request import at, book, do, hour, policy
from tests.browser.conftest import NOW
from tests.browser.course_team import change_rules

SLUG = "cartopro-pe"
SEAT = "/simulators/proctorexam/"


@pytest.fixture
def campus(campus_factory: Callable[..., Campus]) -> Campus:
    return campus_factory()


@pytest.fixture
def proctor(campus: Campus, visitor: Callable[..., Page]) -> Page:
    page = visitor(campus)
    page.goto(SEAT)
    return page


def session(proctor: Page, email: str = "alex@example.org") -> Locator:
    return proctor.locator(f'[data-sim-session][data-email="{email}"]').first


def press(proctor: Page, action: str, state: str) -> None:
    session(proctor).locator(f'[data-sim-action="{action}"]').click()
    expect(session(proctor)).to_have_attribute("data-state", state)


def enter_room(campus: Campus, alex: Page, start: datetime) -> Page:
    """Consent at the hour; gives the vendor's window."""
    campus.set_clock(start)
    alex.goto(f"/courses/{SLUG}/unit/")
    at(alex, "available")
    do(alex, "launch")
    with alex.context.expect_page() as opened:
        do(alex, "consent")
    at(alex, "room")
    expect(opened.value.locator("[data-sim-room]")).to_be_visible()
    alex.bring_to_front()
    return opened.value


def sit_and_finish(alex: Page) -> None:
    do(alex, "start")
    at(alex, "sitting")
    do(alex, "finish")
    do(alex, "confirm")
    at(alex, "submitted")


@pytest.mark.parametrize(
    ("identity", "verdict", "phase"),
    [("verify-identity", "verdict-valid", "submitted"), ("skip-identity", "verdict-valid", "invalidated")],
)
def test_the_room_opens_the_exam_without_a_password_and_the_photo_decides(
    campus, visitor, proctor, identity, verdict, phase
):
    alex = visitor(campus, "alex")
    rules = policy(SLUG, NOW)
    start = hour(rules)
    book(alex, SLUG, rules, start)
    enter_room(campus, alex, start)
    expect(alex.locator('[data-pex-field="password"]')).to_have_count(0)

    expect(session(proctor)).to_have_attribute("data-state", "waiting")
    press(proctor, identity, "identified")
    at(alex, "room")
    press(proctor, "open-room", "open")
    at(alex, "unlocked")
    sit_and_finish(alex)

    press(proctor, "end", "ended")
    session(proctor).locator(f'[data-sim-action="{verdict}"]').click()
    for _ in range(6):
        campus.advance(15 * 60)
        alex.reload()
        if alex.locator('[data-pex-phase="invalidated"]').count():
            break
    expect(alex.locator("[data-pex-phase]")).to_have_attribute("data-pex-phase", phase)


def test_a_room_that_opens_by_a_signed_form_is_entered_by_one_click(campus, visitor, proctor):
    author = visitor(campus, "dominique")
    change_rules(author, SLUG, backend="proctorexam_lti")
    alex = visitor(campus, "alex")
    rules = policy(SLUG, NOW)
    start = hour(rules)
    book(alex, SLUG, rules, start)

    room = enter_room(campus, alex, start)

    assert "/simulators/proctorexam/" in room.url
    expect(session(proctor)).to_have_attribute("data-state", "waiting")
