"""The booking calendar: months as grids of days, and the slots of one day (R-FUN-7, R-FUN-8)."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..domain.policy import ExamPolicy
from ..domain.scheduling import DayOffer, SlotOffer, bookable_days, earliest_start
from . import dates, zones
from .screen import Screen

_FEW_SEATS = 3


@dataclass(frozen=True)
class Day:
    """One cell: ``reason`` says why a day of the window cannot be booked; ``offered`` is False outside it."""

    number: int
    iso: str
    label: str
    bookable: bool
    offered: bool
    reason: str
    entry: bool


@dataclass(frozen=True)
class Month:
    """One month of the window; ``weeks`` hold None for the days of its neighbours."""

    key: str
    title: str
    weeks: list[list[Day | None]]
    shown: bool


def context(screen: Screen) -> dict[str, object]:
    """What the calendar's template needs: months, the rule of the lead time, and the first start still possible."""
    policy, facts = screen.policy, screen.facts
    offers = {offer.day: offer for offer in bookable_days(policy, screen.now, facts.extra_time, facts.lead_time_waived)}
    first = earliest_start(policy, screen.now, facts.extra_time, facts.lead_time_waived)
    return {
        "months": _months(screen, offers, first.astimezone(policy.zone).date() if first else policy.first_day),
        "weekdays": dates.weekday_names(screen.locale),
        "window_first": dates.numeric_day(policy.first_day, screen.locale),
        "window_last": dates.numeric_day(policy.last_day, screen.locale),
        "lead_hours": 0 if facts.lead_time_waived else policy.lead_time_hours,
        "earliest": _moment(screen, first) if first else "",
        "earliest_iso": dates.iso(first) if first else "",
        "opening": _opening(screen),
    }


def _moment(screen: Screen, start: datetime) -> str:
    day = dates.week_day(start.astimezone(screen.zone).date(), screen.locale)
    return _("%(day)s at %(time)s") % {"day": day, "time": dates.hour(start, screen.zone)}


def _opening(screen: Screen) -> str:
    """Opening hours in the exam's zone, by its city: "15:00 - 21:00 (Paris)"."""
    policy = screen.policy
    place = zones.city(policy.time_zone, screen.locale)
    return f"{policy.opens_at:%H:%M} - {policy.closes_at:%H:%M} ({place})"


def _months(screen: Screen, offers: dict[date, DayOffer], entry: date) -> list[Month]:
    first, last = screen.policy.first_day, screen.policy.last_day
    months = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        weeks = [
            [_day(screen, offers.get(day), day, entry) if day.month == month else None for day in week]
            for week in calendar.Calendar().monthdatescalendar(year, month)
        ]
        shown = (year, month) == (entry.year, entry.month)
        months.append(
            Month(f"{year}-{month:02d}", dates.month_title(date(year, month, 1), screen.locale), weeks, shown)
        )
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return months


def _day(screen: Screen, offer: DayOffer | None, day: date, entry: date) -> Day:
    reason = "" if offer is not None and offer.bookable else _reason(screen, offer.reason if offer else "outside")
    label = dates.long_day(day, screen.locale)
    return Day(
        number=day.day,
        iso=day.isoformat(),
        label=f"{label}, {reason}" if reason else label,
        bookable=not reason,
        offered=offer is not None,
        reason=reason,
        entry=day == entry or (day.day == 1 and (day.year, day.month) != (entry.year, entry.month)),
    )


def _reason(screen: Screen, code: str) -> str:
    if code == "lead_time":
        return _("less than %(hours)s hours ahead") % {"hours": screen.policy.lead_time_hours}
    return {
        "closed": _("no exam on this day of the week"),
        "excluded": _("closed on this date"),
        "past": _("this date has passed"),
        "outside": _("outside the exam period"),
    }.get(code, _("not available"))


@dataclass(frozen=True)
class Slot:
    """One button: ``elsewhere`` is the exam's own time when the candidate's clock shows another."""

    start: str
    time: str
    when: str
    elsewhere: str
    seats: str
    full: bool


def slots_context(
    policy: ExamPolicy, day: date, slots: Sequence[SlotOffer], zone: ZoneInfo, locale: Locale
) -> dict[str, object]:
    """The slots of ``day`` (in the exam's zone), grouped by the candidate's own date, which may be the next one."""
    groups: dict[date, list[Slot]] = {}
    for offer in slots:
        groups.setdefault(offer.start.astimezone(zone).date(), []).append(_slot(policy, offer, zone, locale))
    shown = [
        {
            "title": dates.week_day(local, locale),
            "zone": zones.label(zone.key, datetime.combine(local, policy.opens_at, tzinfo=zone), locale),
            "slots": items,
        }
        for local, items in groups.items()
    ]
    return {"groups": shown, "day": dates.week_day(day, locale)}


def _slot(policy: ExamPolicy, offer: SlotOffer, zone: ZoneInfo, locale: Locale) -> Slot:
    local, seats = offer.start.astimezone(zone), offer.seats_left
    time, there = dates.hour(offer.start, zone), dates.hour(offer.start, policy.zone)
    few = seats is not None and 0 < seats <= _FEW_SEATS
    return Slot(
        start=dates.iso(offer.start),
        time=time,
        when=_("%(day)s at %(time)s") % {"day": dates.day_month(local.date(), locale), "time": time},
        elsewhere="" if there == time else f"{there} ({zones.city(policy.time_zone, locale)})",
        seats=ngettext("%(count)s seat", "%(count)s seats", seats or 0) % {"count": seats} if few else "",
        full=seats == 0,
    )
