"""Windows, deadlines and cut-offs, as instants (R-FUN-15, R-FUN-20, R-X-3)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from proctored_exam_xblock.domain import clock
from proctored_exam_xblock.domain.policy import ExamPolicy

SEED = ExamPolicy()
START = datetime(2017, 3, 2, 15, 0, tzinfo=UTC)


def test_the_window_runs_from_the_first_opening_to_the_last_closing_in_the_exams_zone():
    assert clock.window_start(SEED) == datetime(2017, 3, 1, 14, 0, tzinfo=UTC)
    assert clock.window_end(SEED) == datetime(2017, 3, 14, 20, 0, tzinfo=UTC)


def test_a_window_over_a_change_of_clocks_ends_an_hour_earlier_in_utc():
    policy = ExamPolicy(first_day=date(2017, 3, 25), last_day=date(2017, 3, 26))

    assert clock.window_start(policy).time() == time(14, 0)
    assert clock.window_end(policy).time() == time(19, 0)


@pytest.mark.parametrize(
    ("minutes", "percent", "seconds"),
    [(30, 33, 594), (30, 0, 0), (10, 33, 198), (1, 1, 1), (7, 33, 139), (30, 100, 1800)],
)
def test_extra_time_is_a_share_of_the_duration_rounded_up_to_the_second(minutes, percent, seconds):
    assert clock.extra_time(timedelta(minutes=minutes), percent) == timedelta(seconds=seconds)


def test_the_vendor_is_told_the_duration_with_extra_time():
    assert clock.whole_duration(SEED, timedelta(minutes=10)) == timedelta(minutes=40)


def test_the_deadline_is_the_start_plus_the_whole_duration():
    assert clock.first_deadline(START, SEED, timedelta(minutes=10)) == START + timedelta(minutes=40)


def test_time_spent_paused_is_given_back():
    deadline = START + timedelta(minutes=30)

    assert clock.after_pause(deadline, START, START + timedelta(minutes=4)) == deadline + timedelta(minutes=4)


def test_a_clock_that_went_back_during_a_pause_takes_nothing_away():
    deadline = START + timedelta(minutes=30)

    assert clock.after_pause(deadline, START, START - timedelta(minutes=4)) == deadline


def test_answers_are_taken_until_the_grace_ends_and_not_a_microsecond_later():
    cut_off = START + timedelta(seconds=2)

    assert clock.cut_off(START, SEED) == cut_off
    assert not clock.is_over(START, SEED, cut_off)
    assert clock.is_over(START, SEED, cut_off + timedelta(microseconds=1))


def test_an_appointment_is_missed_an_hour_after_its_start_and_an_abandoned_room_one_exam_later():
    assert clock.latest_end(START, SEED) == START + timedelta(minutes=60)
    assert clock.abandoned_at(START, SEED, timedelta(minutes=10)) == START + timedelta(minutes=60 + 40)
