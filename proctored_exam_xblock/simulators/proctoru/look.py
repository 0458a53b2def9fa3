"""The simulators' common look, and dates in the zones of Windows, by which this vendor names them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup
from tzlocal.windows_tz import win_tz

from ..look import DOCUMENT, FACE, french, instant, join, page

__all__ = ["DOCUMENT", "FACE", "instant", "join", "local_instant", "page"]


def local_instant(moment: datetime, windows_zone: str) -> Markup:
    """``jeudi 4 mars 2027, 16:00 (UTC+01:00)`` in the candidate's zone, with that zone's offset on that date."""
    zone = win_tz.get(windows_zone)
    if zone is None:
        return instant(moment)
    local = moment.astimezone(ZoneInfo(zone))
    offset = local.strftime("%z")
    return Markup('<time datetime="{iso}">{text} (UTC{offset})</time>').format(
        iso=moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        text=french(local),
        offset=f"{offset[:3]}:{offset[3:]}",
    )
