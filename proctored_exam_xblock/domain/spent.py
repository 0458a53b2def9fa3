"""Seconds spent on each question, as the candidate's page tells them: for statistics, nothing is decided by them."""

from __future__ import annotations

from collections.abc import Mapping

from .questions import Part

LONGEST = 86_400
"""The most seconds that a page may tell of one question."""


def clean_spent(part: Part, raw: object, elapsed: float) -> dict[str, int] | None:
    """What can be of what a page tells of one part, within the time that there was.

    The rest is left out and nothing is refused: the answers that come with it are what counts.

    Args:
        part: the candidate's own part.
        raw: JSON value, ``{question id: seconds}``, of the whole part since the start. Another part's question, and
            what is no whole seconds of a day at most, is left out.
        elapsed: seconds since the start. Questions that are said to have taken longer together are shortened alike.

    Returns:
        Seconds by question, None when the page tells nothing that could be read.
    """
    if not isinstance(raw, Mapping):
        return None
    known = {question.id for question in part.questions}
    told = {name: seconds for name, seconds in raw.items() if name in known and _can_be(seconds)}
    total, most = sum(told.values()), max(0, int(elapsed))
    if total > most:
        return {name: kept for name, seconds in sorted(told.items()) if (kept := seconds * most // total)}
    return {name: seconds for name, seconds in sorted(told.items()) if seconds}


def _can_be(seconds: object) -> bool:
    return isinstance(seconds, int) and not isinstance(seconds, bool) and 0 <= seconds <= LONGEST
