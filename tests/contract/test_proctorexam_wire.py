"""ProctorExam's simulator, held against the vendor's documents and the recorded samples without our client."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from oauthlib.oauth1.rfc5849 import signature as reference

from proctored_exam_xblock.simulators.process import Simulator
from proctored_exam_xblock.simulators.proctorexam.lti import signature
from tests.contract.proctorexam_vendor import NOW, Wire, sample

ADD = "exams/4242/student_sessions"
ZOE = {"exam_id": "4242", "name": "Zoé O'Neil", "email": "zoe@example.org"}


@pytest.fixture
def wire(proctorexam: Simulator, web: httpx.Client) -> Wire:
    return Wire(proctorexam, web)


def add(wire: Wire, **changes: object) -> dict[str, Any]:
    response = wire("POST", ADD, **{**ZOE, **changes})
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()["student"]
    return found


# Admission.


def test_a_call_that_is_signed_in_order_is_admitted(wire: Wire) -> None:
    response = wire("GET", "exams", zulu=True, alpha=None, middle="é ?&=")
    assert response.status_code == 200
    assert [exam["id"] for exam in response.json()["exams"]] == [4242]
    assert parsedate_to_datetime(response.headers["date"]) == NOW


def test_a_signature_over_parameters_as_they_came_is_refused(wire: Wire) -> None:
    """The vendor's own client in Go does not sort."""
    params = {"zulu": 1, "nonce": 5, "alpha": 2, "timestamp": int(NOW.timestamp() * 1000)}
    text = "?".join(f"{name}={value}" for name, value in params.items())
    wrong = hmac.new(wire.simulator.secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()
    assert wire.send("GET", "exams", {**params, "signature": wrong}).status_code == 403


@pytest.mark.parametrize("change", ["token", "value", "added", "dropped", "late", "early", "no nonce", "no timestamp"])
def test_whatever_is_wrong_is_answered_alike(wire: Wire, change: str) -> None:
    span = {"late": 301, "early": -301}.get(change, 0) * 1000
    given: dict[str, object] = {"status": "open", "timestamp": int(NOW.timestamp() * 1000) - span}
    if change in ("no nonce", "no timestamp"):
        given[change.removeprefix("no ")] = None
    params = wire.signed(given)
    headers = {"Authorization": "Token token=other"} if change == "token" else {}
    if change == "value":
        params["status"] = "draft"
    if change == "added":
        params["more"] = 1
    if change == "dropped":
        del params["status"]
    response = wire.send("GET", "exams", params, headers=headers)
    assert (response.status_code, response.json()) == (403, sample("unauthorized")["response"]["body"])


def test_a_nonce_is_used_once_in_24_hours(wire: Wire) -> None:
    assert wire("GET", "exams", nonce=77).status_code == 200
    assert wire("GET", "exams", nonce=77).status_code == 403
    wire.now = NOW + timedelta(hours=23)
    wire.simulator.set_clock(wire.now)
    assert wire("GET", "exams", nonce=77).status_code == 403
    wire.now = NOW + timedelta(hours=48)
    wire.simulator.set_clock(wire.now)
    assert wire("GET", "exams", nonce=77).status_code == 200


def test_ids_of_the_path_are_to_be_signed_too(wire: Wire) -> None:
    assert wire("GET", "exams/4242").status_code == 422
    assert wire("GET", "exams/4242", id="4243").status_code == 422
    assert wire("GET", "exams/4242", id=4242).status_code == 200


def test_get_parameters_come_in_the_address_too(wire: Wire) -> None:
    params = {name: str(value) for name, value in wire.signed({"status": "open"}).items()}
    headers = {"Authorization": f"Token token={wire.simulator.api_key}"}
    assert wire.web.get(f"{wire.simulator.api_url}/exams", params=params, headers=headers).status_code == 200


# Sessions.


def test_a_session_has_every_documented_field(wire: Wire) -> None:
    made = add(wire, open_time=1804179600, individual_info="Ref. r-1", is_individual_info_html=False)
    assert set(sample("session_fields")) <= set(made)
    assert (made["status"], made["reviewed"]) == ("registered", "00")
    assert (made["exam_id"], made["individual_info"], len(made["token"])) == (4242, "Ref. r-1", 32)
    assert made["open_time"] == "2027-03-04T18:00:00.000+01:00"
    assert add(wire, email="b@example.org", open_time="2027-03-04T17:00:00Z")["open_time"] == made["open_time"]


@pytest.mark.parametrize("name", ["created", "email_taken", "list", "moved", "shown", "not_launched", "unauthorized"])
def test_recorded_requests_get_the_recorded_answers(wire: Wire, name: str) -> None:
    recorded = sample(name)
    if name in ("email_taken", "list", "moved", "shown"):
        first = _unsigned(sample("created")["request"]["params"])
        add(wire, **(first if name != "shown" else {**first, "open_time": 1804183200}))
    request = recorded["request"]
    if name == "unauthorized":
        response = wire.send(request["method"], request["path"], request["params"])
    else:
        response = wire(request["method"], request["path"], **_unsigned(request["params"]))
    assert response.status_code == recorded["response"]["status"]
    assert _plain(response.json()) == _plain(recorded["response"]["body"])
    assert {key: response.headers[key] for key in recorded["response"]["headers"]} == recorded["response"]["headers"]


def _unsigned(params: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in params.items() if key not in ("nonce", "signature")}


def _plain(body: Any) -> Any:
    """Without what is drawn anew each time."""
    if isinstance(body, dict):
        return {key: _plain(value) for key, value in body.items() if key not in ("token", "session_id", "updated_at")}
    return [_plain(item) for item in body] if isinstance(body, list) else body


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Param is missing or the value is empty: 'name'"),
        ({"email": None}, "Param is missing or the value is empty: 'email'"),
        ({"open_time": "soon"}, {"open_time": ["is invalid"]}),
    ],
)
def test_what_cannot_be_made_is_unprocessable(wire: Wire, changes: dict[str, object], said: object) -> None:
    response = wire("POST", ADD, **{**ZOE, **changes})
    assert (response.status_code, response.json()) == (422, {"errors": said})


@pytest.mark.parametrize(
    ("envelope", "content"),
    [("errors", '{"errors": "%s"}'), ("error", '{"error": "%s"}'), ("bare", "%s"), ("text", "%s")],
)
def test_the_envelope_of_refusals_is_anybodys_guess(wire: Wire, envelope: str, content: str) -> None:
    wire.simulator.switch(envelope=envelope)
    response = wire("GET", "student_sessions/5", id="5")
    assert (response.status_code, response.text) == (404, content % "Couldn't find Student Session with 'id'='5'")


def test_an_address_is_taken_once_per_exam(wire: Wire) -> None:
    first = add(wire)
    assert wire("POST", ADD, **{**ZOE, "email": "ZOE@example.org"}).status_code == 422
    second = add(wire, email="other@example.org")
    path = f"student_sessions/{second['id']}"
    assert wire("PATCH", path, id=second["id"], email="zoe@example.org").status_code == 422
    assert (
        wire("PATCH", path, id=second["id"], email="third@example.org").json()["student"]["email"]
        == "third@example.org"
    )
    made = wire("POST", "exams", name="Autre", type="record_review").json()["exam"]
    other = wire("POST", f"exams/{made['id']}/student_sessions", **{**ZOE, "exam_id": made["id"]})
    assert other.status_code == 201
    assert wire("DELETE", f"student_sessions/{first['id']}", id=first["id"]).status_code == 200
    assert add(wire)["id"] not in (first["id"], second["id"])


def test_a_deleted_session_is_gone(wire: Wire) -> None:
    made = add(wire)
    path = f"student_sessions/{made['id']}"
    assert wire("DELETE", path, id=made["id"]).status_code == 200
    for method in ("GET", "PATCH", "DELETE"):
        response = wire(method, path, id=made["id"])
        assert (response.status_code, "Couldn't find Student Session" in response.text) == (404, True)


def test_lists_are_paged_filtered_and_sorted_and_keep_tokens_to_themselves(wire: Wire) -> None:
    for number in range(5):
        add(wire, email=f"c{number}@example.org", open_time=1804179600 + number * 3600)

    def ids(**params: object) -> list[str]:
        rows = wire("GET", "student_sessions", **params).json()["students"]
        assert all(row["token"] is None for row in rows)
        return [row["email"][1] for row in rows]

    response = wire("GET", "student_sessions", page=2, limit=2)
    headers = [response.headers[f"x-pagination-{name}"] for name in ("item-count", "page-count", "page", "limit")]
    assert headers == ["5", "3", "2", "2"]
    assert ids(page=2, limit=2) == ["2", "3"]
    assert ids(page=9) == []
    assert ids(sort=json.dumps([{"open_time": "desc"}])) == ["4", "3", "2", "1", "0"]
    assert ids(filter=json.dumps({"open_time": {"gte": "2027-03-04T18:00:00Z", "lt": "2027-03-04T20:00:00Z"}})) == [
        "1",
        "2",
    ]
    assert ids(filter=json.dumps({"email": "c3@example.org"})) == ["3"]
    assert wire("GET", "student_sessions", filter="{").status_code == 422
    assert wire("GET", ADD, exam_id="4242").headers["x-pagination-limit"] == "300"
    assert wire("GET", "exams/7/student_sessions", exam_id="7").status_code == 404


# Exams and the rest.


def test_exams_are_made_changed_and_deleted(wire: Wire) -> None:
    assert wire("POST", "exams", name="Sans type").status_code == 422
    made = wire("POST", "exams", name="Autre", type="record_review").json()["exam"]
    assert (made["status"], made["duration_minutes"], len(made["token"])) == ("draft", 30, 32)
    path = f"exams/{made['id']}"
    assert wire("PUT", path, id=made["id"], duration_minutes=45).json()["exam"]["duration_minutes"] == 45
    assert wire("DELETE", path, id=made["id"]).json()["exam"]["status"] == "deleted"
    assert [exam["id"] for exam in wire("GET", "exams", status="open").json()["exams"]] == [4242]
    assert wire("POST", f"{path}/student_sessions", **{**ZOE, "exam_id": made["id"]}).status_code == 404
    missing = wire("GET", "exams/9", id="9")
    assert (missing.status_code, missing.json()) == (404, {"errors": "Couldn't find Exam with 'id'='9'"})
    assert wire("GET", "nothing").status_code == 404


def test_mails_and_the_end_are_ordered_by_the_api(wire: Wire) -> None:
    number = add(wire)["id"]
    assert wire("POST", "exams/4242/send_emails", id="4242").status_code == 200
    assert wire("GET", f"student_sessions/{number}", id=number).json()["student"]["status"] == "email_sent"
    ended = wire("POST", f"student_sessions/{number}/end_exam", id=number).json()["student"]
    assert (ended["status"], ended["end_time"]) == ("exam_finished", "2027-03-01T10:00:00.000+01:00")


def test_a_launch_is_asked_for_by_user_and_link(wire: Wire) -> None:
    asked = {"id": "4242", "student_lms_id": "anon", "resource_link_id": "link"}
    assert wire("GET", "exams/4242/show_lti_student", **{**asked, "resource_link_id": ""}).status_code == 422
    refused = wire("GET", "exams/4242/show_lti_student", **asked)
    assert refused.json()["errors"] == "Couldn't find Student Session with 'id'='anon' and 'resource_link_id'='link'"
    wire.simulator.switch(page_if_not_launched=True)
    assert "browser" in wire("GET", "exams/4242/show_lti_student", **asked).text


def test_the_oauth_signature_by_hand_is_the_librarys() -> None:
    """With what is hard to encode: spaces, empty values, encoded characters, parameters of the address."""
    params = {"b5": "=%3D", "a3": "2 q", "c@": "", "a2": "r&b", "é": "~._-", "oauth_nonce": "7d8f3e4a"}
    text = reference.signature_base_string(
        "POST", "http://example.com/request", reference.normalize_parameters(list(params.items()))
    )
    secret = SimpleNamespace(client_secret="j49sk3&j29djd", resource_owner_secret="")
    wanted = reference.sign_hmac_sha1_with_client(text, secret)
    assert signature("post", "HTTP://Example.com/request?b5=x", params, "j49sk3&j29djd") == wanted


# Levers.


def test_levers_say_what_they_cannot_do(wire: Wire) -> None:
    for lever, body in (
        ("switches", {"envelope": "xml"}),
        ("switches", {"limit": 0}),
        ("switches", {"takes_external_id": "yes"}),
        ("faults", {"mode": "sunny"}),
        ("clock", {"now": "soon"}),
        ("lose", {"reservation_id": "r-9"}),
        ("archive", {}),
    ):
        assert wire.web.post(f"{wire.simulator.url}/{lever}/", json=body).status_code == 400, lever
    assert wire.web.get(f"{wire.simulator.url}/reset/").status_code == 405


def test_sessions_can_be_lost(wire: Wire) -> None:
    add(wire, individual_info="Ref. r-1")
    add(wire, email="b@example.org", individual_info="Ref. r-2")
    assert wire.simulator.post("lose", {"reservation_id": "r-1"}) == {"lost": 1}
    state = json.loads(wire.simulator.get("state/"))["sessions"]
    assert [(line["reservation_id"], line["active"], line["token"]) for line in state] == [("r-2", True, "")]
    assert wire.simulator.post("lose", {"all": True}) == {"lost": 1}


def test_an_external_id_is_kept_where_the_vendor_takes_it(wire: Wire) -> None:
    assert add(wire, external_id="r-1")["external_id"] is None
    wire.simulator.switch(takes_external_id=True)
    assert add(wire, email="b@example.org", external_id="r-1")["external_id"] == "r-1"
