"""When a proctoring service is asked again what it knows of a session: often at first, then less and less."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_MINUTES = timedelta(minutes=5)
EAGER = timedelta(seconds=10)
PATIENT = timedelta(seconds=60)
DURING_THE_EXAM = timedelta(minutes=5)
RARE = timedelta(minutes=10)
"""Between looks at a room whose state opens nothing."""
REVIEW_LOOKS = (timedelta(minutes=10), timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2))
LONGEST_REVIEW_WAIT = timedelta(hours=6)
REVIEW_DAYS = timedelta(days=30)
OPINION_DAYS = timedelta(days=7)
_DAILY = timedelta(days=1)


def at_the_gate(launched: datetime, now: datetime) -> timedelta:
    """Until the next look while the candidate waits: 10 s in the first minutes, then slower, a minute at most."""
    waited = now - launched
    if waited < FIRST_MINUTES:
        return EAGER
    return min(PATIENT, max(EAGER, waited / 20))


def for_the_review(ended: datetime, now: datetime, *, has_opinion: bool) -> datetime | None:
    """The next look for a reviewer's opinion: 10 minutes, 30 minutes, 1 h, 2 h, then every 6 hours for 30 days.

    Once there is an opinion, daily and for a week: a report may still be added to.

    Returns:
        None when nothing more is expected.
    """
    last = ended + (OPINION_DAYS if has_opinion else REVIEW_DAYS)
    due = now + _DAILY if has_opinion else _scheduled(ended, now)
    return due if due <= last else None


def _scheduled(ended: datetime, now: datetime) -> datetime:
    for wait in REVIEW_LOOKS:
        if ended + wait > now:
            return ended + wait
    tail = ended + REVIEW_LOOKS[-1]
    return tail + LONGEST_REVIEW_WAIT * ((now - tail) // LONGEST_REVIEW_WAIT + 1)


def after_silence(failures: int) -> timedelta:
    """Until the next look after ``failures`` (at least 1) in a row without an answer: 5, 10, 20, 40, 60 seconds."""
    return min(PATIENT, timedelta(seconds=5) * (1 << min(failures - 1, 6)))
