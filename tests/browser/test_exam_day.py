"""The exam day, end to end, and each way it can end: two browsers, real HTTP to the vendor's simulator."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.course_team import change_rules

ALEX = "alex@example.org"


def test_from_sign_in_to_the_grade_on_the_dashboard(exam_day):
    alex, proctor = exam_day(framed=True)
    alex.open()
    alex.onboard()
    first = alex.book()
    expect(alex.exam.locator("[data-pex-countdown]")).to_be_visible()
    seconds = int(alex.exam.locator("[data-pex-countdown]").get_attribute("data-seconds"))
    assert abs((first - alex.campus.now()).total_seconds() - seconds) < 30

    alex.do("move")
    moved = alex.pick(3, 2)
    alex.exam.locator("[data-pex-submit-slot]:visible").click()
    expect(alex.exam.locator("[data-pex-submit-slot]:visible")).to_have_count(0)
    assert moved != first
    alex.do("cancel")
    alex.do("confirm")
    alex.at("booking")
    start = alex.book(2, 6)

    room = alex.enter_room(start)
    assert "/simulators/proctoru/room/" in room.url
    proctor.sit_down()
    code = proctor.let_in(ALEX)
    alex.unlock("BBBBBBBB")
    expect(alex.exam.locator('[data-pex-error="wrong_password"]').first).to_be_visible()
    expect(alex.exam.locator('[data-pex-field="password"]')).to_have_value("")
    alex.unlock(code.lower())
    alex.at("unlocked")
    alex.do("start")
    alex.at("sitting")
    assert 1790 <= alex.remaining() <= 1800

    for part in (1, 2, 3):
        alex.answer_part(part)
        alex.verify_part(part)
    expect(alex.question(30)).to_have_attribute("data-state", "registered")
    alex.do("finish")
    alex.do("confirm")
    receipt = alex.at("submitted")
    expect(receipt).to_contain_text("Votre examen a été soumis avec succès")
    alex.page.goto("/dashboard/")
    expect(alex.page.locator("body")).to_contain_text("/ 30")


@pytest.mark.parametrize("open_page", [True, False], ids=["page open", "browser closed"])
def test_time_runs_out_and_only_verified_parts_count(exam_day, open_page):
    alex, proctor = exam_day()
    alex.start(proctor)
    alex.answer_part(1)
    alex.verify_part(1)
    alex.answer_part(2)
    alex.saved()
    if not open_page:
        alex.page.goto("about:blank")
    alex.pass_time(minutes=30, seconds=5)
    if not open_page:
        alex.open()
    receipt = alex.at("submitted")
    expect(receipt).to_contain_text("Partie 1 · 10 réponses validées")
    expect(receipt).to_contain_text("non comptées")
    alex.page.goto("/dashboard/")
    expect(alex.page.locator("body")).to_contain_text("/ 30")


def test_drafts_count_where_the_course_team_says_so(exam_day, visitor):
    alex, proctor = exam_day()
    author = visitor(alex.campus, "dominique")
    change_rules(author, expiry="submit_drafts")
    alex.start(proctor)
    alex.answer_part(1)
    alex.saved()
    alex.do("finish")
    alex.do("confirm")
    receipt = alex.at("submitted")
    expect(receipt).to_contain_text("Partie 1 · 10 réponses en brouillon, comptées")
    alex.page.goto("/dashboard/")
    expect(alex.page.locator("body")).to_contain_text("/ 30")


def test_each_phase_survives_a_reload(exam_day):
    alex, proctor = exam_day()
    alex.open()
    alex.page.reload()
    alex.onboard()
    alex.page.reload()
    alex.at("booking")
    start = alex.book()
    alex.page.reload()
    alex.at("booked")
    alex.enter_room(start)
    alex.page.reload()
    alex.at("room")
    proctor.sit_down()
    alex.unlock(proctor.let_in(ALEX))
    alex.at("unlocked")
    alex.page.reload()
    alex.at("unlocked")
    alex.do("start")
    alex.at("sitting")
    alex.choose(1)
    alex.saved()
    alex.page.reload()
    alex.at("sitting")
    expect(alex.question(1)).to_have_attribute("data-state", "answered")
    alex.answer_part(1)
    alex.verify_part(1)
    alex.page.reload()
    alex.at("sitting")
    expect(alex.question(1)).to_have_attribute("data-state", "registered")
    alex.do("finish")
    alex.do("confirm")
    alex.at("submitted")
    alex.page.reload()
    alex.at("submitted")


def test_a_computer_with_a_wrong_clock_shows_the_servers_time(exam_day):
    alex, proctor = exam_day()
    alex.page.context.add_init_script(
        "const real = Date; const ahead = 3 * 3600e3;"
        "Date = class extends real { constructor(...a) { super(...(a.length ? a : [real.now() + ahead])); }"
        " static now() { return real.now() + ahead; } };"
    )
    alex.start(proctor)
    assert 1785 <= alex.remaining() <= 1800
    alex.pass_time(minutes=10)
    alex.choose(1)
    alex.saved()
    expect(alex.exam.locator("[data-pex-remaining]")).not_to_have_attribute("data-seconds", "1800")
    assert alex.remaining() <= 1200


def test_the_last_seconds_belong_to_the_candidate(exam_day):
    alex, proctor = exam_day()
    alex.start(proctor)
    alex.answer_part(1)
    alex.saved()
    alex.pass_time(minutes=29, seconds=30)
    alex.choose(2, 1)
    alex.saved()
    alex.verify_part(1)
    alex.pass_time(seconds=40)
    expect(alex.at("submitted")).to_contain_text("Partie 1 · 10 réponses validées")


def test_an_appointment_never_used_is_missed(exam_day):
    alex, _ = exam_day()
    alex.open()
    alex.onboard()
    start = alex.book()
    alex.campus.set_clock(start + timedelta(minutes=61))
    alex.open()
    alex.at("missed")
