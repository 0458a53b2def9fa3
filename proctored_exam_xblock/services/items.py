"""How the questions of an exam did (R-X-17), read from the rows a thousand attempts at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..domain.attempt import OVER
from ..domain.corrections import Correction, all_of, corrected
from ..domain.items import Item, Survey, Whole, items, whole
from ..domain.policy import ExamPolicy
from ..models import Attempt, Exam, ExamVersion, PartResponse
from . import exams, layouts, rulings, scores
from .answers import counted

CHUNK = 1000
_READ = ("pk", "version_id", "layout", "score_earned", "score_possible", "score_unit")


@dataclass(frozen=True)
class Report:
    """Every question's figures and those of the papers, under the rules of the exam's present version."""

    policy: ExamPolicy
    items: tuple[Item, ...]
    whole: Whole


def report(exam: Exam) -> Report:
    """Figures over all attempts that were submitted or ran out of time and are not archived; nobody is in them.

    Those of a question are made of the answers by the keys in force; those of the whole are the scores that candidates
    have, whoever or whatever gave them.

    Args:
        exam: one with a current version.
    """
    versions = list(ExamVersion.objects.filter(exam=exam).only("pk", "content_hash"))
    versions.sort(key=lambda version: (version.pk == exam.current_version_id, version.pk))
    ranks = {version.pk: rank for rank, version in enumerate(versions)}
    known = all_of(rulings.in_force(exam.pk, exam.regrade_mark))
    snapshots = {version.pk: _in_force(version, known) for version in versions}
    survey = Survey()
    for attempt, parts in _attempts(exam):
        snapshot = snapshots[attempt.version_id]
        survey.add(
            layouts.own_paper(attempt, snapshot.paper),
            counted(parts),
            rank=ranks[attempt.version_id],
            scoring=snapshot.policy.scoring,
            score=scores.read(attempt),
            spent={q: seconds for part in parts for q, seconds in part.spent.items()},
        )
    present = snapshots[versions[-1].pk]
    survey.know(present.paper, len(versions) - 1)
    return Report(
        present.policy, items(survey, present.paper), whole(survey, present.paper, present.policy.score_scale)
    )


def _in_force(version: ExamVersion, known: Sequence[Correction]) -> exams.Snapshot:
    """The rules and the paper that a version's attempts are graded by, with what was decided of its questions since."""
    snapshot = exams.snapshot(version)
    return replace(snapshot, paper=corrected(snapshot.paper, known))


def _attempts(exam: Exam) -> Iterator[tuple[Attempt, list[PartResponse]]]:
    """Two statements for each thousand."""
    over = [state.value for state in OVER]
    rows = Attempt.objects.filter(candidacy__exam=exam, state__in=over, archived_at=None).order_by("pk")
    last = 0
    while True:
        chunk = list(rows.filter(pk__gt=last).only(*_READ)[:CHUNK])
        parts: dict[int, list[PartResponse]] = defaultdict(list)
        if chunk:
            answered = PartResponse.objects.filter(attempt_id__in=[attempt.pk for attempt in chunk])
            for part in answered.only("attempt_id", "answers", "spent", "counted"):
                parts[part.attempt_id].append(part)
        for attempt in chunk:
            yield attempt, parts[attempt.pk]
        if len(chunk) < CHUNK:
            return
        last = chunk[-1].pk
