"""The simulator's clock: real time plus an offset, or stopped; moved by the demo's time machine and by tests.

``skew`` puts it wrong on purpose, whatever it is set to.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Aware UTC; safe between threads.

    Args:
        start: present instant to begin with; None follows the machine's clock.
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._lock = threading.Lock()
        self._offset = timedelta(0)
        self._stopped: datetime | None = None
        self._skew = timedelta(0)
        if start is not None:
            self.set(start)

    def now(self) -> datetime:
        with self._lock:
            return (self._stopped or _real() + self._offset) + self._skew

    def set(self, moment: datetime, *, stopped: bool = False) -> None:
        """Make ``moment`` the present; ``stopped`` keeps it there until it is set or advanced again."""
        with self._lock:
            self._offset = moment - _real()
            self._stopped = moment if stopped else None

    def advance(self, seconds: float) -> None:
        """Move by ``seconds``, backwards when negative; a stopped clock stays stopped."""
        with self._lock:
            self._offset += timedelta(seconds=seconds)
            if self._stopped is not None:
                self._stopped += timedelta(seconds=seconds)

    @property
    def skew(self) -> float:
        """Seconds this clock is ahead of what it was set to."""
        with self._lock:
            return self._skew.total_seconds()

    @skew.setter
    def skew(self, seconds: float) -> None:
        with self._lock:
            self._skew = timedelta(seconds=seconds)

    @property
    def stopped(self) -> bool:
        with self._lock:
            return self._stopped is not None


def parse_instant(text: object) -> datetime | None:
    """An ISO instant, UTC unless it says otherwise; None when it is not one."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    try:
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        return None


def _real() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)
