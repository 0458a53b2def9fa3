"""Sessions made by an LTI launch: the form is signed when it is asked for, and checked by OAuth 1.0 done by hand."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from proctored_exam_xblock.backends import base
from proctored_exam_xblock.backends.base import Booking, SessionState, Verdict
from proctored_exam_xblock.backends.proctorexam import ProctorExamLti
from proctored_exam_xblock.simulators.process import Simulator
from proctored_exam_xblock.simulators.proctorexam.lti import signature
from tests.contract.proctorexam_vendor import LTI, NOW, SECRET, START, TOKEN, Vendor, sample, shown

SHOW = "GET exams/4242/show_lti_student"


@pytest.fixture
def make(booking: Callable[..., Booking]) -> Callable[..., Booking]:
    def made(**changes: object) -> Booking:
        values = {"code": "", "vendor_exam": "4242", "start": START, "language": "fr", **LTI}
        return booking(**{**values, "return_url": "https://lms.test/unit?a=1&b=é", **changes})

    return made


@pytest.fixture
def client(proctorexam: Simulator) -> ProctorExamLti:
    return ProctorExamLti(proctorexam.settings(timeout_seconds=20), lambda: NOW)


def not_launched() -> httpx.Response:
    return httpx.Response(404, json=sample("not_launched")["response"]["body"])


# The form.


def test_the_form_says_who_and_what(make: Any) -> None:
    launch = Vendor({SHOW: not_launched()}).lti().launch(make())
    assert launch.url == "https://iae.vendor.test/lti?id=4242"
    form = dict(launch.form)
    assert len(form.pop("oauth_nonce")) == 32
    assert form.pop("oauth_signature") == signature("POST", launch.url, {"id": "4242", **launch.form}, SECRET)
    assert form == {
        "lti_message_type": "basic-lti-launch-request",
        "lti_version": "LTI-1p0",
        "user_id": "anon-7f3a",
        "roles": "Learner",
        "resource_link_id": LTI["usage_key"],
        "resource_link_title": "Examen final certifiant",
        "context_id": LTI["course_key"],
        "lis_person_name_given": "Zoé",
        "lis_person_name_family": "O'Neil",
        "lis_person_name_full": "Zoé O'Neil",
        "lis_person_contact_email_primary": "zoe@example.org",
        "launch_presentation_locale": "fr",
        "launch_presentation_document_target": "window",
        "launch_presentation_return_url": "https://lms.test/unit?a=1&b=é",
        "oauth_callback": "about:blank",
        "oauth_consumer_key": TOKEN,
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(int(NOW.timestamp())),
        "oauth_version": "1.0",
    }


def test_the_key_the_address_and_the_links_are_settings(make: Any) -> None:
    vendor = Vendor({SHOW: not_launched()})
    client = vendor.lti(
        lti_launch_url="{site}/launch/{exam_id}", lti_key="K", lti_secret="S", resource_link_id="x:{reservation_id}"
    )
    launch = client.launch(make())
    assert launch.url == "https://iae.vendor.test/launch/4242"
    assert (launch.form["oauth_consumer_key"], launch.form["resource_link_id"]) == ("K", "x:r-0001")
    assert launch.form["oauth_signature"] == signature("POST", launch.url, launch.form, "S")
    assert vendor.sent()["resource_link_id"] == "x:r-0001"


def test_each_launch_is_signed_for_its_own_moment(make: Any) -> None:
    now = [NOW]
    transport = httpx.MockTransport(lambda request: not_launched())
    client = ProctorExamLti(
        {"base_url": "https://v.test/api/v3", "api_token": "t", "secret_key": "s"}, lambda: now[0], transport
    )
    first = client.launch(make()).form
    now[0] += timedelta(minutes=7)
    second = client.launch(make()).form
    assert int(second["oauth_timestamp"]) - int(first["oauth_timestamp"]) == 420
    assert first["oauth_nonce"] != second["oauth_nonce"]
    assert first["oauth_signature"] != second["oauth_signature"]


def test_the_room_opens_while_the_api_is_down_but_not_with_wrong_settings(make: Any) -> None:
    assert Vendor({SHOW: httpx.Response(503)}).lti().launch(make()).form["resource_link_id"] == LTI["usage_key"]
    with pytest.raises(base.Misconfigured):
        Vendor({SHOW: httpx.Response(403)}).lti().launch(make())
    with pytest.raises(base.Misconfigured):
        Vendor({}).lti().launch(make(usage_key=""))


# Which session is meant.


def test_the_question_is_the_recorded_one(make: Any) -> None:
    vendor = Vendor({SHOW: not_launched()})
    client = vendor.lti()
    client._api._random_bits = lambda bits: 1700000000009
    assert client.status(make()).state is SessionState.UNKNOWN
    assert vendor.sent() == sample("not_launched")["request"]["params"]


def test_a_page_about_browsers_is_nobody_launched_yet(make: Any) -> None:
    """What FUN saw; any other page is an outage."""
    page = httpx.Response(200, html="<h1>Your Browser is not supported</h1>")
    assert Vendor({SHOW: page}).lti().status(make()).state is SessionState.UNKNOWN
    for vendor, settings in (
        (Vendor({SHOW: page}), {"not_launched_page": ""}),
        (Vendor({SHOW: httpx.Response(200, html="<h1>Maintenance</h1>")}), {}),
        (Vendor({SHOW: httpx.Response(503, html="<h1>Your browser</h1>")}), {}),
    ):
        with pytest.raises(base.Unavailable):
            vendor.lti(**settings).status(make())


def test_a_session_that_was_over_before_the_appointment_is_another_sitting(make: Any) -> None:
    over = shown(id=1, status="exam_finished", end_time="2027-03-04T17:30:00.000+01:00", reviewed="10")
    vendor = Vendor({SHOW: [over, not_launched()]})
    later = f"{LTI['usage_key']}/r-0001"
    assert vendor.lti().status(make()).state is SessionState.UNKNOWN
    assert vendor.sent()["resource_link_id"] == later
    vendor = Vendor({SHOW: [over, shown(id=2, status="exam_started")]})
    assert vendor.lti().launch(make()).form["resource_link_id"] == later
    vendor = Vendor({SHOW: [over, shown(id=2, status="exam_started")]})
    status = vendor.lti().status(make())
    assert (status.state, status.vendor_ref) == (SessionState.OPEN, "2")
    mine = Vendor({SHOW: shown(id=1, status="exam_finished", end_time="2027-03-04T18:00:00.000+01:00")})
    assert mine.lti().status(make()).state is SessionState.ENDED
    assert len(mine.requests) == 1


def test_a_first_sitting_is_neither_judged_nor_erased_by_the_second(make: Any) -> None:
    """Interrupted in the setup, sat ten days later in the same session."""
    later = START + timedelta(days=10)
    began, over = later.isoformat(), (later + timedelta(minutes=30)).isoformat()
    second = shown(status="exam_finished", start_time=began, end_time=over, reviewed="10", id_card_file_name="a.jpg")
    vendor = Vendor({SHOW: second, "DELETE student_sessions/880001": httpx.Response(204)})
    client = vendor.lti()
    assert client.status(make()).state is SessionState.UNKNOWN
    assert client.review(make()) is None
    client.erase(make())
    assert "DELETE student_sessions/880001" not in vendor.calls
    client.erase(make(start=later))
    assert vendor.calls[-1] == "DELETE student_sessions/880001"


@pytest.mark.parametrize("word", ["soon", 12, None, [], (START + timedelta(hours=3)).isoformat()])
def test_a_start_that_cannot_be_read_hides_nothing(make: Any, word: object) -> None:
    assert Vendor({SHOW: shown(status="exam_started", start_time=word)}).lti().status(make()).state is SessionState.OPEN


def test_no_field_has_ends_of_lines(make: Any) -> None:
    """A browser sends them as CR LF, whatever was signed."""
    form = Vendor({SHOW: not_launched()}).lti().launch(make(title="Examen\nfinal \r\n certifiant")).form
    assert form["resource_link_title"] == "Examen final certifiant"


def test_a_second_sitting_is_never_judged_by_the_first(make: Any) -> None:
    over = shown(id=1, status="exam_finished", end_time="2027-03-04T17:30:00.000+01:00", reviewed="10")
    vendor = Vendor({SHOW: [over, not_launched(), over, not_launched()]})
    client = vendor.lti()
    assert client.review(make()) is None
    client.erase(make())
    assert [call for call in vendor.calls if call.startswith("DELETE")] == []


# Against the simulator.


def post(web: httpx.Client, launch: base.Launch, **changes: str) -> httpx.Response:
    return web.post(launch.url, data={**launch.form, **changes})


def test_a_launch_makes_the_session_and_leads_to_the_room(
    proctorexam: Simulator, client: ProctorExamLti, make: Any, web: httpx.Client
) -> None:
    assert client.status(make()).state is SessionState.UNKNOWN
    room = post(web, client.launch(make()))
    assert room.status_code == 200
    assert 'data-sim-page="room"' in room.text
    assert "Zoé O&#39;Neil" in room.text
    status = client.status(make())
    assert status.state is SessionState.WAITING
    assert str(post(web, client.launch(make())).url) == str(room.url), "rejoined"
    for action in ("skip-identity", "open-room"):
        web.post(f"{proctorexam.url}/sessions/{status.vendor_ref}/{action}/").raise_for_status()
    assert client.status(make()).state is SessionState.OPEN
    web.post(f"{proctorexam.url}/sessions/{status.vendor_ref}/end/").raise_for_status()
    found = client.review(make(start=NOW))
    assert found is not None
    assert (found.verdict, found.missing_identity) == (Verdict.PENDING, ("document", "face"))
    for known in (make(start=NOW), make(start=NOW, vendor_ref=status.vendor_ref)):
        client.erase(known)
    assert client.status(make(start=NOW)).state is SessionState.UNKNOWN


@pytest.mark.parametrize(
    "changes",
    [
        {"user_id": "somebody-else"},
        {"lis_person_name_full": "Zoe"},
        {"added": "1"},
        {"oauth_signature": "AAAA"},
        {"oauth_consumer_key": "other"},
        {"oauth_signature_method": "PLAINTEXT"},
        {"oauth_nonce": "other"},
    ],
)
def test_a_form_that_was_touched_is_refused(
    client: ProctorExamLti, make: Any, web: httpx.Client, changes: dict[str, str]
) -> None:
    refused = post(web, client.launch(make()), **changes)
    assert refused.status_code == 403
    assert 'data-sim-page="bad-launch"' in refused.text
    assert client.status(make()).state is SessionState.UNKNOWN


def test_a_form_is_good_once_and_for_five_minutes(
    proctorexam: Simulator, client: ProctorExamLti, make: Any, web: httpx.Client
) -> None:
    launch = client.launch(make())
    proctorexam.set_clock(NOW + timedelta(minutes=6))
    assert post(web, launch).status_code == 403
    proctorexam.set_clock(NOW)
    assert post(web, launch).status_code == 200
    assert post(web, launch).status_code == 403


def test_an_exam_that_the_vendor_does_not_know(client: ProctorExamLti, make: Any, web: httpx.Client) -> None:
    with pytest.raises(base.Misconfigured):
        client.launch(make(vendor_exam="1"))


def test_what_fun_saw_before_a_launch(proctorexam: Simulator, client: ProctorExamLti, make: Any) -> None:
    proctorexam.switch(page_if_not_launched=True)
    assert client.status(make()).state is SessionState.UNKNOWN


def test_nothing_of_a_signature_is_logged(make: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The library that signs writes what it signs, and with what, at level DEBUG."""
    caplog.set_level(logging.DEBUG)
    form = Vendor({SHOW: not_launched()}).lti().launch(make()).form
    assert "show_lti_student" in caplog.text
    for secret in (SECRET, TOKEN, form["oauth_signature"], form["oauth_nonce"], "anon-7f3a", "zoe", "O'Neil", "Zo%"):
        assert secret not in caplog.text
