"""One letter of each kind, as facts, for tests and pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from proctored_exam_xblock.domain.mail import Kind, Letter

START = datetime(2027, 3, 5, 15, 0, tzinfo=UTC)
_PLAIN = Letter(
    kind=Kind.CONFIRMED,
    language="fr",
    title="Examen final certifiant",
    course_title="Introduction à la cartographie des processus métiers",
    first_name="Alex",
    zone="Europe/Paris",
    exam_zone="Europe/Paris",
    url="https://lms.example/courses/cartopro/exam/",
    dashboard="https://lms.example/dashboard/",
    start=START,
    opens_at=START - timedelta(minutes=10),
    ends_at=START + timedelta(minutes=60),
    duration=timedelta(minutes=30),
    window_end=datetime(2027, 3, 14, 20, 0, tzinfo=UTC),
    room="ProctorU",
    is_watched=True,
    moves_left=4,
    is_second_possible=True,
    phones=("08 00 90 27 92", "+44 20 3457 9090"),
    addresses=("certification@lms.example",),
)
_AFTER = replace(
    _PLAIN,
    certification_number="CP-7K2M-94QX",
    ended_at=START + timedelta(minutes=27),
    parts=(("Partie 1", True), ("Partie 2", True), ("Partie 3", False)),
)


def every_letter(language: str) -> dict[str, Letter]:
    """By the name of its picture."""
    montreal = {"zone": "America/Montreal"}
    found = {
        "confirmed": _PLAIN,
        "confirmed-elsewhere": replace(_PLAIN, **montreal),
        "confirmed-by-staff": replace(_PLAIN, by="staff", room="", moves_left=0),
        "changed": replace(_PLAIN, kind=Kind.CHANGED, **montreal),
        "move_refused": replace(_PLAIN, kind=Kind.MOVE_REFUSED),
        "cancelled": replace(_PLAIN, kind=Kind.CANCELLED, by="candidate"),
        "cancelled-by-vendor": replace(_PLAIN, kind=Kind.CANCELLED, by="vendor"),
        "cancelled-by-staff": replace(_PLAIN, kind=Kind.CANCELLED, by="staff", is_second_possible=False),
        "refused": replace(_PLAIN, kind=Kind.REFUSED),
        "missed": replace(_PLAIN, kind=Kind.MISSED),
        "missed-offered": replace(_PLAIN, kind=Kind.MISSED, is_second_offered=True),
        "missed-too-late": replace(_PLAIN, kind=Kind.MISSED, is_second_possible=False, by="vendor"),
        "reminder": replace(_PLAIN, kind=Kind.REMINDER, hours=24),
        "reminder-1": replace(_PLAIN, kind=Kind.REMINDER, hours=1),
        "reminder-72": replace(_PLAIN, kind=Kind.REMINDER, hours=72),
        "second": replace(_PLAIN, kind=Kind.SECOND),
        "submitted": replace(_AFTER, kind=Kind.SUBMITTED),
        "result": replace(_AFTER, kind=Kind.RESULT, is_out=True),
        "decided": replace(_AFTER, kind=Kind.DECIDED, verdict="validated", is_out=True),
        "decided-not-out": replace(_AFTER, kind=Kind.DECIDED, verdict="validated"),
        "invalidated": replace(
            _AFTER,
            kind=Kind.DECIDED,
            verdict="invalidated",
            reason="Une deuxième personne est entrée dans la pièce à 16:12 et vous avez échangé avec elle.",
        ),
        "invalidated-identity": replace(_AFTER, kind=Kind.DECIDED, verdict="invalidated", reason="identity_missing"),
        "recounted": replace(_AFTER, kind=Kind.RECOUNTED, is_out=True),
        "corrected": replace(_AFTER, kind=Kind.CORRECTED, is_out=True),
    }
    return {name: replace(letter, language=language) for name, letter in found.items()}
