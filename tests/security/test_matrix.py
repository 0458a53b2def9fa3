"""Every phase x role x handler through both doors: the expected answer is written here, not computed from the code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from demo.runtime import CampusRuntime
from proctored_exam_xblock.block import ProctoredExamXBlock
from proctored_exam_xblock.domain.journey import Phase
from proctored_exam_xblock.services.dossier import Caller
from tests.campus import DOORS, Campus, all_rows
from tests.security.lives import LIVES, PRACTICE

pytestmark = pytest.mark.django_db

HANDLERS = (
    *("screen", "open_window", "accept_terms", "confirm_name", "save_information", "record_equipment", "measure"),
    *("slots", "hold_slot", "book", "move", "cancel", "ask_second", "launch", "unlock", "claim_window"),
    *("start_sitting", "save_draft", "submit_part", "finish", "try_again"),
)
STATUS = {
    "ok": 200,
    "not_signed_in": 403,
    "not_eligible": 403,
    "not_allowed_now": 409,
    "window_lost": 409,
    "time_over": 409,
    "second_not_offered": 409,
    "platform": 403,
}
READS = {"screen": "ok", "open_window": "ok"}
DONE_BEFORE = {"accept_terms": "ok", "confirm_name": "ok"}
CHECKS = {"record_equipment": "ok", "measure": "ok"}
NOBODY = dict.fromkeys(HANDLERS, "not_signed_in")
OUTSIDER = {**dict.fromkeys(HANDLERS, "not_eligible"), **READS}
NEWCOMER = {
    **dict.fromkeys(HANDLERS, "not_allowed_now"),
    **READS,
    **DONE_BEFORE,
    "save_information": "ok",
    **CHECKS,
}


def learner(**answers: str) -> dict[str, str]:
    """What a candidate past the onboarding is answered: ``not_allowed_now`` unless said otherwise."""
    return {**dict.fromkeys(HANDLERS, "not_allowed_now"), **READS, **DONE_BEFORE, **answers}


CANDIDATE: dict[str, dict[str, str]] = {
    "not_eligible": OUTSIDER,
    "onboarding": NEWCOMER,
    "booking": learner(**CHECKS, save_information="ok", slots="ok", hold_slot="ok", book="ok"),
    "booked": learner(**CHECKS, save_information="ok", slots="ok", hold_slot="ok", move="ok", cancel="ok"),
    "available": learner(**CHECKS, cancel="ok"),
    "room": learner(unlock="ok"),
    "unlocked": learner(unlock="ok", start_sitting="ok"),
    "sitting": learner(start_sitting="window_lost", save_draft="ok", submit_part="ok", finish="ok"),
    "paused": learner(),
    "submitted": learner(finish="ok"),
    "expired": learner(save_draft="time_over", submit_part="time_over", finish="ok"),
    "result": learner(finish="ok"),
    "invalidated": learner(finish="ok"),
    "interrupted": learner(ask_second="second_not_offered"),
    "missed": learner(ask_second="second_not_offered"),
    "closed": learner(),
}
SECOND_WINDOW = {
    **CANDIDATE,
    "sitting": learner(
        unlock="ok",
        start_sitting="window_lost",
        save_draft="window_lost",
        submit_part="window_lost",
        finish="window_lost",
    ),
}
"""The same candidate without the window token: only the proctor's code lets this window in."""
TOO_LATE = {**dict.fromkeys(HANDLERS, "not_allowed_now"), **READS}
"""Who begins when the exam's window is over."""


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside leaves no row behind."""
    mark = transaction.savepoint()
    yield
    transaction.savepoint_rollback(mark)


Found = dict[str, dict[str, str]]


def answers(campus: Campus, caller: Caller | None, bodies: dict[str, dict[str, Any]]) -> Found:
    """What each handler says behind each door: ``ok`` or the error's code, checked against its HTTP status."""
    return {door: _answers(campus, caller, bodies, door) for door in DOORS}


def _answers(campus: Campus, caller: Caller | None, bodies: dict[str, dict[str, Any]], door: str) -> dict[str, str]:
    client = campus.client(caller)
    screen = campus.send(client, "screen", bodies["screen"], "handler_noauth").json()
    found = {}
    for name in HANDLERS:
        with undone():
            response = campus.send(client, name, {"known": screen.get("fingerprint"), **bodies[name]}, door)
        is_json = response["Content-Type"].startswith("application/json")
        body = response.json() if is_json else {"ok": False, "code": "platform"}
        found[name] = "ok" if body["ok"] else body["code"]
        assert (name, response.status_code) == (name, STATUS[found[name]])
    return found


def behind_both_doors(expected: dict[str, str]) -> Found:
    return dict.fromkeys(DOORS, expected)


def candidate_in(campus: Campus, life: str) -> Caller:
    alex = campus.world.person()
    LIVES[life](campus, alex)
    return alex


def test_every_phase_is_in_the_matrix() -> None:
    assert {*LIVES} == {*CANDIDATE} == {phase.value for phase in Phase} | {"expired"}


@pytest.mark.parametrize("life", LIVES)
def test_the_candidate(campus: Campus, life: str) -> None:
    alex = candidate_in(campus, life)
    phase = campus.world.phase(campus.world.with_window(alex))
    assert phase == ("submitted" if life == "expired" else life)
    assert answers(campus, alex, campus.bodies(alex)) == behind_both_doors(CANDIDATE[life])


@pytest.mark.parametrize("life", ["sitting", "paused", "unlocked", "expired"])
def test_the_candidate_in_a_second_window(campus: Campus, life: str) -> None:
    alex = candidate_in(campus, life)
    campus.world.windows.clear()
    assert answers(campus, alex, campus.bodies(alex)) == behind_both_doors(SECOND_WINDOW[life])


@pytest.mark.parametrize("life", LIVES)
def test_everybody_else_with_the_candidates_code_and_tokens(campus: Campus, life: str) -> None:
    alex = candidate_in(campus, life)
    bodies = campus.bodies(alex)
    newcomer = TOO_LATE if life == "closed" else NEWCOMER
    found = {
        "other learner": answers(campus, campus.world.person("robin"), bodies),
        "not enrolled": answers(campus, campus.world.person("camille", "audit"), bodies),
        "staff": answers(campus, campus.teacher(), bodies),
    }
    assert found == {
        "other learner": behind_both_doors(newcomer),
        "not enrolled": behind_both_doors(OUTSIDER),
        "staff": behind_both_doors(newcomer),
    }


@pytest.mark.parametrize("life", ["booked", "room", "unlocked", "sitting", "submitted"])
def test_what_everybody_else_sends_changes_no_row_of_the_candidate(campus: Campus, life: str) -> None:
    alex = candidate_in(campus, life)
    bodies = campus.bodies(alex)
    robin, camille, teacher = campus.world.person("robin"), campus.world.person("camille", "audit"), campus.teacher()
    campus.world.load(alex)  # what the clock decides is decided
    for other in (robin, teacher):
        campus.world.load(other)
    before = {label: set(map(repr, rows)) for label, rows in all_rows().items()}
    for caller in (None, camille, robin, teacher):
        client = campus.client(caller)
        for name in HANDLERS:
            if caller is None or name not in ("save_information", "accept_terms", "confirm_name", "record_equipment"):
                campus.send(client, name, bodies[name], "handler_noauth")
    after = {label: set(map(repr, rows)) for label, rows in all_rows().items()}
    assert after == {**before, "auth.User": after["auth.User"]}  # the sign-ins


@pytest.mark.parametrize("life", ["onboarding", "sitting", "submitted"])
def test_an_anonymous_visitor(campus: Campus, life: str) -> None:
    alex = candidate_in(campus, life)
    bodies = campus.bodies(alex)
    assert answers(campus, None, bodies) == {
        "handler": dict.fromkeys(HANDLERS, "platform"),
        "handler_noauth": NOBODY,
    }


@pytest.mark.parametrize("name", ProctoredExamXBlock.AUTHORING)
def test_the_authors_handlers_are_closed_to_all_but_authors(campus: Campus, name: str) -> None:
    before = all_rows()
    body = {
        "display_name": "Mine",
        "policy": "{}",
        "paper": "<part title='x'/>",
        "source": "x",
        "text": "x",
        "parts": [],
    }
    for caller in (campus.world.person(), campus.world.person("camille", "audit"), None):
        response = campus.send(campus.client(caller), name, {**body, "password": "correct horse"}, "handler_noauth")
        assert (response.status_code, response.json()["code"]) == (409, "not_allowed_now")
    after = all_rows()
    assert {**after, "auth.User": [], "demo.Enrolment": []} == {**before, "auth.User": [], "demo.Enrolment": []}


@pytest.mark.parametrize("name", ProctoredExamXBlock.AUTHORING)
def test_in_the_lms_nobody_is_an_author(campus: Campus, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(CampusRuntime, "is_author_mode", False)
    response = campus.send(campus.client(campus.teacher()), name, {"password": "correct horse"})
    assert (response.status_code, response.json()["code"]) == (409, "not_allowed_now")


@pytest.mark.parametrize("life", ["booking", "room", "sitting", "submitted", "missed"])
def test_only_the_candidate_begins_a_practice_again_and_only_at_its_end(campus: Campus, life: str) -> None:
    rules = {"backend": "none", "practice": True, "lead_time_hours": 0}
    campus.publish(**rules)
    alex = campus.world.person()
    PRACTICE[life](campus, alex)
    over = life in ("submitted", "missed")
    others = {"robin": "not_allowed_now", "camille": "not_eligible", "dominique": "not_allowed_now"}
    callers = {
        "robin": campus.world.person("robin"),
        "camille": campus.world.person("camille", "audit"),
        "dominique": campus.teacher(),
    }
    for name, caller in callers.items():
        found = campus.send(campus.client(caller), "try_again", {}, "handler_noauth").json()
        assert (name, found.get("code")) == (name, others[name])
    found = campus.send(campus.client(alex), "try_again", {}, "handler_noauth").json()
    assert (found["ok"], found.get("code")) == ((True, None) if over else (False, "not_allowed_now"))
