"""The equipment check as a candidate does it, with a camera and a microphone that the browser plays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.candidate import Candidate
from tests.browser.test_screens import Inspector
from tests.chromium import launched

MEDIA = ["camera", "microphone"]
VERDICT = "[data-pex-verdict]"
KEEP_TRACKS = """
  window.tracks = [];
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    window.tracks.push(...stream.getTracks());
    return stream;
  };
"""
WORDS = {
    "fr": ("1 point à régler", "640 x 480 au moins", "entendu", "Alex Moreau"),
    "en": ("1 point to settle", "640 x 480 at least", "heard", "Alex Moreau"),
}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """With devices; a context has to be given the permission to use them."""
    with launched("--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required") as browser:
        yield browser


def point(who: Candidate, name: str) -> Locator:
    """The row of one point, in the list of all values."""
    return who.exam.locator(f'details [data-pex-point="{name}"]')


def transferred(page: Page) -> dict[str, int]:
    """Counts, from now on, what is sent and asked for by checks."""
    seen = {"up": 0, "down": 0}

    def count(request) -> None:
        if request.url.endswith("/measure"):
            seen["up"] += len(request.post_data or "")
        if "equipment-sample" in request.url and request.method == "GET":
            seen["down"] += 480 * 1024

    page.on("request", count)
    return seen


@pytest.mark.parametrize(("language", "framed"), [("fr", False), ("en", True)])
def test_one_click_checks_everything_and_the_result_can_be_printed(campus_factory, visitor, language, framed):
    page = visitor(campus_factory(), "alex", language, permissions=MEDIA)
    page.add_init_script(KEEP_TRACKS)
    seen, moved = Inspector(language), transferred(page)
    alex = Candidate(None, page, framed).open()
    verdict, least, heard, name = WORDS[language]
    alex.do("check-equipment")
    expect(alex.exam.locator(".pex-live video")).to_be_visible()
    expect(alex.exam.locator(VERDICT)).to_have_text(verdict, timeout=20_000)
    expect(alex.exam.locator('[data-pex-step="equipment"]')).to_have_attribute("data-done", "true")
    expect(alex.exam.locator(".pex-live")).to_have_count(0)
    unit = page.main_frame if not framed else next(f for f in page.frames if f.url.endswith("/unit/"))
    states = unit.evaluate("window.tracks.map((track) => track.readyState)")
    assert states, "devices were opened"
    assert set(states) == {"ended"}
    assert 0 < moved["down"] <= 1_000_000
    assert 0 < moved["up"] <= 256 * 1024

    alex.exam.locator(".pex-equipment summary").click()
    for good in ("camera", "microphone", "down", "up", "latency", "browser", "cookies"):
        expect(point(alex, good)).to_have_attribute("data-severity", "ok")
    expect(point(alex, "camera")).to_contain_text(least)
    expect(point(alex, "system")).to_have_attribute("data-severity", "failure")  # Linux, with this service

    alex.do("play-tone")
    alex.do("tone-heard")
    expect(point(alex, "speakers")).to_contain_text(heard)
    alex.exam.locator('details [data-test="microphone"]').click()
    alex.do("stop-test")
    expect(alex.exam.locator(".pex-live")).to_have_count(0)
    seen.look(unit if framed else page, "the result")

    alex.do("show-equipment")
    sheet = alex.exam.locator(".pex-sheet")
    for text in (verdict, name, heard, "UTC+01:00", "Linux"):
        expect(sheet).to_contain_text(text)
    seen.look(unit if framed else page, "the sheet")
    page.emulate_media(media="print")
    hidden = unit.evaluate("""
      [...document.querySelectorAll(".pex-step, .pex-head, .pex-sheet, .pex-sheet .pex-values")]
        .map((element) => [element.className.split(" ").pop(), getComputedStyle(element).visibility])
    """)
    assert {what for what, how in hidden if how == "visible"} == {"pex-sheet", "pex-values"}
    assert {what for what, how in hidden if how == "hidden"} == {"pex-step", "pex-head"}
    assert not seen.found, "\n\n".join(seen.found)


def refusing(error: str) -> str:
    return f'navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException("", "{error}"); }};'


NO_API = 'Object.defineProperty(navigator, "mediaDevices", {value: undefined});'
REFUSALS = {
    "refused": ("", ("pas eu le droit d’utiliser la caméra", "pas eu le droit d’utiliser le microphone")),
    "no device": (refusing("NotFoundError"), ("Aucune caméra", "Aucun microphone")),
    "in use": (refusing("NotReadableError"), ("La caméra est là, mais", "Le microphone est là, mais")),
    "no API": (
        NO_API,
        ("Ce navigateur ne laisse pas une page accéder",),
    ),
    "insecure": (
        NO_API + 'Object.defineProperty(window, "isSecureContext", {value: false});',
        ("pas été ouverte par une connexion sécurisée",),
    ),
    "frame": (
        """
        Object.defineProperty(document, "permissionsPolicy", {value: undefined});
        Object.defineProperty(document, "featurePolicy", {value: {allowsFeature: () => false}});
        """,
        ("ne lui transmet ni la caméra ni le microphone", "Ouvrir dans une fenêtre à part"),
    ),
}


def test_what_the_browser_does_not_give_is_explained(campus, visitor):
    for what, (script, sentences) in REFUSALS.items():
        page = visitor(campus, "robin")
        page.add_init_script(script)
        robin = Candidate(campus, page).open()
        robin.do("check-equipment")
        expect(robin.exam.locator(".pex-live")).to_be_visible()
        expect(robin.exam.locator(".pex-live")).to_have_count(0, timeout=20_000)
        expect(robin.exam.locator('[role="alert"]')).to_be_empty()
        points = robin.exam.locator(".pex-settle")
        for sentence in sentences:
            expect(points, what).to_contain_text(sentence)
        expect(points.locator(".pex-settle__steps li").first).to_be_visible()
        robin.at("onboarding")
        page.close()


def test_nothing_is_stuck_when_a_question_stays_open_or_files_do_not_come(campus, visitor):
    page = visitor(campus, "sam", permissions=MEDIA)
    page.add_init_script("""
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (wanted) =>
        new Promise((resolve) => (window.answer = () => resolve(open(wanted))));
    """)
    page.route("**/equipment-sample.bin*", lambda route: route.abort())
    sam = Candidate(campus, page).open()

    sam.do("check-equipment")
    sam.exam.locator('[data-pex-action="skip-test"][data-test="camera"]').click()
    sam.exam.locator('[data-pex-action="skip-test"][data-test="microphone"]').click()
    expect(sam.exam.locator(".pex-settle")).to_contain_text("La caméra n’a pas été testée.", timeout=20_000)
    sam.exam.locator(".pex-equipment summary").click()
    expect(point(sam, "down")).to_contain_text("Non mesuré")
    expect(point(sam, "up")).to_have_attribute("data-severity", "ok")

    sam.do("check-equipment")
    expect(sam.exam.locator(".pex-settle")).to_contain_text("personne n’a encore répondu", timeout=20_000)
    page.evaluate("window.answer()")
    expect(point(sam, "camera")).to_have_attribute("data-severity", "ok", timeout=20_000)
    expect(point(sam, "microphone")).to_have_attribute("data-severity", "ok")
    expect(sam.exam.locator(VERDICT)).to_have_text("1 point à régler")
