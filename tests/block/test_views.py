"""The block in the demo's runtime: what each role sees, how many statements a request costs, completion, the marker."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proctored_exam_xblock import compat
from proctored_exam_xblock.models import Candidacy, Exam
from proctored_exam_xblock.services.dossier import Caller
from tests.campus import Campus
from tests.world import CANARY, PAPER, World

pytestmark = pytest.mark.django_db


def html(campus: Campus, caller: Caller | None) -> str:
    return str(campus.block(caller).render("student_view", {}).body_html())


def phase(shown: str) -> str:
    found = re.search(r'data-pex-phase="(\w+)"', shown)
    return found.group(1) if found else ""


# --- the candidate's page -------------------------------------------------------------------------------------------


def test_each_role_sees_its_own_page(campus: Campus) -> None:
    shown = {
        "anonymous": phase(html(campus, None)),
        "not enrolled": phase(html(campus, campus.world.person("camille", "audit"))),
        "candidate": phase(html(campus, campus.world.person())),
        "staff": phase(html(campus, campus.teacher())),
    }
    assert shown == {
        "anonymous": "not_eligible",
        "not enrolled": "not_eligible",
        "candidate": "onboarding",
        "staff": "onboarding",
    }
    assert Candidacy.objects.count() == 2


def test_the_page_knows_every_handler_and_the_servers_time(campus: Campus) -> None:
    fragment = campus.block(campus.world.person()).student_view()
    assert fragment.js_init_fn == "ProctoredExamXBlock"
    settings = fragment.json_init_args
    assert {*settings} == {"handlers", "server_time", "fingerprint", "check"}
    assert settings["handlers"]["start_sitting"] == "/courses/cartopro/xblock/handler/start_sitting"
    assert {*settings["handlers"]} == {*campus.block().HANDLERS}
    assert settings["server_time"] == "2017-02-20T09:00:00.000Z"
    assert settings["fingerprint"] == campus.world.load(campus.world.person()).fingerprint


def test_the_page_takes_the_snapshot_and_an_unreadable_edit_changes_nothing(campus: Campus) -> None:
    before = Exam.objects.get().current_version_id
    block = campus.block()
    block.paper = PAPER.replace("BPMN est une", "UML est une")
    block.save()
    html(campus, campus.world.person())
    after = Exam.objects.get().current_version_id
    assert after != before
    block.paper = "<part>"
    block.save()
    assert phase(html(campus, campus.world.person())) == "onboarding"
    assert Exam.objects.get().current_version_id == after


@pytest.mark.parametrize("policy", [{"duration_minutes": 0}, {"backend": "nobody"}, {"no_such_rule": 1}])
def test_an_exam_that_was_never_valid_says_so_without_a_crash(world: World, policy: dict[str, object]) -> None:
    campus = Campus(world)
    block = campus.block()
    block.policy, block.paper = policy, PAPER
    block.save()
    for caller in (None, world.person(), campus.teacher()):
        shown = html(campus, caller)
        assert "data-pex-root" in shown
        assert CANARY not in shown
    assert Exam.objects.count() == 0


def test_studio_shows_the_rules_and_takes_no_snapshot(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compat, "in_studio", lambda: True)
    campus = Campus(world)
    block = campus.block()
    block.display_name, block.policy, block.paper = "Examen", {"duration_minutes": 30}, PAPER
    shown = block.student_view().body_html()
    assert "Partie 1" in shown
    assert CANARY not in shown
    assert Exam.objects.count() == 0
    block.paper = "<part>\n<problem>"
    assert "Partie 1" not in block.author_view().body_html()


def test_the_author_form_shows_every_rule_and_the_paper(campus: Campus) -> None:
    shown = campus.block().studio_view()
    assert "silent_window_seconds" in shown.body_html()
    assert CANARY in json.dumps(shown.json_init_args)
    assert campus.client(campus.world.person()).get("/courses/cartopro/author/").status_code == 403


# --- marks in the platform ------------------------------------------------------------------------------------------


def test_starting_writes_the_marker_that_the_instructor_tools_look_for(campus: Campus) -> None:
    alex = campus.world.person()
    campus.world.unlock(alex)
    assert campus.block(alex).started is False
    client = campus.client(alex)
    assert campus.send(client, "start_sitting", {"nonce": "short"}).status_code == 200
    assert campus.block(alex).started is True
    assert campus.block(campus.world.person("robin")).started is False


@pytest.fixture
def completions(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the blocks of this test report as completed."""
    from proctored_exam_xblock.block import ProctoredExamXBlock

    told: list[float] = []
    monkeypatch.setattr(ProctoredExamXBlock, "emit_completion", lambda self, share: told.append(share))
    return told


def test_finishing_completes_the_block(campus: Campus, completions: list[float]) -> None:
    alex = campus.world.person()
    campus.world.sit(alex)
    client = campus.client(alex)
    bodies = campus.bodies(alex)
    for name in ("screen", "save_draft", "submit_part"):
        campus.send(client, name, bodies[name])
    assert completions == []
    campus.send(client, "finish", bodies["finish"])
    assert completions == [1.0]


def test_an_exam_that_the_clock_ended_is_completed_when_its_page_hears_of_it(
    campus: Campus, completions: list[float]
) -> None:
    alex = campus.world.person()
    campus.world.sit(alex)
    client = campus.client(alex)
    campus.world.minutes(31)
    answer = campus.send(client, "screen", {}).json()
    assert (answer["phase"], completions) == ("submitted", [1.0])
    campus.send(client, "screen", {"known": answer["fingerprint"]})
    assert completions == [1.0]


def test_a_real_completion_event_leaves_by_the_runtime(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> None:
    block = campus.block(campus.world.person())
    events: list[tuple[str, dict[str, float]]] = []
    monkeypatch.setattr(block.runtime, "publish", lambda source, kind, data: events.append((kind, data)))
    block.emit_completion(1.0)
    assert events == [("completion", {"completion": 1.0})]


# --- statements -----------------------------------------------------------------------------------------------------


PLATFORM = ("django_session", "demo_courserole", "auth_user", "SAVEPOINT", "BEGIN", "COMMIT")


def statements(campus: Campus, caller: Caller, name: str, body: dict[str, object]) -> list[str]:
    """The statements of one request that are ours (enrolment included), not the platform's."""
    client = campus.client(caller)
    campus.send(client, "screen", {})  # what a process reads once
    with CaptureQueriesContext(connection) as seen:
        assert campus.send(client, name, body).status_code == 200
    texts = [query["sql"] for query in seen.captured_queries]
    assert not [text for text in texts if "workbench" in text], "an XBlock field was read"
    return [text for text in texts if not any(word in text.replace(".", " ").split("WHERE")[0] for word in PLATFORM)]


def test_saving_a_draft_costs_four_statements_at_most(campus: Campus) -> None:
    alex = campus.world.person()
    campus.world.sit(alex)
    ours = statements(campus, alex, "save_draft", campus.bodies(alex)["save_draft"])
    assert 2 <= len(ours) <= 4, ours


def test_the_screen_costs_ten_statements_at_most(campus: Campus) -> None:
    alex = campus.world.person()
    campus.world.sit(alex)
    ours = statements(campus, alex, "screen", campus.bodies(alex)["screen"])
    assert 5 <= len(ours) + 1 <= 10, ours  # one of auth_user is ours: the person shown


def test_answers_of_the_hot_path_are_small(campus: Campus) -> None:
    alex = campus.world.person()
    campus.world.sit(alex)
    client = campus.client(alex)
    known = campus.send(client, "screen", campus.bodies(alex)["screen"]).json()["fingerprint"]
    answer = campus.send(client, "save_draft", {**campus.bodies(alex)["save_draft"], "known": known})
    assert {*json.loads(answer.content)} == {"ok", "phase", "fingerprint", "server_time", "revision", "saved_at"}
    quiet = campus.send(client, "screen", {**campus.bodies(alex)["screen"], "known": known})
    assert {*json.loads(quiet.content)} == {"ok", "phase", "fingerprint", "server_time", "deadline"}
