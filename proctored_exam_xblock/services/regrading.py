"""Correct a key or void a question after the fact: apply it to every attempt, undo it, finish what was interrupted.

The decision is one transaction: the regrade's row, the exam's mark, the entry in the exam's trail. The attempts follow,
each in a transaction of its own; one whose mark is smaller than the exam's is still to come, whoever died meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, QuerySet

from .. import compat
from ..domain import corrections
from ..domain.attempt import APPOINTMENT_ACTIVE, OVER
from ..domain.corrections import Correction, Name
from ..domain.errors import ChangedMeanwhile, Gone, InvalidField, NotAllowedNow
from ..domain.mail import Kind
from ..domain.questions import Paper
from ..models import Appointment, Attempt, Candidacy, Exam, PartResponse, Regrade
from . import audit, exams, layouts, mails, review, rulings, scores
from .facts import is_out

log = logging.getLogger(__name__)
LONGEST_REASON = 500
REGRADED = "regraded"
AT_ONCE = 100
"""Attempts that a request brings up to date itself; the round of every minute does the rest."""
A_ROUND = 2_000
"""Attempts that one round brings up to date at most."""


@dataclass(frozen=True)
class Decision:
    """A regrade as it is in force or undone, by its number, and how many attempts have yet to follow."""

    number: int
    mark: int
    left: int


def over(exam: Exam) -> QuerySet[Attempt]:
    """The attempts that corrections concern: answers counted, not archived."""
    return Attempt.objects.filter(version__exam=exam, state__in=[state.value for state in OVER], archived_at=None)


def papers(exam: Exam) -> list[Paper]:
    """The papers that somebody sat, sits or will sit: of the current version first, then the newest."""
    return [paper for paper, _ in sat_papers(exam)]


def sat_papers(exam: Exam) -> list[tuple[Paper, int]]:
    """The same, each with how many sat it or are sitting it."""
    begun = Attempt.objects.filter(version__exam=exam, archived_at=None).order_by()
    sat = dict(begun.values_list("version_id").annotate(Count("pk")))
    active = [state.value for state in APPOINTMENT_ACTIVE]
    booked = Appointment.objects.filter(version__exam=exam, state__in=active).order_by()
    wanted = {*sat, *booked.values_list("version_id", flat=True).distinct(), exam.current_version_id}
    versions = exam.versions.defer("policy", "paper").filter(pk__in=wanted)
    ordered = sorted(versions, key=lambda version: (version.pk == exam.current_version_id, version.pk), reverse=True)
    return [(exams.snapshot(version).paper, sat.get(version.pk, 0)) for version in ordered]


def check(exam: Exam, wanted: Sequence[Correction]) -> None:
    """Refuse corrections that fit nothing, or that leave no point to earn beside those in force.

    Raises:
        InvalidCorrection.
    """
    known = corrections.all_of(rulings.in_force(exam.pk, exam.regrade_mark))
    corrections.check(wanted, [corrections.corrected(paper, known) for paper in papers(exam)])


def apply(
    exam: Exam,
    wanted: Sequence[Correction],
    reason: str,
    actor: str,
    *,
    known_mark: int,
    now: datetime,
    raise_only: bool = False,
) -> Decision:
    """Put corrections in force for every attempt of the exam, those to come included.

    Args:
        wanted: what is decided, of each question once.
        reason: kept in the trail.
        actor: ``staff:<user id>``.
        known_mark: the exam's mark that the preview was made with.
        raise_only: nobody loses by it.

    Raises:
        InvalidField: no reason, or a longer one than is kept. InvalidCorrection: it fits no version of the exam.
        ChangedMeanwhile: something was corrected or undone since the preview.
    """
    reason = _reason(reason)
    with transaction.atomic():
        locked = _locked(exam, known_mark)
        check(locked, wanted)
        locked.regrade_mark += 1
        row = Regrade.objects.create(
            exam=locked,
            number=locked.regrade_mark,
            corrections=corrections.to_json(wanted),
            raise_only=raise_only,
            reason=reason,
            made_at=now,
            made_by=actor,
        )
        locked.save(update_fields=["regrade_mark"])
        told = {"number": row.number, "corrections": row.corrections, "raise_only": raise_only}
        audit.record_exam(locked, REGRADED, now, actor, **told, reason=reason)
    return _follow(locked, row, now)


def undo(exam: Exam, number: int, reason: str, actor: str, *, known_mark: int, now: datetime) -> Decision:
    """Take a regrade back: scores are what they would be without it.

    Raises:
        InvalidField: no reason, or a longer one than is kept. Gone: no such regrade.
        NotAllowedNow: it is undone already. ChangedMeanwhile: as for :func:`apply`.
    """
    reason = _reason(reason)
    with transaction.atomic():
        locked = _locked(exam, known_mark)
        row = Regrade.objects.select_for_update().filter(exam=locked, number=number).first()
        if row is None:
            raise Gone()
        if row.undone_mark is not None:
            raise NotAllowedNow(phase="undone")
        locked.regrade_mark += 1
        row.undone_at, row.undone_by, row.undone_reason, row.undone_mark = now, actor, reason, locked.regrade_mark
        row.save(update_fields=["undone_at", "undone_by", "undone_reason", "undone_mark"])
        locked.save(update_fields=["regrade_mark"])
        audit.record_exam(locked, "regrade_undone", now, actor, number=number, mark=locked.regrade_mark, reason=reason)
    return _follow(locked, row, now)


def left(exam: Exam) -> int:
    """How many attempts have corrections to come."""
    return _behind(exam).count() if exam.regrade_mark else 0


def finish_due(now: datetime) -> int:
    """Bring the attempts up to date that corrections have not reached: their request died, there were too many, or
    they ended at the very moment. Done twice, it changes nothing.

    Returns:
        How many attempts were looked at.
    """
    return sum(_finish(exam, now, A_ROUND) for exam in Exam.objects.filter(regrade_mark__gt=0))


def _reason(reason: str) -> str:
    if not reason.strip():
        raise InvalidField("reason", reason="empty")
    if len(reason.strip()) > LONGEST_REASON:
        raise InvalidField("reason", reason="too_long", high=LONGEST_REASON)
    return reason.strip()


def _locked(exam: Exam, known_mark: int) -> Exam:
    """The exam's row under its lock: of two decisions at once the second finds another mark than it was made with."""
    locked = Exam.objects.select_for_update().get(pk=exam.pk)
    if locked.regrade_mark != known_mark:
        raise ChangedMeanwhile(about="regrade", current=locked.regrade_mark)
    return locked


def _follow(exam: Exam, row: Regrade, now: datetime) -> Decision:
    """What can be done of it at once; a failure here undoes nothing, the next round goes on."""
    try:
        _finish(exam, now, AT_ONCE)
    except Exception:  # the decision stands: nobody may be told that it failed
        log.exception("regrade %s of exam %s: its attempts follow later", row.number, exam.pk)
    still = left(exam)
    if still:
        compat.host().later("close_overdue_attempts", 0)
    return Decision(row.number, exam.regrade_mark, still)


# --- attempt by attempt ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Rules:
    """What scores are made by at one mark; ``questions`` are all that were ever corrected, undone or not."""

    mark: int
    regrades: tuple[corrections.Regrade, ...]
    questions: frozenset[Name]
    reason: str


def concerns(attempt: Attempt, questions: frozenset[Name]) -> bool:
    """Whether the attempt was given one of these questions; if not, its score stays what it is, whoever made it."""
    return corrections.concerns(layouts.own_paper(attempt, exams.snapshot(attempt.version).paper), questions)


def _rules(exam: Exam) -> _Rules:
    rows = list(Regrade.objects.filter(exam=exam, number__lte=exam.regrade_mark))
    known = rulings.read(rows)
    questions = frozenset(correction.name for correction in corrections.all_of(known))
    return _Rules(
        exam.regrade_mark,
        corrections.in_force(known, exam.regrade_mark),
        questions,
        _reason_at(rows, exam.regrade_mark),
    )


def _reason_at(rows: Sequence[Regrade], mark: int) -> str:
    """Of what was decided last by then; what was undone since has not happened yet."""
    made = [(row.number, row.reason) for row in rows]
    undone = [(row.undone_mark, row.undone_reason) for row in rows if row.undone_mark and row.undone_mark <= mark]
    return max(made + undone)[1]


def _behind(exam: Exam) -> QuerySet[Attempt]:
    return over(exam).filter(regrade_mark__lt=exam.regrade_mark)


def _finish(exam: Exam, now: datetime, most: int) -> int:
    found = list(_behind(exam).order_by("pk").values_list("pk", "candidacy_id")[:most])
    if not found:
        return 0
    rules, told = _rules(exam), False
    for attempt_id, candidacy_id in found:
        try:
            told = _settle(attempt_id, candidacy_id, rules, now) or told
        except Exception:  # one that fails must not keep the others back; the next round tries it again
            log.exception("attempt %s: its score could not be corrected", attempt_id)
    if told:
        mails.send_soon()
    return len(found)


def _settle(attempt_id: int, candidacy_id: int, rules: _Rules, now: datetime) -> bool:
    """One attempt's score by the rules. The first statement locks: what is read after it is not older than the lock.

    Returns:
        Whether an e-mail was written.
    """
    with transaction.atomic():
        candidacy = Candidacy.objects.select_for_update().get(pk=candidacy_id)
        attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
        if attempt.archived_at is not None or attempt.regrade_mark >= rules.mark:
            return False
        attempt.candidacy = candidacy
        before, was_out = scores.read(attempt), _is_told(attempt)
        if not attempt.score_by_hand and concerns(attempt, rules.questions):
            scores.put(attempt, scores.mark_by(attempt, _counted(attempt), rules.regrades))
        after = scores.read(attempt)
        if after == before:  # though it may be cut into other parts of a point
            Attempt.objects.filter(pk=attempt_id).update(regrade_mark=rules.mark)
            return False
        attempt.regrade_mark = rules.mark
        if not exams.snapshot(attempt.version).policy.practice:
            review.is_changed(attempt)
        attempt.save(update_fields=[*scores.FIELDS, "score_sent_at"])
        told = {name: scores.plain(score) if score else None for name, score in (("before", before), ("after", after))}
        audit.record(candidacy, REGRADED, now, "system", attempt=attempt, mark=rules.mark, reason=rules.reason, **told)
        if was_out:
            mails.tell(Kind.CORRECTED, attempt, now, once=rules.mark, soon=False)
        transaction.on_commit(lambda: review.publish_grade(attempt_id, now), robust=True)
    return was_out


def _counted(attempt: Attempt) -> dict[str, tuple[str, ...]]:
    parts = PartResponse.objects.select_for_update().filter(attempt=attempt, counted=True)
    return {question: tuple(chosen) for part in parts for question, chosen in part.answers.items()}


def _is_told(attempt: Attempt) -> bool:
    """Whether the candidate knows the score; of one that is held back or taken back they are told nothing."""
    return is_out(attempt) and attempt.review not in review.WITHHELD
