"""The board over HTTP: who is let in, what is in the page and what is not, and deeds by POST."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.test import Client

from demo.models import CourseRole
from proctored_exam_xblock import compat
from proctored_exam_xblock.models import Appointment, AuditEntry, Exam, Incident
from proctored_exam_xblock.services import sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.world import COURSE, NONCE, SLOT, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(world: World) -> World:
    world.publish(backend="onsite", unlock="session_code", seats_per_slot=5)
    return world


@pytest.fixture
def alex(site: World) -> Caller:
    caller = site.person()
    site.book(caller)
    site.clock.present = SLOT
    sitting.enter(caller, site.clock())
    return caller


def client(site: World, name: str = "ines", role: str = "invigilator", **options: Any) -> Client:
    caller = site.person(name, None)
    if role:
        CourseRole.objects.create(user_id=caller.user_id, course_key=COURSE, role=role)
    found = Client(**options)
    found.force_login(get_user_model().objects.get(pk=caller.user_id))
    return found


def address(part: str = "") -> str:
    return f"/proctored_exam/board/{Exam.objects.get().pk}/{part}"


def send(who: Client, site: World, caller: Caller, deed: str, **body: Any) -> HttpResponse:
    whole = {"candidacy": site.candidacy(caller).pk, "deed": deed, **body}
    return who.post(address("deeds/"), json.dumps(whole), content_type="application/json")


def start(site: World, caller: Caller) -> None:
    sitting.unlock(caller, site.code(caller), "", site.clock())
    sitting.start(caller, NONCE, site.clock())


@pytest.mark.parametrize(
    ("role", "status"), [("invigilator", 200), ("staff", 200), ("", 404), ("invigilator elsewhere", 404)]
)
def test_the_board_is_the_course_teams_and_the_invigilators(site: World, alex: Caller, role: str, status: int) -> None:
    who = client(site, role="" if "elsewhere" in role else role)
    if "elsewhere" in role:
        CourseRole.objects.create(
            user=get_user_model().objects.get(username="ines"), course_key="x", role="invigilator"
        )

    assert who.get(address()).status_code == status
    assert who.get(address("rows/")).status_code == status
    assert send(who, site, alex, "code").status_code == status
    assert AuditEntry.objects.filter(action="code_shown").exists() == (status == 200)


@pytest.mark.usefixtures("alex")
def test_a_candidate_and_a_visitor_see_nothing_of_it(site: World) -> None:
    candidate = Client()
    candidate.force_login(get_user_model().objects.get(username="alex"))
    assert candidate.get(address()).status_code == 404
    for part in ("", "rows/"):
        answer = Client().get(address(part))
        assert (answer.status_code, "Alex" in answer.content.decode()) == (403, False)


def test_the_code_is_in_no_page_until_it_is_asked_for(site: World, alex: Caller) -> None:
    who, code = client(site), site.code(alex)
    assert code not in who.get(address()).content.decode()
    assert code not in who.get(address("rows/")).content.decode()

    answer = send(who, site, alex, "code").json()

    assert (answer["code"], answer["session"], answer["start"]) == (code, True, "16:00")
    assert code not in answer["rows"]
    look = AuditEntry.objects.get(action="code_shown")
    assert look.actor == f"invigilator:{get_user_model().objects.get(username='ines').pk}"


def test_the_page_and_its_answers_are_kept_by_no_cache(site: World, alex: Caller) -> None:
    who = client(site)
    for answer in (who.get(address()), who.get(address("rows/")), send(who, site, alex, "code")):
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("deed", "body", "state"),
    [
        ("pause", {}, "paused"),
        ("extend", {"minutes": 10, "reason": "alarm", "nonce": "n1"}, "sitting"),
        ("interrupt", {"reason": "alarm"}, "interrupted"),
        ("close", {"reason": "alarm"}, "submitted"),
    ],
)
def test_a_deed_is_done_and_the_row_comes_back(
    site: World, alex: Caller, deed: str, body: dict[str, Any], state: str
) -> None:
    start(site, alex)
    who = client(site)

    answer = send(who, site, alex, deed, **body)

    assert (answer.status_code, site.attempt(alex).state) == (200, state)
    assert 'data-state="' in answer.json()["rows"]
    if deed == "extend":
        send(who, site, alex, deed, **body)  # the same click, sent again
        assert site.attempt(alex).deadline == SLOT + timedelta(minutes=40)


def test_a_pause_is_taken_back(site: World, alex: Caller) -> None:
    start(site, alex)
    who = client(site)
    send(who, site, alex, "pause")
    assert send(who, site, alex, "resume").status_code == 200
    assert site.attempt(alex).state == "sitting"


def test_a_candidate_is_let_in_by_hand_and_a_lock_is_lifted(site: World, alex: Caller) -> None:
    who = client(site)
    Appointment.objects.update(wrong_tries=5, locked_until=site.clock() + timedelta(minutes=1))
    assert send(who, site, alex, "lift-lock").status_code == 200
    assert site.appointment(alex).locked_until is None
    assert send(who, site, alex, "unlock", reason="no keyboard").status_code == 200
    assert site.phase(alex) == "unlocked"


def test_an_incident_is_reported_with_its_words(site: World, alex: Caller) -> None:
    answer = send(client(site), site, alex, "incident", kind="identity", text="no card", nonce="n1")
    assert answer.status_code == 200
    assert Incident.objects.get().text == "no card"


@pytest.mark.parametrize(
    ("deed", "body", "status", "code", "field"),
    [
        ("close", {"reason": "x"}, 409, "not_allowed_now", None),
        ("unlock", {"reason": " "}, 422, "invalid_field", "reason"),
        ("extend", {"reason": "x", "minutes": 0}, 422, "invalid_field", "minutes"),
        ("extend", {"reason": "x", "minutes": "5"}, 422, "invalid_field", "minutes"),
        ("incident", {"kind": "gossip", "text": "x"}, 422, "invalid_field", "kind"),
        ("incident", {"kind": "other", "text": ""}, 422, "invalid_field", "text"),
        ("dance", {}, 400, "bad_request", "deed"),
        ("unlock", {"reason": 5}, 400, "bad_request", "reason"),
        ("code", {"candidacy": 0}, 404, "not_found", None),
        ("code", {"candidacy": "1"}, 400, "bad_request", "candidacy"),
    ],
)
def test_a_refusal_has_its_code_its_field_and_a_sentence(
    site: World, alex: Caller, deed: str, body: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    before = AuditEntry.objects.count()
    answer = send(client(site), site, alex, deed, **body)
    told = answer.json()
    assert (answer.status_code, told["ok"], told["code"], told["field"]) == (status, False, code, field)
    assert told["message"].endswith(".")
    assert AuditEntry.objects.count() == before


def test_only_json_by_post_with_the_token_is_taken(site: World, alex: Caller) -> None:
    who = client(site)
    body = {"candidacy": site.candidacy(alex).pk, "deed": "code"}
    assert who.get(address("deeds/")).status_code == 405
    assert who.post(address("deeds/"), body).status_code == 415
    assert who.post(address("deeds/"), "[]", content_type="application/json").status_code == 400
    assert who.post(address("deeds/"), '"' + "x" * 20_000 + '"', content_type="application/json").status_code == 413

    strict = client(site, "other", enforce_csrf_checks=True)
    strict.get(address())
    assert send(strict, site, alex, "code").status_code == 403
    token = strict.cookies["csrftoken"].value
    answer = strict.post(
        address("deeds/"), json.dumps(body), content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 200


def test_an_invigilator_who_sits_the_exam_does_nothing_for_themselves(site: World, alex: Caller) -> None:
    CourseRole.objects.create(user_id=alex.user_id, course_key=COURSE, role="invigilator")
    own = Client()
    own.force_login(get_user_model().objects.get(pk=alex.user_id))

    assert send(own, site, alex, "code").status_code == 409
    assert "data-board-action" not in own.get(address("rows/")).json()["rows"]
    assert not AuditEntry.objects.filter(action="code_shown").exists()


def test_names_are_shown_as_text(site: World, alex: Caller) -> None:
    Appointment.objects.update(first_name="<img src=x onerror=alert(1)>")
    page = client(site).get(address()).content.decode()
    assert "<img" not in page
    assert "&lt;img" in page


@pytest.mark.parametrize(("language", "shown"), [("en", "In the room · 0 min"), ("fr", "data-board-state")])
def test_the_board_speaks_the_readers_language(site: World, alex: Caller, language: str, shown: str) -> None:
    who = client(site)
    who.cookies["django_language"] = language
    page = who.get(address()).content.decode()
    assert f'<html lang="{language}">' in page
    assert shown in page


def test_in_the_lms_invigilators_are_a_group_of_the_course(site: World) -> None:
    ines = get_user_model().objects.create_user("ines")
    ines.groups.add(Group.objects.create(name=f"proctored-exam-invigilators:{COURSE}"))
    host = compat.LmsHost()
    assert host.is_invigilator(ines.pk, COURSE)
    assert not host.is_invigilator(ines.pk, "course-v1:Other+X+1")
    ines.is_active = False
    ines.save()
    assert not host.is_invigilator(ines.pk, COURSE)
