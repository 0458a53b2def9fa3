"""The link into the room: a redirect, or a page that posts the form the service signed for this very moment."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client

from proctored_exam_xblock.backends import registry
from proctored_exam_xblock.backends.base import Booking, Launch
from proctored_exam_xblock.services import proctoring
from proctored_exam_xblock.services.dossier import Caller
from tests.fakes import FakeVendor
from tests.world import SLOT, World

pytestmark = pytest.mark.django_db
FIELDS = {"oauth_signature": 'a+b/"c"=', "custom": "<script>alert(1)</script>", "submit": "Ünï"}


class Form(HTMLParser):
    """The form of a page: its attributes, its hidden fields, its buttons, and the page's scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.form: dict[str, str | None] = {}
        self.fields: dict[str, str | None] = {}
        self.buttons = 0
        self.scripts: list[str | None] = []
        self.handlers: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.handlers += [name for name in found if name.startswith("on")]
        if tag == "form":
            self.form = found
        elif tag == "input":
            self.fields[found["name"] or ""] = found["value"]
        elif tag == "button":
            self.buttons += 1
        elif tag == "script":
            self.scripts.append(found.get("src"))


class Signing(FakeVendor):
    """Opens its room by a form, as LTI does."""

    def launch(self, booking: Booking) -> Launch:
        return Launch("https://vendor.example/lti?id=1&x=2", FIELDS)


@pytest.fixture
def alex(world: World) -> Caller:
    world.publish()
    caller = world.person()
    world.book(caller)
    world.clock.present = SLOT
    return caller


@pytest.fixture
def signing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = type("Vendor", (Signing,), {"ledger": world.ledger})
    monkeypatch.setattr(registry, "backend_class", lambda slug: vendor)


def launch(world: World, caller: Caller, language: str = "fr") -> HttpResponse:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=caller.user_id))
    client.cookies["django_language"] = language
    return client.get(proctoring.launch_url(world.load(caller)))


@pytest.mark.usefixtures("signing")
def test_signed_fields_are_posted_as_they_were_signed(world: World, alex: Caller) -> None:
    answer = launch(world, alex)

    page = Form(answer.content.decode())
    assert answer.status_code == 200
    assert (page.form["method"], page.form["action"]) == ("post", "https://vendor.example/lti?id=1&x=2")
    assert page.fields == FIELDS
    assert world.attempt(alex).state == "gate"


@pytest.mark.usefixtures("signing")
def test_the_page_obeys_a_policy_against_inline_scripts_and_works_without_any(world: World, alex: Caller) -> None:
    page = Form(launch(world, alex).content.decode())

    assert page.scripts == ["/static/proctored_exam_xblock/js/launch.js"]
    assert page.handlers == []
    assert page.buttons == 1


@pytest.mark.usefixtures("signing")
def test_a_login_is_kept_by_nobody_on_its_way(world: World, alex: Caller) -> None:
    answer = launch(world, alex)

    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"


@pytest.mark.usefixtures("signing")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_speaks_the_candidates_language(world: World, alex: Caller, language: str) -> None:
    page = launch(world, alex, language).content.decode()

    assert f'<html lang="{language}">' in page
    assert ("The proctoring room" in page) == (language == "en")


def test_without_a_form_it_is_a_redirect(world: World, alex: Caller) -> None:
    answer = launch(world, alex)

    assert answer.status_code == 302
    assert answer["Location"].startswith("https://vendor.example/room/")
