"""Answers as they come in: refused when malformed, put in stored form, kept aside when they come too late."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from ..domain.errors import BadRequest
from ..domain.questions import Part, clean_answers
from ..domain.spent import clean_spent
from ..models import Attempt, Candidacy, LateAnswer, PartResponse
from .dossier import Dossier

MOST_REVISIONS = 2_000_000_000
_PART = re.compile("[1-9][0-9]{0,3}")


def check_part(number: object, revision: object, parts: int) -> None:
    """Refuse what is no part number or revision.

    Raises:
        BadRequest: with the offending field.
    """
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= parts:
        raise BadRequest("part")
    if isinstance(revision, bool) or not isinstance(revision, int) or not 0 <= revision <= MOST_REVISIONS:
        raise BadRequest("revision")


def time_spent(attempt: Attempt, part: Part, spent: object, now: datetime) -> dict[str, int] | None:
    """Seconds on each question of the candidate's own part as they are stored; None where the page tells nothing.

    What it tells and cannot be is left out: no answer is refused for it.
    """
    if spent is None or attempt.started_at is None:
        return None
    return clean_spent(part, spent, (now - attempt.started_at).total_seconds())


def counted(parts: Iterable[PartResponse]) -> dict[str, tuple[str, ...]]:
    """The answers of an attempt's parts that count, by question; a draft that was discarded is none."""
    return {q: tuple(chosen) for part in parts if part.counted for q, chosen in part.answers.items()}


def read_drafts(drafts: object) -> list[tuple[int, int, object, object]]:
    """The unsent edits that come with "Terminer": part, revision, answers and times of each, not yet checked further.

    Args:
        drafts: ``{"<part>": {"revision": int, "answers": {...}, "spent": {...}}}``; times may be missing.

    Raises:
        BadRequest: not of this form.
    """
    if not isinstance(drafts, dict):
        raise BadRequest("drafts")
    found = []
    for name, draft in drafts.items():
        if not isinstance(draft, dict) or not _PART.fullmatch(str(name)):
            raise BadRequest("drafts")
        found.append((int(name), draft.get("revision", 0), draft.get("answers"), draft.get("spent")))
    return found


def as_json(answers: dict[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Answers as stored: sorted, so that equal answers are equal JSON."""
    return {question: list(chosen) for question, chosen in sorted(answers.items())}


def keep_aside(dossier: Dossier, number: int, revision: int, answers: object) -> None:
    """Keep what came after the cut-off for staff to see: the last one per part, never counted by itself."""
    check_part(number, revision, len(dossier.paper.parts))
    cleaned = as_json(clean_answers(dossier.paper.parts[number - 1], answers))
    with transaction.atomic():
        # One packet after the other: two first ones would deadlock on MySQL, and an older one could win.
        Candidacy.objects.select_for_update().get(pk=dossier.own.pk)
        stored = LateAnswer.objects.filter(attempt=dossier.attempt, number=number).first()
        if stored is None or stored.revision < revision:
            LateAnswer.objects.update_or_create(
                attempt=dossier.attempt,
                number=number,
                defaults={"revision": revision, "answers": cleaned, "received_at": dossier.now},
            )
