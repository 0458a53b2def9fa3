"""Numbers, dates, clock times and durations as words, by Babel's locale data."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from fractions import Fraction
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal
from babel.units import format_unit


@lru_cache(maxsize=64)
def locale_for(language: str) -> Locale:
    """Babel's locale for a Django language code ("fr", "fr-ca", "zh-cn"), English when unknown."""
    tag = language.replace("_", "-")
    for candidate in (tag, tag.split("-")[0]):
        try:
            return Locale.parse(candidate, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


def number(value: int | Fraction, locale: Locale) -> str:
    """ "26", "26,5": two decimals at most, as the language writes them."""
    return format_decimal(float(value), "0.##", locale=locale)


def iso(moment: datetime) -> str:
    """UTC with a Z and no fraction: what the page's attributes and handlers use."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_exact(moment: datetime) -> str:
    """UTC with a Z and milliseconds, for deadlines."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def hour(moment: datetime, zone: tzinfo) -> str:
    """ "16:00"; the 24-hour clock in every language, so that a time read aloud to a proctor cannot be mistaken."""
    return moment.astimezone(zone).strftime("%H:%M")


def hour_with_seconds(moment: datetime, zone: tzinfo) -> str:
    """ "16:04:12"."""
    return moment.astimezone(zone).strftime("%H:%M:%S")


def _formatted(day: date, pattern: str, locale: Locale) -> str:
    if locale.language == "fr" and day.day == 1:  # CLDR's patterns have no "1er"
        pattern = pattern.replace("d MMMM", "d'er' MMMM")
    return format_date(day, pattern, locale)


def long_day(day: date, locale: Locale) -> str:
    """ "vendredi 5 mars 2027"."""
    return _formatted(day, "EEEE d MMMM y", locale)


def week_day(day: date, locale: Locale) -> str:
    """ "vendredi 5 mars"."""
    return _formatted(day, "EEEE d MMMM", locale)


def day_month(day: date, locale: Locale) -> str:
    """ "5 mars", "1er mars"."""
    return _formatted(day, "d MMMM", locale)


def day_month_year(day: date, locale: Locale) -> str:
    """ "5 mars 2027", "1er mars 2027"."""
    return _formatted(day, "d MMMM y", locale)


def numeric_day(day: date, locale: Locale) -> str:
    """ "05/03/2027" in French; with the month's name elsewhere, since 05/03 means two days in English."""
    return format_date(day, "dd/MM/y" if locale.language == "fr" else "d MMM y", locale)


def month_title(day: date, locale: Locale) -> str:
    """ "mars 2027"."""
    return format_date(day, "LLLL y", locale)


def weekday_names(locale: Locale) -> list[tuple[str, str]]:
    """Narrow and full names, Monday first: ("L", "lundi")..."""
    narrow, wide = locale.days["stand-alone"]["narrow"], locale.days["stand-alone"]["wide"]
    return [(narrow[index].upper(), wide[index]) for index in range(7)]


def span(length: timedelta, locale: Locale) -> str:
    """ "30 minutes", "1 heure 45 minutes"."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    pieces = [
        format_unit(value, unit, "long", locale=locale)
        for value, unit in ((hours, "hour"), (minutes, "minute"), (seconds, "second"))
        if value
    ]
    return " ".join(pieces) or format_unit(0, "minute", "long", locale=locale)


def whole_seconds(until: datetime, now: datetime) -> int:
    """Seconds left, rounded up, never negative."""
    left = (until - now).total_seconds()
    return max(0, int(-(-left // 1)))


def stopwatch(seconds: int) -> str:
    """ "0:29:56"."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"


def countdown(seconds: int) -> tuple[int, int, int, int]:
    """Days, hours, minutes, seconds."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return days, hours, minutes, rest
