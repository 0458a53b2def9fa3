"""The three transition tables: complete, without dead ends, and refusing what they do not draw (R-X-5)."""

from itertools import product

import pytest

from proctored_exam_xblock.domain import attempt
from proctored_exam_xblock.domain.attempt import (
    APPOINTMENT_ACTIVE,
    APPOINTMENT_TERMINAL,
    APPOINTMENT_TRANSITIONS,
    LIVE,
    OVER,
    REVIEW_TRANSITIONS,
    TERMINAL,
    TRANSITIONS,
    AppointmentEvent,
    AppointmentState,
    Event,
    ReviewEvent,
    ReviewState,
    State,
)
from proctored_exam_xblock.domain.errors import IllegalTransition, NotAllowedNow

MACHINES = {
    "appointment": (
        APPOINTMENT_TRANSITIONS,
        attempt.advance_appointment,
        AppointmentEvent,
        AppointmentState.REQUESTED,
        APPOINTMENT_TERMINAL,
    ),
    "attempt": (TRANSITIONS, attempt.advance, Event, State.GATE, TERMINAL),
    "review": (REVIEW_TRANSITIONS, attempt.advance_review, ReviewEvent, ReviewState.NONE, frozenset()),
}
every_machine = pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES.keys())


@every_machine
def test_a_state_is_terminal_or_has_exits_and_never_both(machine):
    table, _, _, initial, terminal = machine

    leaving = {state for state, _ in table}

    assert leaving | terminal == set(type(initial))
    assert leaving & terminal == set()


@every_machine
def test_every_state_is_reached_from_the_initial_one(machine):
    table, _, _, initial, _ = machine
    reached = {initial}
    while True:
        more = {target for (state, _), target in table.items() if state in reached} - reached
        if not more:
            break
        reached |= more

    assert reached == set(type(initial))


@every_machine
def test_every_event_is_used(machine):
    table, _, events, _, _ = machine

    assert {event for _, event in table} == set(events)


@every_machine
def test_an_arrow_of_the_table_is_followed_and_any_other_is_refused(machine):
    table, step, events, initial, _ = machine
    for state, event in product(type(initial), events):
        if (state, event) in table:
            assert step(state, event) is table[state, event]
        else:
            with pytest.raises(IllegalTransition) as refusal:
                step(state, event)
            assert refusal.value.params == {"state": state.value, "event": event.value}


def test_an_illegal_transition_is_told_like_any_action_out_of_season():
    assert issubclass(IllegalTransition, NotAllowedNow)


def test_live_over_interrupted_and_terminal_states_share_out_all_states():
    groups = [LIVE, OVER, {State.INTERRUPTED}, TERMINAL]

    assert sum(map(len, groups)) == len(State)
    assert frozenset().union(*groups) == set(State)


def test_nothing_leads_back_from_the_end_of_an_attempt_to_a_live_one():
    ended = set(State) - LIVE

    assert {target for (state, _), target in TRANSITIONS.items() if state in ended} <= ended


def test_answers_are_only_taken_and_time_only_runs_out_while_sitting():
    for event in (Event.SUBMIT_PART, Event.FINISH, Event.EXPIRE, Event.PAUSE, Event.CLAIM_WINDOW):
        assert [state for state, e in TRANSITIONS if e is event] == [State.SITTING]


def test_only_a_start_or_a_resume_leads_into_the_sitting():
    entering = {event for (state, event), target in TRANSITIONS.items() if target is State.SITTING is not state}

    assert entering == {Event.START, Event.RESUME}


def test_every_live_attempt_can_be_voided_or_interrupted_by_staff():
    for state in LIVE:
        assert (state, Event.VOID) in TRANSITIONS
        assert (state, Event.INTERRUPT) in TRANSITIONS


def test_extra_time_can_be_given_in_every_live_state():
    assert {state for state, event in TRANSITIONS if event is Event.EXTEND} == LIVE


def test_every_active_appointment_can_be_cancelled_or_missed_and_an_ended_one_cannot():
    for event in (AppointmentEvent.CANCEL, AppointmentEvent.MISS):
        sources = {state for state, e in APPOINTMENT_TRANSITIONS if e is event}
        assert sources >= APPOINTMENT_ACTIVE
        assert not APPOINTMENT_TERMINAL & sources


def test_only_a_slot_that_the_vendor_confirmed_can_be_launched():
    sources = {state for state, event in APPOINTMENT_TRANSITIONS if event is AppointmentEvent.LAUNCH}

    assert sources == {AppointmentState.CONFIRMED, AppointmentState.MOVE_REQUESTED}


def test_a_verdict_can_always_be_reversed():
    for one, other in [("VALIDATED", "INVALIDATE"), ("INVALIDATED", "VALIDATE")]:
        assert (ReviewState[one], ReviewEvent[other]) in REVIEW_TRANSITIONS
