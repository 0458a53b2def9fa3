"""The addresses of corrections: the course team's alone, behind the CSRF token, and nothing malformed passes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from demo.models import CourseRole
from proctored_exam_xblock.models import Exam
from proctored_exam_xblock.olx import read_paper
from proctored_exam_xblock.services.dossier import Caller
from tests.campus import Campus, all_rows
from tests.security.lives import LIVES
from tests.world import COURSE, PAPER, USAGE

pytestmark = pytest.mark.django_db
READS = ("", "left/")
DEEDS = ("preview/", "apply/", "undo/")
WHOLE: dict[str, Any] = {
    "corrections": [{"question": "q1", "words": read_paper(PAPER).questions[0].words, "ruling": "void"}],
    "raise_only": False,
    "reason": "x",
    "mark": 0,
    "number": 1,
}


def address(part: str, exam: int | None = None) -> str:
    return f"/proctored_exam/regrade/{exam or Exam.objects.get(usage_key=USAGE).pk}/{part}"


def post(client: Client, part: str, body: Any = None, **more: Any) -> HttpResponse:
    text = json.dumps(WHOLE if body is None else body)
    return client.post(address(part), text, content_type="application/json", **more)


def with_role(campus: Campus, name: str, role: str, course: str = COURSE) -> Caller:
    caller = campus.world.person(name, None)
    CourseRole.objects.get_or_create(user_id=caller.user_id, course_key=course, role=role)
    return caller


@pytest.mark.parametrize(
    ("who", "status"),
    [("nobody", 403), ("candidate", 404), ("invigilator", 404), ("staff elsewhere", 404), ("staff", 200)],
)
def test_each_address_is_the_course_teams_alone(campus: Campus, who: str, status: int) -> None:
    alex = campus.world.person()
    LIVES["submitted"](campus, alex)
    callers = {
        "nobody": lambda: None,
        "candidate": lambda: alex,
        "invigilator": lambda: with_role(campus, "ines", "invigilator"),
        "staff elsewhere": lambda: with_role(campus, "elsewhere", "staff", "course-v1:another+course+2027"),
        "staff": campus.teacher,
    }
    client = campus.client(callers[who]())
    before = all_rows()
    for part in READS:
        answer = client.get(address(part))
        assert (part, answer.status_code) == (part, status)
        assert "no-store" in answer["Cache-Control"]
        assert ("Vendre · Acheter" in answer.content.decode()) == (who == "staff" and part == ""), "the key"
    found = [post(client, part).status_code for part in DEEDS]
    assert found == ([status] * 3 if who != "staff" else [200, 200, 409])
    if who != "staff":
        assert all_rows() == before


@pytest.mark.parametrize("part", DEEDS)
def test_without_the_token_nothing_is_decided(campus: Campus, part: str) -> None:
    client = campus.client(campus.teacher(), enforce_csrf_checks=True)
    before = all_rows()
    assert post(client, part).status_code == 403
    assert all_rows() == before
    page = client.get(address(""))
    token = page.content.decode().partition('data-token="')[2].partition('"')[0]
    assert post(client, part, headers={"X-CSRFToken": token}).status_code != 403


@pytest.mark.parametrize("part", DEEDS)
def test_only_json_posts_of_a_bounded_size_are_taken(campus: Campus, part: str) -> None:
    client = campus.client(campus.teacher())
    before = all_rows()
    url = address(part)
    assert client.get(url).status_code == 405
    assert client.put(url, "{}", content_type="application/json").status_code == 405
    assert client.post(url, "{}", content_type="text/plain").status_code == 415
    assert client.post(url, {"corrections": "x"}).status_code == 415
    assert post(client, part, {"reason": "x" * 20_000}).status_code == 413
    for raw in (b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 9000, b'{"reason": "\\u0000"}', b'{"reason": "\\ud800"}'):
        assert client.post(url, raw, content_type="application/json").status_code == 400
    assert all_rows() == before


WRONG: list[Any] = [None, True, 3, -1, 1.5, 10**400, "", "x", [], [[]], {}, {"a": []}, "9" * 5000]


@pytest.mark.parametrize("part", DEEDS)
@pytest.mark.parametrize("name", [*WHOLE, "undo"])
def test_no_value_of_any_field_is_a_server_error(campus: Campus, part: str, name: str) -> None:
    client = campus.client(campus.teacher())
    for value in WRONG:
        answer = post(client, part, {**WHOLE, "mark": 99, name: value})
        assert answer.status_code in (200, *range(400, 500)), (value, answer.content[:300])
        if answer.status_code != 200:
            assert answer.json()["message"]
    assert Exam.objects.get(usage_key=USAGE).regrade_mark == 0


@pytest.mark.parametrize("part", ["corrections", "key", "words"])
def test_no_value_inside_a_correction_is_a_server_error(campus: Campus, part: str) -> None:
    client = campus.client(campus.teacher())
    for value in WRONG:
        whole = {"question": "q1", "words": "w", "key": ["a"]}
        inner: Any = [value] if part == "corrections" else [{**whole, part: value}]
        answer = post(client, "preview/", {"corrections": inner})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_correction")


def test_an_exam_that_is_not_there_is_nothing(campus: Campus) -> None:
    client = campus.client(campus.teacher())
    for part in READS:
        assert client.get(address(part, 10**6)).status_code == 404
