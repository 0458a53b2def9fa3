"""The ProctorExam client alone: what it sends, how refusals are told apart, lists without holes, silent logs."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from proctored_exam_xblock.backends import base
from proctored_exam_xblock.backends.base import Capability, SessionState, unkept_promises
from proctored_exam_xblock.backends.proctorexam import ProctorExam, ProctorExamLti
from tests.contract.proctorexam_vendor import NOW, SECRET, START, TOKEN, Vendor, listed, sample, shown, student

Make = Callable[..., Any]
SESSION = "880001"


@pytest.fixture
def booked(booking: Make) -> Any:
    return booking(code="", vendor_exam="4242", vendor_ref=SESSION, start=START)


# Declarations.


def test_both_services_declare_what_they_do() -> None:
    common = {Capability.ROOM, Capability.LIVE_STATUS, Capability.REVIEW, Capability.ERASURE}
    assert ProctorExam.capabilities == common | {Capability.BOOKING}
    assert ProctorExamLti.capabilities == common | {Capability.LTI_LAUNCH}
    for kind in (ProctorExam, ProctorExamLti):
        assert unkept_promises(kind) == ()
        assert kind.required_settings == ("base_url", "api_token", "secret_key")
        assert kind.refuses_email_aliases, "R-PE-4"
        assert kind.candidate_fields == ()
        assert "linux" not in kind.unsupported_systems
    client = Vendor({}).booked(help_phones=["01"], help_emails=["h@x.test"], equipment_url="https://check.test/")
    assert (client.help_phones, client.help_emails, client.equipment_url) == (
        ("01",),
        ("h@x.test",),
        "https://check.test/",
    )
    assert client.slots(base.SlotQuery(NOW, START, 30, "UTC")) is None


# What is sent.


def recorded(name: str) -> Vendor:
    whole = sample(name)
    answer = whole["response"]
    response = httpx.Response(answer["status"], json=answer["body"], headers=answer["headers"])
    return Vendor({f"{whole['request']['method']} {whole['request']['path']}": response})


@pytest.mark.parametrize(
    ("name", "call", "nonce"),
    [
        ("created", lambda client, booked: client.book(replace(booked, vendor_ref="")), 1700000000001),
        ("moved", lambda client, booked: client.move(booked, START + timedelta(hours=1)), 1700000000004),
        ("shown", lambda client, booked: client.status(booked), 1700000000005),
        ("list", lambda client, booked: client.reservations(NOW, START), 1700000000003),
    ],
)
def test_requests_are_the_recorded_ones(name: str, call: Make, nonce: int, booked: Any, person: Make) -> None:
    vendor = recorded(name)
    client = vendor.booked()
    client._api._random_bits = lambda bits: nonce
    call(client, replace(booked, person=person(email="zoe@example.org")))
    assert vendor.sent() == {**sample(name)["request"]["params"], **_resigned(vendor, name)}
    headers = vendor.requests[0].headers
    assert headers["authorization"] == f"Token token={TOKEN}"
    assert headers["accept"] == "application/vnd.procwise.v3"
    assert headers["content-type"] == "application/json"


def _resigned(vendor: Vendor, name: str) -> dict[str, Any]:
    """The name of the candidate differs from the recording's in no sample but ``created``'s."""
    wanted = sample(name)["request"]["params"]
    return (
        {}
        if wanted.get("name", "Zoé O'Neil") == "Zoé O'Neil"
        else {"name": "Zoé O'Neil", "signature": vendor.sent()["signature"]}
    )


def test_the_reservation_id_goes_where_it_is_told(booked: Any) -> None:
    vendor = Vendor(
        {"POST exams/4242/student_sessions": shown(), "GET student_sessions": listed(student(external_id="r-7"))}
    )
    client = vendor.booked(reference_field="external_id", reference_template="{reservation_id}", skip_requirements=True)
    client.book(booked)
    sent = vendor.sent()
    assert (sent["external_id"], sent["skip_requirements"]) == ("r-0001", True)
    assert "individual_info" not in sent
    assert [line.reservation_id for line in client.reservations(NOW, START + timedelta(days=9))] == ["r-7"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ref. r-0001", "r-0001"),
        ("Casque interdit.\nRef. r-0001 (ne pas effacer)", "r-0001"),
        ("<p>Ref. r-0001</p>", "r-0001"),
        ("XRef. r-0001", ""),
        ("Bonne chance", ""),
        (None, ""),
    ],
)
def test_the_reservation_id_is_found_among_what_staff_wrote(text: str | None, found: str) -> None:
    vendor = Vendor({"GET student_sessions": listed(student(individual_info=text))})
    (line,) = vendor.booked().reservations(NOW, START + timedelta(hours=1))
    assert (line.reservation_id, line.vendor_ref, line.start) == (found, SESSION, START)


def test_an_exam_that_nobody_named_is_a_fault_of_the_configuration(booked: Any) -> None:
    with pytest.raises(base.Misconfigured):
        Vendor({}).booked().book(replace(booked, vendor_exam=" "))
    with pytest.raises(base.Misconfigured):
        Vendor({}).lti().status(replace(booked, vendor_exam="", usage_key="u"))
    with pytest.raises(base.Misconfigured):
        Vendor({}).booked(reference_template="no place for it").book(booked)


def test_a_retry_is_signed_anew(booked: Any) -> None:
    vendor = Vendor({f"GET student_sessions/{SESSION}": [httpx.Response(500), shown()]})
    client = vendor.booked()
    with pytest.raises(base.Unavailable):
        client.status(booked)
    client.status(booked)
    first, second = vendor.sent(0), vendor.sent(1)
    assert first["nonce"] != second["nonce"]
    assert first["signature"] != second["signature"]


# Refusals.


def refusal(status: int, said: object, envelope: str = "errors", **headers: str) -> httpx.Response:
    if envelope == "text":
        return httpx.Response(status, text=said if isinstance(said, str) else json.dumps(said), headers=headers)
    return httpx.Response(status, json={envelope: said} if envelope else said, headers=headers)


@pytest.mark.parametrize("envelope", ["errors", "error", "text"])
@pytest.mark.parametrize(
    ("status", "said", "error"),
    [
        (401, "You are not authorized to access this page.", base.Misconfigured),
        (403, "You are not authorized to access this page.", base.Misconfigured),
        (404, "Couldn't find Exam with 'id'='4242'", base.Misconfigured),
        (404, "Couldn't find Student Session with 'id'='880001'", base.NotFound),
        (422, {"email": ["has already been taken"]}, base.AlreadyExists),
        (422, {"name": ["is too long"]}, base.Refused),
        (422, "Param is missing or the value is empty: 'name'", base.Misconfigured),
        (405, "No", base.Misconfigured),
        (408, "Late", base.Unavailable),
        (429, "Slow down", base.Unavailable),
        (500, "Oops", base.Unavailable),
        (503, "Down", base.Unavailable),
        (302, "Elsewhere", base.Unavailable),
    ],
)
def test_each_refusal_is_told_apart(
    status: int, said: object, error: type[base.BackendError], envelope: str, booked: Any
) -> None:
    vendor = Vendor({f"PATCH student_sessions/{SESSION}": refusal(status, said, envelope)})
    with pytest.raises(base.BackendError) as caught:
        vendor.booked().move(booked, START)
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(400, json={"errors": "Bad"}), base.Refused),
        (httpx.Response(400, text="Bad Request"), base.Unavailable),
        (httpx.Response(400, html="<h1>400 Bad Request</h1>"), base.Unavailable),
        (httpx.Response(404, json={"status": 404, "error": "Not Found"}), base.Misconfigured),
        (httpx.Response(404, text="Not Found"), base.Misconfigured),
        (httpx.Response(422, text="Sorry"), base.Refused),
    ],
)
def test_what_a_proxy_or_a_wrong_address_answers_refuses_nobody(
    answer: httpx.Response, error: type[Exception], booked: Any
) -> None:
    vendor = Vendor({"POST exams/4242/student_sessions": answer})
    with pytest.raises(base.BackendError) as caught:
        vendor.booked().book(booked)
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(404, html="<h1>404</h1>"), base.Misconfigured),
        (httpx.Response(404, json={"status": 404, "error": "Not Found"}), base.Misconfigured),
        (httpx.Response(422, json={"errors": {"email": [19]}}), base.Unavailable),
        (httpx.Response(200, html="<h1>maintenance</h1>"), base.Unavailable),
        (httpx.Response(200, json=[]), base.Unavailable),
        (httpx.ConnectTimeout("x"), base.Unavailable),
    ],
)
def test_what_is_not_the_vendors_own_answer_deletes_nothing(answer: Any, error: type[Exception], booked: Any) -> None:
    """A wrong address answers 404 too: an erasure or a cancellation is not done by that."""
    vendor = Vendor({f"DELETE student_sessions/{SESSION}": answer})
    for call in (vendor.booked().cancel, vendor.booked().erase):
        with pytest.raises(error):
            call(booked)


@pytest.mark.parametrize(
    "answer", [httpx.Response(204), httpx.Response(200), httpx.Response(200, json={"student": {}})]
)
def test_a_deletion_may_be_answered_by_nothing(answer: httpx.Response, booked: Any) -> None:
    vendor = Vendor({f"DELETE student_sessions/{SESSION}": answer})
    vendor.booked().cancel(booked)
    assert vendor.sent()["id"] == SESSION


@pytest.mark.parametrize(
    ("date", "window", "error"),
    [
        ("Mon, 01 Mar 2027 09:00:20 GMT", 300, base.Misconfigured),
        ("Mon, 01 Mar 2027 09:05:01 GMT", 300, base.StaleRequest),
        ("Mon, 01 Mar 2027 08:50:00 GMT", 300, base.StaleRequest),
        ("Mon, 01 Mar 2027 09:05:01 GMT", 900, base.Misconfigured),
        ("yesterday", 300, base.Misconfigured),
        ("", 300, base.Misconfigured),
    ],
)
def test_a_wrong_clock_is_no_wrong_key(date: str, window: int, error: type[Exception], booked: Any) -> None:
    vendor = Vendor({f"GET student_sessions/{SESSION}": refusal(403, "You are not authorized", Date=date)})
    with pytest.raises(base.Refused) as caught:
        vendor.booked(clock_window_seconds=window).status(booked)
    assert type(caught.value) is error


# Lists.


def paged(
    rows: list[dict[str, Any]], size: int = 2, meanwhile: Make | None = None
) -> Callable[[httpx.Request], httpx.Response]:
    """A list of ``size`` rows per page; ``meanwhile`` changes it after each page that was read."""

    def answer(request: httpx.Request) -> httpx.Response:
        sent = json.loads(request.content)
        assert sent["limit"] == 300
        assert json.loads(sent["sort"]) == [{"id": "asc"}]
        page = sent["page"]
        response = listed(*rows[(page - 1) * size : page * size], items=len(rows), pages=-(-len(rows) // size))
        if meanwhile is not None:
            meanwhile(rows)
        return response

    return answer


def numbers(vendor: Vendor) -> list[int]:
    return sorted(int(line.vendor_ref) for line in vendor.booked().reservations(NOW, START + timedelta(days=1)))


def test_every_page_is_read() -> None:
    vendor = Vendor({"GET student_sessions": paged([student(id=number) for number in range(1, 8)])})
    assert numbers(vendor) == [1, 2, 3, 4, 5, 6, 7]


def test_a_row_deleted_meanwhile_hides_no_other() -> None:
    def drop_the_first(rows: list[dict[str, Any]]) -> None:
        if rows[0]["id"] < 3:
            rows.pop(0)

    vendor = Vendor(
        {"GET student_sessions": paged([student(id=number) for number in range(1, 8)], meanwhile=drop_the_first)}
    )
    assert set(numbers(vendor)) >= {3, 4, 5, 6, 7}


def test_an_unsorted_list_that_changes_is_read_again_and_then_given_up() -> None:
    fresh = iter(range(100, 200))

    def one_more_in_front(rows: list[dict[str, Any]]) -> None:
        rows.insert(0, student(id=next(fresh)))

    rows = [student(id=number) for number in range(7, 0, -1)]
    vendor = Vendor({"GET student_sessions": paged(rows, meanwhile=one_more_in_front)})
    with pytest.raises(base.Unavailable):
        numbers(vendor)
    still = Vendor({"GET student_sessions": paged([student(id=number) for number in range(7, 0, -1)])})
    assert numbers(still) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json={"students": [student()] * 300}),
        listed(student(), items=2),
        httpx.Response(200, json={"students": [student(), None]}),
        httpx.Response(200, json={"students": [student(), {"status": "registered"}]}),
        httpx.Response(200, json={"students": {}}),
        httpx.Response(200, json={}),
        listed(student(), student(id=2, status=None)),
        listed(student(), student(id=2, open_time="soon")),
        listed(student(), student(id=2, open_time=None)),
        listed(student(), student(id="2" * 5000)),
        listed(student(), items=1, pages=10**9),
        httpx.Response(200, json={"students": [student()] * 300}, headers={"X-Pagination-Page-Count": "1" * 5000}),
    ],
)
def test_a_list_with_a_hole_is_no_list(answer: httpx.Response) -> None:
    """No headers and a full page; rows announced and not there; rows that cannot be read; one of ours without start;
    numbers beyond reason."""
    with pytest.raises(base.Unavailable):
        numbers(Vendor({"GET student_sessions": answer}))


def test_others_sessions_without_a_start_are_not_ours() -> None:
    strangers = student(id=2, open_time=None, individual_info=None)
    assert numbers(Vendor({"GET student_sessions": listed(student(), strangers)})) == [880001]


def test_the_list_is_narrowed_by_the_vendor_and_by_us() -> None:
    rows = [student(id=1, open_time="2027-03-04T18:00:00.000+01:00"), student(id=2, open_time=1804179600 + 7200)]
    vendor = Vendor({"GET student_sessions": listed(*rows)})
    lines = vendor.booked().reservations(START, START + timedelta(hours=1))
    assert [(line.vendor_ref, line.start, line.state) for line in lines] == [("1", START, SessionState.SCHEDULED)]
    assert json.loads(vendor.sent()["filter"]) == {"open_time": {"gte": "2027-03-04T17:00:00Z"}}
    vendor.booked(list_filter="").reservations(START, START)
    assert "filter" not in vendor.sent()


# Nothing personal in logs.


@pytest.mark.parametrize("params", ["body", "query"])
def test_nothing_of_an_exchange_is_logged(params: str, booked: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answers = {
        f"GET student_sessions/{SESSION}": shown(token="ROOM-LOGIN", email="zoe@example.org"),
        "GET exams/4242/show_lti_student": [
            refusal(404, "Couldn't find it"),
            httpx.Response(500, text="zoe@example.org"),
        ],
        "POST exams/4242/student_sessions": refusal(422, {"email": ["zoe@example.org has already been taken"]}),
        "GET exams/4242/student_sessions": listed(),
    }
    vendor = Vendor(answers)
    client, lti = vendor.booked(get_params=params), vendor.lti(get_params=params)
    client.launch(booked)
    told = []
    for call in (client.book, lti.status, lti.status):
        try:
            call(replace(booked, usage_key="u"))
        except base.BackendError as error:
            told += [str(error), repr(error), repr(error.__cause__), repr(error.__context__)]
    asked = next(request for request in vendor.requests if "show_lti" in request.url.path)
    assert ("anon-7f3a" in str(asked.url)) is (params == "query")
    written = "\n".join([caplog.text, *told])
    assert "show_lti_student" in written
    for secret in (
        TOKEN,
        SECRET,
        "ROOM-LOGIN",
        "zoe@example.org",
        "anon-7f3a",
        "O'Neil",
        vendor.requests[0].url.query.decode(),
    ):
        assert not secret or secret not in written
