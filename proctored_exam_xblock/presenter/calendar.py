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

from ..domain import clock
from ..domain.policy import ExamPolicy
from ..domain.scheduling import DayOffer, SlotOffer, bookable_days, booking_rules, earliest_start
from . import dates, languages, zones
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
    full: bool
    today: bool


@dataclass(frozen=True)
class Month:
    """One month of the window; ``weeks`` hold None for the days of its neighbours."""

    key: str
    title: str
    weeks: list[list[Day | None]]
    shown: bool


def context(screen: Screen) -> dict[str, object]:
    """What the calendar's template needs: months, the rule of the lead time, the first start still possible, in which
    language and by whose clock."""
    facts, zone = screen.facts, screen.zone
    policy = booking_rules(screen.policy, second=facts.taken_before > 0)
    extra, waived, full = facts.extra_time, facts.lead_time_waived, facts.full_starts
    offers = {offer.day: offer for offer in bookable_days(policy, screen.now, extra, waived, full)}
    first = earliest_start(policy, screen.now, extra, waived, full)
    near = first or clock.window_start(policy)
    return {
        "months": _months(screen, policy, offers, first.astimezone(policy.zone).date() if first else policy.first_day),
        "weekdays": dates.weekday_names(screen.locale),
        "window_first": dates.numeric_day(policy.first_day, screen.locale),
        "window_last": dates.numeric_day(policy.last_day, screen.locale),
        "lead_hours": 0 if waived else policy.lead_time_hours,
        "lead_waived": waived,
        "earliest": moment(screen, first) if first else "",
        "earliest_iso": dates.iso(first) if first else "",
        "opening": _opening(screen),
        "languages": languages.sentence(policy.language, policy.proctor_languages, screen.locale),
        "zone_label": zones.label(screen.zone_name, near, screen.locale),
        "dates_of": zones.city(policy.time_zone, screen.locale) if _differ(near, zone, policy) else "",
        "zone_asked": "time_zone" in facts.information_fields,
        "ordinal": ordinal(screen),
        **_held(screen),
    }


def _differ(near: datetime, zone: ZoneInfo, policy: ExamPolicy) -> bool:
    return near.astimezone(zone).utcoffset() != near.astimezone(policy.zone).utcoffset()


def _held(screen: Screen) -> dict[str, object]:
    """The seat that is kept since before the page was loaded: the calendar opens where the candidate left it."""
    hold = screen.facts.hold
    if hold is None:
        return {}
    day = hold.start.astimezone(screen.policy.zone).date()
    return {"held_start": dates.iso(hold.start), "held_until": dates.iso(hold.expires_at), "held_day": day.isoformat()}


def ordinal(screen: Screen) -> str:
    """ "2e rendez-vous"; nothing for the first."""
    number = screen.facts.taken_before + 1
    return _("Appointment %(number)s") % {"number": number} if number > 1 else ""


def moment(screen: Screen, start: datetime) -> str:
    """ "vendredi 5 mars à 16:00" on the candidate's clock."""
    day = dates.week_day(start.astimezone(screen.zone).date(), screen.locale)
    return _("%(day)s at %(time)s") % {"day": day, "time": _clock(start, screen.zone)}


def _clock(start: datetime, zone: ZoneInfo) -> str:
    """ "16:00", with its offset in an hour that comes twice."""
    time = dates.hour(start, zone)
    return f"{time} ({zones.offset(zone, start)})" if zones.is_repeated(zone, start) else time


def _opening(screen: Screen) -> str:
    """Opening hours in the exam's zone, by its city: "15:00 - 21:00 (Paris)"."""
    policy = screen.policy
    place = zones.city(policy.time_zone, screen.locale)
    return f"{policy.opens_at:%H:%M} - {policy.closes_at:%H:%M} ({place})"


def _months(screen: Screen, policy: ExamPolicy, offers: dict[date, DayOffer], entry: date) -> list[Month]:
    first, last = policy.first_day, policy.last_day
    today = screen.now.astimezone(policy.zone).date()
    months = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        weeks = [
            [_day(screen, policy, offers.get(day), day, entry, today) if day.month == month else None for day in week]
            for week in calendar.Calendar().monthdatescalendar(year, month)
        ]
        shown = (year, month) == (entry.year, entry.month)
        months.append(
            Month(f"{year}-{month:02d}", dates.month_title(date(year, month, 1), screen.locale), weeks, shown)
        )
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return months


def _day(screen: Screen, policy: ExamPolicy, offer: DayOffer | None, day: date, entry: date, today: date) -> Day:
    reason = "" if offer is not None and offer.bookable else _reason(policy, offer.reason if offer else "outside")
    label = dates.long_day(day, screen.locale)
    return Day(
        number=day.day,
        iso=day.isoformat(),
        label=f"{label}, {reason}" if reason else label,
        bookable=not reason,
        offered=offer is not None,
        reason=reason,
        entry=day == entry or (day.day == 1 and (day.year, day.month) != (entry.year, entry.month)),
        full=offer is not None and offer.reason == "full",
        today=day == today,
    )


def _reason(policy: ExamPolicy, code: str) -> str:
    if code == "lead_time":
        return _("less than %(hours)s hours ahead") % {"hours": policy.lead_time_hours}
    return {
        "closed": _("no exam on this day of the week"),
        "excluded": _("closed on this date"),
        "past": _("this date has passed"),
        "outside": _("outside the exam period"),
        "full": _("no seat left"),
        "extra_time": _("too short a day for your extra time"),
    }.get(code, _("not available"))


@dataclass(frozen=True)
class Slot:
    """One button: ``elsewhere`` is the exam's own time when the candidate's clock shows another, ``offset`` tells two
    hours apart that the clock shows twice."""

    start: str
    time: str
    offset: str
    when: str
    elsewhere: str
    seats: str
    full: bool


def slots_context(
    policy: ExamPolicy, day: date, slots: Sequence[SlotOffer], zone: ZoneInfo, locale: Locale
) -> dict[str, object]:
    """The slots of ``day`` (in the exam's zone), grouped by the candidate's own date, which may be the next one."""
    groups: dict[date, list[SlotOffer]] = {}
    for offer in slots:
        groups.setdefault(offer.start.astimezone(zone).date(), []).append(offer)
    shown = [
        {
            "title": dates.week_day(local, locale),
            "zone": zones.label(zone.key, offers[0].start, locale),
            "slots": [_slot(policy, offer, offers[0].start, zone, locale) for offer in offers],
        }
        for local, offers in groups.items()
    ]
    count, title = len(slots), dates.week_day(day, locale)
    summary = ngettext("%(count)s time is free on %(day)s.", "%(count)s times are free on %(day)s.", count)
    return {"groups": shown, "day": title, "summary": summary % {"count": count, "day": title}}


def _slot(policy: ExamPolicy, offer: SlotOffer, first: datetime, zone: ZoneInfo, locale: Locale) -> Slot:
    """``first`` is the start whose offset the group's title shows: on the day of a change others have their own."""
    start, seats = offer.start, offer.seats_left
    local = start.astimezone(zone)
    changed = local.utcoffset() != first.astimezone(zone).utcoffset() or zones.is_repeated(zone, start)
    time = dates.hour(start, zone)
    told = f"{time} ({zones.offset(zone, start)})" if changed else time
    few = seats is not None and 0 < seats <= _FEW_SEATS
    return Slot(
        start=dates.iso(start),
        time=time,
        offset=zones.offset(zone, start) if changed else "",
        when=_("%(day)s at %(time)s") % {"day": dates.day_month(local.date(), locale), "time": told},
        elsewhere=_elsewhere(policy, start, zone, locale),
        seats=ngettext("%(count)s seat", "%(count)s seats", seats or 0) % {"count": seats} if few else "",
        full=seats == 0,
    )


def _elsewhere(policy: ExamPolicy, start: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """The same instant on the exam's clock, with its date where that is another one."""
    there, here = start.astimezone(policy.zone), start.astimezone(zone)
    if there.utcoffset() == here.utcoffset():
        return ""
    day = f"{dates.day_month(there.date(), locale)}, " if there.date() != here.date() else ""
    return f"{day}{dates.hour(start, policy.zone)} ({zones.city(policy.time_zone, locale)})"
