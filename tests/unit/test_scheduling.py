"""Opening rules give the right slots, whatever the clocks do; the lead time is hard (R-FUN-7, R-FUN-8)."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctored_exam_xblock.domain.errors import CancelDeadline, MoveDeadline, MoveLimit, SlotNotOffered, TooLate
from proctored_exam_xblock.domain.policy import ExamPolicy
from proctored_exam_xblock.domain.scheduling import (
    bookable_days,
    booking_rules,
    check_cancel,
    check_move,
    check_start,
    day_offer,
    day_slots,
    earliest_start,
)

NONE = timedelta(0)
PARIS = ZoneInfo("Europe/Paris")
SEED = ExamPolicy(closed_weekdays=(3,))
"""The guide's rules: 1-14 March 2017, 15:00-21:00 in Paris, closed on Wednesday, 72 h, 30 minutes, every 15."""
LONG_BEFORE = datetime(2017, 2, 1, tzinfo=UTC)


def paris(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2017, month, day, hour, minute, tzinfo=PARIS)


def walls(policy: ExamPolicy, day: date, extra: timedelta = NONE) -> list[str]:
    return [slot.astimezone(policy.zone).strftime("%H:%M") for slot in day_slots(policy, day, extra)]


def test_a_day_of_the_guide_has_a_slot_each_quarter_from_15_00_to_20_30():
    listed = walls(SEED, date(2017, 3, 2))

    assert listed[:3] == ["15:00", "15:15", "15:30"]
    assert listed[-1] == "20:30"
    assert len(listed) == 23


@pytest.mark.parametrize(
    "closed",
    [date(2017, 2, 28), date(2017, 3, 15), date(2017, 3, 1), date(2017, 3, 8)],
    ids=["day before the window", "day after it", "first Wednesday", "second Wednesday"],
)
def test_no_slot_outside_the_window_nor_on_a_wednesday(closed):
    assert day_slots(SEED, closed, NONE) == ()


def test_no_slot_on_an_excluded_date():
    policy = ExamPolicy(excluded_dates=(date(2017, 3, 9),))

    assert day_slots(policy, date(2017, 3, 9), NONE) == ()
    assert day_slots(policy, date(2017, 3, 10), NONE)


def test_extra_time_brings_the_last_start_forward():
    assert walls(SEED, date(2017, 3, 2), timedelta(minutes=10))[-1] == "20:15"
    assert walls(SEED, date(2017, 3, 2), timedelta(minutes=15))[-1] == "20:15"
    assert walls(SEED, date(2017, 3, 2), timedelta(minutes=16))[-1] == "20:00"


def test_a_day_just_long_enough_has_one_slot():
    assert walls(SEED, date(2017, 3, 2), timedelta(hours=5, minutes=30)) == ["15:00"]
    assert day_offer(SEED, date(2017, 3, 2), LONG_BEFORE, timedelta(hours=5, minutes=30), False).bookable


def test_a_day_too_short_for_the_extra_time_has_no_slot_and_says_so():
    extra = timedelta(hours=5, minutes=31)

    assert day_slots(SEED, date(2017, 3, 2), extra) == ()
    assert day_offer(SEED, date(2017, 3, 2), LONG_BEFORE, extra, False).reason == "extra_time"
    assert day_offer(SEED, date(2017, 3, 1), LONG_BEFORE, extra, False).reason == "closed"


def test_the_slots_of_the_guide_are_these_instants_wherever_the_candidate_is():
    first = day_slots(SEED, date(2017, 3, 2), NONE)[0]

    assert first == datetime(2017, 3, 2, 14, 0, tzinfo=UTC)
    assert first.astimezone(ZoneInfo("Asia/Kolkata")).strftime("%d %H:%M") == "02 19:30"
    assert first.astimezone(ZoneInfo("America/St_Johns")).strftime("%d %H:%M") == "02 10:30"


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/St_Johns", "Pacific/Auckland"])
def test_a_start_given_in_the_candidates_zone_is_the_same_slot(zone):
    check_start(SEED, paris(10, 15).astimezone(ZoneInfo(zone)), LONG_BEFORE, NONE, False)
    with pytest.raises(SlotNotOffered):
        check_start(SEED, datetime(2017, 3, 10, 9, 0, tzinfo=ZoneInfo(zone)), LONG_BEFORE, NONE, False)


def test_clocks_going_forward_leave_no_slot_in_the_gap_and_none_too_many():
    night = ExamPolicy(first_day=date(2017, 3, 26), last_day=date(2017, 3, 26), opens_at=time(1), closes_at=time(4))

    assert walls(night, date(2017, 3, 26)) == ["01:00", "01:15", "01:30", "01:45", "03:00", "03:15", "03:30"]


def test_clocks_going_back_give_both_hours_once_each():
    night = ExamPolicy(
        first_day=date(2017, 10, 29),
        last_day=date(2017, 10, 29),
        opens_at=time(1, 30),
        closes_at=time(3, 30),
        slot_step_minutes=30,
    )
    slots = day_slots(night, date(2017, 10, 29), NONE)

    assert walls(night, date(2017, 10, 29)) == ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"]
    assert {after - before for before, after in pairwise(slots)} == {timedelta(minutes=30)}


@pytest.mark.parametrize(("day", "utc"), [(date(2017, 3, 25), 14), (date(2017, 3, 26), 13)])
def test_the_afternoon_keeps_its_wall_time_on_both_sides_of_the_change(day, utc):
    policy = ExamPolicy(first_day=date(2017, 3, 20), last_day=date(2017, 3, 31))

    assert day_slots(policy, day, NONE)[0].hour == utc
    assert walls(policy, day)[0] == "15:00"


def test_an_opening_in_the_gap_is_read_with_the_offset_before_it():
    night = ExamPolicy(
        first_day=date(2017, 3, 26), last_day=date(2017, 3, 26), opens_at=time(2, 30), closes_at=time(4, 30)
    )

    assert walls(night, date(2017, 3, 26))[0] == "03:30"


def test_a_day_that_the_zone_jumps_over_has_no_slot():
    samoa = ExamPolicy(time_zone="Pacific/Apia", first_day=date(2011, 12, 29), last_day=date(2011, 12, 31))

    assert day_slots(samoa, date(2011, 12, 30), NONE) == ()
    assert walls(samoa, date(2011, 12, 29))[0] == walls(samoa, date(2011, 12, 31))[0] == "15:00"


def test_exactly_72_hours_ahead_passes_and_a_second_less_does_not():
    start = paris(10, 15)
    check_start(SEED, start, start - timedelta(hours=72), NONE, False)

    with pytest.raises(TooLate) as refusal:
        check_start(SEED, start, start - timedelta(hours=72) + timedelta(seconds=1), NONE, False)

    assert refusal.value.params == {"hours": 72, "earliest": "2017-03-10T14:15:00+00:00"}


def test_the_lead_time_is_hours_on_a_real_clock_also_across_a_change():
    policy = ExamPolicy(first_day=date(2017, 3, 20), last_day=date(2017, 3, 31))
    start = paris(27, 15)  # three calendar days after the 24th at 15:00, but 71 hours

    with pytest.raises(TooLate):
        check_start(policy, start, paris(24, 15), NONE, False)
    check_start(policy, start, paris(24, 14), NONE, False)


def test_in_the_last_three_days_there_is_no_earliest_start_to_propose():
    with pytest.raises(TooLate) as refusal:
        check_start(SEED, paris(14, 20, 30), paris(12, 12), NONE, False)

    assert refusal.value.params["earliest"] is None


def test_a_waived_lead_time_lets_a_slot_be_booked_until_it_starts_but_not_after():
    start = paris(10, 15)

    check_start(SEED, start, start, NONE, True)
    with pytest.raises(SlotNotOffered):
        check_start(SEED, start, start + timedelta(seconds=1), NONE, True)


@pytest.mark.parametrize(
    "start",
    [
        paris(10, 14, 45),
        paris(10, 20, 45),
        paris(10, 15, 5),
        paris(10, 15) + timedelta(seconds=1),
        paris(8, 15),
        paris(15, 15),
        datetime(2017, 3, 10, 15, 0),
        datetime.max.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=UTC),
    ],
    ids=["early", "ends late", "off the step", "a second off", "Wednesday", "after", "naive", "year 9999", "year 1"],
)
def test_what_is_not_a_slot_is_refused_whatever_the_lead_time(start):
    for waived in (False, True):
        with pytest.raises(SlotNotOffered):
            check_start(SEED, start, LONG_BEFORE, NONE, waived)


def test_a_slot_that_would_end_after_closing_with_extra_time_is_refused():
    check_start(SEED, paris(10, 20, 30), LONG_BEFORE, NONE, False)
    with pytest.raises(SlotNotOffered):
        check_start(SEED, paris(10, 20, 30), LONG_BEFORE, timedelta(minutes=1), False)


def test_a_past_slot_is_not_offered_rather_than_too_late():
    with pytest.raises(SlotNotOffered):
        check_start(SEED, paris(2, 15), paris(3, 15), NONE, False)


def test_a_window_that_starts_inside_the_lead_time_tells_each_day_why():
    offers = bookable_days(SEED, paris(2, 16), NONE, False)

    assert [(offer.day.day, offer.reason) for offer in offers[:7]] == [
        (1, "closed"),
        (2, "lead_time"),
        (3, "lead_time"),
        (4, "lead_time"),
        (5, ""),
        (6, ""),
        (7, ""),
    ]
    assert earliest_start(SEED, paris(2, 16), NONE, False) == paris(5, 16)


def test_every_day_of_the_window_is_listed_once_and_bookable_means_no_reason():
    offers = bookable_days(SEED, LONG_BEFORE, NONE, False)

    assert [offer.day.day for offer in offers] == list(range(1, 15))
    assert [offer.day.day for offer in offers if offer.bookable] == [2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14]
    assert all(offer.bookable is (offer.reason == "") for offer in offers)


def test_past_days_outside_days_and_excluded_days_have_their_own_reasons():
    policy = ExamPolicy(excluded_dates=(date(2017, 3, 9),))

    def reason(day: date) -> str:
        return day_offer(policy, day, paris(3, 12), NONE, False).reason

    assert reason(date(2017, 3, 2)) == "past"
    assert reason(date(2017, 3, 9)) == "excluded"
    assert reason(date(2017, 3, 15)) == "outside"


def test_with_the_lead_time_waived_today_is_bookable_until_its_last_slot():
    today = date(2017, 3, 10)

    assert day_offer(SEED, today, paris(10, 20, 30), NONE, True).bookable
    assert day_offer(SEED, today, paris(10, 20, 31), NONE, True).reason == "past"
    assert earliest_start(SEED, paris(10, 20, 31), NONE, True) == paris(11, 15)


def test_the_earliest_start_is_inside_the_day_when_the_lead_time_ends_there():
    assert earliest_start(SEED, paris(2, 16, 7), NONE, False) == paris(5, 16, 15)


def test_a_day_is_full_when_no_start_beyond_the_lead_time_has_a_seat():
    day, now = date(2017, 3, 5), paris(2, 20, 1)
    last = frozenset(day_slots(SEED, day, NONE)[-2:])

    assert day_offer(SEED, day, now, NONE, False, last).reason == "full"
    assert day_offer(SEED, day, paris(2, 20, 0), NONE, False, last).bookable
    assert earliest_start(SEED, now, NONE, False, last) == paris(6, 15)
    assert day_offer(SEED, day, LONG_BEFORE, NONE, False, last).bookable


def test_a_second_appointment_has_a_lead_time_of_its_own():
    policy = ExamPolicy(second_lead_time_hours=24)

    assert booking_rules(policy, second=True).lead_time_hours == 24
    assert booking_rules(policy, second=False) is policy


def test_an_appointment_moves_as_often_as_the_policy_says():
    policy, start = ExamPolicy(max_moves=2), paris(10, 15)
    check_move(policy, start, 1, LONG_BEFORE)

    with pytest.raises(MoveLimit) as refusal:
        check_move(policy, start, 2, LONG_BEFORE)

    assert refusal.value.params == {"limit": 2}


def test_an_appointment_is_moved_and_cancelled_up_to_the_hour_that_the_policy_says_and_not_a_second_later():
    policy, start = ExamPolicy(move_deadline_hours=48, cancel_deadline_hours=24), paris(10, 15)
    check_move(policy, start, 0, paris(8, 15))
    check_cancel(policy, start, paris(9, 15))

    with pytest.raises(MoveDeadline) as move:
        check_move(policy, start, 0, paris(8, 15) + timedelta(seconds=1))
    with pytest.raises(CancelDeadline) as cancel:
        check_cancel(policy, start, paris(9, 15) + timedelta(seconds=1))

    assert (move.value.params, cancel.value.params) == ({"hours": 48}, {"hours": 24})


def test_without_a_deadline_only_the_phase_decides():
    check_move(SEED, paris(10, 15), 0, paris(10, 15, 1))
    check_cancel(SEED, paris(10, 15), paris(10, 15, 1))


ZONES = ("Europe/Paris", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Chatham", "UTC")


@st.composite
def policies(draw: st.DrawFn) -> ExamPolicy:
    """Policies whose window often holds a change of clocks and whose hours often hold the change itself."""
    change = draw(st.sampled_from([date(2017, 3, 26), date(2017, 10, 29), date(2017, 4, 2), date(2017, 6, 15)]))
    first = change - timedelta(days=draw(st.integers(0, 4)))
    opens = draw(st.integers(0, 22 * 4))
    closes = draw(st.integers(opens + 2, 24 * 4 - 1))
    return ExamPolicy(
        first_day=first,
        last_day=first + timedelta(days=draw(st.integers(0, 8))),
        opens_at=time(opens // 4, opens % 4 * 15),
        closes_at=time(closes // 4, closes % 4 * 15),
        time_zone=draw(st.sampled_from(ZONES)),
        closed_weekdays=tuple(draw(st.sets(st.integers(1, 7), max_size=3))),
        lead_time_hours=draw(st.sampled_from([0, 1, 24, 72])),
        slot_step_minutes=draw(st.sampled_from([5, 7, 15, 60])),
        duration_minutes=draw(st.integers(5, 30)),
    )


@st.composite
def moments(draw: st.DrawFn, policy: ExamPolicy) -> datetime:
    start = datetime.combine(policy.first_day, time(0), tzinfo=UTC)
    return start + timedelta(minutes=draw(st.integers(-5 * 24 * 60, 12 * 24 * 60)))


EXTRA = st.integers(0, 40).map(lambda minutes: timedelta(minutes=minutes))


@given(st.data(), policies(), EXTRA, st.booleans())
def test_a_listed_slot_is_bookable_exactly_when_it_is_beyond_the_lead_time(data, policy, extra, waived):
    now = data.draw(moments(policy))
    lead = timedelta(0) if waived else timedelta(hours=policy.lead_time_hours)
    accepted = []
    for offer in bookable_days(policy, now, extra, waived):
        slots = day_slots(policy, offer.day, extra)
        for start in slots:
            if start - now >= lead:
                check_start(policy, start, now, extra, waived)
                accepted.append(start)
            else:
                with pytest.raises((TooLate, SlotNotOffered)):
                    check_start(policy, start, now, extra, waived)
        assert offer.bookable is any(start - now >= lead for start in slots)
    assert earliest_start(policy, now, extra, waived) == min(accepted, default=None)


@given(policies(), EXTRA)
def test_slots_are_a_step_apart_inside_the_opening_hours_and_never_twice(policy, extra):
    seen = set()
    for offer in bookable_days(policy, LONG_BEFORE, extra, True):
        slots = day_slots(policy, offer.day, extra)
        opening = datetime.combine(offer.day, policy.opens_at, tzinfo=policy.zone).astimezone(UTC)
        closing = datetime.combine(offer.day, policy.closes_at, tzinfo=policy.zone).astimezone(UTC)
        for start in slots:
            assert opening <= start
            assert start + policy.duration + extra <= closing
            assert (start - opening) % timedelta(minutes=policy.slot_step_minutes) == timedelta(0)
            assert start not in seen
            seen.add(start)
        if slots:
            assert slots[-1] + timedelta(minutes=policy.slot_step_minutes) + policy.duration + extra > closing


@given(st.data(), policies(), EXTRA)
def test_an_instant_that_is_not_listed_is_never_accepted(data, policy, extra):
    start = data.draw(moments(policy))
    listed = {
        slot for offer in bookable_days(policy, start, extra, True) for slot in day_slots(policy, offer.day, extra)
    }

    try:
        check_start(policy, start, start, extra, True)
    except SlotNotOffered:
        assert start not in listed
    else:
        assert start in listed
