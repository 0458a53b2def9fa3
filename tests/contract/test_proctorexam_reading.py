"""What ProctorExam's session object says: the state, the verdict, incidents, photographs that are missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from proctored_exam_xblock.backends.base import Incident, SessionState, Unavailable, Verdict
from proctored_exam_xblock.backends.proctorexam import sessions
from tests.contract.proctorexam_vendor import START, Vendor, sample, shown, student

PHOTOS = {"id_card_file_name": "card.jpg", "face_photo_file_name": "face.jpg"}
OVER: dict[str, Any] = {"status": "exam_finished", **PHOTOS}

WORDS = {
    "registered": "scheduled",
    "before_check_req_mail": "scheduled",
    "email_bounced": "scheduled",
    "after_check_req_mail": "scheduled",
    "before_check_req": "scheduled",
    "email_sent": "scheduled",
    "after_check_req": "waiting",
    "in_setup": "waiting",
    "exam_not_started": "waiting",
    "exam_started": "open",
    "exam_finished": "ended",
    "not_setup": "unknown",
    "error": "unknown",
    "EXAM_STARTED": "unknown",
    "": "unknown",
}


def review(require_identity: bool = True, **changes: object) -> Any:
    session = sessions.read(student(**{**OVER, **changes}))
    return sessions.review(session, require_identity=require_identity, verdict_fields=sessions.VERDICT_FIELDS)


@pytest.mark.parametrize("word", WORDS)
def test_each_word_is_a_state_and_only_one_opens(word: str) -> None:
    """R-PE-1"""
    assert sessions.read(student(status=word)).state({}) == WORDS[word]


def test_further_words_are_settings_and_none_of_them_opens(booking: Any) -> None:
    def state(word: str, **statuses: str) -> SessionState:
        vendor = Vendor({"GET student_sessions/880001": shown(status=word)})
        return vendor.booked(statuses=statuses).status(booking(vendor_ref="880001")).state

    assert state("in_queue", in_queue="waiting") is SessionState.WAITING
    assert state("in_queue", in_queue="open") is SessionState.UNKNOWN
    assert state("in_queue", in_queue="nonsense") is SessionState.UNKNOWN
    assert state("exam_started", exam_started="waiting") is SessionState.OPEN


def test_what_was_archived_is_over() -> None:
    assert sessions.read(student(status="registered", archived=True)).state({}) is SessionState.CANCELLED
    assert sessions.read(student(status="exam_started", archived=True)).state({}) is SessionState.CANCELLED
    assert sessions.read(student(status="exam_finished", archived=True)).state({}) is SessionState.ENDED


@pytest.mark.parametrize(
    "value",
    [
        "2027-03-04T18:00:00.000+01:00",
        "2027-03-04T17:00:00Z",
        "2027-03-04T17:00:00",
        1804179600,
        "1804179600",
        1804179600000,
    ],
)
def test_instants_are_read_however_they_are_written(value: object) -> None:
    assert sessions.read(student(open_time=value)).open_time == START


@pytest.mark.parametrize(
    "broken",
    [
        {"id": None},
        {"id": [1]},
        {"id": True},
        {"status": 4},
        {"status": None},
        {"archived": "perhaps"},
        {"open_time": []},
    ],
)
def test_an_object_of_another_shape_is_unreadable(broken: dict[str, object]) -> None:
    with pytest.raises(Unavailable):
        sessions.read(student(**broken))
    for other in (None, [], "x", 3):
        with pytest.raises(Unavailable):
            sessions.read(other)


# Reviews.


@pytest.mark.parametrize("status", [word for word in WORDS if word != "exam_finished"])
def test_there_is_no_review_before_the_session_is_over(status: str) -> None:
    assert review(status=status, reviewed="10", review_color="red", incidents=["x"]) is None


@pytest.mark.parametrize(
    ("missing", "photos"),
    [
        (("document",), {"id_card_file_name": None}),
        (("face",), {"face_photo_file_name": ""}),
        (("document", "face"), {"id_card_file_name": " ", "face_photo_file_name": None}),
    ],
)
def test_a_missing_photograph_is_reported_as_soon_as_the_session_is_over(
    missing: tuple[str, ...], photos: dict[str, object]
) -> None:
    """R-PE-2"""
    found = review(**photos)
    assert (found.missing_identity, found.verdict) == (missing, Verdict.PENDING)
    assert review(reviewed="10", **photos).missing_identity == missing
    assert review(require_identity=False, **photos) is None


def test_an_answer_without_the_fields_of_the_photographs_accuses_nobody() -> None:
    told = {name: value for name, value in student(**OVER).items() if name not in sessions.IDENTITY.values()}
    found = sessions.review(sessions.read(told), require_identity=True, verdict_fields=sessions.VERDICT_FIELDS)
    assert found is None


def test_photographs_that_the_vendor_destroyed_accuse_nobody() -> None:
    gone = {"id_card_file_name": None, "face_photo_file_name": None, "archived": True}
    assert review(**gone) is None
    assert review(reviewed="10", **gone).missing_identity == ()
    assert review(reviewed="10", **gone).verdict is Verdict.CLEAR


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"reviewed": "00"}, None),
        ({"reviewed": None}, None),
        ({"reviewed": ""}, None),
        ({"reviewed": "soon"}, None),
        ({"reviewed": "00", "review_color": "green"}, None),
        ({"reviewed": "00", "incidents_count": 1}, Verdict.PENDING),
        ({"reviewed": "00", "review_commentary": "à voir"}, Verdict.PENDING),
        ({"reviewed": "10"}, Verdict.CLEAR),
        ({"reviewed": "01"}, Verdict.CLEAR),
        ({"reviewed": True}, Verdict.CLEAR),
        ({"reviewed": "10", "incidents": [{}]}, Verdict.SUSPICIOUS),
        ({"reviewed": "10", "incidents": [{}], "review_color": "green"}, Verdict.CLEAR),
        ({"reviewed": "10", "review_color": "Yellow"}, Verdict.SUSPICIOUS),
        ({"reviewed": "10", "review_color": "red"}, Verdict.FRAUD),
        ({"reviewed": "10", "review_color": "mauve"}, Verdict.CLEAR),
    ],
)
def test_verdicts(fields: dict[str, object], verdict: Verdict | None) -> None:
    found = review(**fields)
    assert (found.verdict if found else None) is verdict


def test_the_colours_field_is_a_setting(booking: Any) -> None:
    vendor = Vendor({"GET student_sessions/880001": shown(**OVER, reviewed="10", flag="red")})
    booked = booking(vendor_ref="880001")
    assert vendor.booked().review(booked).verdict is Verdict.CLEAR  # type: ignore[union-attr]
    assert vendor.booked(verdict_fields=["flag"]).review(booked).verdict is Verdict.FRAUD  # type: ignore[union-attr]
    bare = Vendor({"GET student_sessions/880001": shown(status="exam_finished")})
    assert bare.booked(require_identity=False).review(booked) is None
    assert bare.booked().review(booked) is not None


def test_incidents_are_read_as_far_as_they_can_be() -> None:
    found = review(
        incidents=[
            {"type": "phone", "description": " Un téléphone ", "created_at": "2027-03-04T17:10:00Z", "id": 4},
            {"category": "noise", "time": 125},
            "Quelqu'un entre",
            17,
        ],
        incidents_count=5,
        review_commentary=" Voir 17:10 ",
    )
    assert found.incidents == (
        Incident("phone", "Un téléphone", datetime(2027, 3, 4, 17, 10, tzinfo=UTC)),
        Incident("noise"),
        Incident("incident", "Quelqu'un entre"),
        Incident("incident"),
        Incident("incident"),
    )
    assert found.comment == "Voir 17:10"
    assert review(incidents={"a": 1}, incidents_count="many") is None
    assert len(review(incidents_count=10**9).incidents) == 200


def test_the_recorded_review(booking: Any) -> None:
    vendor = Vendor({"GET student_sessions/880001": shown(**sample("reviewed")["response"]["body"]["student"])})
    found = vendor.booked().review(booking(vendor_ref="880001"))
    assert found is not None
    assert (found.verdict, found.missing_identity, len(found.incidents)) == (Verdict.FRAUD, (), 1)
    assert found.incidents[0].text.startswith("Le candidat regarde ailleurs")
