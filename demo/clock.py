"""The campus's clock: the computer's, moved by an offset that every thread and process of one campus shares.

The offset is a small file beside the database (``DEMO_CLOCK_FILE``), read again only when it changed; without a file
(tests) it is kept in memory.
"""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

_known: tuple[int, timedelta] = (-1, timedelta(0))


def now() -> datetime:
    """The campus's present instant, aware UTC."""
    return datetime.now(UTC) + offset()


def offset() -> timedelta:
    """How far the campus is ahead of the computer."""
    global _known
    path = getattr(settings, "DEMO_CLOCK_FILE", "")
    if not path:
        return _known[1]
    try:
        changed = os.stat(path).st_mtime_ns
    except FileNotFoundError:
        return timedelta(0)
    if changed != _known[0]:
        _known = (changed, timedelta(seconds=float(Path(path).read_text(encoding="ascii"))))
    return _known[1]


def advance(seconds: float) -> datetime:
    """Move the clock by ``seconds`` (back when negative) and return the new instant."""
    _store(offset() + timedelta(seconds=seconds))
    return now()


def set_to(moment: datetime) -> datetime:
    """Move the clock to ``moment`` (aware) and return the new instant; it goes on ticking from there."""
    _store(moment - datetime.now(UTC))
    return now()


def _store(value: timedelta) -> None:
    global _known
    path = getattr(settings, "DEMO_CLOCK_FILE", "")
    if not path:
        _known = (-1, value)
        return
    # Replaced in one step: another thread never reads half a number.
    with tempfile.NamedTemporaryFile("w", dir=os.path.dirname(path), delete=False, encoding="ascii") as file:
        file.write(str(value.total_seconds()))
    os.replace(file.name, path)
