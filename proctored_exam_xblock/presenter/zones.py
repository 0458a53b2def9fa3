"""Time zones as a candidate reads them: "(UTC+01:00) Bruxelles, Copenhague, Madrid, Paris", and the list of them.

The cities are those of the zones that share the Windows zone (the vendors' and the guide's way to name one) on the
same continent; the offset is that of the date shown (the guide's "(UTC+01:00)" in May is a mistake not to copy).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location
from django.utils.translation import gettext
from tzlocal.windows_tz import tz_win, win_tz

_MOST_CITIES = 4
_CONTINENTS = {
    "Africa": "002",
    "America": "019",
    "Antarctica": "AQ",
    "Asia": "142",
    "Atlantic": "",
    "Australia": "009",
    "Europe": "150",
    "Indian": "",
    "Pacific": "009",
}
"""First part of an IANA name -> the CLDR territory (UN M.49 code) that names its group; '' for the islands."""
_FIRST_GROUP = "150"


def offset(zone: ZoneInfo, moment: datetime) -> str:
    """ "UTC+01:00", the offset on the day of ``moment``."""
    minutes = round((moment.astimezone(zone).utcoffset() or timedelta(0)).total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def is_repeated(zone: ZoneInfo, moment: datetime) -> bool:
    """True in an hour that the zone's clocks show twice: its wall time alone does not tell which one is meant."""
    wall = moment.astimezone(zone).replace(tzinfo=None)
    return wall.replace(tzinfo=zone, fold=0).utcoffset() != wall.replace(tzinfo=zone, fold=1).utcoffset()


@lru_cache(maxsize=2048)
def city(name: str, locale: Locale) -> str:
    """The zone's example city in the language, e.g. Europe/Brussels -> "Bruxelles"."""
    if name in ("UTC", "Etc/UTC"):
        return "UTC"
    return str(get_timezone_location(name, locale=locale, return_city=True)).replace("’", "'")


@lru_cache(maxsize=2048)
def cities(name: str, locale: Locale) -> str:
    """Up to four cities that tell the zone, its own and one per country first, in alphabetical order."""
    windows, continent = tz_win.get(name), name.split("/")[0]
    chosen = {name: city(name, locale)}
    if windows is not None and "/" in name:
        for other in _kin(name, windows, continent):
            if len(chosen) >= _MOST_CITIES:
                break
            if city(other, locale) not in chosen.values():
                chosen[other] = city(other, locale)
    return ", ".join(sorted(chosen.values(), key=_sortable))


def _kin(name: str, windows: str, continent: str) -> Iterator[str]:
    countries = get_global("zone_territories")
    seen = {countries.get(name)}
    principal = win_tz[windows]
    same = [zone for zone, other in tz_win.items() if other == windows and zone.startswith(continent + "/")]
    for zone in sorted(same, key=lambda zone: (zone != principal, zone.count("/"), zone)):
        country = countries.get(zone)  # None for an alias of another zone
        if country is not None and country not in seen:
            seen.add(country)
            yield zone


def label(name: str, moment: datetime, locale: Locale) -> str:
    """ "(UTC+01:00) Bruxelles, Copenhague, Madrid, Paris" on the day of ``moment``."""
    return f"({offset(ZoneInfo(name), moment)}) {cities(name, locale)}"


@dataclass(frozen=True)
class ZoneGroup:
    """One continent of the list: (IANA name, "Paris (UTC+01:00)") in alphabetical order."""

    title: str
    zones: tuple[tuple[str, str], ...]


@lru_cache(maxsize=32)
def choices(locale: Locale, day: date) -> tuple[ZoneGroup, ...]:
    """Every zone people live in, by continent, with the offset of ``day`` at noon."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("UTC"))
    countries, known = get_global("zone_territories"), available_timezones()
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in countries:
        code = _CONTINENTS.get(name.split("/")[0])
        if name in known and code is not None and "/" in name:
            text = f"{city(name, locale)} ({offset(ZoneInfo(name), noon)})"
            groups.setdefault(code, []).append((name, text))
    titled = [
        (code != _FIRST_GROUP, _group_title(code, locale), tuple(sorted(zones, key=lambda zone: _sortable(zone[1]))))
        for code, zones in groups.items()
    ]
    everywhere = ZoneGroup("UTC", (("UTC", "UTC"),))
    return (*(ZoneGroup(title, zones) for _, title, zones in sorted(titled)), everywhere)


def _group_title(code: str, locale: Locale) -> str:
    return str(locale.territories[code]) if code else gettext("Islands of the Atlantic and Indian Oceans")


@lru_cache(maxsize=16)
def countries(locale: Locale, first: str) -> tuple[tuple[str, str], ...]:
    """(ISO code, name) of every country and overseas territory, ``first`` on top, then by name."""
    unreal = {"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB", "CP", "CQ"}
    named = [
        (code, name)
        for code, name in locale.territories.items()
        if len(code) == 2 and code.isalpha() and code not in unreal
    ]
    return tuple(sorted(named, key=lambda pair: (pair[0] != first, _sortable(pair[1]))))


def country_of(zone: str) -> str:
    """The country of a zone, '' when it has none: the likely country of an exam's candidates."""
    found = get_global("zone_territories").get(zone, "")
    return "" if found == "001" else str(found)


def _sortable(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)).casefold()
