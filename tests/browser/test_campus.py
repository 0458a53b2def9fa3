"""The campus around the exam: accounts, languages, the course page's iframe, the time machine, the dashboard."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

ADDRESSES = ["/", "/dashboard/", "/account/", "/demo/mail/", "/courses/cartopro/"]
WIDTHS = [320, 1440]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_of_the_campus_has_no_accessibility_violation(campus, visitor, address, language):
    page = visitor(campus, "camille", language)
    page.goto(address)

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()
    expect(page.locator("html")).to_have_attribute("lang", language)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_scrolls_sideways(campus, visitor, address, width):
    page = visitor(campus, "camille", viewport={"width": width, "height": 800})
    page.goto(address)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_french_is_spoken_whatever_the_browser_prefers_until_english_is_chosen(campus, visitor):
    page = visitor(campus)
    page.goto("/")
    expect(page.get_by_role("heading", level=2).first).to_have_text("Se connecter comme")

    page.get_by_role("button", name="English").click()

    expect(page.get_by_role("heading", level=2).first).to_have_text("Sign in as")


def test_the_unit_is_an_iframe_as_tall_as_its_content_that_hears_which_part_is_in_view(campus, visitor):
    page = visitor(campus, "alex", viewport={"width": 1000, "height": 500})
    frame = page.frame_locator("#unit-iframe")
    expect(frame.locator("[data-pex-phase]")).to_be_visible()

    content = frame.locator("#content").evaluate("element => element.offsetHeight")
    expect(page.locator("#unit-iframe")).to_have_css("height", f"{content}px")

    unit = next(each for each in page.frames if each.url.endswith("/unit/"))
    unit.evaluate("window.heard = []; window.addEventListener('message', event => window.heard.push(event.data))")
    page.mouse.wheel(0, 300)
    unit.wait_for_function("window.heard.some(message => message.type === 'unit.visibilityStatus')")
    last = unit.evaluate("window.heard.at(-1)")
    assert last["data"]["viewportHeight"] == 500
    assert last["data"]["topPosition"] == page.locator("#unit-iframe").evaluate(
        "frame => frame.getBoundingClientRect().top"
    )


def test_the_time_machine_moves_campus_and_simulator_together(campus):
    before = campus.now()

    campus.advance(3600)

    simulator = httpx.get(campus.url("/simulators/proctoru/clock/"), trust_env=False).json()["now"]
    assert campus.now() - before >= timedelta(hours=1)
    assert abs(datetime.fromisoformat(simulator) - campus.now()) < timedelta(seconds=5)


@pytest.mark.parametrize("body", [{}, {"advance": "soon"}, {"now": "yesterday"}, {"advance": 1e30}, {"now": 5}, []])
def test_the_time_machine_refuses_nonsense_and_keeps_the_time(campus, body):
    before = campus.now()

    answer = httpx.post(campus.url("/demo/clock/"), json=body, trust_env=False)

    assert answer.status_code == 400
    assert campus.now() - before < timedelta(seconds=60)


def test_camille_enrols_for_the_certification_from_the_dashboard(campus_factory, visitor):
    page = visitor(campus_factory(), "camille")
    page.goto("/courses/cartopro/")
    expect(page.frame_locator("#unit-iframe").locator("[data-pex-phase]")).to_have_attribute(
        "data-pex-phase", "not_eligible"
    )

    page.goto("/dashboard/")
    page.get_by_role("button", name="S'inscrire pour passer une certification").click()
    page.get_by_role("link", name="Aller à l’examen final").click()

    expect(page.frame_locator("#unit-iframe").locator("[data-pex-phase]")).to_have_attribute(
        "data-pex-phase", "onboarding"
    )


def test_the_author_page_is_the_course_teams(campus, visitor):
    page = visitor(campus, "alex")
    assert page.goto("/courses/cartopro/author/").status == 403

    page.goto("/demo/sign-in/dominique/")
    expect(page).to_have_url(campus.url("/courses/cartopro/author/"))
    expect(page.locator("main form")).to_be_visible()


def test_a_visitor_without_a_session_is_led_to_the_accounts(campus, visitor):
    page = visitor(campus)
    page.goto("/courses/cartopro/")

    expect(page.get_by_role("heading", level=1)).to_have_text("Campus de démonstration")


def test_anonymous_posts_to_a_handler_are_refused_and_csrf_is_wanted_of_others(campus, visitor):
    assert (
        httpx.post(campus.url("/courses/cartopro/xblock/handler/screen"), json={}, trust_env=False).status_code == 403
    )

    page = visitor(campus, "alex")
    answer = page.request.post("/courses/cartopro/xblock/handler/screen", data={})
    assert answer.status == 403
    token = next(c["value"] for c in page.context.cookies() if c["name"] == "csrftoken")
    answer = page.request.post("/courses/cartopro/xblock/handler/screen", data={}, headers={"X-CSRFToken": token})
    assert answer.status == 200
