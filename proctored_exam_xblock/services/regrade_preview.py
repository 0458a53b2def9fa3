"""Who would change by a regrade or by undoing one, and by how much: read in chunks, nothing is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..domain import corrections
from ..domain.corrections import Correction, Regrade
from ..domain.errors import Gone, NotAllowedNow
from ..domain.grading import Score, passed
from ..domain.scoring import Scale
from ..models import Attempt, Exam, ExamVersion, PartResponse
from . import exams, regrading, rulings, scores
from .facts import is_out

CHUNK = 500
Counted = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Change:
    """One candidate whose score changes, or would if it were not put by hand.

    Args:
        before, after: in points; the same where it was put by hand, which is left alone.
        is_out: the candidate knows the score that changes.
    """

    name: str
    certification_number: str
    before: Score
    after: Score
    passed_before: bool
    passed_after: bool
    is_out: bool
    by_hand: bool
    scale: Scale

    @property
    def rises(self) -> bool:
        """Whether the share of the points is a larger one."""
        return self.after.earned * self.before.possible > self.before.earned * self.after.possible

    @property
    def falls(self) -> bool:
        """Whether it is a smaller one."""
        return self.after.earned * self.before.possible < self.before.earned * self.after.possible


@dataclass(frozen=True)
class Preview:
    """What a decision would do.

    Args:
        mark: the exam's, for the decision to name.
        attempts: how many were looked at.
        left: how many of them have an earlier decision to come, so that their scores are not yet what they will be.
        changes: those who newly pass or no longer pass first, scores put by hand last.
    """

    mark: int
    attempts: int
    left: int
    changes: tuple[Change, ...]

    @property
    def changed(self) -> tuple[Change, ...]:
        """Without those put by hand."""
        return tuple(change for change in self.changes if not change.by_hand)


def of(exam: Exam, wanted: Sequence[Correction], *, raise_only: bool = False) -> Preview:
    """What putting corrections in force would do.

    Raises:
        InvalidCorrection: they fit no version of the exam.
    """
    exam = _fresh(exam)
    regrading.check(exam, wanted)
    present = rulings.in_force(exam.pk, exam.regrade_mark)
    return _preview(exam, present, (*present, Regrade(exam.regrade_mark + 1, tuple(wanted), raise_only)), wanted)


def of_undoing(exam: Exam, number: int) -> Preview:
    """What taking a regrade back would do.

    Raises:
        Gone: no such regrade. NotAllowedNow: it is undone already.
    """
    exam = _fresh(exam)
    if not exam.regrades.filter(number=number).exists():
        raise Gone()
    present = rulings.in_force(exam.pk, exam.regrade_mark)
    undone = [regrade for regrade in present if regrade.number == number]
    if not undone:
        raise NotAllowedNow(phase="undone")
    rest = tuple(regrade for regrade in present if regrade.number != number)
    return _preview(exam, present, rest, corrections.all_of(undone))


def _fresh(exam: Exam) -> Exam:
    """The mark as it is now, read before the regrades."""
    exam.refresh_from_db(fields=["regrade_mark"])
    return exam


def _preview(
    exam: Exam, present: Sequence[Regrade], future: Sequence[Regrade], wanted: Sequence[Correction]
) -> Preview:
    questions, attempts, changes = frozenset(correction.name for correction in wanted), 0, []
    for attempt, counted in _sat(exam):
        attempts += 1
        if regrading.concerns(attempt, questions):
            change = _change(attempt, counted, present, future)
            changes += [change] if change else []
    changes.sort(key=lambda change: (change.by_hand, change.passed_before == change.passed_after, change.name))
    return Preview(exam.regrade_mark, attempts, regrading.left(exam), tuple(changes))


def _sat(exam: Exam) -> Iterator[tuple[Attempt, Counted]]:
    """Every attempt that corrections concern with its counted answers, two statements for each chunk."""
    versions = {version.pk: version for version in exam.versions.defer("policy", "paper")}
    rows, last = regrading.over(exam).select_related("candidacy__user").order_by("pk"), 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        counted = _counted(chunk)
        for attempt in chunk:
            attempt.version = versions.get(attempt.version_id) or _version(attempt.version_id)
            yield attempt, counted[attempt.pk]


def _version(pk: int) -> ExamVersion:
    """One that was published while the others were read."""
    return ExamVersion.objects.get(pk=pk)


def _counted(chunk: Sequence[Attempt]) -> Mapping[int, Counted]:
    found: dict[int, dict[str, tuple[str, ...]]] = defaultdict(dict)
    parts = PartResponse.objects.filter(attempt__in=[attempt.pk for attempt in chunk], counted=True)
    for attempt_id, answers in parts.values_list("attempt_id", "answers"):
        found[attempt_id] |= {question: tuple(chosen) for question, chosen in answers.items()}
    return found


def _change(attempt: Attempt, counted: Counted, present: Sequence[Regrade], future: Sequence[Regrade]) -> Change | None:
    before = scores.read(attempt)
    if before is None:
        return None
    policy = exams.snapshot(attempt.version).policy
    score = scores.mark_by(attempt, counted, future)
    if attempt.score_by_hand:
        if score == scores.mark_by(attempt, counted, present):
            return None
        after = before
    else:
        scores.put(attempt, score)  # in memory only: rounded as the row will be
        after = scores.read(attempt) or score
        if after == before:
            return None
    return Change(
        name=_name(attempt),
        certification_number=attempt.certification_number,
        before=before,
        after=after,
        passed_before=passed(before, policy.pass_percent),
        passed_after=passed(after, policy.pass_percent),
        is_out=is_out(attempt),
        by_hand=attempt.score_by_hand,
        scale=policy.score_scale,
    )


def _name(attempt: Attempt) -> str:
    """As confirmed for the certificate, else the account's."""
    candidacy = attempt.candidacy
    confirmed = f"{candidacy.first_name} {candidacy.last_name}".strip()
    return confirmed or candidacy.user.get_full_name() or candidacy.user.get_username()
