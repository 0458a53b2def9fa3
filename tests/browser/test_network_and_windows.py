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


def test_a_reload_before_the_last_one_was_answered_keeps_the_exam(exam_day):
    alex, proctor = exam_day()
    alex.start(proctor)
    alex.choose(1)
    alex.saved()
    alex.page.route("**/handler/open_window", lambda route: route.fetch())  # done, but the page never hears of it
    with alex.page.expect_request("**/handler/open_window"):
        alex.page.reload()
    alex.page.unroute("**/handler/open_window")
    alex.page.reload()
    alex.at("sitting")
    expect(alex.question(1)).to_have_attribute("data-state", "answered")


def test_a_page_reloaded_during_a_pause_goes_on_after_it(exam_day):
    alex, proctor = exam_day()
    alex.start(proctor)
    alex.choose(1)
    alex.saved()
    alex.by_staff("pause")
    alex.page.reload()
    alex.at("paused")
    alex.by_staff("resume")
    alex.at("sitting")
    alex.choose(2)
    alex.saved()


def test_answers_that_could_not_leave_in_time_go_to_the_course_team(exam_day):
    alex, proctor = exam_day()
    alex.start(proctor)
    alex.page.route("**/handler/save_draft", lambda route: route.abort())
    alex.choose(1)
    expect(alex.exam.locator("[data-pex-connection]")).to_have_attribute("data-pex-connection", "offline")
    alex.pass_time(minutes=31)
    alex.at("submitted")
    alex.page.unroute("**/handler/save_draft")
    with alex.page.expect_response("**/handler/save_draft") as sent:
        alex.page.reload()
    assert sent.value.json()["code"] == "time_over"
    alex.page.wait_for_function("Object.keys(localStorage).every(key => !key.endsWith(':answers'))")


def test_without_room_in_the_browsers_storage_nothing_is_lost_when_the_screen_changes(exam_day):
    alex, proctor = exam_day()
    alex.page.context.add_init_script("Storage.prototype.setItem = () => { throw new Error('full') }")
    alex.start(proctor)
    held = []
    alex.page.route("**/handler/submit_part", lambda route: held.append(route))
    alex.page.route("**/handler/save_draft", lambda route: route.abort())
    alex.do("submit-part")
    with alex.page.expect_request("**/handler/submit_part"):
        alex.do("confirm")
    alex.part(2).click()
    alex.choose(11)
    held[0].continue_()
    expect(alex.part(1)).to_have_attribute("data-state", "submitted")
    expect(alex.question(11)).to_have_attribute("data-state", "answered")
    alex.page.unroute("**/handler/save_draft")
    alex.saved()
