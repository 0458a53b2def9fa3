"""Facts and the time give the candidate's screen and what may be done there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from proctored_exam_xblock.domain.attempt import TRANSITIONS, AppointmentState, Event, ReviewState, State
from proctored_exam_xblock.domain.errors import NotAllowedNow, NotEligible
from proctored_exam_xblock.domain.journey import (
    ACTIONS,
    Action,
    AppointmentFacts,
    AttemptFacts,
    Facts,
    OnboardingFacts,
    Phase,
    decide,
    onboarding_steps,
)
from proctored_exam_xblock.domain.policy import ExamPolicy

POLICY = ExamPolicy(terms_version="2")
BEFORE = datetime(2017, 3, 1, 9, tzinfo=UTC)
START = datetime(2017, 3, 10, 15, tzinfo=UTC)
WINDOW_END = datetime(2017, 3, 14, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

DONE = OnboardingFacts(BEFORE, "2", BEFORE, BEFORE, BEFORE)
READY = Facts(eligible=True, onboarding=DONE, information_fields=("phone",))


def booked(state: AppointmentState = AppointmentState.CONFIRMED, **more) -> Facts:
    return replace(READY, appointment=AppointmentFacts(1, state, START, timedelta(minutes=30)), **more)


def attempted(state: State, holds_window: bool = True, **more) -> Facts:
    attempt = AttemptFacts(1, 1, state, "CP-1", START, unlocked_at=START, deadline=START + 30 * MINUTE)
    facts = booked(AppointmentState.USED, holds_window=holds_window)
    return replace(facts, attempt=replace(attempt, **more))


def phase(facts: Facts, now: datetime = BEFORE, policy: ExamPolicy = POLICY) -> Phase:
    return decide(facts, policy, now).phase


def test_an_outsider_sees_how_to_enrol_and_may_do_nothing():
    journey = decide(replace(READY, eligible=False), POLICY, BEFORE)

    assert journey.phase is Phase.NOT_ELIGIBLE
    for action in Action:
        with pytest.raises(NotEligible):
            journey.require(action)


@pytest.mark.parametrize(
    "missing",
    [
        {"terms_accepted_at": None},
        {"terms_version": "1"},
        {"name_confirmed_at": None},
        {"information_saved_at": None},
    ],
    ids=["terms", "new terms", "name", "information"],
)
def test_booking_waits_for_each_step_of_the_onboarding(missing):
    assert phase(replace(READY, onboarding=replace(DONE, **missing))) is Phase.ONBOARDING


def test_the_equipment_check_is_advice_and_blocks_nothing():
    unchecked = replace(READY, onboarding=replace(DONE, equipment_checked_at=None))

    assert onboarding_steps(unchecked, POLICY)["equipment"] is False
    assert phase(unchecked) is Phase.BOOKING


def test_a_backend_that_asks_for_no_information_has_that_step_done():
    facts = replace(READY, information_fields=(), onboarding=replace(DONE, information_saved_at=None))

    assert phase(facts) is Phase.BOOKING


def test_an_exam_without_appointments_is_available_at_once():
    assert phase(READY, policy=ExamPolicy(terms_version="2", appointments=False)) is Phase.AVAILABLE


def test_the_window_closes_for_those_who_did_not_book():
    assert phase(READY, WINDOW_END - MINUTE) is Phase.BOOKING
    assert phase(READY, WINDOW_END) is Phase.CLOSED
    assert phase(replace(READY, onboarding=OnboardingFacts()), WINDOW_END) is Phase.CLOSED


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (BEFORE, Phase.BOOKED),
        (START - 10 * MINUTE - timedelta(microseconds=1), Phase.BOOKED),
        (START - 10 * MINUTE, Phase.AVAILABLE),
        (START + 60 * MINUTE - timedelta(microseconds=1), Phase.AVAILABLE),
        (START + 60 * MINUTE, Phase.MISSED),
    ],
)
def test_an_appointment_opens_ten_minutes_before_and_is_missed_an_hour_after(now, expected):
    assert phase(booked(), now) is expected
    assert phase(booked(AppointmentState.MOVE_REQUESTED), now) is expected


def test_a_slot_the_vendor_has_not_confirmed_cannot_be_launched():
    journey = decide(booked(AppointmentState.REQUESTED), POLICY, START)

    assert journey.phase is Phase.BOOKED
    assert Action.LAUNCH not in journey.actions
    assert phase(booked(AppointmentState.REQUESTED), START + 60 * MINUTE) is Phase.MISSED


@pytest.mark.parametrize("state", [AppointmentState.CANCELLED, AppointmentState.REFUSED])
def test_after_a_cancelled_or_refused_appointment_one_books_again(state):
    assert phase(booked(state)) is Phase.BOOKING


def test_after_a_missed_appointment_one_books_again_only_when_staff_grant_it():
    assert phase(booked(AppointmentState.MISSED)) is Phase.MISSED
    assert phase(booked(AppointmentState.MISSED, second_appointment=True)) is Phase.BOOKING


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (attempted(State.GATE), Phase.ROOM),
        (attempted(State.UNLOCKED), Phase.UNLOCKED),
        (attempted(State.SITTING), Phase.SITTING),
        (attempted(State.SITTING, holds_window=False), Phase.ROOM),
        (attempted(State.PAUSED), Phase.PAUSED),
        (attempted(State.SUBMITTED), Phase.SUBMITTED),
        (attempted(State.EXPIRED), Phase.SUBMITTED),
        (attempted(State.SUBMITTED, review=ReviewState.INVALIDATED), Phase.INVALIDATED),
        (attempted(State.EXPIRED, review=ReviewState.INVALIDATED, released=True), Phase.INVALIDATED),
        (attempted(State.INTERRUPTED), Phase.INTERRUPTED),
        (attempted(State.VOIDED), Phase.INTERRUPTED),
    ],
)
def test_an_attempt_decides_the_screen(facts, expected):
    assert phase(facts, START) is expected


def test_a_sitting_outlives_the_window():
    assert phase(attempted(State.SITTING), WINDOW_END + timedelta(days=2)) is Phase.SITTING


@pytest.mark.parametrize(
    ("released", "shown", "expected"),
    [(True, True, Phase.RESULT), (True, False, Phase.SUBMITTED), (False, True, Phase.SUBMITTED)],
)
def test_the_result_is_shown_when_released_and_only_if_the_course_team_wants_it_here(released, shown, expected):
    policy = ExamPolicy(show_result_in_exam=shown)

    assert phase(attempted(State.SUBMITTED, released=released), START, policy) is expected


def test_every_phase_has_its_actions_and_can_be_reached():
    shown = ExamPolicy(terms_version="2", show_result_in_exam=True)
    everywhere = [
        (replace(READY, eligible=False), BEFORE),
        (replace(READY, onboarding=OnboardingFacts()), BEFORE),
        (READY, BEFORE),
        (READY, WINDOW_END),
        (booked(), BEFORE),
        (booked(), START),
        (booked(AppointmentState.MISSED), START),
        (attempted(State.SUBMITTED, released=True), START),
        (attempted(State.SUBMITTED, review=ReviewState.INVALIDATED), START),
        *((attempted(state), START) for state in State),
    ]

    assert set(ACTIONS) == set(Phase)
    assert {phase(facts, now, shown) for facts, now in everywhere} == set(Phase)


def test_an_action_out_of_season_is_refused_with_the_phase():
    journey = decide(booked(), POLICY, BEFORE)
    journey.require(Action.MOVE)

    with pytest.raises(NotAllowedNow) as refusal:
        journey.require(Action.START)

    assert refusal.value.params == {"phase": "booked"}


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("holds_window", [True, False])
def test_what_changes_an_attempt_is_offered_only_where_the_table_draws_it(state, holds_window):
    actions = decide(attempted(state, holds_window), POLICY, START).actions

    for action, event in [
        (Action.START, Event.START),
        (Action.SUBMIT_PART, Event.SUBMIT_PART),
        (Action.FINISH, Event.FINISH),
    ]:
        if action in actions:
            assert (state, event) in TRANSITIONS
    if Action.UNLOCK in actions:
        # At the gate the code opens; at a sitting held by another window it claims.
        assert {(state, Event.UNLOCK), (state, Event.CLAIM_WINDOW)} & set(TRANSITIONS)


def test_drafts_are_saved_in_the_window_that_holds_the_sitting_and_nowhere_else():
    assert [p for p in Phase if Action.SAVE_DRAFT in ACTIONS[p]] == [Phase.SITTING]
    assert Action.SAVE_DRAFT not in decide(attempted(State.SITTING, holds_window=False), POLICY, START).actions


@pytest.mark.parametrize(
    ("facts", "now", "expected"),
    [
        (booked(), BEFORE, START - 10 * MINUTE),
        (booked(), START, START + 60 * MINUTE),
        (READY, BEFORE, WINDOW_END),
        (replace(READY, onboarding=OnboardingFacts()), BEFORE, WINDOW_END),
        (attempted(State.UNLOCKED), START, START + 15 * MINUTE),
        (attempted(State.SITTING), START, START + 30 * MINUTE + timedelta(seconds=2)),
        (attempted(State.PAUSED), START, None),
    ],
)
def test_the_page_learns_when_to_ask_again(facts, now, expected):
    assert decide(facts, POLICY, now).next_change == expected
