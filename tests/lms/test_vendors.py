"""Proctoring services in a running LMS: their doors, a room that opens the exam, the board; see README.md."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.lms.person import Person

INFORMATION = {
    "phone": "+33612345678",
    "address": "1 rue de l’Examen",
    "city": "Lyon",
    "state": "Rhône",
    "zipcode": "69000",
    "country": "FR",
    "time_zone": "Europe/Paris",
}
FACTS = """
import json, logging
logging.disable(logging.CRITICAL)
from proctored_exam_xblock import conf, models
from proctored_exam_xblock.services import rooms
found = models.Candidacy.objects.get(user__username={username!r}, exam__usage_key={exam!r})
if {look}:
    assert rooms.look(found.pk, conf.now())
attempt = models.Attempt.objects.filter(candidacy=found).order_by("-pk").first()
print("FACTS", json.dumps({{"candidacy": found.pk, "attempt": attempt.pk, "review": attempt.review}}))
"""


@pytest.fixture(scope="session")
def vendors(lms: dict[str, Any], people: dict[str, Person]) -> dict[str, str]:
    """Usage keys by service; staff have opened each exam's page."""
    found: dict[str, str] = lms.get("vendors") or pytest.skip("PEX_LMS names no exams with services")
    for usage in found.values():
        assert people["staff"].at(usage).page().status_code == 200
    return found


def manage(lms: dict[str, Any], *arguments: str) -> str:
    """A command of the LMS; its standard output."""
    done = subprocess.run([*lms["manage"], *arguments], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]
    return done.stdout


def facts(person: Person, *, look: bool = False) -> dict[str, Any]:
    """What is on file of a candidate; ``look``: once the service was asked, as it is ten minutes later."""
    code = FACTS.format(username=person.username, exam=person.exam, look=look)
    lines = manage(person.lms, "shell", "-c", code).splitlines()
    return dict(json.loads(next(line for line in lines if line.startswith("FACTS ")).removeprefix("FACTS ")))


def booked(people: dict[str, Person], exam: str) -> Person:
    """The candidate with an appointment in a few minutes, perhaps already in the room, and nothing sat."""
    person = people["candidate"].at(exam)
    screen = person.do("screen")
    phase = screen["phase"]
    if phase == "onboarding":
        terms = re.search(r'data-version="([^"]+)"', screen["html"])
        person.do("accept_terms", version=terms[1] if terms else "")
        person.do("confirm_name")
        phase = person.do("save_information", **INFORMATION)["phase"]
    elif phase not in {"booking", "booked", "available", "room"}:
        people["staff"].at(exam).forget(person)
        phase = person.do("screen")["phase"]
    if phase == "booking":
        start = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=2)
        phase = person.do("book", start=start.isoformat())["phase"]
    assert phase in {"available", "room"}
    return person


def enter(person: Person) -> httpx.Response:
    """The link of the consent dialog, which leads out of the LMS."""
    found = re.search(r"/proctored_exam/launch/[^\"&<\\]+", person.page().text)
    assert found, "no link into the room"
    return person.http.get(found.group(0), follow_redirects=False)


def wait(person: Person, phase: str, seconds: float = 45) -> None:
    """As the page does: ask for the screen until it is there."""
    last = time.monotonic() + seconds
    while (seen := person.do("screen")["phase"]) != phase:
        assert time.monotonic() < last, seen
        time.sleep(1)


def sit(person: Person) -> None:
    assert person.do("start_sitting", nonce=secrets.token_hex(20))["phase"] == "sitting"
    person.answer_all()


# --- doors ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def hook(lms: dict[str, Any]) -> Callable[..., tuple[int, str]]:
    """Calls the webhook of a service without session, cookie or CSRF token; status and code."""
    if "webhook_secret" not in lms:
        pytest.skip("PEX_LMS names no webhook_secret")

    def send(body: bytes, slug: str = "proctoru", secret: str = "") -> tuple[int, str]:
        digest = hmac.new((secret or lms["webhook_secret"]).encode(), body, hashlib.sha1).hexdigest()
        headers = {"X-ProctorU-Signature": f"sha1={digest}", "Content-Type": "application/json"}
        address = f"{lms['url']}/proctored_exam/webhooks/{slug}/"
        answer = httpx.post(address, content=body, headers=headers, trust_env=False, timeout=30)
        return answer.status_code, answer.json()["code"]

    return send


def test_a_service_calls_without_a_session(hook: Callable[..., tuple[int, str]]) -> None:
    event = {"type": "event-reservation-updated", "created_at": datetime.now(UTC).isoformat()}
    number = secrets.randbelow(10**9)
    body = json.dumps({"event": event, "reservation": {"number": number, "external_id": "x"}}).encode()
    assert hook(body, secret="another") == (403, "bad_signature")
    assert hook(body) == (200, "kept")
    assert hook(body) == (200, "known")
    assert hook(body, slug="none")[0] == 404


@pytest.fixture
def board(people: dict[str, Person], vendors: dict[str, str]) -> str:
    """Path of the board of the exam on site."""
    listed = people["staff"].http.get("/admin/proctored_exam_xblock/exam/?all=").text
    rows = dict(re.findall(r"/exam/(\d+)/change/[^>]*>([^<]+)<", listed))
    found = {usage.replace("&amp;", "&"): number for number, usage in rows.items()}
    return f"/proctored_exam/board/{found[vendors['onsite']]}/"


@pytest.mark.parametrize(
    ("role", "status"), [("staff", 200), ("invigilator", 200), ("candidate", 404), ("outsider", 404)]
)
def test_the_board_is_there_for_who_runs_the_exam_day(
    people: dict[str, Person], board: str, role: str, status: int
) -> None:
    assert people[role].http.get(board).status_code == status
    assert people[role].http.get(f"{board}rows/").status_code == status


def test_nobody_else_finds_the_board(lms: dict[str, Any], board: str) -> None:
    assert httpx.get(lms["url"] + board, trust_env=False, timeout=30).status_code in {401, 403}


def test_an_exam_on_site_opens_by_the_code_that_the_invigilator_reveals(
    people: dict[str, Person], vendors: dict[str, str], board: str
) -> None:
    person, invigilator = booked(people, vendors["onsite"]), people["invigilator"]
    assert person.do("launch")["phase"] == "room"
    page = invigilator.http.get(board).text
    row = re.search(r'data-board-row="(\d+)"[^>]*data-state="[^"]*"', page)
    token = re.search(r'data-token="([^"]+)"', page)
    assert row
    assert token
    body = {"candidacy": int(row.group(1)), "deed": "code", "nonce": secrets.token_hex(10), "reason": ""}
    headers = {"X-CSRFToken": token.group(1), "Referer": invigilator.lms["url"] + board}
    forged = invigilator.http.post(f"{board}deeds/", json=body, headers={"Referer": headers["Referer"]})
    assert forged.status_code == 403
    answer = invigilator.http.post(f"{board}deeds/", json=body, headers=headers)
    assert answer.status_code == 200, answer.text[:300]
    assert person.call("unlock", password="not-that").status_code != 200
    assert person.do("unlock", password=answer.json()["code"], nonce=secrets.token_hex(20))["phase"] == "unlocked"
    before = person.percent()
    sit(person)
    assert person.percent() > before


# --- a room that opens the exam -------------------------------------------------------------------------------------


class Seat:
    """The simulated vendor's seat."""

    def __init__(self, address: str) -> None:
        self._address = address
        state = httpx.get(f"{address}/state/", trust_env=False).json()
        self._number = max(line["id"] for line in state["sessions"] if line["active"])

    def do(self, action: str) -> None:
        answer = httpx.post(f"{self._address}/sessions/{self._number}/{action}", trust_env=False)
        assert answer.status_code == 303, answer.status_code


@pytest.fixture
def seated(
    lms: dict[str, Any], people: dict[str, Person], vendors: dict[str, str]
) -> tuple[Person, Callable[[], Seat]]:
    """The candidate in the vendor's room, and the vendor's seat before it."""
    if "proctorexam" not in vendors or "simulator" not in lms:
        pytest.skip("PEX_LMS names no simulator of ProctorExam")
    person = booked(people, vendors["proctorexam"])
    left = enter(person)
    assert left.status_code == 302
    assert left.headers["Referrer-Policy"] == "no-referrer"
    assert httpx.get(left.headers["Location"], trust_env=False).status_code == 200
    assert person.do("screen")["phase"] == "room"
    return person, lambda: Seat(lms["simulator"])


def test_nobody_enters_by_the_link_of_another(people: dict[str, Person], seated: tuple[Person, Any]) -> None:
    person, _ = seated
    found = re.search(r"/proctored_exam/launch/[^\"&<\\]+", person.page().text)
    assert found
    assert people["invigilator"].http.get(found.group(0), follow_redirects=False).status_code == 404
    address = person.lms["url"] + found.group(0)
    assert httpx.get(address, trust_env=False, timeout=30).status_code == 403


def test_a_room_opens_the_exam_without_a_password(seated: tuple[Person, Callable[[], Seat]]) -> None:
    person, seat = seated
    at_the_vendor = seat()
    before = person.percent()
    assert person.call("start_sitting", nonce="x").status_code == 409
    at_the_vendor.do("verify-identity")
    at_the_vendor.do("open-room")
    wait(person, "unlocked")
    sit(person)
    at_the_vendor.do("end")
    assert person.percent() > before
    assert facts(person, look=True)["review"] == "none"
    assert person.percent() > before


def test_a_missing_photo_takes_the_grade_back_until_the_board_decides(
    people: dict[str, Person], seated: tuple[Person, Callable[[], Seat]]
) -> None:
    person, seat = seated
    at_the_vendor = seat()
    before = person.percent()
    at_the_vendor.do("skip-identity")
    at_the_vendor.do("open-room")
    wait(person, "unlocked")
    sit(person)
    graded = person.percent()
    assert graded > before
    at_the_vendor.do("end")

    known = facts(person, look=True)
    assert known["review"] == "invalidated"
    assert person.percent() == before
    assert person.do("screen")["phase"] == "invalidated"

    decision = {"action": "decide", "_selected_action": known["attempt"], "answered": "1", "index": "0"}
    said = {"verdict": "validate", "reason": "identity seen by the examination board"}
    answer = people["staff"].post("/admin/proctored_exam_xblock/attempt/", data={**decision, **said})
    assert answer.status_code == 200
    assert facts(person)["review"] == "validated"
    assert person.percent() == graded


def test_a_provider_of_the_platform_opens_the_exam_by_its_own_call(
    lms: dict[str, Any], people: dict[str, Person], vendors: dict[str, str]
) -> None:
    if "edx_proctoring" not in vendors:
        pytest.skip("PEX_LMS names no exam of edx-proctoring")
    person = booked(people, vendors["edx_proctoring"])
    assert enter(person).status_code == 302
    attempts = "/api/edx_proctoring/v1/proctored_exam/attempt"
    found = people["staff"].http.get(
        f"{attempts}/grouped/course_id/{lms['course_key']}", headers={"Accept": "application/json"}
    )
    newest = max(found.json()["proctored_exam_attempts"], key=lambda row: int(row["id"]))
    ready = f"{attempts}/{newest['external_id']}/ready"
    assert person.post(ready, json={"status": "ready"}).status_code in {200, 403}
    facts(person, look=True)
    assert person.do("screen")["phase"] == "room", "the candidate's own call opened the exam"
    assert people["staff"].post(ready, json={"status": "ready"}).status_code == 200
    facts(person, look=True)
    assert person.do("screen")["phase"] == "unlocked"
    before = person.percent()
    sit(person)
    assert person.percent() > before


# --- commands and the admin -----------------------------------------------------------------------------------------


def test_the_chores_run_as_commands(lms: dict[str, Any], vendors: dict[str, str]) -> None:
    if "manage" not in lms:
        pytest.skip("PEX_LMS names no manage")
    for command in (["vendor_queue", "list"], ["reconcile_vendors"], ["poll_vendors"], ["erase_evidence"]):
        manage(lms, *command)


def test_an_exam_is_rehearsed_beside_the_lms(lms: dict[str, Any], vendors: dict[str, str]) -> None:
    if "manage" not in lms:
        pytest.skip("PEX_LMS names no manage")
    command = [*lms["manage"], "rehearse", vendors["proctorexam"], "--candidates", "10", "--language", "en"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode in {0, 1}, done.stderr[-2000:]
    assert "grades" in done.stdout


@pytest.mark.parametrize("model", ["outboxentry", "alert", "vendorhealth", "candidacy", "appointment", "attempt"])
def test_the_admin_shows_its_lists_and_rows(people: dict[str, Person], model: str) -> None:
    listed = people["staff"].http.get(f"/admin/proctored_exam_xblock/{model}/")
    assert listed.status_code == 200
    for path in re.findall(rf"/admin/proctored_exam_xblock/{model}/\d+/change/", listed.text)[:2]:
        assert people["staff"].http.get(path).status_code == 200
