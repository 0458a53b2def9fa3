"""Somebody signed in to a running LMS, over HTTP as a browser does."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from proctored_exam_xblock import scenarios
from proctored_exam_xblock.olx import read_paper

PAPER = Path(scenarios.__file__).parent / "practice" / "paper.xml"


class Person:
    """A signed-in session, and the exam's page and handlers as it reaches them."""

    def __init__(self, lms: dict[str, Any], role: str) -> None:
        self.lms, self.exam, self.window = lms, lms["exam"], ""
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
        return self.http.get(f"/xblock/{quote(self.exam, safe=':+@')}")

    def call(self, handler: str, *, door: str = "handler", **body: Any) -> httpx.Response:
        """One handler, through the guarded door or the unguarded one."""
        usage = quote(self.exam, safe=":+@")
        path = f"/courses/{self.lms['course_key']}/xblock/{usage}/{door}/{handler}"
        return self.post(path, json={"window": self.window, **body})

    def do(self, handler: str, **body: Any) -> dict[str, Any]:
        """A handler that must accept; its window token is kept."""
        answer = self.call(handler, **body)
        assert answer.status_code == 200, f"{handler}: {answer.status_code} {answer.text[:300]}"
        found: dict[str, Any] = answer.json()
        self.window = found.get("window") or self.window
        return found

    def at(self, exam: str) -> Person:
        """The same session at another exam."""
        other = copy.copy(self)
        other.exam, other.window = exam, ""
        return other

    def forget(self, person: Person) -> None:
        """By staff: delete the state of another's attempt, with the instructor's tool."""
        form = {"problem_to_reset": person.exam, "unique_student_identifier": person.username, "delete_module": "true"}
        answer = self.post(f"/courses/{self.lms['course_key']}/instructor/api/reset_student_attempts", data=form)
        assert answer.status_code == 200, answer.text

    def percent(self) -> float:
        """The course grade that the platform's own API tells the learner."""
        path = f"/api/grades/v1/courses/{self.lms['course_key']}/"
        return float(self.http.get(path, params={"username": self.username}).json()[0]["percent"])

    def answer_all(self) -> None:
        """Every question of the practice paper, rightly; then the end."""
        for number, part in enumerate(read_paper(PAPER.read_text()).parts, start=1):
            right = {question.id: sorted(question.key) for question in part.questions}
            assert self.do("save_draft", part=number, revision=1, answers=right)["revision"] == 1
            self.do("submit_part", part=number, revision=2, answers=right)
        assert self.do("finish", drafts={})["phase"] in {"submitted", "result"}
