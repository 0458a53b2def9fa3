"""The appointment in a calendar: read back by another library, and held against RFC 5545 and 5546 line by line."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from email import message_from_bytes
from typing import Any

import pytest
import vobject
from django.contrib.auth import get_user_model
from django.core import mail as outbox
from django.test import Client

from demo.models import Preference
from proctored_exam_xblock import mailing, screens
from proctored_exam_xblock.domain.errors import Gone
from proctored_exam_xblock.models import Candidacy
from proctored_exam_xblock.services import booking, calendar_links
from proctored_exam_xblock.services.dossier import Caller
from tests.world import OTHER_SLOT, SLOT, World

pytestmark = pytest.mark.django_db
_TIME = re.compile(r"^\d{8}T\d{6}Z$")


@pytest.fixture
def exam(world: World) -> World:
    world.publish()
    return world


@pytest.fixture
def alex(exam: World) -> Caller:
    caller = exam.person()
    exam.onboard(caller)
    Candidacy.objects.filter(user_id=caller.user_id).update(extra_time_percent=50)
    booking.book(caller, SLOT, exam.clock())
    exam.drain()
    return caller


def sent(exam: World) -> tuple[str, bytes]:
    """Type and content of the file that the last e-mail carries, from the bytes on the wire."""
    mailing.send_due(exam.clock())
    whole = message_from_bytes(outbox.outbox[-1].message().as_bytes())
    (part,) = [part for part in whole.walk() if part.get_content_type() == "text/calendar"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return str(part["Content-Type"]), content


def read(content: bytes) -> Any:
    """By vobject, strictly, after what it does not look at."""
    text = content.decode()
    assert text.count("\n") == text.count("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "")
    for name in ("DTSTART", "DTEND", "DTSTAMP"):
        (value,) = re.findall(rf"^{name}(?:;[^:]*)?:(.*)\r$", unfolded, re.MULTILINE)
        assert _TIME.match(value), name
    calendar = vobject.readOne(text, allowQP=False)
    assert calendar.validate(raiseException=True)
    return calendar


def test_an_invitation_is_whole(exam: World, alex: Caller) -> None:
    kind, content = sent(exam)
    assert kind == "text/calendar; method=REQUEST; charset=utf-8"
    calendar = read(content)
    event = calendar.vevent
    assert calendar.method.value == "REQUEST"
    assert event.uid.value == f"{exam.appointment(alex).reservation_id}@proctored-exam"
    assert (event.sequence.value, event.status.value) == ("0", "CONFIRMED")
    assert (event.dtstart.value, event.dtend.value) == (SLOT, SLOT + timedelta(minutes=45)), "with the extra time"
    assert event.dtstamp.value == exam.clock().astimezone(UTC)
    assert event.summary.value == "Examen final"
    assert event.url.value == "http://testserver/courses/cartopro/"
    assert event.organizer.value == "MAILTO:webmaster@localhost"
    assert event.attendee.value == "MAILTO:alex@example.org"
    assert [alarm.trigger.value for alarm in event.valarm_list] == [timedelta(hours=-24), timedelta(hours=-1)]
    assert "Temps pour répondre" in event.description.value
    assert event.location.value.startswith("En ligne")


def test_every_change_keeps_the_name_and_raises_the_sequence(exam: World, alex: Caller) -> None:
    first = read(sent(exam)[1]).vevent
    booking.move(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    second = read(sent(exam)[1])
    booking.cancel(alex, exam.clock())
    kind, content = sent(exam)
    third = read(content)
    assert [first.sequence.value, second.vevent.sequence.value, third.vevent.sequence.value] == ["0", "1", "2"]
    assert first.uid.value == second.vevent.uid.value == third.vevent.uid.value
    assert second.vevent.dtstart.value == OTHER_SLOT
    assert (third.method.value, third.vevent.status.value) == ("CANCEL", "CANCELLED")
    assert "CANCEL" in kind
    assert not hasattr(third.vevent, "valarm_list")


def test_the_language_is_the_candidate_s(exam: World, alex: Caller) -> None:
    Preference.objects.create(user_id=alex.user_id, language="en")
    event = read(sent(exam)[1]).vevent
    assert event.location.value.startswith("Online")


def test_a_new_booking_is_another_entry(exam: World, alex: Caller) -> None:
    first = read(sent(exam)[1]).vevent.uid.value
    booking.cancel(alex, exam.clock())
    booking.book(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    assert read(sent(exam)[1]).vevent.uid.value != first


# --- the file to download -------------------------------------------------------------------------------------------


def link(exam: World, caller: Caller) -> str:
    return screens.links(exam.load(caller)).calendar


def signed_in(caller: Caller) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=caller.user_id))
    return client


@pytest.mark.parametrize("with_session", [True, False])
def test_its_owner_and_their_calendar_program_get_the_file(exam: World, alex: Caller, *, with_session: bool) -> None:
    answer = (signed_in(alex) if with_session else Client()).get(link(exam, alex))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; method=PUBLISH; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    calendar = read(answer.content)
    assert (calendar.method.value, calendar.vevent.dtstart.value) == ("PUBLISH", SLOT)


def test_the_file_names_nobody(exam: World, alex: Caller) -> None:
    text = Client().get(link(exam, alex)).content.decode()
    assert not [word for word in ("alex", "Alex", "Martin", "example.org", "ATTENDEE", "ORGANIZER") if word in text]


def test_another_learner_s_link_is_nothing(exam: World, alex: Caller) -> None:
    robin = exam.person("robin")
    exam.book(robin)
    answer = signed_in(robin).get(link(exam, alex))
    assert (answer.status_code, b"VEVENT" in answer.content) == (404, False)


def test_a_forged_link_is_nothing(exam: World, alex: Caller) -> None:
    exam.book(exam.person("robin"))
    address = link(exam, alex)
    head, _, digest = address.rstrip("/").rpartition(":")
    prefix, _, named = head.rpartition("/")
    other = exam.appointment(exam.person("robin"))
    for forged in (
        f"{prefix}/{other.pk}.{other.candidacy.user_id}:{digest}/",
        f"{prefix}/{named}:{digest[::-1]}/",
        f"{prefix}/{named}/",
        f"{prefix}/x/",
    ):
        assert Client().get(forged).status_code == 404, forged


def test_the_token_of_a_room_opens_no_calendar(exam: World, alex: Caller) -> None:
    from proctored_exam_xblock.services import proctoring

    token = proctoring.launch_url(exam.load(alex)).rstrip("/").rpartition("/")[2]
    with pytest.raises(Gone):
        calendar_links.read_token(token, alex.user_id)


def test_what_is_not_sure_has_no_file(exam: World) -> None:
    robin = exam.person("robin")
    exam.onboard(robin)
    booking.book(robin, SLOT, exam.clock())
    assert link(exam, robin) == ""
    token = calendar_links.token_of(exam.appointment(robin), robin.user_id or 0)
    assert Client().get(f"/proctored_exam/calendar/{token}/").status_code == 404


def test_a_cancelled_appointment_is_taken_out_of_the_calendar_that_asks_again(exam: World, alex: Caller) -> None:
    address = link(exam, alex)
    booking.cancel(alex, exam.clock())
    event = read(Client().get(address).content).vevent
    assert (event.status.value, event.sequence.value) == ("CANCELLED", "1")
    assert link(exam, alex) == ""


def test_the_booked_screen_offers_it(exam: World, alex: Caller) -> None:
    assert f'href="{link(exam, alex)}" data-pex-action="add-to-calendar"' in screens.html(exam.load(alex))
