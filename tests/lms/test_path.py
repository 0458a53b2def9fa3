"""One sitting in a running LMS, and who is refused there; see README.md. Skipped without ``PEX_LMS``."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from proctored_exam_xblock import scenarios
from proctored_exam_xblock.block import ProctoredExamXBlock
from proctored_exam_xblock.olx import read_paper

ADDRESS = os.environ.get("PEX_LMS", "")
pytestmark = pytest.mark.skipif(not ADDRESS, reason="PEX_LMS names no LMS to drive (tests/lms/README.md)")
PAPER = Path(scenarios.__file__).parent / "practice" / "paper.xml"


class Person:
    """A signed-in session, and the exam's page and handlers as it reaches them."""

    def __init__(self, lms: dict[str, Any], role: str) -> None:
        self.lms, self.window = lms, ""
        self.username, password = lms["accounts"][role]
        self.http = httpx.Client(base_url=lms["url"], timeout=60, follow_redirects=True, trust_env=False)
        self.http.get("/csrf/api/v1/token")
        form = {"email_or_username": self.username, "password": password}
        answer = self.post("/api/user/v2/account/login_session/", data=form)
        assert answer.status_code == 200, answer.text

    def post(self, path: str, **content: Any) -> httpx.Response:
        """A POST with the platform's CSRF header."""
        headers = {"X-CSRFToken": self.http.cookies.get("csrftoken") or "", "Referer": self.lms["url"] + "/"}
        return self.http.post(path, headers=headers, **content)

    def page(self) -> httpx.Response:
        """The exam's page."""
        return self.http.get(f"/xblock/{quote(self.lms['exam'], safe=':+@')}")

    def call(self, handler: str, *, door: str = "handler", **body: Any) -> httpx.Response:
        """One handler, through the guarded door or the unguarded one."""
        usage = quote(self.lms["exam"], safe=":+@")
        path = f"/courses/{self.lms['course_key']}/xblock/{usage}/{door}/{handler}"
        return self.post(path, json={"window": self.window, **body})

    def do(self, handler: str, **body: Any) -> dict[str, Any]:
        """A handler that must accept; its window token is kept."""
        answer = self.call(handler, **body)
        assert answer.status_code == 200, f"{handler}: {answer.status_code} {answer.text[:300]}"
        found: dict[str, Any] = answer.json()
        self.window = found.get("window") or self.window
        return found


@pytest.fixture(scope="module")
def lms() -> dict[str, Any]:
    """What PEX_LMS says."""
    found: dict[str, Any] = json.loads(Path(ADDRESS).read_text())
    return found


@pytest.fixture(scope="module")
def people(lms: dict[str, Any]) -> Iterator[dict[str, Person]]:
    """Everybody, signed in; staff have opened the exam's page, so that it is published."""
    found = {role: Person(lms, role) for role in lms["accounts"]}
    assert found["staff"].page().status_code == 200
    yield found
    for person in found.values():
        person.http.close()


@pytest.fixture
def candidate(lms: dict[str, Any], people: dict[str, Person]) -> Person:
    """The candidate, with nothing sat yet: staff delete the state of an earlier attempt."""
    person = people["candidate"]
    if person.do("screen")["phase"] in {"submitted", "result"}:
        form = {
            "problem_to_reset": lms["exam"],
            "unique_student_identifier": person.username,
            "delete_module": "true",
        }
        answer = people["staff"].post(f"/courses/{lms['course_key']}/instructor/api/reset_student_attempts", data=form)
        assert answer.status_code == 200, answer.text
    return person


def percent(person: Person) -> float:
    """The course grade that the platform's own API tells the learner."""
    answer = person.http.get(
        f"/api/grades/v1/courses/{person.lms['course_key']}/", params={"username": person.username}
    )
    return float(answer.json()[0]["percent"])


def test_an_exam_is_sat_and_its_grade_is_in_the_gradebook(candidate: Person) -> None:
    before = percent(candidate)
    shown = candidate.page()
    assert shown.status_code == 200
    assert "data-pex-phase" in shown.text
    if candidate.do("screen")["phase"] == "onboarding":
        candidate.do("accept_terms", version="1")
        candidate.do("confirm_name")
    candidate.do("launch")
    assert candidate.do("start_sitting", nonce=secrets.token_hex(20))["phase"] == "sitting"
    for number, part in enumerate(read_paper(PAPER.read_text()).parts, start=1):
        right = {question.id: sorted(question.key) for question in part.questions}
        assert candidate.do("save_draft", part=number, revision=1, answers=right)["revision"] == 1
        candidate.do("submit_part", part=number, revision=2, answers=right)
    assert candidate.do("finish", drafts={})["phase"] in {"submitted", "result"}
    assert percent(candidate) > before


@pytest.mark.parametrize("door", ["handler", "handler_noauth"])
@pytest.mark.parametrize("handler", ProctoredExamXBlock.HANDLERS)
def test_who_is_not_enrolled_does_nothing(people: dict[str, Person], handler: str, door: str) -> None:
    body = {"version": "1", "start": "2017-03-02T15:00:00Z", "date": "2017-03-02", "password": "x", "drafts": {}}
    answer = people["outsider"].call(handler, door=door, part=1, revision=1, answers={}, **body)
    if handler in {"screen", "open_window"}:
        assert (answer.status_code, answer.json()["phase"]) == (200, "not_eligible")
        assert "data-pex-question" not in answer.text
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "not_eligible")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"])
def test_a_form_of_another_site_is_refused_at_the_unguarded_door(people: dict[str, Person], kind: str) -> None:
    person = people["candidate"]
    usage = quote(person.lms["exam"], safe=":+@")
    path = f"/courses/{person.lms['course_key']}/xblock/{usage}/handler_noauth/launch"
    assert person.http.post(path, content=b"{}", headers={"Content-Type": kind}).status_code == 415
