"""Random lives of a candidate over the three tables, with clock jumps: never an illegal state, never a lost minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from proctored_exam_xblock.domain import attempt as tables
from proctored_exam_xblock.domain import clock
from proctored_exam_xblock.domain.attempt import (
    APPOINTMENT_ACTIVE,
    APPOINTMENT_TRANSITIONS,
    LIVE,
    OVER,
    REVIEW_TRANSITIONS,
    TRANSITIONS,
    AppointmentEvent,
    AppointmentState,
    Event,
    ReviewEvent,
    ReviewState,
    State,
)
from proctored_exam_xblock.domain.clock import start_until
from proctored_exam_xblock.domain.errors import IllegalTransition
from proctored_exam_xblock.domain.journey import (
    ACTIONS,
    Action,
    AppointmentFacts,
    AttemptFacts,
    Facts,
    OnboardingFacts,
    Phase,
    decide,
)
from proctored_exam_xblock.domain.policy import ExamPolicy

BEGIN = datetime(2017, 2, 28, 9, tzinfo=UTC)
DONE = OnboardingFacts(BEGIN, "1", BEGIN, BEGIN, BEGIN)
PHASES_OF_A_LIVE_ATTEMPT = {Phase.ROOM, Phase.UNLOCKED, Phase.SITTING, Phase.PAUSED}
SECOND = timedelta(seconds=1)


def likely(table, state, events):
    """Any event, those that the table draws from ``state`` three times out of four, ends of a life least often."""
    drawn = [event for s, event in table if s is state and event.value not in ("void", "interrupt", "abandon")]
    anything = st.sampled_from(events)
    return st.integers(0, 3).flatmap(lambda dice: st.sampled_from(drawn) if dice and drawn else anything)


class Life(RuleBasedStateMachine):
    """One candidate. Events come in any order; the tables decide which of them happen."""

    @initialize(
        appointments=st.booleans(), shown=st.booleans(), begins=st.sampled_from(["new", "ready", "booked", "room"])
    )
    def begin(self, appointments: bool, shown: bool, begins: str) -> None:
        self.policy = ExamPolicy(appointments=appointments, show_result_in_exam=shown)
        self.now = BEGIN
        self.facts = Facts(eligible=True, onboarding=OnboardingFacts() if begins == "new" else DONE)
        self.ended: State | None = None
        self.given = timedelta(0)
        if begins in ("booked", "room"):
            start = clock.window_start(self.policy) + timedelta(days=1)
            self.change(
                appointment=AppointmentFacts(1, AppointmentState.CONFIRMED, start, self.policy.duration),
                holds_window=True,
            )
        if begins == "room":
            self.now = start
            self.launch()

    @rule(seconds=st.sampled_from([1, 60, 599, 3600, 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.journey().next_change is not None)
    @rule(beyond=st.sampled_from([-SECOND, timedelta(0), SECOND]))
    def the_announced_time_comes(self, beyond: timedelta) -> None:
        self.now = max(self.now, self.journey().next_change + beyond)

    @precondition(lambda self: Action.BOOK in self.journey().actions)
    @rule(days=st.integers(0, 13))
    def book(self, days: int) -> None:
        start = clock.window_start(self.policy) + timedelta(days=days)
        self.change(appointment=AppointmentFacts(1, AppointmentState.REQUESTED, start, self.policy.duration))

    @precondition(lambda self: self.facts.appointment is not None)
    @rule(data=st.data())
    def appointment_event(self, data: st.DataObject) -> None:
        self.on_appointment(data.draw(likely(APPOINTMENT_TRANSITIONS, self.facts.appointment.state, AppointmentEvent)))

    def on_appointment(self, event: AppointmentEvent) -> None:
        appointment = self.facts.appointment
        target = self.step(APPOINTMENT_TRANSITIONS, tables.advance_appointment, appointment.state, event)
        self.change(appointment=replace(appointment, state=target))

    @precondition(lambda self: self.facts.attempt is None and Action.LAUNCH in self.journey().actions)
    @rule()
    def launch(self) -> None:
        if self.facts.appointment is not None and self.facts.appointment.state in APPOINTMENT_ACTIVE:
            self.on_appointment(AppointmentEvent.LAUNCH)
            assert self.facts.appointment.state is AppointmentState.USED  # what is offered is always possible
        self.change(attempt=AttemptFacts(1, 1, State.GATE, "CP-1", self.now), holds_window=True)

    @precondition(lambda self: self.facts.attempt is not None)
    @rule(data=st.data(), minutes=st.integers(1, 30))
    def attempt_event(self, data: st.DataObject, minutes: int) -> None:
        attempt = self.facts.attempt
        event = data.draw(likely(TRANSITIONS, attempt.state, Event))
        target = self.step(TRANSITIONS, tables.advance, attempt.state, event)
        if (attempt.state, event) not in TRANSITIONS:
            return
        attempt = replace(attempt, state=target)
        if event is Event.UNLOCK:
            attempt = replace(attempt, unlocked_at=self.now)
        elif event is Event.START:
            attempt = replace(attempt, started_at=self.now, deadline=self.now + self.policy.duration + self.given)
        elif event is Event.EXTEND:
            self.given += timedelta(minutes=minutes)
            attempt = replace(attempt, deadline=attempt.deadline and attempt.deadline + timedelta(minutes=minutes))
        elif event is Event.PAUSE:
            attempt = replace(attempt, paused_at=self.now)
        elif event is Event.RESUME:
            self.given += self.now - attempt.paused_at
            attempt = replace(
                attempt, paused_at=None, deadline=clock.after_pause(attempt.deadline, attempt.paused_at, self.now)
            )
        if target in OVER and self.ended is None:
            self.ended = target
        self.change(attempt=attempt)

    @precondition(lambda self: self.facts.attempt is not None)
    @rule(event=st.sampled_from(ReviewEvent), released=st.booleans())
    def verdict(self, event: ReviewEvent, released: bool) -> None:
        attempt = self.facts.attempt
        target = self.step(REVIEW_TRANSITIONS, tables.advance_review, attempt.review, event)
        self.change(attempt=replace(attempt, review=target, released=released and attempt.state in OVER))

    @rule(holds=st.booleans(), second=st.booleans())
    def window_or_grant_changes(self, holds: bool, second: bool) -> None:
        self.change(holds_window=holds, second_appointment=second)

    @rule()
    def enrolment_changes(self) -> None:
        self.change(eligible=not self.facts.eligible)

    @precondition(lambda self: not self.facts.onboarding.terms_accepted_at)
    @rule()
    def onboard(self) -> None:
        self.change(onboarding=DONE)

    @invariant()
    def the_screen_fits_the_facts(self) -> None:
        journey = self.journey()
        attempt, appointment = self.facts.attempt, self.facts.appointment
        assert journey.actions <= ACTIONS[journey.phase]
        assert ACTIONS[journey.phase] - journey.actions <= {Action.ASK_SECOND}  # offered by rule, while a slot is left
        if not self.facts.eligible:
            assert journey.phase is Phase.NOT_ELIGIBLE
        elif attempt is not None:
            waits = attempt.state in (State.GATE, State.UNLOCKED) and not self.policy.appointments
            shut = waits and self.now >= start_until(self.policy, attempt.unlocked_at)
            assert (journey.phase in PHASES_OF_A_LIVE_ATTEMPT) is (attempt.state in LIVE and not shut)
            assert (journey.phase is Phase.CLOSED) is shut
            assert (journey.phase is Phase.SITTING) is (attempt.state is State.SITTING and self.facts.holds_window)
            assert not journey.actions & {Action.BOOK, Action.MOVE, Action.CANCEL}
            assert (journey.phase is Phase.INVALIDATED) is (
                attempt.state in OVER and attempt.review is ReviewState.INVALIDATED
            )
        elif appointment is not None and appointment.state in APPOINTMENT_ACTIVE:
            assert journey.phase in {Phase.BOOKED, Phase.AVAILABLE, Phase.MISSED}
        else:
            assert journey.phase not in {Phase.BOOKED, *PHASES_OF_A_LIVE_ATTEMPT}

    @invariant()
    def nothing_changes_by_the_clock_before_the_announced_time(self) -> None:
        journey = self.journey()
        later = journey.next_change or self.now + timedelta(days=400)
        if later > self.now:
            for moment in (self.now + (later - self.now) / 2, later - SECOND):
                assert decide(self.facts, self.policy, max(moment, self.now)).phase is journey.phase

    @invariant()
    def the_deadline_is_the_start_the_duration_and_what_was_given_and_nothing_else(self) -> None:
        attempt = self.facts.attempt
        if attempt is not None and attempt.deadline is not None:
            assert attempt.deadline == attempt.started_at + self.policy.duration + self.given

    @invariant()
    def an_ended_attempt_never_lives_again(self) -> None:
        if self.ended is not None:
            assert self.facts.attempt.state in {self.ended, State.VOIDED}

    def journey(self):
        return decide(self.facts, self.policy, self.now)

    def change(self, **facts) -> None:
        self.facts = replace(self.facts, **facts)

    @staticmethod
    def step(table, advance, state, event):
        """Follow the arrow, or make sure that there is none and stay."""
        if (state, event) in table:
            return advance(state, event)
        with pytest.raises(IllegalTransition):
            advance(state, event)
        return state


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=3 * settings.default.max_examples)
