"""The judgement: what candidates saw against the rows, the vendor's record, the gradebook and plain arithmetic."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from submissions import api as submissions_api

from ..domain.attempt import APPOINTMENT_ACTIVE, OVER, AppointmentState, State
from ..domain.grading import Score
from ..domain.policy import ExamPolicy
from ..models import Appointment, Attempt, AuditEntry, LateAnswer, OutboxEntry, PartResponse
from ..services import audit, review, scores
from .cast import Day, Ending
from .exam_day import ExamDay, expected_points
from .report import Finding, Level, counted

SLOWEST = 30
"""How many times the median use-case the slowest one may take before it is worth a look."""


def appointments(
    lives: Sequence[ExamDay], sessions: list[dict[str, Any]] | None, policy: ExamPolicy
) -> tuple[Finding, ...]:
    """Once all bookings, moves and cancellations are settled, before the first exam day."""
    if not policy.appointments:
        return ()
    seatless = [life.role.number for life in lives if not life.record.found_seat]
    booked = [life for life in lives if life.record.found_seat]
    wrong = [life.role.number for life in booked if not _has_one_appointment(life)]
    found = [counted("seats", seatless, len(lives)), counted("booked_once", wrong, len(booked))]
    if sessions is not None:
        found.append(_vendor_agrees(sessions))
    return tuple(found)


def _rows_of(life: ExamDay) -> list[Appointment]:
    return list(Appointment.objects.filter(candidacy__user_id=life.user_id).order_by("number"))


def _has_one_appointment(life: ExamDay) -> bool:
    """At the hour they were told, and nothing else of theirs is to come."""
    active = [row for row in _rows_of(life) if AppointmentState(row.state) in APPOINTMENT_ACTIVE]
    return (
        len(active) == 1
        and active[0].state == AppointmentState.CONFIRMED
        and active[0].start == life.record.expected_start
    )


def _vendor_agrees(sessions: list[dict[str, Any]]) -> Finding:
    """The vendor's own record holds our confirmed appointments at their hour, once, and no other."""
    ours = dict(
        Appointment.objects.filter(state=AppointmentState.CONFIRMED.value).values_list("reservation_id", "start")
    )
    theirs: dict[str, list[datetime]] = {}
    for line in sessions:
        if line["active"]:
            theirs.setdefault(line["reservation_id"], []).append(datetime.fromisoformat(line["start"]))
    numbers = dict(Appointment.objects.values_list("reservation_id", "candidacy__user__username"))
    differing = {key for key in {*ours, *theirs} if theirs.get(key) != [ours.get(key)]}
    return counted("vendor_agrees", sorted(numbers.get(key, "?") for key in differing), len({*ours, *theirs}))


def exam(lives: Sequence[ExamDay], policy: ExamPolicy, logged: list[str]) -> tuple[Finding, ...]:
    """Once everything is over and settled."""
    came = [life for life in lives if life.record.came]
    opened = [life for life in lives if life.record.opened]
    sat = [life for life in lives if life.record.started_at is not None]
    timed = [life for life in sat if life.role.ending is Ending.TOO_LATE]
    absent = [life for life in lives if life.role.day is Day.NEVER and life.record.expected_start is not None]
    crashes = sorted({*logged, *(crash for life in lives for crash in life.record.crashes)})
    return (
        counted("crashes", crashes, len(crashes)),
        counted("stopped", _stopped(lives), len(lives)),
        counted("rooms", _numbers(came, lambda life: life.record.entered), len(came)),
        counted("let_in", _numbers(opened, lambda life: life.record.started_at is not None), len(opened)),
        counted("codes_apart", _let(lives, "code"), len(opened)),
        counted("one_window", _let(lives, "window"), len(sat)),
        counted("answers_kept", _numbers(sat, _answers_are_kept), len(sat)),
        counted("late_refused", _numbers(timed, _late_is_kept_aside) + _let(lives, "late", "revision"), len(sat)),
        counted("deadlines", _numbers(sat, lambda life: _deadline_is_exact(life, policy)), len(sat)),
        counted("ended", _numbers(sat, _is_over), len(sat)),
        counted("scores", _numbers(sat, _score_is_right), len(sat)),
        counted("grades", _numbers(sat, _grade_is_filed), len(sat)),
        counted("absences", _numbers(absent, _is_missed), len(absent)),
        _trail(),
        _queue(),
        _speed(lives),
    )


def _numbers(lives: Iterable[ExamDay], is_right: Any) -> list[str]:
    """Of those for whom it is not as it should be."""
    return [str(life.role.number) for life in lives if not is_right(life)]


def _let(lives: Iterable[ExamDay], *what: str) -> list[str]:
    return [str(life.role.number) for life in lives if life.record.wrongly_let.intersection(what)]


def _stopped(lives: Iterable[ExamDay]) -> list[str]:
    return [f"{life.role.number} ({life.record.stopped_at})" for life in lives if life.record.stopped_at]


# --- one candidate --------------------------------------------------------------------------------------------------


def _attempt(life: ExamDay) -> Attempt | None:
    rows = Attempt.objects.filter(candidacy__user_id=life.user_id).select_related("candidacy__exam")
    found = list(rows)
    return found[0] if len(found) == 1 else None


def _answers_are_kept(life: ExamDay) -> bool:
    """Each part held what was acknowledged when it was, and holds the last of it in the end, and nothing else."""
    if life.record.lost:
        return False
    rows = {row.number: row for row in PartResponse.objects.filter(attempt__candidacy__user_id=life.user_id)}
    known = life.record.acknowledged
    return set(rows) == set(range(1, len(life.scene.parts) + 1)) and all(
        known[number].is_in(row.answers) if number in known else not row.answers for number, row in rows.items()
    )


def _late_is_kept_aside(life: ExamDay) -> bool:
    rows = {row.number: row for row in LateAnswer.objects.filter(attempt__candidacy__user_id=life.user_id)}
    late = life.record.late
    if not late or set(rows) != set(late):
        return False
    return all(sent.is_in(rows[number].answers) for number, sent in late.items())


def _deadline_is_exact(life: ExamDay, policy: ExamPolicy) -> bool:
    attempt, started = _attempt(life), life.record.started_at
    if attempt is None or started is None:
        return False
    seconds = policy.duration_minutes * 60
    extra = -(-seconds * life.role.extra_percent // 100)
    return attempt.started_at == started and attempt.deadline == started + timedelta(seconds=seconds + extra)


def _is_over(life: ExamDay) -> bool:
    attempt = _attempt(life)
    if attempt is None or State(attempt.state) not in OVER:
        return False
    by_hand = life.role.ending is Ending.FINISHES
    return (attempt.state == State.SUBMITTED) if by_hand else (attempt.ended_at == attempt.deadline)


def _score_is_right(life: ExamDay) -> bool:
    attempt = _attempt(life)
    return attempt is not None and scores.read(attempt) == Score(expected_points(life), life.sheet.possible())


def _grade_is_filed(life: ExamDay) -> bool:
    """In the gradebook, with the same points."""
    attempt = _attempt(life)
    if attempt is None:
        return False
    score = submissions_api.get_score(review.student_item(attempt)) or {}
    return (score.get("points_earned"), score.get("points_possible")) == scores.filed(attempt)


def _is_missed(life: ExamDay) -> bool:
    return _attempt(life) is None and _rows_of(life)[-1].state == AppointmentState.MISSED


# --- the whole ------------------------------------------------------------------------------------------------------


def _trail() -> Finding:
    chains = sorted(set(AuditEntry.objects.values_list("chain", flat=True)))
    broken = [
        chain
        for chain in chains
        if audit.broken_link(AuditEntry.objects.filter(chain=chain).order_by("sequence")) is not None
    ]
    return counted("trail", broken, len(chains))


def _queue() -> Finding:
    """Nothing waits, nothing was given up."""
    left = OutboxEntry.objects.filter(state__in=["pending", "stuck"])
    names = [f"{entry.kind} ({entry.last_error or entry.state})" for entry in left]
    return counted("queue_empty", names, OutboxEntry.objects.count())


def _speed(lives: Sequence[ExamDay]) -> Finding:
    """The slowest use-case, as so many times the median of all of them."""
    medians = {name: statistics.median(found) for name, found in lives[0].scene.seconds.items() if found}
    if not medians:
        return Finding("speed", Level.OK)
    middle = statistics.median(medians.values())
    name, slowest = max(medians.items(), key=lambda item: item[1])
    ratio = round(slowest / middle, 1) if middle else 0.0
    level = Level.WARNING if ratio > SLOWEST else Level.OK
    return Finding("speed", level, detail=(name, f"x {ratio:g}"))
