"""Staff who look at the LMS as a learner see the learner's screen and do nothing in their name; Studio sits nobody."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from webob import Request

from proctored_exam_xblock import compat
from proctored_exam_xblock.block import ProctoredExamXBlock
from proctored_exam_xblock.models import Candidacy
from proctored_exam_xblock.services.dossier import Caller
from tests.world import World

pytestmark = pytest.mark.django_db
ACTIONS = [name for name in ProctoredExamXBlock.HANDLERS if name != "screen"]


@pytest.fixture
def alex(world: World, monkeypatch: pytest.MonkeyPatch) -> Caller:
    world.publish()
    monkeypatch.setattr(compat, "is_viewed_by_another", lambda user_id: True)
    return world.person()


def post(caller: Caller, handler: str, **body: Any) -> tuple[int, dict[str, Any]]:
    request = Request.blank("/", method="POST", content_type="application/json", body=json.dumps(body).encode())
    block = SimpleNamespace(caller=lambda window: caller)
    answer = getattr(ProctoredExamXBlock, handler)(block, request)
    return answer.status_int, json.loads(answer.body)


@pytest.mark.parametrize("handler", ACTIONS)
def test_no_action_is_done_in_the_learners_name(alex: Caller, handler: str) -> None:
    status, answer = post(alex, handler, version="1")
    assert (status, answer["code"]) == (403, "viewed_by_another")
    assert not Candidacy.objects.filter(terms_accepted_at__isnull=False).exists()


def test_the_learners_screen_is_shown(alex: Caller) -> None:
    status, answer = post(alex, "screen")
    assert (status, answer["phase"]) == (200, "onboarding")
    assert answer["html"]


@pytest.mark.parametrize("handler", ProctoredExamXBlock.HANDLERS)
def test_studio_sits_nobody(world: World, monkeypatch: pytest.MonkeyPatch, handler: str) -> None:
    """It shares the LMS's database and calls any handler for whoever is signed in."""
    world.publish()
    monkeypatch.setattr(compat, "in_studio", lambda: True)
    status, answer = post(world.person(), handler, version="1")
    assert (status, answer["code"]) == (409, "not_allowed_now")
    assert not Candidacy.objects.exists()
