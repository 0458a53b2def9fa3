"""The calendar as a candidate meets it: a time that is kept, a service that fails, a change, a second appointment."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Route, expect

from tests.browser.course_team import change_rules

WORDS = {
    "fr": {
        "kept": re.compile(r"Cet horaire vous est gardé jusqu’à \d\d:\d\d\."),
        "over": "Cet horaire ne vous est plus gardé.",
        "languages": "Examen en français, examinateurs francophones",
        "lead": "Premier rendez-vous possible",
        "slow": "Le service de surveillance tarde à répondre",
        "free": re.compile(r"horaires sont libres le"),
        "moves": "encore 5 fois",
        "left": "Après cette modification, il vous en restera 4.",
        "rebook": "Vous pourrez réserver un autre horaire, au moins 72 heures à l’avance",
        "tokyo": "Les dates du calendrier sont celles de Paris.",
        "second": "Un second rendez-vous vous est proposé, en priorité.",
        "number": "2e rendez-vous",
    },
    "en": {
        "kept": re.compile(r"This time is kept for you until \d\d:\d\d\."),
        "over": "This time is no longer kept for you.",
        "languages": "Exam in French, French-speaking proctors",
        "lead": "First possible appointment",
        "slow": "The proctoring service takes its time to answer",
        "free": re.compile(r"times are free on"),
        "moves": "5 more times",
        "left": "After this change you can make 4 more.",
        "rebook": "You can book another time, at least 72 hours ahead",
        "tokyo": "The dates of the calendar are those of Paris.",
        "second": "A second appointment is offered to you, with priority.",
        "number": "Appointment 2",
    },
}


@pytest.mark.parametrize("language", WORDS)
def test_a_chosen_time_is_kept_moved_and_missed_and_a_second_one_is_taken(exam_day, visitor, language):
    said = WORDS[language]
    alex, _ = exam_day(language=language)
    change_rules(visitor(alex.campus, "dominique"), second_after=["missed"], second_lead_time_hours=24)
    alex.open()
    alex.onboard()
    page, calendar = alex.page, alex.exam.locator("[data-pex-calendar]")
    expect(calendar).to_contain_text(said["languages"])
    expect(calendar).to_contain_text(said["lead"])

    start = alex.pick(1, 2)
    hold = alex.exam.locator("[data-pex-hold]")
    expect(hold).to_contain_text(said["kept"])
    expect(alex.exam.locator("[data-pex-slots-note]")).to_contain_text(said["free"])
    page.reload()  # the time is still chosen, and kept
    chosen = alex.exam.locator('[data-pex-action="pick-slot"][aria-pressed="true"]')
    expect(chosen).to_have_attribute("data-start", f"{start:%Y-%m-%dT%H:%M:%SZ}")
    expect(hold).to_contain_text(said["kept"])
    alex.do("change-zone")
    zone = alex.exam.locator('[data-pex-field="time_zone"]')
    expect(zone).to_be_focused()
    zone.select_option("Asia/Tokyo")
    alex.do("save-information")
    expect(calendar).to_contain_text(said["tokyo"])
    expect(chosen).to_have_attribute("data-start", f"{start:%Y-%m-%dT%H:%M:%SZ}")
    alex.do("book")
    alex.at("booked")

    expect(alex.exam.locator("body")).to_contain_text(said["moves"])
    alex.do("cancel")
    expect(alex.exam.locator("dialog[open]")).to_contain_text(said["rebook"])
    alex.do("dismiss")
    alex.do("move")
    moved = alex.pick(3, 2)
    expect(alex.exam.locator("[data-pex-move-to]")).to_contain_text(":")
    expect(alex.exam.locator('[data-pex-pane="calendar"]')).to_contain_text(said["left"])
    alex.do("keep")
    expect(alex.exam.locator(f'[data-pex-start="{start:%Y-%m-%dT%H:%M:%SZ}"]')).to_be_visible()
    alex.do("move")
    alex.exam.locator("[data-pex-submit-slot]:visible").click()
    expect(alex.exam.locator(f'[data-pex-start="{moved:%Y-%m-%dT%H:%M:%SZ}"]')).to_be_visible()

    alex.campus.set_clock(moved + timedelta(minutes=61))
    alex.open()
    expect(alex.at("missed")).to_contain_text(said["second"])
    alex.do("ask-second")
    expect(alex.at("booking")).to_contain_text(said["number"])
    alex.book(0, 0)
    expect(alex.at("booked")).to_contain_text(said["number"])


def test_a_service_that_is_slow_or_fails_is_explained_and_asked_again(exam_day):
    said = WORDS["fr"]
    alex, _ = exam_day()
    alex.open()
    alex.onboard()
    held: list[Route] = []
    alex.page.clock.install()
    alex.page.route("**/handler/slots", lambda route: held.append(route))
    alex.exam.locator('[data-pex-action="pick-day"]:not([disabled])').first.click()
    slots = alex.exam.locator("[data-pex-slots]")
    expect(slots).to_have_attribute("aria-busy", "true")
    expect(slots).to_contain_text("Recherche des horaires")
    alex.page.clock.fast_forward(4500)
    expect(slots).to_contain_text(said["slow"])
    held.pop().fulfill(
        status=503, json={"ok": False, "code": "vendor_unavailable", "message": "Le service ne répond pas."}
    )
    expect(slots.locator('[data-pex-error="vendor_unavailable"]')).to_contain_text("ne répond pas")
    expect(slots).not_to_have_attribute("aria-busy", "true")
    alex.page.unroute("**/handler/slots")
    alex.do("retry-slots")
    expect(slots.locator('[data-pex-action="pick-slot"]').first).to_be_visible()


def test_a_lost_or_late_hold_never_stands_in_the_way_of_booking(exam_day):
    alex, _ = exam_day()
    alex.open()
    alex.onboard()
    alex.page.route("**/handler/hold_slot", lambda route: route.abort())
    start = alex.pick(2, 4)
    alex.do("book")
    expect(alex.at("booked").locator(f'[data-pex-start="{start:%Y-%m-%dT%H:%M:%SZ}"]')).to_be_visible()
