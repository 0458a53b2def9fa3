"""The append-only trail: one entry per transition, in the same transaction, chained by hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from ..models import Attempt, AuditEntry, Candidacy, Exam

GENESIS = "0" * 64


def record(
    candidacy: Candidacy, action: str, now: datetime, actor: str, *, attempt: Attempt | None = None, **data: Any
) -> AuditEntry:
    """Append an entry to the candidate's chain and bump the candidacy's revision.

    Args:
        candidacy: its row must be locked by the caller's transaction.
        action: stable code of what happened.
        now: the request's instant.
        actor: ``candidate:<user id>``, ``staff:<user id>``, ``invigilator:<user id>``, ``vendor:<slug>`` or ``system``.
        attempt: the attempt concerned, if any.
        **data: plain JSON; never a code, a password, a token or personal data.
    """
    candidacy.revision += 1
    candidacy.save(update_fields=["revision"])
    return _append(f"candidacy:{candidacy.pk}", action, now, actor, data, candidacy=candidacy, attempt=attempt)


def record_exam(exam: Exam, action: str, now: datetime, actor: str, **data: Any) -> AuditEntry:
    """Append an entry to an exam's own chain; the exam's row must be locked by the caller's transaction."""
    return _append(f"exam:{exam.pk}", action, now, actor, data)


def _append(
    chain: str,
    action: str,
    now: datetime,
    actor: str,
    data: dict[str, Any],
    *,
    candidacy: Candidacy | None = None,
    attempt: Attempt | None = None,
) -> AuditEntry:
    last = AuditEntry.objects.filter(chain=chain).order_by("-sequence").only("sequence", "entry_hash").first()
    entry = AuditEntry(
        chain=chain,
        sequence=last.sequence + 1 if last else 1,
        candidacy=candidacy,
        attempt=attempt,
        at=now,
        action=action,
        actor=actor,
        data=data,
        previous_hash=last.entry_hash if last else GENESIS,
    )
    entry.entry_hash = fingerprint(entry)
    entry.save(force_insert=True)
    return entry


def fingerprint(entry: AuditEntry) -> str:
    """SHA-256 over everything the entry says and its predecessor's hash."""
    content = [
        entry.chain,
        entry.sequence,
        entry.attempt_id,
        entry.at.astimezone(UTC).isoformat(),
        entry.action,
        entry.actor,
        entry.data,
        entry.previous_hash,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def broken_link(entries: Iterable[AuditEntry]) -> int | None:
    """The sequence of the first entry that does not follow from its predecessor, None when the chain is whole.

    Args:
        entries: one whole chain, by sequence.
    """
    previous, expected = GENESIS, 1
    for entry in entries:
        if entry.sequence != expected or entry.previous_hash != previous or entry.entry_hash != fingerprint(entry):
            return expected
        previous, expected = entry.entry_hash, expected + 1
    return None
