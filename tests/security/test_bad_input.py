"""Anything malformed gets a 4xx with a stable code, never a 500, and changes nothing, through both doors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse

from proctored_exam_xblock.block import ProctoredExamXBlock
from proctored_exam_xblock.models import PartResponse
from proctored_exam_xblock.services import exams
from proctored_exam_xblock.services.dossier import Caller
from tests.campus import DOORS, Campus, all_rows
from tests.security.lives import LIVES
from tests.security.test_matrix import HANDLERS
from tests.world import CHECK, USAGE

pytestmark = pytest.mark.django_db
HUGE = 10**4000
DEEP = "[" * 100_000 + "]" * 100_000
UNSTORABLE = ["\x00", "a\x00b", "\ud800", "\udfff\ud800"]
WRONG: list[Any] = [None, True, 3, -1, 1.5, HUGE, "", "x", [], [[]], {}, {"a": []}, "9" * 5000]


def the_person(campus: Campus, life: str) -> Caller:
    alex = campus.world.person()
    LIVES[life](campus, alex)
    return alex


def refusal(response: HttpResponse, statuses: range = range(400, 500)) -> str:
    """The stable code of a refusal in our envelope."""
    assert response.status_code in statuses, response.content[:300]
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    body = response.json()
    assert body["ok"] is False
    assert body["code"].replace("_", "").isalpha()
    assert body["message"]
    assert not {"Traceback", "Error("} & set(body["message"].split())
    return str(body["code"])


class Unchanged:
    """Around requests that must change no row."""

    def __enter__(self) -> None:
        self.before = all_rows()

    def __exit__(self, *error: object) -> None:
        if error == (None, None, None):
            assert all_rows() == self.before


# --- the envelope ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", [*HANDLERS, *ProctoredExamXBlock.AUTHORING])
def test_only_json_posts_are_taken(campus: Campus, name: str, door: str) -> None:
    alex = the_person(campus, "onboarding")
    client = campus.client(alex)
    url = campus.address(name, door)
    text = json.dumps(campus.bodies(alex).get(name, {}))
    with Unchanged():
        for kind in ("text/plain", "application/x-www-form-urlencoded", "", "application/jsonp", "text/json"):
            assert refusal(client.post(url, text, content_type=kind)) == "unsupported_media_type"
        assert refusal(client.post(url, {"start": "x"})) == "unsupported_media_type"  # multipart/form-data
        for method in ("get", "put", "patch", "delete", "options"):
            response = getattr(client, method)(url)
            assert (response.status_code, refusal(response)) == (405, "method_not_allowed")


UNREADABLE = [
    (b" ", "bad_request"),
    (b"{", "bad_request"),
    (b"[]", "bad_request"),
    (b"null", "bad_request"),
    (b'"text"', "bad_request"),
    (b"\xff\xfe{}", "bad_request"),
    ('{"known": "é"}'.encode("utf-16"), "bad_request"),
    (DEEP.encode(), "bad_request"),
    (b'{"known": ' + DEEP.encode() + b"}", "bad_request"),
    (b'{"known": ' + b"[" * 900 + b"]" * 900 + b"}", "bad_request"),
    (b'{"revision": ' + b"9" * 5000 + b"}", "bad_request"),
    (b'{"known": "\\u0000"}', "bad_request"),
    (b'{"x": "\\ud800"}', "bad_request"),
    (b'{"\\uDFFF": 1}', "bad_request"),
    (b'{"window": 5}', "bad_request"),
    (b'{"window": ["a"]}', "bad_request"),
    (b'{"known": {"a": 1}}', "bad_request"),
    (b'{"a": "' + b"x" * 1_000_000 + b'"}', "payload_too_large"),
]


@pytest.mark.parametrize("name", HANDLERS)
def test_a_body_that_cannot_be_read_is_refused_by_every_handler(campus: Campus, name: str) -> None:
    client = campus.client(the_person(campus, "onboarding"))
    with Unchanged():
        for raw, code in UNREADABLE:
            response = client.post(campus.address(name), raw, content_type="application/json")
            assert (raw[:40], refusal(response)) == (raw[:40], code)


def test_a_pair_of_surrogates_is_a_letter_like_any_other(campus: Campus) -> None:
    client = campus.client(the_person(campus, "onboarding"))
    body = {**campus.bodies(campus.world.person())["save_information"], "city": "Lyon \U0001f981"}
    assert campus.send(client, "save_information", body).status_code == 200


@pytest.mark.parametrize("name", ["no_such_handler", "student_view", "publish_grade", "set_score", "__class__", "save"])
def test_what_is_no_handler_is_not_found(campus: Campus, name: str) -> None:
    client = campus.client(the_person(campus, "sitting"))
    with Unchanged():
        for door in DOORS:
            assert campus.send(client, name, {}, door).status_code == 404


# --- values ---------------------------------------------------------------------------------------------------------


RATES = ("down_kbps", "up_kbps", "latency_ms", "jitter_ms", "browser_version")
FIELDS: dict[tuple[str, str], dict[str, Any]] = {
    ("onboarding", "accept_terms"): {"version": None},
    ("onboarding", "save_information"): dict.fromkeys(("phone", "address", "city", "time_zone", "country")),
    ("onboarding", "record_equipment"): dict.fromkeys(CHECK),
    ("booking", "slots"): {"date": None},
    ("booking", "hold_slot"): {"start": None},
    ("booking", "book"): {"start": None},
    ("booked", "move"): {"start": None},
    ("room", "unlock"): {"password": None, "nonce": None},
    ("unlocked", "start_sitting"): {"nonce": None},
    ("sitting", "open_window"): {"predecessor": None, "nonce": None},
    ("sitting", "save_draft"): dict.fromkeys(("part", "revision", "answers")),
    ("sitting", "submit_part"): dict.fromkeys(("part", "revision", "answers")),
    ("sitting", "finish"): {"drafts": None},
    ("expired", "save_draft"): dict.fromkeys(("part", "revision", "answers")),
    ("expired", "finish"): {"drafts": None},
}
HARMLESS = {
    ("onboarding", "record_equipment", "check"): ["", "x"],
    ("onboarding", "record_equipment", "camera_width"): [None, 3, 1.5],
    ("onboarding", "record_equipment", "camera_height"): [None, 3, 1.5],
    ("onboarding", "record_equipment", "microphone_level"): [None],
    **{("onboarding", "record_equipment", name): [None, 3, 1.5] for name in RATES},
    ("onboarding", "record_equipment", "clock_offset"): [None, 3, -1, 1.5],
    ("onboarding", "record_equipment", "connection"): [""],
    ("onboarding", "record_equipment", "browser_features"): [True],
    ("onboarding", "record_equipment", "system_version"): ["", "x"],
    ("onboarding", "record_equipment", "screens"): [None, True],
    ("onboarding", "record_equipment", "cookies"): [True],
    ("onboarding", "save_information", "address"): ["x"],
    ("onboarding", "save_information", "city"): ["x"],
    ("unlocked", "start_sitting", "nonce"): ["", "x"],
    ("sitting", "open_window", "nonce"): ["", "x"],
    ("sitting", "open_window", "predecessor"): [None, "", "x", [], {}, "9" * 5000],
    ("sitting", "save_draft", "revision"): [3],
    ("sitting", "save_draft", "answers"): [{}],
    ("sitting", "submit_part", "revision"): [3],
    ("sitting", "submit_part", "answers"): [{}],
    ("sitting", "finish", "drafts"): [{}],
    ("expired", "save_draft", "revision"): [3],
    ("expired", "save_draft", "answers"): [{}],
    ("expired", "finish", "drafts"): [{}],
    ("room", "unlock", "password"): ["", "x"],
    ("room", "unlock", "nonce"): ["", "x", "9" * 5000],
}
"""Values that are well-formed there, or that a counted try records."""


@pytest.mark.parametrize(("life", "name"), FIELDS)
def test_wrong_values_are_refused_and_change_nothing(campus: Campus, life: str, name: str) -> None:
    alex = the_person(campus, life)
    client = campus.client(alex)
    right = campus.bodies(alex)[name]
    campus.world.load(alex)  # what the clock decides is decided
    with Unchanged():
        for field in FIELDS[life, name]:
            harmless = [repr(value) for value in HARMLESS.get((life, name, field), [])]
            for value in [*WRONG, *UNSTORABLE]:
                if repr(value) not in harmless:
                    response = campus.send(client, name, {**right, field: value})
                    assert refusal(response), (field, value)


@pytest.mark.parametrize("start", ["2017-03-10", "2017-03-10T16:00:00", "0001-01-01T00:00:00+23:59", "16:00Z", "now"])
def test_a_start_that_is_no_instant_is_refused(campus: Campus, start: str) -> None:
    client = campus.client(the_person(campus, "booking"))
    with Unchanged():
        assert refusal(campus.send(client, "book", {"start": start})) in ("bad_request", "slot_not_offered")


@pytest.mark.parametrize(
    "answers",
    [
        {"q9": ["a"]},
        {"q3": []},  # of another part
        {"q1": ["no-such-choice"]},
        {"q1": "a"},
        {"q1": [1]},
        {"q1": [["a"]]},
        {"q1": None},
        {"q1": {"a": 1}},
        {"": []},
        {"q1": ["<both>", "<choices>"]},
        {"q2": ["<same>", "<same>"]},
        {f"q{number}": [] for number in range(5000)},
    ],
)
def test_answers_that_are_not_of_this_paper_are_refused(campus: Campus, answers: dict[str, Any]) -> None:
    alex = the_person(campus, "sitting")
    right, wrong = campus.world.answers(1), campus.world.answers(1, right=False)
    if answers == {"q1": ["<both>", "<choices>"]}:
        answers = {"q1": [*right["q1"], *wrong["q1"]]}
    if answers == {"q2": ["<same>", "<same>"]}:
        answers = {"q2": [right["q2"][0]] * 2}
    window = campus.world.windows[alex.user_id or 0]
    part = {"part": 1, "revision": 3, "answers": answers}
    client = campus.client(alex)
    with Unchanged():
        for name, body in (("save_draft", part), ("submit_part", part), ("finish", {"drafts": {"1": part}})):
            for door in DOORS:
                response = campus.send(client, name, {"window": window, **body}, door)
                assert (name, refusal(response)) == (name, "unknown_answer")


@pytest.mark.parametrize(
    "spent",
    [
        {"q3": 1},
        {"q9": 1},
        {"q1": -1},
        {"q1": 86_401},
        {"q1": HUGE},
        {"q1": 1.5},
        {"q1": "1"},
        {"q1": True},
        {"q1": {}},
        [],
        [["q1", 1]],
        "q1",
        5,
        True,
    ],
)
@pytest.mark.parametrize("name", ["save_draft", "submit_part", "finish"])
@pytest.mark.parametrize("door", DOORS)
def test_times_that_cannot_be_are_left_out(campus: Campus, name: str, door: str, spent: Any) -> None:
    """They decide nothing: the answers that come with them are stored."""
    alex = the_person(campus, "sitting")
    own = {"part": 1, "revision": 3, "answers": campus.world.answers(1), "spent": spent}
    body = {"drafts": {"1": own}} if name == "finish" else own
    window = campus.world.windows[alex.user_id or 0]
    response = campus.send(campus.client(alex), name, {"window": window, **body}, door)
    part = PartResponse.objects.get(attempt=campus.world.attempt(alex), number=1)
    assert (response.status_code, part.answers, part.spent) == (200, campus.world.answers(1), {})


@pytest.mark.parametrize(
    "drafts",
    [
        {"0": {}},
        {"3": {"revision": 1, "answers": {}}},
        {"-1": {}},
        {"1 ": {}},
        {"01": {}},
        {"²": {"revision": 1, "answers": {}}},
        {"١": {"revision": 1, "answers": {}}},
        {"9" * 5000: {"revision": 1, "answers": {}}},
        {"1": []},
        {"1": {"revision": "1", "answers": {}}},
        {"1": {"revision": True, "answers": {}}},
        {"1": {"revision": 2**64, "answers": {}}},
        {"1": {"revision": 1, "answers": {}}, "2": {"revision": -1, "answers": {}}},
    ],
)
@pytest.mark.parametrize("life", ["sitting", "expired"])
def test_unsent_edits_of_another_form_end_nothing(campus: Campus, life: str, drafts: dict[str, Any]) -> None:
    alex = the_person(campus, life)
    campus.world.load(alex)
    body = {"window": campus.world.windows[alex.user_id or 0], "drafts": drafts}
    client = campus.client(alex)
    with Unchanged():
        assert refusal(campus.send(client, "finish", body)) == "bad_request"


def test_one_bad_draft_keeps_the_good_ones_unsaved_too(campus: Campus) -> None:
    alex = the_person(campus, "sitting")
    good = {"revision": 1, "answers": campus.world.answers(1)}
    body = {"window": campus.world.windows[alex.user_id or 0], "drafts": {"1": good, "2": {**good, "revision": 2}}}
    client = campus.client(alex)
    with Unchanged():
        assert refusal(campus.send(client, "finish", body)) == "unknown_answer"


@pytest.mark.parametrize("password", ["x" * 201, "é" * 200, "\U0001f981" * 8, "' OR 1=1 --", "%s{0}", "\x7f"])
@pytest.mark.parametrize("mode", ["appointment_code", "exam_password"])
def test_any_text_may_be_typed_as_a_password_and_none_is_echoed(campus: Campus, mode: str, password: str) -> None:
    campus.publish(unlock=mode)
    exams.set_password(USAGE, "the right one", campus.world.clock(), "staff:1")
    client = campus.client(the_person(campus, "room"))
    response = campus.send(client, "unlock", {"password": password})
    assert refusal(response) in ("wrong_password", "bad_request")
    told = json.dumps(response.json(), ensure_ascii=False)
    assert password not in told


def test_an_error_names_no_setting_and_no_value(campus: Campus) -> None:
    campus.publish(unlock="exam_password")
    response = campus.send(campus.client(the_person(campus, "room")), "unlock", {"password": "anything"})
    assert (response.status_code, response.json()["code"]) == (503, "not_configured")
    assert "exam_password" not in response.content.decode()
