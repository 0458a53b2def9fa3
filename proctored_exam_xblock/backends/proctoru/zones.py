"""Names of time zones as the vendor knows them: Windows names, held against its own list while that can be read.

All instants are sent in UTC, the name only labels them for the vendor's staff: a zone without a name gets another
zone's, and never stands in the way of a booking.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import tz_win, win_tz

from ..base import BackendError, Misconfigured

# IANA names that CLDR's Windows table leaves out.
_ALIASES = {
    "Antarctica/Troll": "UTC",  # no zone of Windows has its summer, two hours ahead
    "CST6CDT": "America/Chicago",
    "EST5EDT": "America/New_York",
    "Europe/Uzhgorod": "Europe/Kyiv",
    "Europe/Zaporozhye": "Europe/Kyiv",
    "GMT": "UTC",
    "MST7MDT": "America/Denver",
    "PST8PDT": "America/Los_Angeles",
    "US/East-Indiana": "America/Indiana/Indianapolis",
}
_AFTER_A_FAILURE = timedelta(minutes=1)
_WEEKS_COMPARED = 54


def windows_zone(name: str) -> str:
    """The Windows name of an IANA zone.

    Raises:
        Misconfigured: the zone has none.
    """
    zone = tz_win.get(_ALIASES.get(name, name))
    if zone is None:
        raise Misconfigured
    return zone


@dataclass(frozen=True)
class _Known:
    ids: tuple[str, ...]
    until: datetime


class ZoneNames:
    """The vendor's list, read once in a while; one for all clients of a vendor in a process."""

    def __init__(self) -> None:
        self._known: _Known | None = None

    def forget(self) -> None:
        """The vendor refused a name: read its list again next time."""
        self._known = None

    def label(self, zone: str, read: Callable[[], tuple[str, ...]], now: datetime, lifetime: timedelta) -> str:
        """The vendor's name for an IANA zone, or for one that keeps the same time, or ``UTC``.

        Args:
            zone: IANA name, perhaps unknown here too.
            read: asks the vendor for the ids of its zones; may raise BackendError.
            now: aware UTC.
            lifetime: how long a list is good for.
        """
        ids = self._ids(read, now, lifetime)
        try:
            name = windows_zone(zone)
        except Misconfigured:
            name = ""
        if name and (not ids or name in ids):
            return name
        return _same_time(zone, ids, now)

    def _ids(self, read: Callable[[], tuple[str, ...]], now: datetime, lifetime: timedelta) -> tuple[str, ...]:
        """() while the list cannot be read; a clock set back makes it old too."""
        known = self._known
        if known is None or not known.until - lifetime <= now < known.until:
            try:
                known = _Known(read(), now + lifetime)
            except BackendError:
                known = _Known((), now + min(lifetime, _AFTER_A_FAILURE))
            self._known = known
        return known.ids


def _same_time(zone: str, ids: tuple[str, ...], now: datetime) -> str:
    """The vendor's zone with the same offsets now and over a year, or the nearest to it that has the present one."""
    wanted = _offsets(zone, now)
    best, score = "UTC", 0
    for candidate in ids if wanted else ():
        offsets = _offsets(win_tz.get(candidate, ""), now)
        if not offsets or offsets[0] != wanted[0]:
            continue
        same = sum(ours == theirs for ours, theirs in zip(wanted, offsets, strict=True))
        if same > score:
            best, score = candidate, same
    return best


def _offsets(zone: str, now: datetime) -> tuple[timedelta | None, ...]:
    """Week by week from now on, () when there is no such zone."""
    try:
        place = ZoneInfo(zone)
    except (ValueError, OSError, LookupError):  # ZoneInfoNotFoundError is a KeyError
        return ()
    return tuple((now + timedelta(weeks=week)).astimezone(place).utcoffset() for week in range(_WEEKS_COMPARED))
