"""Help is within reach where there is no screen, too (R-FUN-23)."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from proctored_exam_xblock import screens
from proctored_exam_xblock.backends.base import Unavailable
from proctored_exam_xblock.domain.errors import NotConfigured
from proctored_exam_xblock.services import help_line, proctoring
from tests.world import SLOT, START, USAGE, World

pytestmark = pytest.mark.django_db
CONTACTS = {"help_phones": ["01 02 03 04 05"], "help_emails": ["team@example.org"]}


@pytest.fixture
def exam(world: World) -> World:
    world.publish(**CONTACTS)
    return world


def refused_room(exam: World, owner: str, visitor: str | None) -> str:
    """The page of a room that does not open, as the visitor of the link sees it."""
    alex = exam.person(owner)
    exam.book(alex)
    exam.clock.present = SLOT
    exam.ledger.fail = Unavailable()
    address = proctoring.launch_url(exam.load(alex))
    client = Client()
    if visitor is not None:
        client.force_login(get_user_model().objects.get(username=visitor))
    return client.get(address).content.decode()


def test_a_room_that_does_not_open_names_the_contacts_of_its_exam_to_its_candidate(exam: World) -> None:
    page = refused_room(exam, "alex", "alex")
    assert 'href="tel:0102030405"' in page
    assert 'href="tel:0800000000"' in page, "the service's own"
    assert "mailto:team@example.org?subject=" in page


@pytest.mark.parametrize("visitor", ["robin", None])
def test_the_link_of_another_tells_nothing_of_their_exam(exam: World, visitor: str | None) -> None:
    exam.person("robin")
    page = refused_room(exam, "alex", visitor)
    assert "team@example.org" not in page
    assert "pex-help" in page


def test_a_forged_link_names_nobody(exam: World) -> None:
    assert help_line.of_launch("1.2:forged", 2) == help_line.Contacts()


def test_an_exam_that_cannot_be_shown_keeps_its_help(exam: World) -> None:
    page = screens.refused(NotConfigured(setting="x"), USAGE, START).html
    assert "mailto:team@example.org?subject=" in page
    assert "tel:" not in screens.refused(NotConfigured(setting="x"), "unknown", START).html


def test_who_is_not_enrolled_writes_with_their_own_name(exam: World) -> None:
    html = screens.html(exam.load(exam.person("camille", "audit")))
    body = unquote(html.partition("mailto:team@example.org?")[2].partition('"')[0])
    for fact in ("Camille", "Martin", "camille@example.org"):
        assert fact in body
