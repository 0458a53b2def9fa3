"""In every zone there is, around changes of clocks: a slot that is shown can be booked, and one that can be booked is
shown, once, under the candidate's own date and told apart from every other (R-FUN-7, R-FUN-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from proctored_exam_xblock.domain.clock import whole_duration
from proctored_exam_xblock.domain.errors import ExamError
from proctored_exam_xblock.domain.journey import Facts, Journey, PersonFacts, Phase
from proctored_exam_xblock.domain.policy import ExamPolicy, validate, zone_names
from proctored_exam_xblock.domain.scheduling import (
    SlotOffer,
    bookable_days,
    check_start,
    day_slots,
    earliest_start,
)
from proctored_exam_xblock.presenter import calendar, dates
from proctored_exam_xblock.presenter.links import Links
from proctored_exam_xblock.presenter.screen import Screen

ZONES = sorted(zone_names())
YEARS = st.integers(1995, 2035)
PERSON = PersonFacts(7, "alex", "Alex", "Moreau", "alex@example.org")


@cache
def changes(zone: str, year: int) -> tuple[date, ...]:
    """Days of the year on which the clocks of the zone are changed."""
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(366)]
    midnights = [(day, datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).utcoffset()) for day in days]
    return tuple(day for (day, before), (_, after) in pairwise(midnights) if before != after)


@dataclass(frozen=True)
class Situation:
    """One candidate at one moment before one exam."""

    policy: ExamPolicy
    now: datetime
    extra: timedelta
    waived: bool
    zone: str
    full: frozenset[datetime]

    def accepts(self, start: datetime) -> bool:
        """Whether the server lets this start be booked, as far as rules and seats go."""
        try:
            check_start(self.policy, start, self.now, self.extra, self.waived)
        except ExamError:
            return False
        return start not in self.full

    def offers(self, day: date) -> list[datetime]:
        """What the service lists for a day that is clicked."""
        return [start for start in day_slots(self.policy, day, self.extra) if self.accepts(start)]

    def grid(self) -> dict[str, calendar.Day]:
        """The cells of the month grids, by date."""
        facts = Facts(
            eligible=True,
            person=PersonFacts(**{**PERSON.__dict__, "time_zone": self.zone}),
            extra_time=self.extra,
            lead_time_waived=self.waived,
            full_starts=self.full,
        )
        screen = Screen(facts, Journey(Phase.BOOKING, frozenset()), self.policy, self.now, Links(), "fr")
        months = calendar.context(screen)["months"]
        return {day.iso: day for month in months for week in month.weeks for day in week if day is not None}


@st.composite
def policies(draw: st.DrawFn) -> ExamPolicy:
    zone = draw(st.sampled_from(ZONES))
    year = draw(YEARS)
    changed = changes(zone, year)
    anywhere = st.dates(date(year, 1, 1), date(year, 12, 31))
    first = draw(st.sampled_from(changed) if changed and draw(st.booleans()) else anywhere)
    first -= timedelta(days=draw(st.integers(0, 2)))
    opens, length = draw(st.one_of(st.integers(0, 2 * 60), st.integers(0, 22 * 60))), draw(st.integers(10, 8 * 60))
    closes = min(opens + length, 24 * 60 - 1)
    return validate(
        ExamPolicy(
            time_zone=zone,
            first_day=first,
            last_day=first + timedelta(days=draw(st.integers(0, 4))),
            opens_at=time(opens // 60, opens % 60),
            closes_at=time(closes // 60, closes % 60),
            closed_weekdays=tuple(draw(st.sets(st.integers(1, 7), max_size=2))),
            excluded_dates=tuple(draw(st.sets(st.just(first), max_size=1))),
            lead_time_hours=draw(st.sampled_from([0, 1, 24, 72])),
            slot_step_minutes=draw(st.sampled_from([7, 15, 30, 60])),
            duration_minutes=draw(st.one_of(st.just(1), st.integers(1, closes - opens))),
        )
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    policy = draw(policies())
    extra = timedelta(minutes=draw(st.integers(0, 60)))
    opening = datetime.combine(policy.first_day, policy.opens_at, tzinfo=policy.zone).astimezone(UTC)
    lead = timedelta(hours=policy.lead_time_hours)
    now = opening - draw(st.sampled_from([lead, timedelta(0)])) + timedelta(minutes=draw(st.integers(-300, 3000)))
    starts = [
        start for offer in bookable_days(policy, now, extra, True) for start in day_slots(policy, offer.day, extra)
    ]
    kind = draw(st.sampled_from(["none", "some", "all but one", "all"]))
    full = set() if kind == "none" or not starts else set(starts)
    if kind == "some" and starts:
        full = draw(st.sets(st.sampled_from(starts), max_size=12))
    if kind == "all but one" and starts:
        full -= {draw(st.one_of(st.just(starts[0]), st.sampled_from(starts)))}
    zone = draw(st.one_of(st.just(policy.time_zone), st.sampled_from(ZONES)))
    return Situation(policy, now, extra, draw(st.booleans()), zone, frozenset(full))


NIGHT = Situation(
    ExamPolicy(
        first_day=date(2017, 10, 29),
        last_day=date(2017, 10, 29),
        opens_at=time(1),
        closes_at=time(4),
        duration_minutes=1,
    ),
    datetime(2017, 10, 1, tzinfo=UTC),
    timedelta(0),
    False,
    "Europe/Paris",
    frozenset(),
)
"""Two hours from 2 to 3 in one night."""


@given(situations())
def test_a_day_can_be_chosen_exactly_when_one_of_its_slots_can_be_booked(case):
    cells, listed = case.grid(), {}
    for offer in bookable_days(case.policy, case.now, case.extra, case.waived, case.full):
        listed[offer.day] = case.offers(offer.day)
        cell = cells[offer.day.isoformat()]
        assert cell.bookable is bool(listed[offer.day]), offer
        assert cell.bookable is (cell.reason == "")
    every = [start for starts in listed.values() for start in starts]
    assert len(every) == len(set(every))
    assert earliest_start(case.policy, case.now, case.extra, case.waived, case.full) == min(every, default=None)


@given(situations(), st.data())
def test_whatever_the_server_accepts_is_listed_on_a_day_that_can_be_chosen(case, data):
    day = case.policy.first_day + timedelta(
        days=data.draw(st.integers(-1, (case.policy.last_day - case.policy.first_day).days + 1))
    )
    opening = datetime.combine(day, case.policy.opens_at, tzinfo=case.policy.zone).astimezone(UTC)
    step = timedelta(minutes=case.policy.slot_step_minutes)
    start = (
        opening + step * data.draw(st.integers(-3, 60)) + data.draw(st.sampled_from([0, 0, 1])) * timedelta(minutes=1)
    )

    if case.accepts(start):
        its_day = start.astimezone(case.policy.zone).date()
        assert start in case.offers(its_day)
        assert case.grid()[its_day.isoformat()].bookable


@given(situations())
def test_every_sitting_is_over_by_closing_time_on_a_real_clock(case):
    whole = whole_duration(case.policy, case.extra)
    for offer in bookable_days(case.policy, case.now, case.extra, case.waived):
        closing = datetime.combine(offer.day, case.policy.closes_at, tzinfo=case.policy.zone).astimezone(UTC)
        opening = datetime.combine(offer.day, case.policy.opens_at, tzinfo=case.policy.zone).astimezone(UTC)
        for start in case.offers(offer.day):
            assert opening <= start
            assert start + whole <= closing


@given(situations())
@example(NIGHT)
def test_slots_are_shown_once_under_the_candidates_date_and_no_two_look_the_same(case):
    zone, locale = ZoneInfo(case.zone), dates.locale_for("fr")
    for offer in bookable_days(case.policy, case.now, case.extra, case.waived, case.full):
        starts = case.offers(offer.day)
        shown = calendar.slots_context(case.policy, offer.day, [SlotOffer(s) for s in starts], zone, locale)
        found, looks = [], []
        for group in shown["groups"]:
            for slot in group["slots"]:
                start = datetime.fromisoformat(slot.start)
                found.append(start)
                looks.append((group["title"], slot.time, slot.offset))
                assert group["title"] == dates.week_day(start.astimezone(zone).date(), locale)
                assert slot.time == f"{start.astimezone(zone):%H:%M}"
        assert sorted(found) == starts
        assert len(set(looks)) == len(looks)
