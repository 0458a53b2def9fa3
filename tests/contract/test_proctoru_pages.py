"""The simulator's pages: the proctor's seat by its hooks, the candidate's room, and who sees the code."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import httpx
import pytest
from lxml import html as lxml_html

from proctored_exam_xblock.backends.proctoru import ProctorU
from proctored_exam_xblock.simulators.process import Simulator, running

Make = Callable[..., Any]


class Seat:
    """The proctor's page as a test reads it."""

    def __init__(self, simulator: Simulator, web: httpx.Client) -> None:
        self.url = f"{simulator.url}/"
        self.web = web

    @property
    def page(self) -> Any:
        return lxml_html.fromstring(self.web.get(self.url).text)

    def session(self, email: str = "zoe@example.org") -> Any:
        (found,) = self.page.xpath(f'//*[@data-sim-session][@data-email="{email}"]')
        return found

    @property
    def state(self) -> str:
        return str(self.session().get("data-state"))

    @property
    def actions(self) -> list[str]:
        return [str(name) for name in self.session().xpath(".//@data-sim-action")]

    def press(self, hook: str, value: str) -> httpx.Response:
        """Submit the form that holds a button, as a browser without scripts does."""
        (button,) = self.session().xpath(f'.//*[@{hook}="{value}"]')
        form = next(button.iterancestors("form"))
        return self.web.post(str(httpx.URL(self.url).join(form.get("action"))), data=dict(form.fields))


@pytest.fixture
def seat(simulator: Simulator, web: httpx.Client) -> Seat:
    return Seat(simulator, web)


@pytest.fixture
def room(backend: ProctorU, booking: Make, time: Any, web: httpx.Client) -> Callable[[], httpx.Response]:
    """Books, comes at the hour and follows the room's link; each call is a fresh link."""
    backend.book(booking())
    time.go(booking().start)
    return lambda: web.get(backend.launch(booking()).url)


def step(web: httpx.Client, page: httpx.Response, action: str) -> httpx.Response:
    (button,) = lxml_html.fromstring(page.text).xpath(f'//*[@data-sim-room-action="{action}"]')
    form = next(button.iterancestors("form"))
    return web.post(str(page.url.join(form.get("action"))), data=dict(form.fields))


def state_of(page: httpx.Response) -> tuple[str, str]:
    (found,) = lxml_html.fromstring(page.text).xpath("//*[@data-sim-room]")
    return found.get("data-state"), found.get("data-step")


# The seat.


def test_bookings_are_queued_by_start_with_their_code(
    seat: Seat, backend: ProctorU, booking: Make, person: Make, time: Any
) -> None:
    backend.book(booking(start=time.later(hours=90)))
    other = person(student_id="anon-2", email="ali@example.org", first_name="Ali")
    backend.book(booking(reservation_id="r-0002", person=other, start=time.later(hours=81), code="KPRSTVXY"))
    sessions = seat.page.xpath("//*[@data-sim-session]")
    assert [session.get("data-email") for session in sessions] == ["ali@example.org", "zoe@example.org"]
    assert [session.xpath(".//*[@data-sim-code]")[0].text for session in sessions] == ["KPRSTVXY", "BCDEFGHJ"]
    assert {session.get("data-state") for session in sessions} == {"scheduled"}
    text = seat.session().text_content()
    assert "Zoé O'Neil" in text
    assert "Examen final certifiant" in text
    assert "vendredi 5 mars 2027, 03:00 UTC" in text
    assert "vendredi 5 mars 2027, 04:00 (UTC+01:00)" in text


def test_a_candidate_who_is_not_there_cannot_be_acted_on(seat: Seat, backend: ProctorU, booking: Make) -> None:
    number = backend.book(booking()).vendor_ref
    assert seat.actions == []
    assert seat.web.post(f"{seat.url}sessions/{number}/open-room/").status_code == 409
    assert seat.state == "scheduled"


def test_the_usual_session_from_waiting_to_its_verdict(seat: Seat, room: Make) -> None:
    room()
    walk = [seat.state]
    for action in ("verify-identity", "open-room", "end", "verdict-valid"):
        assert seat.press("data-sim-action", action).status_code == 200
        walk.append(seat.state)
    assert walk == ["waiting", "identified", "open", "ended", "ended"]
    assert seat.session().get("data-identity") == "verified"
    assert seat.session().get("data-verdict") == "valid"
    seat.press("data-sim-action", "verdict-fraud")
    assert seat.session().get("data-verdict") == "fraud"


def test_an_incident_interrupts_and_the_exam_can_be_opened_again(seat: Seat, room: Make) -> None:
    room()
    seat.press("data-sim-action", "skip-identity")
    assert (seat.state, seat.session().get("data-identity")) == ("identified", "skipped")
    seat.press("data-sim-action", "open-room")
    seat.press("data-sim-action", "incident")
    assert seat.state == "incident"
    seat.press("data-sim-action", "open-room")
    assert seat.state == "open"


@pytest.mark.parametrize(
    ("reached_by", "offered"),
    [
        ([], ["verify-identity", "skip-identity", "open-room", "end", "incident"]),
        (["verify-identity"], ["open-room", "end", "incident"]),
        (["open-room"], ["end", "incident"]),
        (["open-room", "incident"], ["open-room", "end"]),
        (["open-room", "end"], ["verdict-valid", "verdict-fraud"]),
    ],
)
def test_each_state_offers_its_own_actions(seat: Seat, room: Make, reached_by: list[str], offered: list[str]) -> None:
    room()
    for action in reached_by:
        seat.press("data-sim-action", action)
    assert seat.actions == offered


def test_a_cancelled_booking_stays_in_view_without_actions(seat: Seat, backend: ProctorU, booking: Make) -> None:
    backend.book(booking())
    backend.cancel(booking())
    assert (seat.state, seat.actions) == ("cancelled", [])


def test_the_checklist_is_ticked_and_unticked(seat: Seat, room: Make) -> None:
    room()

    def ticked() -> dict[str, str]:
        return {
            line.get("data-sim-check"): line.get("aria-checked")
            for line in seat.session().xpath(".//*[@data-sim-check]")
        }

    assert ticked() == dict.fromkeys(("exam-name", "applications", "room-view", "phones"), "false")
    seat.press("data-sim-check", "room-view")
    assert [name for name, value in ticked().items() if value == "true"] == ["room-view"]
    seat.press("data-sim-check", "room-view")
    assert "true" not in ticked().values()


def test_faults_are_switched_from_the_page(seat: Seat, simulator: Simulator, web: httpx.Client) -> None:
    for mode in ("slow", "down", "garbage", "lossy", "ok"):
        web.post(f"{simulator.url}/faults/", data={"mode": mode})
        assert seat.page.xpath("//@data-sim-fault") == [mode]
        assert seat.page.xpath('//*[@aria-pressed="true"]/@data-sim-fault-mode') == [mode]


def test_the_page_shows_the_simulators_clock(seat: Seat, time: Any) -> None:
    time.go(time.later(days=2))
    assert seat.page.xpath("//@data-sim-clock") == ["2027-03-03T09:00:00Z"]
    assert "mercredi 3 mars 2027, 09:00" in seat.page.text_content()


def test_what_candidates_write_is_text(seat: Seat, backend: ProctorU, booking: Make, person: Make) -> None:
    name = '<script>alert("1")</script>'
    backend.book(booking(person=person(first_name=name), title=name))
    assert name not in seat.web.get(seat.url).text
    assert seat.session().xpath(".//h2")[0].text == f"{name} O'Neil"


# The room.


def test_the_candidate_confirms_then_is_photographed_twice(
    seat: Seat, room: Callable[[], httpx.Response], web: httpx.Client
) -> None:
    page = room()
    assert state_of(page) == ("waiting", "confirm")
    assert "Zoé O'Neil" in unescape(page.text)
    for action, following in (("confirm", "photo-document"), ("photo-document", "photo-face"), ("photo-face", "")):
        page = step(web, page, action)
        assert state_of(page) == ("waiting", following)
    photos = {figure.get("data-sim-photo"): figure.get("data-state") for figure in seat.session().xpath(".//figure")}
    assert photos == {"photo-document": "taken", "photo-face": "taken"}


def test_a_photo_can_be_skipped_and_the_proctor_sees_it(
    seat: Seat, room: Callable[[], httpx.Response], web: httpx.Client
) -> None:
    page = step(web, room(), "confirm")
    page = step(web, page, "skip-photo")
    assert state_of(page)[1] == "photo-face"
    photos = {figure.get("data-sim-photo"): figure.get("data-state") for figure in seat.session().xpath(".//figure")}
    assert photos == {"photo-document": "skipped", "photo-face": "expected"}


@pytest.mark.parametrize("wrong", ["photo-face", "skip:confirm", "open-room", ""])
def test_steps_are_taken_in_their_order(room: Callable[[], httpx.Response], web: httpx.Client, wrong: str) -> None:
    page = room()
    assert web.post(f"{page.url}step/", data={"step": wrong}).status_code == 409
    assert state_of(web.get(page.url)) == ("waiting", "confirm")


def test_the_room_follows_the_proctor(seat: Seat, room: Callable[[], httpx.Response], web: httpx.Client) -> None:
    address = room().url
    for action, state, words in (
        ("verify-identity", "identified", "Votre identité est vérifiée"),
        ("open-room", "open", "Revenez à la fenêtre de l’examen"),
        ("incident", "incident", "Suivez ses indications"),
        ("end", "ended", "est terminée"),
    ):
        seat.press("data-sim-action", action)
        page = web.get(address)
        assert state_of(page)[0] == state
        (status,) = lxml_html.fromstring(page.text).xpath('//*[@role="status"]')
        assert words in status.text


def test_both_sides_read_the_conversation(seat: Seat, room: Callable[[], httpx.Response], web: httpx.Client) -> None:
    page = room()
    web.post(f"{page.url}say/", data={"text": "Bonjour <b>"})
    number = seat.session().get("data-sim-session")
    web.post(f"{seat.url}sessions/{number}/say/", data={"text": "Montrez la pièce"})
    web.post(f"{page.url}say/", data={"text": "   "})
    in_room = lxml_html.fromstring(web.get(page.url).text).xpath("//*[@data-sim-chat]/li")
    assert [line.text_content() for line in in_room] == ["Vous Bonjour <b>", "Surveillant Montrez la pièce"]
    at_seat = seat.session().xpath(".//*[@data-sim-chat]/li")
    assert [line.text_content() for line in at_seat] == ["Candidat Bonjour <b>", "Vous Montrez la pièce"]


def test_the_candidate_never_sees_the_code(seat: Seat, room: Callable[[], httpx.Response], web: httpx.Client) -> None:
    page = room()
    texts = [page.text]
    for action in ("verify-identity", "open-room", "incident", "end"):
        seat.press("data-sim-action", action)
        texts.append(web.get(page.url).text)
    assert not [text for text in texts if "BCDEFGHJ" in text]


def test_a_login_works_once_and_the_room_can_be_reloaded_and_rejoined(
    backend: ProctorU, room: Callable[[], httpx.Response], booking: Make, web: httpx.Client
) -> None:
    url = backend.launch(booking()).url
    first = web.get(url)
    assert first.status_code == 200
    assert "login_token" not in str(first.url)
    assert web.get(first.url).status_code == 200
    again = web.get(url)
    assert again.status_code == 403
    assert "Lien déjà utilisé" in again.text
    assert room().url == first.url


def test_the_way_back_leads_to_the_web_only(
    backend: ProctorU, seat: Seat, booking: Make, time: Any, web: httpx.Client
) -> None:
    for index, (address, expected) in enumerate((("https://lms.test/unit", 1), ("javascript:alert(1)", 0))):
        made = booking(
            reservation_id=f"r-{index}",
            start=time.later(hours=1 + index),
            return_url=address,
        )
        number = backend.book(made).vendor_ref
        time.go(made.start)
        page = web.get(backend.launch(made).url)
        web.post(f"{seat.url}sessions/{number}/end/")
        links = lxml_html.fromstring(web.get(page.url).text).xpath("//a/@href")
        assert len(links) == expected


def test_the_reservation_link_shows_the_candidates_own_bookings(
    backend: ProctorU, simulator: Simulator, booking: Make, web: httpx.Client
) -> None:
    backend.book(booking())
    answer = web.post(
        f"{simulator.api_url}/autoLogin",
        headers={"Authorization-Token": simulator.api_key},
        json={"student_id": "anon-7f3a"},
    )
    page = web.get(answer.json()["data"]["url"])
    (line,) = lxml_html.fromstring(page.text).xpath("//li")
    assert line.text_content() == "Examen final certifiant : jeudi 4 mars 2027, 18:00 (UTC+01:00) (prévu)"


@pytest.mark.parametrize("path", ["nowhere/", "room/unknown/", "sessions/1/", "../", "api/"])
def test_unknown_addresses_are_not_found(simulator: Simulator, web: httpx.Client, path: str) -> None:
    assert web.get(f"{simulator.url}/{path}").status_code == 404


# The process.


def test_pages_live_under_the_prefix_and_logins_under_the_public_address(tmp_path: Any, booking: Make) -> None:
    start = booking().start
    database = str(tmp_path / "vendor.sqlite3")
    options = {"public_url": "http://campus.test/simulators/proctoru", "database": database}
    with running("proctoru", now=start, **options) as simulator, httpx.Client(trust_env=False) as web:
        simulator.set_clock(start)
        backend = ProctorU(simulator.settings(), lambda: start)
        later = booking(start=start.replace(minute=15))
        backend.book(later)
        simulator.set_clock(later.start)
        url = backend.launch(later).url
        assert url.startswith("http://campus.test/simulators/proctoru/room/?login_token=")
        local = url.replace("http://campus.test", simulator.url.removesuffix("/simulators/proctoru"))
        redirect = web.get(local)
        assert redirect.status_code == 303
        assert redirect.headers["location"].startswith("/simulators/proctoru/room/")
        text = web.get(f"{simulator.url}/").text
    links = lxml_html.fromstring(text).xpath("//@href | //@src | //@action")
    assert links
    assert [link for link in links if not link.startswith(("/simulators/proctoru/", "data:"))] == []
    with running("proctoru", now=start, database=database) as restarted:
        assert "zoe@example.org" in restarted.get("")


def test_a_simulator_that_cannot_start_says_so(tmp_path: Any) -> None:
    with pytest.raises(RuntimeError, match="did not start"), running("proctoru", database=str(tmp_path / "no" / "db")):
        pass
