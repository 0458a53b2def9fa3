"""A learner's way to an appointment by requests of their own browser, where a test is about what comes after."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Locator, Page, expect

from demo.courses import COURSES
from demo.process import Campus
from proctored_exam_xblock import scenarios
from proctored_exam_xblock.domain.policy import ExamPolicy
from proctored_exam_xblock.domain.policy_json import policy_from_json


def policy(slug: str, first_instant: str) -> ExamPolicy:
    """The course's rules on a campus that began then."""
    return policy_from_json(scenarios.load(COURSES[slug].scenario, datetime.fromisoformat(first_instant).date()).policy)


def hour(rules: ExamPolicy, days: int = 1) -> datetime:
    """An hour after opening, on the first day that is open so many days after the first."""
    day = rules.first_day + timedelta(days=days)
    while day.isoweekday() in rules.closed_weekdays:
        day += timedelta(days=1)
    return datetime.combine(day, rules.opens_at, tzinfo=rules.zone) + timedelta(hours=1)


def ask(page: Page, slug: str, handler: str, **body: Any) -> dict[str, Any]:
    """One handler of the exam, with the session and the token of the page's browser."""
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    address = f"/courses/{slug}/xblock/handler/{handler}"
    answer = page.request.post(address, data=body, headers={"X-CSRFToken": token})
    assert answer.status == 200, (handler, answer.text())
    return answer.json()  # type: ignore[no-any-return]


def book(page: Page, slug: str, rules: ExamPolicy, start: datetime) -> None:
    """Terms, name, appointment."""
    page.goto(f"/courses/{slug}/unit/")
    terms = page.locator('[data-pex-action="accept-terms"]').get_attribute("data-version")
    ask(page, slug, "accept_terms", version=terms)
    ask(page, slug, "confirm_name")
    assert ask(page, slug, "book", start=start.isoformat())["phase"] == "booked"


def at(page: Page, phase: str) -> Locator:
    """The panel, once it is in this phase."""
    panel = page.locator(f'[data-pex-phase="{phase}"]')
    expect(panel).to_be_visible(timeout=25_000)
    return panel


def do(page: Page, action: str) -> None:
    """Click an action that can be seen."""
    page.locator(f'[data-pex-action="{action}"]:visible').first.click()


def arrive(campus: Campus, page: Page, slug: str) -> None:
    """Load the page at the hour and begin, without a vendor's room."""
    page.goto(f"/courses/{slug}/unit/")
    at(page, "available")
    do(page, "launch")
    at(page, "room")
