"""Practice exams (R-X-18): another try, the report of the last one, and how an exam and its practice know each other.

A practice exam goes the way of every other: the same rows, phases and screens. What sets it apart is said by its policy
alone: nothing of it is graded, released or reviewed, and it can be begun again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .. import compat
from ..backends import registry
from ..backends.base import Capability
from ..domain import clock, drawing
from ..domain.attempt import LIVE, AppointmentState, State
from ..domain.equipment import EquipmentLimits
from ..domain.errors import NotConfigured
from ..domain.journey import PRACTICE_ENDS, Action, Phase
from ..domain.policy import ExamPolicy
from ..domain.practice import Around, Life, PartLife, Report, Target, judge
from ..models import Appointment, Attempt, AuditEntry, Candidacy, Exam, LateAnswer, PartResponse
from . import audit, exams, gate
from .dossier import Caller, Dossier
from .entry import load, locked

log = logging.getLogger(__name__)
AGAIN = "practice_again"
_BEFORE = frozenset({Phase.ONBOARDING, Phase.BOOKING, Phase.BOOKED, Phase.AVAILABLE})
_TELLING = (AGAIN, "booked", "booked_by_hand", "room_opened", "unlock_lapsed", "window_opened")
_LOOK_BACK = 5
"""Appointments that are looked at for the last try: those after it were cancelled, or are still to come."""


@dataclass(frozen=True)
class Aside:
    """What a screen needs beside its dossier: the facts, the address of the practice exam, and that of the exam that
    this one prepares for; '' where there is none."""

    around: Around = field(default_factory=Around)
    practice_url: str = ""
    exam_url: str = ""


def try_again(caller: Caller, now: datetime) -> Dossier:
    """Archive the try that is over, with its trail, and open the next one. The same click twice opens one.

    Raises:
        NotAllowedNow: no practice exam, a try is under way, or the exam period is over.
    """
    with locked(caller, now) as dossier:
        candidacy, attempt = dossier.own, dossier.attempt
        if dossier.policy.practice and attempt is None and candidacy.second_appointment:
            return dossier
        dossier.journey.require(Action.TRY_AGAIN)
        if attempt is not None:
            attempt.archived_at = now
            attempt.save(update_fields=["archived_at"])
        candidacy.second_appointment = True
        candidacy.save(update_fields=["second_appointment"])
        audit.record(candidacy, AGAIN, now, caller.actor, attempt=attempt)
    return load(caller, now)


def aside(dossier: Dossier) -> Aside:
    """What this screen tells of practice; nothing, and no statement, where no policy speaks of it."""
    phase = dossier.journey.phase
    if not dossier.facts.eligible:
        return Aside()
    if dossier.policy.practice:
        return _in_practice(dossier, phase) if phase in _BEFORE | PRACTICE_ENDS | {Phase.ROOM} else Aside()
    if dossier.policy.practice_exam and phase in _BEFORE:
        return _in_exam(dossier)
    return Aside()


def _in_practice(dossier: Dossier, phase: Phase) -> Aside:
    if phase is Phase.ROOM:
        return Aside(Around(code=_code(dossier)))
    exam = _prepared_for(dossier.exam)
    target = _target(exam, dossier.own.user_id) if exam else _itself(dossier)
    report = None
    if phase in PRACTICE_ENDS and dossier.appointment is not None:
        report = judge(_life(dossier.own, dossier.appointment, dossier.attempt, exam), target)
    return Aside(Around(target=target, report=report), exam_url=_address(exam.usage_key) if exam else "")


def _code(dossier: Dossier) -> str:
    """What the proctor would type, shown to the candidate: it opens this practice and nothing else."""
    if dossier.appointment is None or not dossier.policy.unlock.is_code:
        return ""
    return gate.code_of(dossier.appointment)


def _in_exam(dossier: Dossier) -> Aside:
    key = dossier.policy.practice_exam
    exam = exams.rows().filter(usage_key=key).first()
    if exam is not None and not _is_practice_of(exam, dossier.exam):
        return Aside()
    url = _address(key)
    if exam is None or not url:  # not looked at by anybody yet: there is no try to tell of
        return Aside(practice_url=url)
    return Aside(Around(last=_last(exam, dossier)), practice_url=url)


def _is_practice_of(practice: Exam, exam: Exam) -> bool:
    if practice.course_key != exam.course_key or practice.current_version is None:
        return False
    return exams.snapshot(practice.current_version).policy.practice


def _last(practice: Exam, dossier: Dossier) -> Report | None:
    """The last try that is over, archived or not."""
    user = dossier.own.user_id
    candidacy = Candidacy.objects.filter(exam=practice, user_id=user).first()
    if candidacy is None:
        return None
    for appointment in candidacy.appointments.order_by("-number")[:_LOOK_BACK]:
        attempt = appointment.attempts.order_by("-number").first()
        over = attempt is not None and State(attempt.state) not in LIVE
        if over or appointment.state == AppointmentState.MISSED:
            life = _life(candidacy, appointment, attempt, dossier.exam)
            return judge(life, _target(dossier.exam, user))
    return None


def _address(usage_key: str) -> str:
    try:
        return compat.host().block_url(usage_key)
    except Exception as error:  # noqa: BLE001 - each host's own; a key with a typo must not close the exam's page
        log.warning("practice: no address for %r (%s)", usage_key, type(error).__name__)
        return ""


def _prepared_for(practice: Exam) -> Exam | None:
    """The exam of the same course whose policy names this practice."""
    others = exams.rows().filter(course_key=practice.course_key, current_version__isnull=False)
    for exam in others.exclude(pk=practice.pk):
        assert exam.current_version is not None
        if exams.snapshot(exam.current_version).policy.practice_exam == practice.usage_key:
            return exam
    return None


def _target(exam: Exam, user_id: int) -> Target:
    assert exam.current_version is not None
    found = exams.snapshot(exam.current_version)
    percent = Candidacy.objects.filter(exam=exam, user_id=user_id).values_list("extra_time_percent", flat=True).first()
    extra = clock.extra_time(found.policy.duration, percent or 0)
    try:
        backend = registry.get(found.policy.backend)
    except NotConfigured:
        return _measure(found.policy, found.length, extra)
    has_room = Capability.ROOM in backend.capabilities
    target = _measure(found.policy, found.length, extra, has_room=has_room)
    return replace(target, unsupported_systems=tuple(backend.unsupported_systems), limits=backend.limits)


def _itself(dossier: Dossier) -> Target:
    return _measure(dossier.policy, drawing.length(dossier.paper), dossier.facts.extra_time, known=False)


def _measure(
    policy: ExamPolicy,
    questions: int,
    extra: timedelta,
    *,
    known: bool = True,
    has_room: bool = False,
) -> Target:
    missed_after = timedelta(minutes=policy.missed_after_minutes)
    duration = clock.whole_duration(policy, extra)
    return Target(policy.title, policy.expiry, duration, questions, missed_after, has_room, known)


def equipment_target(dossier: Dossier) -> tuple[EquipmentLimits, tuple[str, ...]]:
    """What a check of the equipment is held against: the needs of the exam itself, in a practice those of its exam, and
    the systems that its service refuses."""
    exam = _prepared_for(dossier.exam) if dossier.policy.practice else None
    target = _target(exam, dossier.own.user_id) if exam else None
    if target is None or not target.known:
        return dossier.backend.limits, tuple(dossier.backend.unsupported_systems)
    return target.limits, target.unsupported_systems


# --- what happened ------------------------------------------------------------------------------------------------


def _life(candidacy: Candidacy, appointment: Appointment, attempt: Attempt | None, exam: Exam | None) -> Life:
    """One try as it is on file.

    Args:
        exam: the one that it prepares for: the candidate's equipment may have been checked there.
    """
    if attempt is None:  # a room that was entered and never opened is archived by the clock
        attempt = appointment.attempts.order_by("-number").first()
    trail = _trail(candidacy)
    number = _number(trail, appointment)
    slot = None if appointment.implicit else appointment.start
    missed = appointment.state == AppointmentState.MISSED
    equipment = _equipment(candidacy, exam)
    if attempt is None:
        return Life(number, slot, missed, equipment=equipment)
    own = [entry for entry in trail if entry.attempt_id == attempt.pk]
    opened = [entry.data.get("how") for entry in own if entry.action == "window_opened"]
    return Life(
        number=number,
        slot=slot,
        missed=missed,
        launched_at=attempt.launched_at,
        started_at=attempt.started_at,
        ended_at=attempt.ended_at,
        deadline=attempt.deadline,
        end_reason=attempt.end_reason,
        last_seen=attempt.window_seen_at,
        parts=_parts(attempt) if attempt.started_at else (),
        late_parts=tuple(
            LateAnswer.objects.filter(attempt=attempt).order_by("number").values_list("number", flat=True)
        ),
        lapses=sum(entry.action == "unlock_lapsed" for entry in own),
        takeovers=sum(how in ("password", "silent") for how in opened),
        reloads=opened.count("reload"),
        equipment=equipment,
    )


def _number(trail: list[AuditEntry], appointment: Appointment) -> int:
    """Which try the appointment belongs to: one more than those that were begun again before it was made."""
    number = 1
    for entry in trail:
        if entry.data.get("appointment") == appointment.pk:
            break
        number += entry.action == AGAIN
    return number


def _trail(candidacy: Candidacy) -> list[AuditEntry]:
    rows = AuditEntry.objects.filter(chain=f"candidacy:{candidacy.pk}", action__in=_TELLING)
    return list(rows.only("action", "attempt_id", "data").order_by("sequence"))


def _parts(attempt: Attempt) -> tuple[PartLife, ...]:
    found, number = [], 0
    rows = {part.number: part for part in PartResponse.objects.filter(attempt=attempt)}
    for index, drawn in enumerate(attempt.layout, start=1):
        row, missing = rows[index], []
        for question, _order in drawn:
            number += 1
            if not row.answers.get(question):
                missing.append(number)
        answered = len(drawn) - len(missing)
        found.append(PartLife(index, row.submitted_at is not None, answered, tuple(missing)))
    return tuple(found)


def _equipment(candidacy: Candidacy, exam: Exam | None) -> tuple[str, ...] | None:
    """What the latest check found, here or for the exam itself; both are the same computer's owner's."""
    checks = [candidacy]
    if exam is not None:
        checks += Candidacy.objects.filter(exam=exam, user_id=candidacy.user_id)
    done = [one for one in checks if one.equipment_checked_at is not None]
    if not done:
        return None
    last = max(done, key=lambda one: (one.equipment_checked_at, one is candidacy))
    return tuple(last.equipment.get("warnings", ()))
