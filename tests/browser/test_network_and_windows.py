"""Bad networks, crashes, second windows: nothing acknowledged is lost, and one window at a time."""

from __future__ import annotations

from playwright.sync_api import expect

ALEX = "alex@example.org"


def test_answers_given_offline_are_sent_on_return(exam_day):
    alex, proctor = exam_day()
    alex.start(proctor)
    alex.choose(1)
    alex.saved()
    alex.page.context.set_offline(True)
    alex.choose(2)
    bar = alex.exam.locator("[data-pex-connection]")
    expect(bar).to_have_attribute("data-pex-connection", "offline")
    alex.choose(3)
    alex.page.context.set_offline(False)
    expect(bar).to_have_attribute("data-pex-connection", "online", timeout=20_000)
    alex.page.reload()
    alex.at("sitting")
    for number in (1, 2, 3):
        expect(alex.question(number)).to_have_attribute("data-state", "answered")


def test_answers_given_offline_survive_a_reload(exam_day):
    alex, proctor = exam_day()
    alex.start(proctor)
    alex.page.route("**/handler/save_draft", lambda route: route.abort())
    alex.choose(1)
    expect(alex.exam.locator("[data-pex-connection]")).to_have_attribute("data-pex-connection", "offline")
    alex.page.reload()
    alex.at("sitting")
    expect(alex.question(1).locator("input").first).to_be_checked()
    alex.page.unroute("**/handler/save_draft")
    alex.saved()


def test_after_a_crash_the_proctor_lets_the_new_window_in_and_unsent_answers_are_there(exam_day):
    alex, proctor = exam_day()
    alex.crash_can_come()
    alex.start(proctor)
    alex.choose(1)
    alex.saved()
    alex.page.route("**/handler/save_draft", lambda route: route.abort())
    alex.choose(2)
    expect(alex.exam.locator("[data-pex-connection]")).to_have_attribute("data-pex-connection", "offline")
    alex.crash()
    alex.open()
    alex.at("room")
    alex.unlock(proctor.session(ALEX).locator("[data-sim-code]").inner_text().strip())
    alex.at("sitting")
    for number in (1, 2):
        expect(alex.question(number)).to_have_attribute("data-state", "answered")
    alex.saved()


def test_a_second_window_is_let_in_by_the_code_only_and_the_first_then_writes_nothing(exam_day):
    alex, proctor = exam_day()
    alex.start(proctor)
    alex.choose(1)
    alex.saved()
    first = alex.page
    alex.page = first.context.new_page()
    alex.open()
    alex.at("room")
    expect(alex.exam.locator("[data-pex-question]")).to_have_count(0)
    alex.unlock(proctor.session(ALEX).locator("[data-sim-code]").inner_text().strip())
    alex.at("sitting")
    expect(alex.question(1)).to_have_attribute("data-state", "answered")
    alex.page, second = first, alex.page
    first.bring_to_front()
    alex.choose(2)
    alex.at("room")
    alex.page = second
    alex.page.reload()
    alex.at("sitting")
    expect(alex.question(2)).to_have_attribute("data-state", "unanswered")


def test_the_first_window_keeps_the_exam_while_a_second_one_only_looks(exam_day):
    alex, proctor = exam_day()
    alex.start(proctor)
    first = alex.page
    alex.page = first.context.new_page()
    alex.open()
    alex.at("room")
    alex.page = first
    first.bring_to_front()
    alex.choose(1)
    alex.saved()
    alex.at("sitting")


def test_leaving_the_page_sends_the_last_answer(exam_day):
    alex, proctor = exam_day()
    alex.start(proctor)
    alex.choose(1)
    alex.page.goto("/dashboard/")
    alex.open()
    alex.at("sitting")
    expect(alex.question(1)).to_have_attribute("data-state", "answered")


def test_with_the_vendor_down_the_appointment_stays_and_says_so(exam_day):
    alex, _ = exam_day()
    alex.open()
    alex.onboard()
    start = alex.pick(2, 4)
    alex.campus.fault("down")
    alex.exam.locator('[data-pex-action="book"]:visible').click()
    panel = alex.at("booked")
    expect(panel).to_contain_text("onfirmation en cours")
    alex.page.reload()
    alex.at("booked")
    alex.campus.fault("ok")
    alex.pass_time(minutes=10)
    alex.open()
    expect(alex.at("booked")).not_to_contain_text("onfirmation en cours", timeout=20_000)
    alex.campus.fault("down")
    alex.campus.set_clock(start)
    alex.open()
    alex.at("available")
    alex.do("launch")
    with alex.page.context.expect_page() as opened:
        alex.do("consent")
    expect(opened.value.locator('[data-pex-error="vendor_unavailable"]')).to_be_visible()
    alex.at("available")
