"""The ProctorU client alone: what it sends, how it reads answers, and that nothing is told to logs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from proctored_exam_xblock.backends import base
from proctored_exam_xblock.backends.base import Capability, SlotQuery
from proctored_exam_xblock.backends.proctoru.wire import UnknownZone
from tests.contract.scripted_vendor import CONFIRMED, NOW, START, URL, Vendor, bad, good

Make = Callable[..., Any]


# Declarations.


def test_declares_what_the_page_and_the_form_need() -> None:
    client = Vendor().client()
    assert client.capabilities == {
        Capability.BOOKING,
        Capability.ROOM,
        Capability.UNLOCK_CODE,
        Capability.REVIEW,
        Capability.WEBHOOKS,
    }
    assert base.unkept_promises(type(client)) == ()
    assert client.candidate_fields == ("phone", "address", "city", "time_zone", "country")
    assert set(client.unsupported_systems) == {"linux", "windows_xp"}
    assert client.equipment_url.startswith("https://")
    assert Vendor().client({"equipment_url": "https://check.test/"}).equipment_url == "https://check.test/"
    assert Vendor().client({"help_phones": ["01"]}).help_phones == ("01",)


# What is sent.


def test_booking_sends_the_documented_fields(booking: Make) -> None:
    vendor = Vendor(addAdHocProcess=good(CONFIRMED))
    confirmation = vendor.client().book(booking(exam_url="https://lms.test/exam", return_url="https://lms.test/"))
    assert confirmation.vendor_ref == "907886515"
    sent = vendor.sent[0][1]
    notes = sent.pop("notes")
    assert "BCDEFGHJ" in notes
    assert sent == {
        "time_sent": "2027-03-01T09:00:00Z",
        "student_id": "anon-7f3a",
        "first_name": "Zoé",
        "last_name": "O'Neil",
        "email": "zoe@example.org",
        "phone1": "+33612345678",
        "country": "FR",
        "address1": "1 rue de l'Université",
        "city": "Lyon",
        "time_zone_id": "Romance Standard Time",
        "description": "Examen final certifiant",
        "duration": 30,
        "start_date": "2027-03-04T17:00:00Z",
        "reservation_id": "r-0001",
        "takeitnow": "N",
        "notify": "Y",
        "exam_password": "BCDEFGHJ",
        "exam_url": "https://lms.test/exam",
        "url_return": "https://lms.test/",
    }
    assert vendor.headers[0]["authorization-token"] == "key-of-the-institution"


def test_texts_are_cut_to_the_lengths_known_to_pass_but_never_an_address_or_an_id(booking: Make, person: Make) -> None:
    vendor = Vendor(addAdHocProcess=good(CONFIRMED))
    someone = person(
        first_name="P" * 60,
        last_name="N" * 60,
        email="e" * 60 + "@example.org",
        phone="00 33 (0)6 12 34 56 78 90 12",
        address="A" * 120,
        city="C" * 60,
    )
    vendor.client().book(booking(person=someone, title="T" * 300))
    sent = vendor.sent[0][1]
    lengths = {name: len(sent[name]) for name in ("first_name", "last_name", "phone1", "address1", "city")}
    assert lengths == {"first_name": 50, "last_name": 50, "phone1": 15, "address1": 100, "city": 50}
    assert len(sent["description"]) == 255
    assert sent["phone1"] == "003306123456789"
    assert sent["email"] == someone.email


@pytest.mark.parametrize("one", [{"first_name": "", "last_name": "Zoé"}, {"first_name": "Zoé", "last_name": ""}])
def test_a_person_with_one_name_has_it_in_both_fields_that_the_vendor_requires(
    booking: Make, person: Make, one: dict[str, str]
) -> None:
    vendor = Vendor(addAdHocProcess=good(CONFIRMED))
    vendor.client().book(booking(person=person(**one)))
    assert (vendor.sent[0][1]["first_name"], vendor.sent[0][1]["last_name"]) == ("Zoé", "Zoé")


@pytest.mark.parametrize("changes", [{"reservation_id": "r" * 51}, {"reservation_id": ""}])
def test_an_id_the_vendor_cannot_keep_is_refused_before_it_is_sent(booking: Make, changes: dict[str, str]) -> None:
    vendor = Vendor()
    with pytest.raises(base.Misconfigured):
        vendor.client().book(booking(**changes))
    assert vendor.sent == []


@pytest.mark.parametrize(("country", "expected"), [("US", "WA"), ("us", "WA"), ("FR", None)])
def test_the_state_is_sent_for_the_united_states_only(
    booking: Make, person: Make, country: str, expected: str | None
) -> None:
    vendor = Vendor(addAdHocProcess=good(CONFIRMED))
    vendor.client().book(booking(person=person(country=country, state="WA", zipcode="98101")))
    assert vendor.sent[0][1].get("state") == expected
    assert vendor.sent[0][1]["zipcode"] == "98101"


def test_without_a_code_none_is_sent_and_mails_can_be_left_to_the_platform(booking: Make) -> None:
    vendor = Vendor(addAdHocProcess=good(CONFIRMED))
    vendor.client({"notify": False}).book(booking(code=""))
    sent = vendor.sent[0][1]
    assert "exam_password" not in sent
    assert "notes" not in sent
    assert sent["notify"] == "N"


# Refusals: every sentence of the vendor's, cased and counted in any way.


@pytest.mark.parametrize("suffix", ["", " : Error count 3 of 50", " : Error count 3 of 50 : Error count 3 of 50"])
@pytest.mark.parametrize("cased", [str, str.upper, str.lower])
@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("stale request", base.StaleRequest),
        ("Student Not found", base.NotFound),
        ("Student Not Found", base.NotFound),
        ("Student Found", base.NotFound),
        ("Exam Not found", base.Misconfigured),
        ("Reservation Not found", base.NotFound),
        ("Reservation is in the future", base.TooEarly),
        ("reservation_id_EXIST_FOR_THIS_INSTITUTION", base.AlreadyExists),
        ("OVERLAP", base.Overlap),
        ("TimeZone not found.", UnknownZone),
        ("start_date in the past", base.SlotGone),
        ("Reservation Cancelled.", base.AlreadyCancelled),
        ("RESERVATION_NOT_FOR_THIS_INSTITUTION", base.NotFound),
        ("Something never seen", base.Refused),
    ],
)
def test_each_error_has_its_type(
    booking: Make,
    message: str,
    expected: type[base.BackendError],
    cased: Callable[[str], str],
    suffix: str,
) -> None:
    vendor = Vendor(beginReservation=bad(cased(message) + suffix))
    with pytest.raises(base.BackendError) as caught:
        vendor.client().launch(booking())
    assert type(caught.value) is expected


@pytest.mark.parametrize("message", ["", " ", " : Error count 3 of 50", "Error count 51 of 50"])
def test_a_failure_without_a_word_refuses_nobody(booking: Make, message: str) -> None:
    with pytest.raises(base.Unavailable):
        Vendor(addAdHocProcess=bad(message)).client().book(booking())


def test_an_unknown_bad_request_is_for_the_operator(booking: Make) -> None:
    with pytest.raises(base.Misconfigured):
        Vendor(beginReservation=bad("who knows", code=3)).client().launch(booking())


def test_errors_and_logs_carry_no_vendor_text_no_code_and_no_login(
    booking: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    text = "Zoé O'Neil owes money : BCDEFGHJ"
    vendor = Vendor(
        addAdHocProcess=[bad(text), good(CONFIRMED), httpx.Response(500, text=text)],
        beginReservation=good({"url": URL}),
    )
    client = vendor.client()
    with pytest.raises(base.Refused) as refused:
        client.book(booking())
    client.book(booking())
    client.launch(booking())
    with pytest.raises(base.Unavailable) as unavailable:
        client.book(booking())
    shown = caplog.text + "".join(map(repr, (refused.value, unavailable.value, booking(), client.launch(booking()))))
    for forbidden in ("BCDEFGHJ", "SECRETLOGIN", "owes money", "KEY-OF-THE-INSTITUTION", "key-of-the-institution"):
        assert forbidden not in shown
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


# Unreadable answers are outages, never an empty list or a refusal.


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"response_code": None, "data": []},
        {"response_code": "1", "data": []},
        {"response_code": True, "data": []},
        {"response_code": 7, "data": []},
        good(None),
        good(""),
        good({}),
        good({"0": {}}),
        good(["row"]),
        good([{}]),
        good([{"start_date": None, "reservation_no": 1}]),
        good([{"start_date": "soon", "reservation_no": 1}]),
        good([{"start_date": 1893456000, "reservation_no": 1}]),
    ],
)
def test_an_unreadable_list_is_an_outage(answer: object) -> None:
    client = Vendor(getScheduleInfoAvailableTimesList=answer, getStudentReservationList=answer).client()
    with pytest.raises(base.Unavailable):
        client.pending("anon-7f3a")
    with pytest.raises(base.Unavailable):
        client.slots(SlotQuery(NOW, NOW + timedelta(hours=1), 30, "UTC"))


@pytest.mark.parametrize("number", [None, "", 0, -3, True, "12a", 1.5, [907886515]])
def test_a_booking_without_a_readable_number_is_tried_again(booking: Make, number: object) -> None:
    with pytest.raises(base.Unavailable):
        Vendor(addAdHocProcess=good({**CONFIRMED, "reservation_no": number})).client().book(booking())


@pytest.mark.parametrize("data", [None, [], {}, {"url": None}, {"url": "javascript:alert(1)"}, {"url": "/room"}])
def test_a_room_without_a_web_address_is_an_outage(booking: Make, data: object) -> None:
    with pytest.raises(base.Unavailable):
        Vendor(beginReservation=good(data)).client().launch(booking())


# Slots.


def test_slots_ask_day_by_day_and_trust_start_date_alone() -> None:
    def rows(*stamps: str) -> dict[str, object]:
        return good([{"start_date": stamp, "local_start_date": "2031-01-01T00:00:00+09:00"} for stamp in stamps])

    vendor = Vendor(
        getScheduleInfoAvailableTimesList=[
            rows("2027-03-02T10:15:00Z", "2027-03-02T10:00:00Z"),
            rows("2027-03-03T09:00:00Z", "2027-03-02T10:15:00Z"),
            rows("2027-03-04T12:00:00+01:00", "2027-03-04T12:00:00Z", "2027-03-04T15:00:00Z"),
        ]
    )
    first = datetime(2027, 3, 2, 10, 0, tzinfo=UTC)
    found = vendor.client().slots(SlotQuery(first, first + timedelta(hours=50), 40, "Europe/Paris"))
    assert [start.isoformat() for start in found] == [
        "2027-03-02T10:00:00+00:00",
        "2027-03-02T10:15:00+00:00",
        "2027-03-03T09:00:00+00:00",
        "2027-03-04T11:00:00+00:00",
    ]
    asked = [params for _, params in vendor.sent]
    assert [params["start_date"] for params in asked] == [
        "2027-03-02T10:00:00Z",
        "2027-03-03T10:00:00Z",
        "2027-03-04T10:00:00Z",
    ]
    assert asked[0] == {
        "time_sent": "2027-03-01T09:00:00Z",
        "time_zone_id": "Romance Standard Time",
        "start_date": "2027-03-02T10:00:00Z",
        "isadhoc": "Y",
        "duration": 40,
        "takeitnow": "N",
    }


def test_slots_never_ask_for_the_past() -> None:
    vendor = Vendor(getScheduleInfoAvailableTimesList=good([]))
    client = vendor.client()
    assert client.slots(SlotQuery(NOW - timedelta(days=9), NOW - timedelta(days=8), 30, "UTC")) == ()
    assert vendor.sent == []
    client.slots(SlotQuery(NOW - timedelta(days=9), NOW + timedelta(hours=3), 30, "UTC"))
    assert [params["start_date"] for _, params in vendor.sent] == ["2027-03-01T09:00:00Z"]


def test_instants_without_a_zone_are_utc() -> None:
    row = {"reservation_no": 5, "reservation_id": None, "start_date": "2027-03-04T17:00:00"}
    (found,) = Vendor(getStudentReservationList=good([row])).client().pending("anon-7f3a")
    assert found == base.Reservation("", "5", START, base.SessionState.SCHEDULED)


def test_a_login_is_not_sent_in_the_clear(booking: Make) -> None:
    vendor = Vendor(beginReservation=good({"url": "http://vendor.test/room?login_token=x"}))
    with pytest.raises(base.Unavailable):
        vendor.client().launch(booking())
    simulated = vendor.client({"base_url": "http://127.0.0.1:8101/api"})
    assert simulated.launch(booking()).url.startswith("http://")
