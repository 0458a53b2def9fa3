"""A second appointment is offered by rule, inside the window, while a slot can still be had (R-FUN-22)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from proctored_exam_xblock.domain.attempt import AppointmentState, State
from proctored_exam_xblock.domain.journey import Action, AppointmentFacts, AttemptFacts, Facts, OnboardingFacts, decide
from proctored_exam_xblock.domain.policy import ExamPolicy, SecondChance
from proctored_exam_xblock.domain.scheduling import bookable_days, day_slots
from proctored_exam_xblock.domain.second import Refusal, refusal

NONE = timedelta(0)
BOTH = (SecondChance.INTERRUPTED, SecondChance.MISSED)
POLICY = ExamPolicy(second_after=BOTH, second_lead_time_hours=24)
START = datetime(2017, 3, 6, 15, tzinfo=UTC)
LAST = datetime(2017, 3, 14, 19, 30, tzinfo=UTC)
DONE = OnboardingFacts(START, "1", START, START, START)


def why(now: datetime, policy: ExamPolicy = POLICY, after: SecondChance = SecondChance.MISSED, used: int = 0, **more):
    return refusal(policy, after, used, now, more.pop("extra", NONE), **more)


def test_it_is_offered_while_a_slot_is_beyond_its_own_lead_time():
    assert why(LAST - timedelta(hours=24)) is Refusal.NONE
    assert why(LAST - timedelta(hours=24, seconds=-1)) is Refusal.SHORT_NOTICE
    assert why(LAST) is Refusal.SHORT_NOTICE
    assert why(LAST + timedelta(seconds=1)) is Refusal.NO_SLOT
    assert why(LAST + timedelta(minutes=30)) is Refusal.WINDOW_OVER


def test_extra_time_and_full_slots_count():
    assert why(LAST - timedelta(hours=24), extra=timedelta(minutes=10)) is Refusal.SHORT_NOTICE
    starts = {
        start for offer in bookable_days(POLICY, START, NONE, True) for start in day_slots(POLICY, offer.day, NONE)
    }
    assert why(START, full=starts) is Refusal.NO_SLOT
    assert why(START, full=starts - {LAST}) is Refusal.NONE


@pytest.mark.parametrize("after", SecondChance)
def test_each_reason_is_offered_where_the_rules_say_so(after):
    assert why(START, replace(POLICY, second_after=(after,)), after) is Refusal.NONE
    other = next(chance for chance in SecondChance if chance is not after)
    assert why(START, replace(POLICY, second_after=(other,)), after) is Refusal.ASK_STAFF


def test_it_is_given_as_often_as_the_rules_say():
    assert why(START, used=1) is Refusal.USED_UP
    assert why(START, replace(POLICY, seconds_by_rule=2), used=1) is Refusal.NONE


def test_an_exam_without_appointments_has_none():
    assert why(START, replace(POLICY, appointments=False)) is Refusal.NO_APPOINTMENTS


@pytest.mark.parametrize("phase", ["missed", "interrupted"])
def test_the_journey_lets_it_be_asked_for_only_then(phase):
    appointment = AppointmentFacts(1, AppointmentState.MISSED, START, timedelta(minutes=30))
    facts = Facts(eligible=True, onboarding=DONE, appointment=appointment)
    if phase == "interrupted":
        attempt = AttemptFacts(1, 1, State.INTERRUPTED, "CP-1", START)
        facts = replace(facts, appointment=replace(appointment, state=AppointmentState.USED), attempt=attempt)

    journey = decide(facts, POLICY, START + timedelta(hours=1))
    assert (journey.phase.value, journey.actions) == (phase, {Action.ASK_SECOND})
    assert not decide(facts, ExamPolicy(), START + timedelta(hours=1)).actions
    assert not decide(replace(facts, seconds_by_rule=1), POLICY, START + timedelta(hours=1)).actions
    assert not decide(facts, POLICY, datetime(2017, 3, 15, tzinfo=UTC)).actions


def test_the_rules_of_today_decide_not_those_of_the_interrupted_attempt():
    attempt = AttemptFacts(1, 1, State.INTERRUPTED, "CP-1", START)
    longer = replace(POLICY, last_day=date(2017, 3, 20))
    facts = Facts(eligible=True, onboarding=DONE, attempt=attempt, next_policy=longer)

    assert decide(facts, POLICY, datetime(2017, 3, 15, tzinfo=UTC)).actions == {Action.ASK_SECOND}
