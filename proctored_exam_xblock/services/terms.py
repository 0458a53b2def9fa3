"""The terms of use: what was accepted, by whom, when, in which words (R-FUN-3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from ..domain.errors import TermsOutdated
from ..domain.journey import Action, terms_version
from ..domain.terms import Accepted, TermsPart, parts_in_force
from ..models import Candidacy, TermsAcceptance, TermsText
from . import audit
from .dossier import Caller, Dossier
from .entry import load, locked

EXPORT_HEADER = (
    "exam", "user", "first_name", "last_name", "version", "language", "accepted_at", "texts", "digests",
)  # fmt: skip


def accept_terms(caller: Caller, version: object, now: datetime) -> Dossier:
    """Record who accepted which version, when, in which language and words; the same click twice is one.

    Raises:
        TermsOutdated: the version on screen is no longer the one in force.
    """
    before = load(caller, now)
    texts: list[TermsText] = []
    if Action.ACCEPT_TERMS in before.journey.actions and version == terms_version(before.facts, before.policy):
        texts = _kept(_parts(before), now)
    with locked(caller, now) as dossier:
        candidacy = dossier.own
        if version != terms_version(dossier.facts, dossier.policy):
            raise TermsOutdated("version")
        if candidacy.terms_accepted_at is not None and candidacy.terms_version == version:
            return dossier
        dossier.journey.require(Action.ACCEPT_TERMS)
        if {text.digest for text in texts} != {part.digest for part in _parts(dossier)}:
            raise TermsOutdated("version")  # other words came into force between the two looks
        candidacy.terms_version, candidacy.terms_language = str(version), caller.language
        candidacy.terms_accepted_at = now
        candidacy.save(update_fields=["terms_version", "terms_language", "terms_accepted_at"])
        _keep_acceptance(candidacy, texts, now)
        audit.record(candidacy, "terms_accepted", now, caller.actor, version=version, language=caller.language)
    return load(caller, now)


def _parts(dossier: Dossier) -> tuple[TermsPart, ...]:
    return parts_in_force(dossier.policy, dossier.facts.service_terms, dossier.caller.language)


def _kept(parts: Sequence[TermsPart], now: datetime) -> list[TermsText]:
    """The rows of these texts. Made before the transaction that refers to them: two candidates may be the first readers
    of a text at once, and only outside does the second one see the row of the first (MariaDB reads a snapshot)."""
    return [
        TermsText.objects.get_or_create(
            digest=part.digest,
            defaults={
                "source": part.source,
                "version": part.version,
                "language": part.language,
                "text": part.text,
                "first_seen_at": now,
            },
        )[0]
        for part in parts
    ]


def _keep_acceptance(candidacy: Candidacy, texts: Sequence[TermsText], now: datetime) -> None:
    """A version that came back into force after another has its row from the first time."""
    row, new = TermsAcceptance.objects.get_or_create(
        candidacy=candidacy,
        version=candidacy.terms_version,
        defaults={"language": candidacy.terms_language, "accepted_at": now},
    )
    if new:
        row.texts.add(*texts)


def last_accepted(candidacy: Candidacy) -> Accepted | None:
    """The terms in the words in which the candidate accepted them; without words where none were kept."""
    if candidacy.terms_accepted_at is None:
        return None
    rows = TermsAcceptance.objects.filter(candidacy=candidacy, version=candidacy.terms_version)
    row = rows.prefetch_related("texts").first()
    parts = [TermsPart(t.source, t.version, t.language, t.text) for t in row.texts.all()] if row is not None else []
    return Accepted(
        candidacy.terms_version,
        candidacy.terms_language,
        candidacy.terms_accepted_at,
        tuple(sorted(parts, key=lambda part: part.source)),
    )


def export_rows(usage_key: str) -> Iterator[tuple[str, ...]]:
    """Every acceptance of one exam as text, the oldest first; columns as in ``EXPORT_HEADER``."""
    rows = TermsAcceptance.objects.filter(candidacy__exam__usage_key=usage_key).order_by("accepted_at", "pk")
    for row in rows.select_related("candidacy__user").prefetch_related("texts").iterator(chunk_size=500):
        yield export_row(row, usage_key)


def export_row(row: TermsAcceptance, usage_key: str) -> tuple[str, ...]:
    """One acceptance as text."""
    texts = sorted(row.texts.all(), key=lambda text: text.source)
    return (
        usage_key,
        row.candidacy.user.get_username(),
        row.candidacy.first_name,
        row.candidacy.last_name,
        row.version,
        row.language,
        row.accepted_at.isoformat(),
        " ".join(f"{text.source}:{text.version}:{text.language}" for text in texts),
        " ".join(text.digest for text in texts),
    )
