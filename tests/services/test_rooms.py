"""The vendor's room opens the exam (R-PE-1), silence changes nothing, and nobody asks more often than agreed."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import Any

import pytest

from proctored_exam_xblock.backends.base import Misconfigured, SessionState, Unavailable
from proctored_exam_xblock.domain.errors import NotAllowedNow
from proctored_exam_xblock.models import AuditEntry
from proctored_exam_xblock.services import audit, booking, entry, rooms, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.campus import Campus
from tests.world import NONCE, SLOT, World

pytestmark = pytest.mark.django_db
SECONDS = timedelta(seconds=1)


@pytest.fixture
def exam(world: World) -> World:
    world.publish(backend="live", unlock="none", show_result_in_exam=True)
    return world


@pytest.fixture
def campus(exam: World) -> Campus:
    campus = Campus(exam)
    campus.publish()
    return campus


def look(exam: World, caller: Caller, state: SessionState | None = None) -> str:
    """What the vendor says now is taken in; the phase after it."""
    if state is not None:
        exam.ledger.room = state
    rooms.look(exam.candidacy(caller).pk, exam.clock(), random.Random(1))
    return exam.phase(caller)


def sit(exam: World, caller: Caller) -> None:
    exam.enter_room(caller)
    look(exam, caller, SessionState.OPEN)
    exam.windows[caller.user_id or 0] = sitting.start(caller, NONCE, exam.clock())[1]


def trail(caller: Caller, *actions: str) -> list[dict[str, Any]]:
    rows = AuditEntry.objects.filter(candidacy__user_id=caller.user_id, action__in=actions).order_by("sequence")
    return [{"action": row.action, "actor": row.actor, **row.data} for row in rows]


# --- what opens -----------------------------------------------------------------------------------------------------


def test_the_room_opens_the_exam_and_the_candidate_starts_it(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    assert look(exam, alex, SessionState.WAITING) == "room"
    exam.minutes(5)
    assert look(exam, alex, SessionState.OPEN) == "unlocked"
    (unlocked,) = trail(alex, "unlocked")
    assert unlocked["actor"] == "vendor:live"
    sitting.start(alex, NONCE, exam.clock())
    assert exam.attempt(alex).started_at == exam.clock()


@pytest.mark.parametrize("state", [state for state in SessionState if state is not SessionState.OPEN])
def test_no_other_word_opens_it(exam: World, state: SessionState) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    assert look(exam, alex, state) == "room"
    with pytest.raises(NotAllowedNow):
        sitting.start(alex, NONCE, exam.clock())


@pytest.mark.parametrize("backend", ["reporting", "live"])
def test_where_a_code_opens_the_room_opens_nothing(world: World, backend: str) -> None:
    world.publish(backend=backend, unlock="exam_password" if backend == "live" else "appointment_code")
    alex = world.person()
    world.enter_room(alex)
    assert look(world, alex, SessionState.OPEN) == "room"
    assert (world.appointment(alex).room_state, trail(alex, "unlocked")) == ("open", [])


def test_the_same_word_twice_is_one_entry_and_one_screen(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    look(exam, alex, SessionState.WAITING)
    before = exam.load(alex).fingerprint
    exam.clock.advance(seconds=10)
    look(exam, alex)
    assert exam.load(alex).fingerprint == before
    assert [row["state"] for row in trail(alex, "room_changed")] == ["waiting"]
    assert exam.appointment(alex).room_state_at == exam.clock()


def test_an_unknown_word_takes_nothing_back(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    look(exam, alex, SessionState.WAITING)
    known = exam.appointment(alex).room_state_at
    exam.minutes(1)
    look(exam, alex, SessionState.UNKNOWN)
    assert (exam.appointment(alex).room_state, exam.appointment(alex).room_state_at) == ("waiting", known)


def test_an_answer_that_a_later_one_overtook_is_dropped(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    asked = exam.clock()
    exam.clock.advance(seconds=3)
    look(exam, alex, SessionState.OPEN)
    exam.ledger.room = SessionState.WAITING
    rooms.look(exam.candidacy(alex).pk, asked)
    assert (exam.appointment(alex).room_state, exam.phase(alex)) == ("open", "unlocked")


# --- silence --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [Unavailable, Misconfigured])
def test_a_vendor_that_does_not_answer_changes_nothing(exam: World, error: type[Unavailable]) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    look(exam, alex, SessionState.WAITING)
    known = exam.appointment(alex).room_state_at
    exam.minutes(2)
    exam.ledger.fail = error()
    assert look(exam, alex) == "room"
    assert (exam.appointment(alex).room_state, exam.appointment(alex).room_state_at) == ("waiting", known)


def test_once_seen_open_it_stays_open_through_an_outage_of_hours(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    look(exam, alex, SessionState.OPEN)
    exam.ledger.fail = Unavailable()
    for minutes in (16, 60, 600):
        exam.minutes(minutes)
        assert look(exam, alex) == "unlocked"
    exam.minutes(60)
    assert exam.phase(alex) == "missed", "half a day later nobody watches that room any more"


def test_an_unlock_does_not_lapse_while_the_room_stays_open(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    look(exam, alex, SessionState.OPEN)
    for _ in range(3):
        exam.minutes(10)
        look(exam, alex, SessionState.OPEN)
    assert exam.phase(alex) == "unlocked"
    assert exam.load(alex).journey.next_change == exam.clock() + timedelta(hours=12)


def test_a_room_that_is_left_before_the_start_closes_the_exam_again(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    look(exam, alex, SessionState.OPEN)
    exam.minutes(5)
    assert look(exam, alex, SessionState.WAITING) == "unlocked"
    exam.minutes(11)
    assert exam.phase(alex) == "room"
    assert look(exam, alex, SessionState.OPEN) == "unlocked"


def test_an_unlock_by_hand_lapses_as_everywhere(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    with entry.locked(alex, exam.clock()) as dossier:
        sitting.open_gate(dossier, "staff:1")
    exam.minutes(15)
    assert exam.phase(alex) == "room"


# --- what a vendor's word never does --------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [SessionState.ENDED, SessionState.CANCELLED, SessionState.SCHEDULED])
def test_no_word_of_the_vendor_ends_a_sitting(exam: World, state: SessionState) -> None:
    alex = exam.person()
    sit(exam, alex)
    deadline = exam.attempt(alex).deadline
    for _ in range(2):
        exam.minutes(5)
        look(exam, alex, state)
    assert (exam.attempt(alex).state, exam.attempt(alex).deadline) == ("sitting", deadline)
    during = [row for row in trail(alex, "room_changed") if row.get("attempt_state") == "sitting"]
    assert [row["state"] for row in during] == [state.value], "once"


def test_the_trail_of_a_room_is_whole(exam: World) -> None:
    alex = exam.person()
    sit(exam, alex)
    look(exam, alex, SessionState.ENDED)
    rows = AuditEntry.objects.filter(chain=f"candidacy:{exam.candidacy(alex).pk}").order_by("sequence")
    assert audit.broken_link(rows) is None


def test_an_appointment_that_the_vendor_cancelled_is_booked_anew(exam: World) -> None:
    alex = exam.person()
    exam.book(alex)
    assert look(exam, alex, SessionState.CANCELLED) == "booking"
    assert exam.appointment(alex).state == "refused"


def test_what_is_under_way_is_no_cancellation(exam: World) -> None:
    """A move that the vendor made and could not say so: its old slot is cancelled there."""
    alex = exam.person()
    exam.book(alex)
    exam.ledger.lose_answer = Unavailable()
    booking.move(alex, SLOT + timedelta(days=1), exam.clock())
    exam.drain()
    assert look(exam, alex, SessionState.CANCELLED) == "booked"


# --- who asks, and how often ----------------------------------------------------------------------------------------


def asked(exam: World) -> int:
    return exam.ledger.calls.count("status")


def test_the_page_asks_while_the_candidate_waits_without_any_worker(campus: Campus) -> None:
    exam = campus.world
    alex = exam.person()
    exam.enter_room(alex)
    exam.ledger.room = SessionState.OPEN
    answer = campus.send(campus.client(alex), "screen", {}).json()
    assert (answer["phase"], asked(exam)) == ("unlocked", 1)


def test_the_first_page_is_shown_without_asking_the_vendor(campus: Campus) -> None:
    exam = campus.world
    alex = exam.person()
    exam.enter_room(alex)
    exam.ledger.calls.clear()
    assert campus.client(alex).get("/courses/cartopro/unit/").status_code == 200
    assert exam.ledger.calls == []


def test_many_tabs_make_one_call(campus: Campus) -> None:
    exam = campus.world
    alex = exam.person()
    exam.enter_room(alex)
    client = campus.client(alex)
    for _ in range(5):
        campus.send(client, "screen", {})
    assert asked(exam) == 1
    exam.clock.advance(seconds=12)
    for _ in range(5):
        campus.send(client, "screen", {})
    assert asked(exam) == 2


def test_a_claimed_look_is_made_by_nobody_else(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    inside: list[int] = []
    real = rooms.ask
    monkeypatch.setattr(rooms, "ask", lambda *a: (inside.append(rooms.look_all(exam.clock())), real(*a))[1])
    assert rooms.look_all(exam.clock()) == 1
    assert inside == [0]


def test_the_sitting_asks_nothing_of_the_vendor_in_its_heartbeat(campus: Campus) -> None:
    exam = campus.world
    alex = exam.person()
    sit(exam, alex)
    exam.ledger.calls.clear()
    exam.minutes(20)
    campus.send(campus.client(alex), "screen", {"window": exam.windows[alex.user_id or 0]})
    assert exam.ledger.calls == []


def waits(exam: World, caller: Caller, count: int) -> list[float]:
    """Seconds between looks that are made when due."""
    found = []
    for _ in range(count):
        due = exam.appointment(caller).look_at
        assert due is not None
        exam.clock.present = max(due, exam.clock())
        rooms.look_all(exam.clock(), random.Random(1))
        again = exam.appointment(caller).look_at
        found.append((again - exam.clock()) / SECONDS if again else 0)
    return found


def test_looks_are_ten_seconds_apart_then_a_minute_at_most(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    seconds = waits(exam, alex, 60)
    assert all(9 <= wait <= 11 for wait in seconds[:25])
    assert seconds[-1] > 40
    assert max(seconds) <= 66


def test_failures_are_asked_again_more_and_more_slowly(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    exam.ledger.fail = Unavailable()
    seconds = waits(exam, alex, 8)
    assert [round(wait / seconds[0]) for wait in seconds] == [1, 2, 4, 8, 12, 12, 12, 12]
    exam.ledger.fail = None
    waits(exam, alex, 6)
    assert exam.appointment(alex).looks == 0, "an answer, and all is as before"


def test_a_vendor_that_is_down_for_all_is_left_alone(exam: World) -> None:
    people = [exam.person(name) for name in ("alex", "robin")]
    for person in people:
        exam.clock.present = SLOT - timedelta(days=4)
        exam.enter_room(person)
    exam.ledger.fail = Unavailable()
    exam.ledger.calls.clear()
    for _ in range(4):
        rooms.look_all(exam.clock())
        exam.minutes(1)
    assert asked(exam) < 8


def test_rooms_that_open_nothing_are_looked_at_rarely(world: World) -> None:
    world.publish(backend="reporting")
    alex = world.person()
    world.enter_room(alex)
    rooms.look_all(world.clock())
    assert asked(world) == 0, "not at once either: the page would wait for nothing"
    assert all(wait > 500 for wait in waits(world, alex, 3))


def test_no_vendor_no_look(world: World) -> None:
    world.publish(backend="none", unlock="none", appointments=False)
    alex = world.person()
    world.onboard(alex)
    world.clock.present = SLOT
    sitting.enter(alex, SLOT)
    assert world.appointment(alex).look_at is None


def test_one_broken_session_does_not_keep_the_others_waiting(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [exam.person(name) for name in ("alex", "robin")]
    for person in people:
        exam.clock.present = SLOT - timedelta(days=4)
        exam.enter_room(person)
    exam.ledger.room = SessionState.OPEN
    broken, real = exam.appointment(people[0]).pk, rooms.ask

    def ask(backend, dossier, row, now):
        if row.pk == broken:
            raise ZeroDivisionError
        return real(backend, dossier, row, now)

    monkeypatch.setattr(rooms, "ask", ask)
    assert rooms.look_all(exam.clock()) == 1
    assert [exam.phase(person) for person in people] == ["room", "unlocked"]


def test_an_answer_holds_nothing_of_the_vendors(campus: Campus) -> None:
    exam = campus.world
    alex = exam.person()
    exam.enter_room(alex)
    exam.ledger.fail = Misconfigured("secret-text-of-the-vendor")
    answer = campus.send(campus.client(alex), "screen", {})
    assert answer.status_code == 200
    assert "secret-text" not in json.dumps(answer.json())
