"""What reaches the candidate's mailbox while they book, move and cancel; the calendar file goes with it (R-X-21)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
import vobject
from playwright.sync_api import Locator, Page, expect

from demo.process import Campus
from tests.browser.candidate import Candidate, Proctor

SUBJECTS = {
    "fr": {
        "confirmed": "Rendez-vous confirmé",
        "changed": "Nouvel horaire",
        "cancelled": "Rendez-vous annulé",
        "reminder": "Votre examen commence dans 24 heures",
    },
    "en": {
        "confirmed": "Appointment confirmed",
        "changed": "New time for your appointment",
        "cancelled": "Appointment cancelled",
        "reminder": "Your exam starts in 24 hours",
    },
}


def letter(mailbox: Page, subject: str) -> Locator:
    """The e-mail whose subject begins so, once the campus's worker has sent it."""
    found = mailbox.locator("[data-demo-mail]").filter(has=mailbox.locator("h2", has_text=subject))
    for _ in range(40):
        mailbox.goto("/demo/mail/?to=alex@example.org")
        if found.count():
            return found.first
        mailbox.wait_for_timeout(500)
    raise AssertionError(f"no e-mail {subject!r}: {mailbox.locator('h2').all_inner_texts()}")


def entry(campus: Campus, mail: Locator) -> vobject.base.Component:
    """The calendar entry attached, read by another library than the one that wrote it."""
    link = mail.locator("[data-demo-attachment]")
    answer = httpx.get(campus.url(link.get_attribute("href") or ""), trust_env=False)
    assert "text/calendar" in answer.headers["content-type"]
    calendar = vobject.readOne(answer.text)
    assert calendar.validate(raiseException=True)
    return calendar


@pytest.mark.parametrize("language", ["fr", "en"])
def test_booking_moving_and_cancelling_are_told_with_the_calendar(
    campus_factory: Callable[..., Campus], visitor: Callable[..., Page], language: str
) -> None:
    campus, words = campus_factory(), SUBJECTS[language]
    alex, mailbox = Candidate(campus, visitor(campus, "alex", language)), visitor(campus, "alex", language)
    alex.open().onboard()
    start = alex.book()
    first = letter(mailbox, words["confirmed"])
    frame = first.frame_locator("iframe")
    expect(frame.locator("h1")).to_be_visible()
    expect(frame.locator("a.button")).to_have_attribute("href", campus.url("/courses/cartopro/"))
    invited = entry(campus, first)
    assert (invited.method.value, invited.vevent.sequence.value) == ("REQUEST", "0")
    assert invited.vevent.dtstart.value == start

    alex.open().at("booked")
    with alex.page.expect_download() as download:
        alex.do("add-to-calendar")
    assert download.value.suggested_filename == "exam.ics"
    saved = vobject.readOne(download.value.path().read_text(encoding="utf-8"))
    assert (saved.method.value, saved.vevent.uid.value) == ("PUBLISH", invited.vevent.uid.value)

    alex.do("move")
    moved_to = alex.pick(3, 6)
    alex.exam.locator("[data-pex-submit-slot]:visible").click()
    expect(alex.exam.locator(f'[data-pex-start="{moved_to:%Y-%m-%dT%H:%M:%SZ}"]')).to_be_visible(timeout=75_000)
    moved = entry(campus, letter(mailbox, words["changed"]))
    assert (moved.vevent.sequence.value, moved.vevent.dtstart.value) == ("1", moved_to)
    assert moved.vevent.uid.value == invited.vevent.uid.value

    campus.set_clock(moved_to - timedelta(hours=23, minutes=59))
    expect(letter(mailbox, words["reminder"]).locator("[data-demo-attachment]")).to_have_count(0)

    alex.open().at("booked")
    alex.do("cancel")
    alex.do("confirm")
    alex.at("booking")
    gone = entry(campus, letter(mailbox, words["cancelled"]))
    assert (gone.method.value, gone.vevent.status.value) == ("CANCEL", "CANCELLED")
    assert gone.vevent.sequence.value == "2"
    assert mailbox.locator("[data-demo-mail]").count() == 4, "each once"


def test_the_receipt_and_the_result_come_by_mail_without_score_or_certificate(exam_day: Callable[..., tuple]) -> None:
    alex, proctor = exam_day()
    assert isinstance(proctor, Proctor)
    alex.start(proctor, "alex@example.org")
    alex.answer_part(1)
    alex.verify_part(1)
    alex.do("finish")
    alex.do("confirm")
    alex.at("submitted")
    mailbox = proctor.page
    receipt = letter(mailbox, "Examen soumis")
    number = alex.exam.locator("[data-pex-certification-number]").first.inner_text().strip()
    assert number.split()[-1] in receipt.locator("h2").inner_text()
    alex.pass_time(minutes=2)
    result = letter(mailbox, "Votre résultat est disponible")
    expect(result.locator("[data-demo-attachment]")).to_have_count(0)
    button = result.frame_locator("iframe").locator("a.button")
    expect(button).to_have_attribute("href", alex.campus.url("/dashboard/"))
