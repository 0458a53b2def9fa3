"""Seconds spent on each question, as the candidate's page tells them: for statistics, nothing is decided by them."""

from __future__ import annotations

from collections.abc import Mapping

from .errors import BadRequest
from .questions import Part

LONGEST = 86_400
"""The most seconds that a page may tell of one question."""


def clean_spent(part: Part, raw: object, elapsed: float) -> dict[str, int]:
    """Check what a page tells of one part, and keep it within the time that there was.

    Args:
        part: the candidate's own part.
        raw: JSON value, ``{question id: seconds}``, of the whole part since the start.
        elapsed: seconds since the start. Questions that are said to have taken longer together are shortened alike.

    Raises:
        BadRequest: not such a mapping, another part's question, or no whole seconds of a day at most.
    """
    if not isinstance(raw, Mapping):
        raise BadRequest("spent")
    known = {question.id for question in part.questions}
    for name, seconds in raw.items():
        if name not in known or isinstance(seconds, bool) or not isinstance(seconds, int):
            raise BadRequest("spent")
        if not 0 <= seconds <= LONGEST:
            raise BadRequest("spent")
    told, most = sum(raw.values()), max(0, int(elapsed))
    if told > most:
        return {name: kept for name, seconds in sorted(raw.items()) if (kept := seconds * most // told)}
    return {name: seconds for name, seconds in sorted(raw.items()) if seconds}
