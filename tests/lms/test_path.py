"""One sitting in a running LMS, and who is refused there; see README.md. Skipped without ``PEX_LMS``."""

from __future__ import annotations

import secrets
from urllib.parse import quote

import pytest

from proctored_exam_xblock.block import ProctoredExamXBlock
from tests.lms.person import Person


@pytest.fixture
def candidate(people: dict[str, Person]) -> Person:
    """The candidate, with nothing sat yet: staff delete the state of an earlier attempt."""
    person = people["candidate"]
    if person.do("screen")["phase"] in {"submitted", "result"}:
        people["staff"].forget(person)
    return person


def test_an_exam_is_sat_and_its_grade_is_in_the_gradebook(candidate: Person) -> None:
    before = candidate.percent()
    shown = candidate.page()
    assert shown.status_code == 200
    assert "data-pex-phase" in shown.text
    if candidate.do("screen")["phase"] == "onboarding":
        candidate.do("accept_terms", version="1")
        candidate.do("confirm_name")
    candidate.do("launch")
    assert candidate.do("start_sitting", nonce=secrets.token_hex(20))["phase"] == "sitting"
    candidate.answer_all()
    assert candidate.percent() > before


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
    usage = quote(person.exam, safe=":+@")
    path = f"/courses/{person.lms['course_key']}/xblock/{usage}/handler_noauth/launch"
    assert person.http.post(path, content=b"{}", headers={"Content-Type": kind}).status_code == 415
