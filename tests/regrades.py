"""Candidates whose key is corrected, and what is left of it: for the tests of regrades."""

from __future__ import annotations

from typing import Any

from submissions import api as submissions_api

from proctored_exam_xblock.domain.corrections import Correction
from proctored_exam_xblock.domain.questions import Question, Ruling
from proctored_exam_xblock.models import Attempt, AuditEntry, Exam, Mail, PartResponse, Regrade
from proctored_exam_xblock.services import (
    audit,
    exams,
    regrading,
    review,
    scores,
    sitting,
)
from proctored_exam_xblock.services.dossier import Caller
from tests.world import COURSE, USAGE, World

TEAM = "staff:7"
WHY = "The book says otherwise."
EVERYTHING = (Attempt, AuditEntry, Regrade, Exam, Mail, PartResponse)


def sat(exam: World, name: str = "alex", *, right: bool = True, ended: bool = True) -> Caller:
    """Three points of three, or none."""
    caller = exam.person(name)
    exam.clock.present = exam.clock.present.replace(month=2, day=20)
    exam.sit(caller)
    for part in (1, 2):
        sitting.submit_part(exam.with_window(caller), part, 1, exam.answers(part, right=right), exam.clock())
    if ended:
        finish(exam, caller)
    return caller


def finish(exam: World, caller: Caller) -> None:
    sitting.finish(exam.with_window(caller), {}, exam.clock())
    review.release_due(exam.clock())


def row() -> Exam:
    return Exam.objects.select_related("current_version").get(usage_key=USAGE)


def asked(number: int = 1) -> Question:
    version = row().current_version
    assert version is not None
    return exams.snapshot(version).paper.questions[number - 1]


def other_key(number: int = 1) -> Correction:
    """The wrong choices of a question are the right ones."""
    found = asked(number)
    return Correction(found.id, found.words, key=tuple(c.id for c in found.choices if not c.correct))


def ruled(ruling: Ruling, number: int = 1) -> Correction:
    return Correction(asked(number).id, asked(number).words, ruling=ruling)


def apply(exam: World, *wanted: Correction, raise_only: bool = False) -> regrading.Decision:
    found = row()
    return regrading.apply(
        found, wanted, WHY, TEAM, known_mark=found.regrade_mark, now=exam.clock(), raise_only=raise_only
    )


def undo(exam: World, number: int, reason: str = "Right after all.") -> regrading.Decision:
    found = row()
    return regrading.undo(found, number, reason, TEAM, known_mark=found.regrade_mark, now=exam.clock())


def settle(exam: World) -> None:
    """What runs after each commit and every minute."""
    regrading.finish_due(exam.clock())
    review.release_due(exam.clock())


def points(exam: World, caller: Caller) -> tuple[int, int]:
    attempt = exam.attempt(caller)
    found = scores.read(attempt)
    assert found is not None
    return int(found.earned), int(found.possible)


def filed(exam: World, caller: Caller) -> tuple[int, int] | None:
    score = submissions_api.get_scores(COURSE, exam.candidacy(caller).anonymous_id).get(USAGE)
    return (score["points_earned"], score["points_possible"]) if score else None


def whole(caller: Caller, exam: World) -> bool:
    chain = AuditEntry.objects.filter(chain=f"candidacy:{exam.candidacy(caller).pk}").order_by("sequence")
    return audit.broken_link(chain) is None


def rows_of(*models: Any) -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in models]


EVERYTHING = (Attempt, AuditEntry, Regrade, Exam, Mail, PartResponse)
