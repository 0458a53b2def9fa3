"""The screen of who waits in a room without a password, and what a review leaves to read, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from proctored_exam_xblock.domain.attempt import IDENTITY_MISSING, ReviewState, State
from proctored_exam_xblock.domain.journey import Phase
from proctored_exam_xblock.domain.policy import Unlock
from tests.unit import candidates as c
from tests.unit.candidates import Case, tree, words

OPENS = replace(c.POLICY, unlock=Unlock.NONE)
PILLS = {
    "": "Waiting for the room",
    "unknown": "Waiting for the room",
    "scheduled": "Room ready",
    "waiting": "Identity check",
    "open": "Ready",
    "ended": "Room closed",
    "cancelled": "Room closed",
}


def waiting(room_state: str = "waiting", seconds: float = 5, **more: object) -> Case:
    """At the gate, the room heard of so many seconds ago."""
    heard = c.START - timedelta(seconds=seconds) if room_state else None
    facts = c.in_attempt(replace(c.GATE, unlocked_at=None), opens_by_room=True)
    row = replace(c.USED, room_state=room_state, room_state_at=heard)
    return Case(Phase.ROOM, replace(facts, appointment=row, **more), c.START, OPENS)


def one(case: Case, attribute: str) -> str:
    found = tree(case, "en").xpath(f"//*[@{attribute}]")
    return words(found[0]) if found else ""


@pytest.mark.parametrize("state", PILLS)
def test_the_rooms_state_is_said_in_words(state: str) -> None:
    html = tree(waiting(state), "en")
    (pill,) = html.xpath("//span[starts-with(@class, 'pex-pill')]")
    assert words(pill) == PILLS[state]
    assert one(waiting(state), "data-pex-live")
    assert html.xpath("//a[@data-pex-action='rejoin']")
    assert not html.xpath("//input[@type='password']")


def test_different_states_say_different_things() -> None:
    assert len({one(waiting(state), "data-pex-live") for state in ("", "scheduled", "waiting", "open", "ended")}) == 5


@pytest.mark.parametrize(
    ("seconds", "age"),
    [
        (30, ""),
        (31, "Last word from the room at 15:59:29, less than a minute ago."),
        (185, "Last word from the room at 15:56:55, 3 minutes ago."),
    ],
)
def test_an_old_word_says_how_old_it_is(seconds: int, age: str) -> None:
    assert one(waiting(seconds=seconds), "data-pex-room-age") == age


@pytest.mark.parametrize(("seconds", "is_told"), [(100, False), (121, True)])
def test_a_silent_service_is_said_with_the_way_out(seconds: int, is_told: bool) -> None:
    assert ("opened for you by hand" in words(tree(waiting(seconds=seconds), "en"))) is is_told


def test_the_room_is_asked_about_every_ten_seconds_and_the_proctor_with_a_code_less_often() -> None:
    assert tree(waiting()).get("data-poll") == "10"
    assert tree(c.IN_ROOM).get("data-poll") == "15"


def test_where_a_code_is_typed_the_rooms_state_is_not_shown() -> None:
    row = replace(c.USED, room_state="ended", room_state_at=c.START - timedelta(hours=1))
    case = replace(c.IN_ROOM, facts=replace(c.IN_ROOM.facts, appointment=row))
    assert tree(case).xpath("//input[@type='password']")
    assert not tree(case).xpath("//*[@data-pex-live or @data-pex-room-age]")


def test_an_exam_that_the_room_holds_open_names_no_hour() -> None:
    unlocked = replace(c.GATE, state=State.UNLOCKED)
    case = replace(waiting("open"), phase=Phase.UNLOCKED)
    case = replace(case, facts=replace(case.facts, attempt=unlocked))
    assert "stays open as long as the room is" in words(tree(case, "en"))
    assert "valid until" not in words(tree(case, "en"))
    closing = replace(case, facts=replace(case.facts, appointment=replace(c.USED, room_state="waiting")))
    assert "valid until 16:25" in words(tree(closing, "en"))


# --- after it -------------------------------------------------------------------------------------------------------


def invalidated(reason: str) -> Case:
    attempt = replace(c.SUBMITTED, review=ReviewState.INVALIDATED, review_reason=reason)
    return Case(Phase.INVALIDATED, c.in_attempt(attempt), c.SITTING_AT)


def test_a_missing_photo_is_told_in_words_and_names_no_board() -> None:
    text = words(tree(invalidated(IDENTITY_MISSING), "en"))
    assert "photo of your identity document" in text
    assert IDENTITY_MISSING not in text
    assert "examination board" not in text


def test_a_reason_of_the_board_is_shown_as_it_was_typed() -> None:
    text = words(tree(invalidated("Une seconde <personne>."), "en"))
    assert "Une seconde <personne>." in text
    assert "examination board" in text


def test_an_open_review_shows_no_result() -> None:
    """Released, and not sent because the review was opened before: the facts say not released."""
    attempt = replace(c.SUBMITTED, review=ReviewState.PENDING, released=False)
    case = Case(Phase.SUBMITTED, c.in_attempt(attempt), c.SITTING_AT, replace(c.POLICY, show_result_in_exam=True))
    assert "once the course team has examined your session" in words(tree(case, "en"))
