"""May the price be given back: 14 days to the second, no appointment ever, or a confirmed problem (R-FUN-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctored_exam_xblock.domain.refunds import Answer, PaymentFacts, Reason, may_be_refunded

PAID_AT = datetime(2017, 2, 20, 9, 0, tzinfo=UTC)
PAID = PaymentFacts("shop", PAID_AT)
END = PAID_AT + timedelta(days=14)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("now", [PAID_AT, PAID_AT + timedelta(days=7), END - SECOND])
def test_within_fourteen_days_and_without_an_appointment_it_may(now):
    assert may_be_refunded(PAID, 14, now) == Answer(True, (Reason.WITHIN_PERIOD,), END)


@pytest.mark.parametrize("now", [END, END + SECOND, END + timedelta(days=400)])
def test_from_the_fourteenth_day_on_it_may_not(now):
    assert may_be_refunded(PAID, 14, now) == Answer(False, (Reason.PERIOD_OVER,))


def test_the_number_of_days_is_the_course_teams():
    assert may_be_refunded(PAID, 30, END).refundable
    assert not may_be_refunded(PAID, 0, PAID_AT).refundable


def test_an_appointment_ends_it_at_once():
    taken = replace(PAID, appointment_taken=True)
    assert may_be_refunded(taken, 14, PAID_AT) == Answer(False, (Reason.APPOINTMENT_TAKEN,))
    assert may_be_refunded(taken, 14, END).reasons == (Reason.APPOINTMENT_TAKEN, Reason.PERIOD_OVER)


def test_a_confirmed_problem_opens_it_again_whatever_else_happened():
    facts = replace(PAID, appointment_taken=True, problem_confirmed=True)
    assert may_be_refunded(facts, 14, END + timedelta(days=90)) == Answer(True, (Reason.PROBLEM_CONFIRMED,))


def test_what_was_not_paid_or_was_given_back_is_not_given_back():
    assert may_be_refunded(PaymentFacts(), 14, PAID_AT) == Answer(False, (Reason.NOT_PAID,))
    returned = replace(PAID, refunded_at=PAID_AT, problem_confirmed=True)
    assert may_be_refunded(returned, 14, PAID_AT) == Answer(False, (Reason.REFUNDED,))


def test_a_payment_of_an_unknown_day_is_for_people_to_decide():
    facts = PaymentFacts("enrolment")
    assert may_be_refunded(facts, 14, PAID_AT) == Answer(False, (Reason.UNKNOWN_DATE,))
    assert may_be_refunded(replace(facts, problem_confirmed=True), 14, PAID_AT).refundable


INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
FACTS = st.builds(
    PaymentFacts,
    how=st.sampled_from(["", "enrolment", "shop", "staff"]),
    paid_at=st.none() | INSTANTS,
    refunded_at=st.none() | INSTANTS,
    appointment_taken=st.booleans(),
    problem_confirmed=st.booleans(),
)


@given(FACTS, st.integers(0, 366), INSTANTS, INSTANTS)
def test_time_only_ever_takes_the_right_away(facts, days, one, other):
    earlier, later = sorted((one, other))
    before, after = may_be_refunded(facts, days, earlier), may_be_refunded(facts, days, later)
    assert before.refundable or not after.refundable
    assert before.reasons
    assert after.reasons


@given(FACTS, st.integers(0, 366), INSTANTS)
def test_until_is_the_instant_at_which_the_answer_turns(facts, days, now):
    answer = may_be_refunded(facts, days, now)
    if answer.until is None:
        assert may_be_refunded(facts, days, now + timedelta(days=36500)).refundable == answer.refundable
    else:
        assert answer.refundable
        assert may_be_refunded(facts, days, answer.until - timedelta.resolution).refundable
        assert not may_be_refunded(facts, days, answer.until).refundable


@given(FACTS, st.integers(0, 366), INSTANTS)
def test_an_appointment_never_makes_it_possible(facts, days, now):
    without = may_be_refunded(replace(facts, appointment_taken=False), days, now)
    with_one = may_be_refunded(replace(facts, appointment_taken=True), days, now)
    assert without.refundable or not with_one.refundable
