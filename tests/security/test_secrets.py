"""What must never leave the server, or be written anywhere: answer keys, codes, tokens, passwords, personal data."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from proctored_exam_xblock.backends.base import Unavailable
from proctored_exam_xblock.models import Exam
from proctored_exam_xblock.services import exams, proctoring, review
from proctored_exam_xblock.services.dossier import Caller
from tests.campus import Campus, all_rows
from tests.security.lives import LIVES, LOOKING_BACK
from tests.security.test_matrix import HANDLERS, undone
from tests.world import CANARY, FORM, PAPER, START, USAGE

pytestmark = pytest.mark.django_db
UNIT = "/courses/cartopro/unit/"
SENSITIVE = ("no_such_password", "typed-by-the-proctor")


SHOWN = {
    "sitting": {"screen", "open_window", "submit_part", "unlock"},
    "unlocked": {"start_sitting"},
}
"""Who is shown the questions: a refusal to the window that sits comes with its screen."""


def every_answer(campus: Campus, alex: Caller) -> list[tuple[str, str]]:
    """What each handler and the page itself say to the candidate now, nothing changed afterwards."""
    client = campus.client(alex)
    told = []
    for name, body in campus.bodies(alex).items():
        with undone():
            told.append((name, campus.send(client, name, body).content.decode()))
    with undone():
        told.append(("page", client.get(UNIT).content.decode()))
    return told


def forms(text: str) -> set[str]:
    """A text as it is, as JSON writes it and without its escapes."""
    return {text, text.encode().decode("unicode_escape", errors="ignore"), json.dumps(text)}


# --- the answer key -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("life", LIVES)
def test_no_answer_holds_the_answer_key_and_only_the_sitting_window_sees_the_questions(
    campus: Campus, life: str
) -> None:
    alex = campus.world.person()
    LIVES[life](campus, alex)
    answers = every_answer(campus, alex)
    shown = {name for name, told in answers if "processus ?" in json_text(told)}
    assert shown == SHOWN.get(life, set())
    for name, told in answers:
        for form in forms(told):
            assert CANARY not in form, name
            assert not re.search(r"correct[\"'\s]*[:=]", form, re.IGNORECASE), name


OWN, KEYS = frozenset({"own"}), frozenset({"own", "keys"})
SEEN_AFTERWARDS = {
    "not released": OWN,
    "not released, nothing after": frozenset(),
    "released, window open": OWN,
    "released, window over": KEYS,
    "released, need not wait": KEYS,
    "released, own answers only": OWN,
    "released, result shown": KEYS,
    "held by a review": frozenset(),
    "invalidated": frozenset(),
    "reopened after that": frozenset(),
    "validated after that": KEYS,
    "interrupted": frozenset(),
    "given up for a second appointment": frozenset(),
}
"""What the candidate's own page has then; written here, not computed from the code."""


@pytest.mark.parametrize("life", LOOKING_BACK)
def test_keys_and_answers_are_in_an_answer_only_when_and_to_whom_they_may(campus: Campus, life: str) -> None:
    alex = campus.world.person()
    LOOKING_BACK[life](campus, alex)
    own = every_answer(campus, alex)
    assert {thing for name, told in own if name in ("page", "screen") for thing in told_of(told)} == SEEN_AFTERWARDS[
        life
    ]
    for name, told in own:
        assert told_of(told) <= SEEN_AFTERWARDS[life], name
    robin, camille, teacher = campus.world.person("robin"), campus.world.person("camille", "audit"), campus.teacher()
    bodies = campus.bodies(alex)
    for other in (robin, camille, teacher, None):
        client = campus.client(other)
        for name, body in bodies.items():
            with undone():
                told = campus.send(client, name, body, "handler_noauth").content.decode()
            assert not told_of(told), (name, other)
        with undone():
            assert not told_of(client.get(UNIT).content.decode()), other


def told_of(answer: str) -> set[str]:
    """What an answer has of a paper that is over."""
    whole = "".join(forms(answer)) + json_text(answer)
    signs = {"own": ("data-pex-chosen", "data-pex-review"), "keys": (CANARY, "Bonne réponse", "data-pex-points")}
    return {thing for thing, words in signs.items() if any(word in whole for word in words)}


def json_text(told: str) -> str:
    """The HTML inside an answer, its letters readable."""
    try:
        return str(json.loads(told).get("html", ""))
    except ValueError:
        return told


def test_two_papers_that_differ_in_the_key_only_look_the_same(campus: Campus) -> None:
    """Right and wrong choices look alike: order, ids, classes, everything."""
    alex = campus.world.person()
    flipped = PAPER.replace("true", "TRUE_").replace("false", "true").replace("TRUE_", "false")
    seen = []
    for paper in (PAPER, flipped.replace('correct="False">norme', 'correct="True">norme')):
        with undone():
            campus.publish(paper)
            campus.world.sit(alex)
            body = {"window": campus.world.windows[alex.user_id or 0]}
            told = campus.send(campus.client(alex), "screen", body).json()["html"]
            seen.append(re.sub(r'CP-\d{4}-\d+|data-attempt="\d+"', "", told))
            campus.world.clock.present = START
    assert seen[0] == seen[1]
    assert "Stylo" in seen[0]


# --- codes and tokens -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("life", ["booked", "available", "room", "unlocked", "sitting", "submitted", "missed"])
def test_no_answer_of_the_server_holds_the_proctors_code(campus: Campus, life: str) -> None:
    alex = campus.world.person()
    LIVES[life](campus, alex)
    code = campus.world.code(alex)
    for name, told in every_answer(campus, alex):
        assert code.casefold() not in told.casefold(), name


def test_the_password_field_is_never_filled_by_the_server_or_the_browser(campus: Campus) -> None:
    alex = campus.world.person()
    LIVES["room"](campus, alex)
    client = campus.client(alex)
    refused = campus.send(client, "unlock", {"password": SENSITIVE[1]})
    page = client.get(UNIT).content.decode()
    assert SENSITIVE[1] not in refused.content.decode() + page
    (field,) = re.findall(r"<input[^>]*type=.password.[^>]*>", page)
    assert 'autocomplete="off"' in field
    assert "value=" not in field


def test_a_window_token_is_given_once_and_only_its_hash_is_stored(campus: Campus) -> None:
    alex = campus.world.person()
    LIVES["sitting"](campus, alex)
    token = campus.world.windows[alex.user_id or 0]
    assert token[:16] not in repr(all_rows())
    for name, told in every_answer(campus, alex):
        assert token not in told, name


# --- the launch link ------------------------------------------------------------------------------------------------


def launch_link(campus: Campus, caller: Caller) -> str:
    return proctoring.launch_url(campus.world.load(caller))


def test_the_launch_link_leads_its_owner_into_the_room(campus: Campus) -> None:
    alex = campus.world.person()
    LIVES["available"](campus, alex)
    response = campus.client(alex).get(launch_link(campus, alex))
    assert (response.status_code, response["Location"].partition("/room/")[0]) == (302, "https://vendor.example")
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert campus.world.phase(alex) == "room"


@pytest.mark.parametrize("change", [lambda link: link, lambda link: link[:-2] + "x/", lambda link: "x" + link[1:]])
def test_a_forged_or_borrowed_link_is_not_found_and_changes_nothing(campus: Campus, change: Any) -> None:
    alex = campus.world.person()
    LIVES["available"](campus, alex)
    link = launch_link(campus, alex)
    forged = change(link)
    people = [campus.world.person("robin"), campus.teacher(), *([alex] if forged != link else [])]
    for caller in people:
        client = campus.client(caller)
        before = all_rows()
        assert client.get(forged).status_code == 404
        assert all_rows() == before
    assert campus.client(None).get(link).status_code == 403


def test_the_launch_link_takes_no_post_and_opens_nothing_early(campus: Campus) -> None:
    alex = campus.world.person()
    LIVES["booked"](campus, alex)
    client = campus.client(alex)
    link = launch_link(campus, alex)
    assert client.post(link).status_code == 405
    response = client.get(link)
    assert (response.status_code, campus.world.ledger.calls) == (409, ["book"])
    assert "<html" in response.content.decode()


def test_a_room_that_does_not_answer_is_a_page_in_words(campus: Campus) -> None:
    alex = campus.world.person()
    LIVES["available"](campus, alex)
    campus.world.ledger.fail = Unavailable()
    response = campus.client(alex).get(launch_link(campus, alex))
    assert response.status_code == 503
    assert "vendor_unavailable" not in re.sub(r"<[^>]+>", "", response.content.decode())


# --- logs -----------------------------------------------------------------------------------------------------------


def test_a_whole_run_writes_nothing_private_into_the_logs(campus: Campus, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    alex = campus.world.person()
    client = campus.client(alex)
    LIVES["room"](campus, alex)
    code = campus.world.code(alex)
    exams.set_password(USAGE, SENSITIVE[1], campus.world.clock(), "staff:1")
    campus.send(client, "unlock", {"password": SENSITIVE[0]})
    campus.send(client, "unlock", {"password": code})
    start = campus.send(client, "start_sitting", {"nonce": "nonce-of-the-first-page"}).json()
    campus.world.windows[alex.user_id or 0] = start["window"]
    for name, body in campus.bodies(alex).items():
        campus.send(client, name, body)
        campus.client(campus.world.person("robin")).post(campus.address(name), b"{", content_type="application/json")
    campus.world.ledger.fail = Unavailable()
    robin = campus.world.person("robin")
    LIVES["booking"](campus, robin)
    campus.world.minutes(60)
    review.release_due(campus.world.clock())
    campus.world.drain()
    told = "\n".join(f"{record.getMessage()} {record.__dict__.get('exc_text') or ''}" for record in caplog.records)
    person = campus.world.load(alex).facts.person
    assert person is not None
    private = [person.email, person.last_name, FORM["phone"], "+33612345678", FORM["address"], "2 rue de la Paix"]
    secrets = [
        *SENSITIVE,
        code,
        start["window"],
        *django_settings.PROCTORED_EXAM["KEYS"],
        Exam.objects.get().password_hash,
    ]
    assert "Conflict" in told or told  # the loggers were listening
    for word in (*private, *secrets):
        assert word.casefold() not in told.casefold(), word


# --- cross-site -----------------------------------------------------------------------------------------------------


def test_the_guarded_door_wants_the_csrf_header(campus: Campus) -> None:
    alex = campus.world.person()
    LIVES["booked"](campus, alex)
    client = campus.client(alex, enforce_csrf_checks=True)
    before = all_rows()
    assert campus.send(client, "cancel", {}).status_code == 403
    assert all_rows() == before
    client.get(UNIT)
    token = client.cookies["csrftoken"].value
    response = client.post(
        campus.address("cancel"), "{}", content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert response.status_code == 200
    assert campus.world.appointment(alex).state == "cancelled"


def test_a_form_of_another_site_cannot_act_through_the_open_door(campus: Campus) -> None:
    """A cross-site form sends three content types only; JSON needs a preflight, which nothing here answers."""
    alex = campus.world.person()
    LIVES["booked"](campus, alex)
    client: Client = campus.client(alex, enforce_csrf_checks=True)
    before = all_rows()
    for name in HANDLERS:
        url = campus.address(name, "handler_noauth")
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            assert client.post(url, '{"x": "="}', content_type=kind).status_code == 415
        preflight = client.options(url, headers={"Origin": "https://evil.example"})
        assert preflight.status_code == 405
        assert "Access-Control-Allow-Origin" not in preflight
    assert all_rows() == before


@pytest.mark.parametrize("life", ["onboarding", "sitting", "submitted"])
def test_no_answer_is_kept_by_a_cache(campus: Campus, life: str) -> None:
    alex = campus.world.person()
    LIVES[life](campus, alex)
    client = campus.client(alex)
    for name, body in campus.bodies(alex).items():
        with undone():
            assert campus.send(client, name, body)["Cache-Control"] == "no-store", name
