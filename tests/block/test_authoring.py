"""Studio's form: all that is valid is written together, or nothing; only authors may write."""

from __future__ import annotations

import json
from typing import Any

import pytest
from opaque_keys.edx.keys import UsageKey
from webob import Request, Response

from proctored_exam_xblock import compat
from proctored_exam_xblock.block import ProctoredExamXBlock
from tests.campus import Campus
from tests.world import PAPER, POLICY

pytestmark = pytest.mark.django_db
POLICY_TEXT = json.dumps({**POLICY, "backend": "none", "unlock": "none"})
GOOD = {"display_name": "  Nouvel examen  ", "policy": POLICY_TEXT, "paper": PAPER}
KEY = UsageKey.from_string("block-v1:IAE-Lyon3+CARTOPRO+2027+type@proctored_exam+block@x")


class Rights:
    """Studio's service that says who may write."""

    def __init__(self, writes: bool) -> None:
        self.writes = writes
        self.asked: list[str] = []

    def can_write(self, course_key: object) -> bool:
        self.asked.append(str(course_key))
        return self.writes


@pytest.fixture
def block(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> ProctoredExamXBlock:
    """The block in Studio, for an author."""
    monkeypatch.setattr(compat, "in_studio", lambda: True)
    return in_studio(campus, Rights(True))


def in_studio(campus: Campus, rights: Rights | None) -> ProctoredExamXBlock:
    block = campus.block()
    fields(block)  # the sdk reads them by its own kind of key
    block.runtime._services["studio_user_permissions"] = rights
    block.scope_ids = block.scope_ids._replace(usage_id=KEY)
    block.save = lambda: None
    return block


def save(block: ProctoredExamXBlock, body: Any) -> tuple[int, dict[str, Any]]:
    request = Request.blank("/", method="POST", content_type="application/json", body=json.dumps(body).encode())
    answer: Response = block.save_content(request)
    return answer.status_int, json.loads(answer.body)


def fields(block: ProctoredExamXBlock) -> tuple[object, ...]:
    return block.display_name, dict(block.policy), block.paper


def test_a_valid_form_is_written(block: ProctoredExamXBlock) -> None:
    assert save(block, GOOD) == (200, {"ok": True})
    assert fields(block) == ("Nouvel examen", json.loads(POLICY_TEXT), PAPER)


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"display_name": "   "}, "invalid_policy", "policy"),
        ({"display_name": "x" * 256}, "invalid_policy", "policy"),
        ({"policy": "{"}, "invalid_policy", "policy"),
        ({"policy": "[]"}, "invalid_policy", "policy"),
        ({"policy": "[" * 50_000}, "invalid_policy", "policy"),
        ({"policy": '{"duration_minutes": 0}'}, "invalid_policy", "policy"),
        ({"policy": '{"backend": "nobody"}'}, "invalid_policy", "policy"),
        ({"policy": '{"password": "open sesame"}'}, "invalid_policy", "policy"),
        ({"paper": "<part>"}, "invalid_paper", "paper"),
        ({"paper": PAPER.replace("multiplechoiceresponse", "customresponse")}, "invalid_paper", "paper"),
        ({"paper": "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><part>&e;</part>"}, "invalid_paper", "paper"),
        ({"paper": None}, "bad_request", "paper"),
        ({"policy": {}}, "bad_request", "policy"),
        ({"display_name": 5}, "bad_request", "display_name"),
    ],
)
def test_a_half_valid_form_changes_nothing_and_names_the_field(
    block: ProctoredExamXBlock, wrong: dict[str, Any], code: str, field: str
) -> None:
    before = fields(block)
    status, answer = save(block, {**GOOD, **wrong})
    assert (status in (400, 422), answer["code"], answer["ok"]) == (True, code, False)
    assert [*answer["fields"]] == [field]
    assert answer["fields"][field]
    assert fields(block) == before


def test_a_mistake_in_the_paper_says_its_line(block: ProctoredExamXBlock) -> None:
    _, answer = save(block, {**GOOD, "paper": "<part title='x'>\n<problem>\n<customresponse/></problem></part>"})
    assert "3" in answer["fields"]["paper"]


@pytest.mark.parametrize("rights", [None, Rights(False)])
def test_studio_calls_a_handler_for_whoever_is_signed_in_so_rights_are_asked(
    campus: Campus, monkeypatch: pytest.MonkeyPatch, rights: Rights | None
) -> None:
    monkeypatch.setattr(compat, "in_studio", lambda: True)
    block = in_studio(campus, rights)
    before = fields(block)
    status, answer = save(block, GOOD)
    assert (status, answer["code"]) == (409, "not_allowed_now")
    assert fields(block) == before
    if rights is not None:
        assert rights.asked == ["course-v1:IAE-Lyon3+CARTOPRO+2027"]


@pytest.mark.parametrize(
    ("authoring", "role", "status"), [(False, "staff", 409), (True, "learner", 409), (True, "staff", 200)]
)
def test_outside_studio_only_staff_on_an_authoring_page_write(
    campus: Campus, monkeypatch: pytest.MonkeyPatch, authoring: bool, role: str, status: int
) -> None:
    block = campus.block(campus.teacher() if role == "staff" else campus.world.person())
    monkeypatch.setattr(type(block.runtime), "is_author_mode", authoring)
    assert save(block, GOOD)[0] == status


def test_a_form_that_is_no_object_is_refused(block: ProctoredExamXBlock) -> None:
    assert save(block, [])[1]["code"] == "bad_request"
