"""What staff decide while a candidate sits, seen from the candidate's page: more time, a pause, an interruption."""

from __future__ import annotations

from playwright.sync_api import expect

HEARTBEAT_MS = 35_000


def test_more_time_reaches_the_page_within_a_heartbeat_and_disturbs_nobody(exam_day):
    alex, proctor = exam_day(viewport={"width": 1000, "height": 600})
    alex.start(proctor)
    alex.choose(1)
    alex.saved()
    answer = alex.question(7).locator("input").nth(1)
    answer.check()
    answer.focus()
    alex.saved()
    alex.page.evaluate("window.scrollBy(0, 120)")
    alex.question(7).evaluate("element => { element.mark = 'the same'; }")
    scrolled = alex.page.evaluate("window.scrollY")
    before = alex.remaining()

    alex.by_staff("extend", "--minutes", "10")

    told = alex.exam.get_by_role("status").filter(has_text="Du temps a été ajouté")
    expect(told).to_be_visible(timeout=HEARTBEAT_MS)
    assert 500 < alex.remaining() - before <= 600
    expect(answer).to_be_focused()
    assert alex.page.evaluate("window.scrollY") == scrolled
    assert alex.question(7).evaluate("element => element.mark") == "the same"
    answer.press("ArrowUp")
    alex.saved()
    alex.page.reload()
    alex.at("sitting")
    expect(alex.question(7).locator("input").first).to_be_checked()


def test_a_pause_stops_the_clock_and_the_page_goes_on_where_it_was(exam_day):
    alex, proctor = exam_day()
    alex.start(proctor)
    alex.choose(1)
    alex.saved()
    alex.part(2).click()
    alex.page.route("**/handler/save_draft", lambda route: route.abort())
    alex.choose(12)
    expect(alex.exam.locator("[data-pex-connection]")).to_have_attribute("data-pex-connection", "offline")

    alex.by_staff("pause")
    alex.pass_time(seconds=5)
    panel = alex.at("paused")
    expect(panel.locator("[data-pex-heading]")).to_be_focused()
    shown = alex.remaining()
    alex.page.unroute("**/handler/save_draft")
    alex.pass_time(minutes=20)
    assert abs(alex.remaining() - shown) <= 1

    alex.by_staff("resume")
    alex.at("sitting")  # within the ten seconds after which a paused page asks again
    assert shown - 15 <= alex.remaining() <= shown
    for number in (1, 12):
        expect(alex.question(number)).to_have_attribute("data-state", "answered")
    alex.saved()


def test_an_interruption_ends_the_sitting_and_says_what_is_possible(exam_day):
    alex, proctor = exam_day()
    alex.start(proctor)
    alex.choose(1)
    alex.saved()
    alex.by_staff("interrupt")
    alex.pass_time(seconds=5)
    panel = alex.at("interrupted")
    expect(panel).to_contain_text("second rendez-vous")
    expect(panel.locator("[data-pex-heading]")).to_be_focused()
    alex.by_staff("grant-second", "--waive-lead-time")
    alex.open()
    expect(alex.at("booking")).to_contain_text("Un second rendez-vous")
