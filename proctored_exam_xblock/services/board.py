"""The invigilator's board of one exam: today's candidates, how each stands, and the code when it is asked for."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet

from ..backends import registry
from ..backends.base import Capability
from ..domain import standing
from ..domain.attempt import APPOINTMENT_ACTIVE, AppointmentState, State
from ..domain.clock import abandoned_at, extra_time, is_over, latest_end, unlock_lapses_at
from ..domain.errors import Gone, NotAllowedNow
from ..domain.journey import ROOM_OPEN
from ..domain.policy import Unlock
from ..domain.standing import Deed, Standing
from ..models import Appointment, Attempt, Candidacy, Exam, Incident, PartResponse
from . import audit, entry, exams, gate
from .dossier import of_candidacy

log = logging.getLogger(__name__)
SILENT_AFTER = timedelta(seconds=60)
"""A sitting window is heard every 30 seconds."""
_GIVEN_UP = [AppointmentState.CANCELLED.value, AppointmentState.REFUSED.value]


@dataclass(frozen=True)
class Row:
    """One candidate. ``remaining_seconds`` is None without a running or stopped clock; ``seen_at`` is the last sign of
    the candidate's page; ``since`` is when the present standing began, where that matters."""

    candidacy_id: int
    user_id: int
    first_name: str
    last_name: str
    start: datetime
    implicit: bool
    standing: Standing
    deeds: tuple[Deed, ...]
    next: Deed | None
    since: datetime | None
    remaining_seconds: int | None
    seen_at: datetime | None
    silent: bool
    answered: int
    questions: int
    verified: int
    parts: int
    extra_percent: int
    extra_seconds: int
    wrong_tries: int
    locked_until: datetime | None
    incidents: int


@dataclass(frozen=True)
class Code:
    """A code that was asked for; ``session``: the same for everybody who begins at ``start``."""

    text: str
    start: datetime
    session: bool


def rows(exam: Exam, now: datetime) -> tuple[Row, ...]:
    """Everybody who has an appointment on this day of the exam's zone, or still sits since an earlier one."""
    first, last = _day(exam, now)
    _settle(exam, first, last, now)
    return _read(_of_day(exam, first, last), now)


def row(exam: Exam, candidacy_id: int, now: datetime) -> Row:
    """One candidate of the day.

    Raises:
        Gone: not one of this exam, or not today.
    """
    first, last = _day(exam, now)
    found = _read(_of_day(exam, first, last).filter(candidacy=candidacy_id), now)
    if not found:
        raise Gone()
    return found[0]


def reveal(exam: Exam, candidacy_id: int, actor: str, now: datetime) -> Code:
    """The code of one candidate, for somebody who is in the room with them. Each look is in the trail.

    Raises:
        Gone: not a candidate of today.
        NotAllowedNow: no code is of any use to them now.
    """
    with entry.locked(of_candidacy(candidacy_id), now) as dossier:
        found = row(exam, candidacy_id, now)
        appointment = dossier.appointment
        if Deed.CODE not in found.deeds or appointment is None:
            raise NotAllowedNow(phase=dossier.journey.phase.value)
        text = gate.code_of(appointment)
        audit.record(dossier.own, "code_shown", now, actor, attempt=dossier.attempt, appointment=appointment.pk)
    return Code(text, appointment.start, dossier.policy.unlock.value == "session_code")


def _day(exam: Exam, now: datetime) -> tuple[datetime, datetime]:
    if exam.current_version is None:
        raise Gone()
    zone = exams.snapshot(exam.current_version).policy.zone
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(UTC), (midnight + timedelta(days=1)).astimezone(UTC)


def _of_day(exam: Exam, first: datetime, last: datetime) -> QuerySet[Appointment]:
    newest = Candidacy.objects.filter(exam=exam).annotate(last=Max("appointments__pk")).values("last")
    today = Q(start__gte=first, start__lt=last)
    sitting = Attempt.objects.filter(candidacy__exam=exam, active_key__isnull=False).values("appointment")
    found = Appointment.objects.filter(today | Q(pk__in=sitting), pk__in=newest).exclude(state__in=_GIVEN_UP)
    return found.select_related("candidacy", "version").defer("version__policy", "version__paper")


def _settle(exam: Exam, first: datetime, last: datetime, now: datetime) -> None:
    """What the clock has overtaken is closed by whoever looks, as everywhere."""
    for appointment in _of_day(exam, first, last).prefetch_related("attempts"):
        policy = exams.snapshot(appointment.version).policy
        live = next((row for row in appointment.attempts.all() if row.active_key is not None), None)
        if live is None:
            due = AppointmentState(appointment.state) in APPOINTMENT_ACTIVE
            due = due and now >= latest_end(appointment.start, policy)
        elif live.state == State.SITTING:
            due = live.deadline is not None and is_over(live.deadline, policy, now)
        elif live.state == State.UNLOCKED:
            seen_open = appointment.room_state == ROOM_OPEN and policy.unlock is Unlock.NONE
            open_at = appointment.room_state_at if seen_open else None
            due = live.unlocked_at is not None and now >= unlock_lapses_at(live.unlocked_at, policy, open_at)
        else:
            extra = extra_time(policy.duration, appointment.candidacy.extra_time_percent)
            due = live.state == State.GATE and now >= abandoned_at(appointment.start, policy, extra)
        if due:
            try:
                entry.load(of_candidacy(appointment.candidacy_id), now)
            except Exception:  # one broken dossier must not take the board from the others
                log.exception("candidacy %s could not be brought up to date", appointment.candidacy_id)


def _read(appointments: QuerySet[Appointment], now: datetime) -> tuple[Row, ...]:
    found = list(appointments)
    attempts: dict[int, Attempt] = {}
    for attempt in Attempt.objects.filter(appointment__in=found, archived_at=None).order_by("number"):
        attempts[attempt.appointment_id] = attempt
    parts: dict[int, list[PartResponse]] = defaultdict(list)
    for part in PartResponse.objects.filter(attempt__in=attempts.values()):
        parts[part.attempt_id].append(part)
    told = Incident.objects.filter(candidacy__in=[one.candidacy_id for one in found]).values("candidacy")
    incidents = dict(told.annotate(count=Count("pk")).values_list("candidacy", "count"))
    made = [
        _row(
            one,
            attempts.get(one.pk),
            parts[attempts[one.pk].pk] if one.pk in attempts else [],
            incidents.get(one.candidacy_id, 0),
            now,
        )
        for one in found
    ]
    return tuple(sorted(made, key=lambda one: (one.start, one.last_name.casefold(), one.first_name.casefold())))


def _row(
    appointment: Appointment, attempt: Attempt | None, parts: list[PartResponse], incidents: int, now: datetime
) -> Row:
    snapshot = exams.snapshot(appointment.version)
    locked = appointment.locked_until is not None and now < appointment.locked_until
    in_person = Capability.ROOM not in registry.backend_class(snapshot.policy.backend).capabilities
    at = standing.standing(
        AppointmentState(appointment.state),
        State(attempt.state) if attempt else None,
        appointment.start,
        locked,
        snapshot.policy,
        now,
    )
    signs = [part.saved_at for part in parts if part.saved_at]
    signs += [attempt.window_seen_at] if attempt and attempt.window_seen_at else []
    seen_at = max(signs, default=None)
    return Row(
        candidacy_id=appointment.candidacy_id,
        user_id=appointment.candidacy.user_id,
        first_name=appointment.first_name or appointment.candidacy.first_name,
        last_name=appointment.last_name or appointment.candidacy.last_name,
        start=appointment.start,
        implicit=appointment.implicit,
        standing=at,
        deeds=standing.deeds(at, locked, snapshot.policy),
        next=standing.next_deed(at, locked, snapshot.policy, in_person),
        since=_since(at, attempt),
        remaining_seconds=_remaining(attempt, now),
        seen_at=seen_at,
        silent=at is Standing.SITTING and seen_at is not None and now - seen_at > SILENT_AFTER,
        answered=sum(1 for part in parts for chosen in part.answers.values() if chosen),
        questions=_questions(attempt, snapshot),
        verified=sum(1 for part in parts if part.submitted_at is not None),
        parts=len(snapshot.paper.parts),
        extra_percent=appointment.candidacy.extra_time_percent,
        extra_seconds=attempt.extra_seconds if attempt else 0,
        wrong_tries=appointment.wrong_tries,
        locked_until=appointment.locked_until if locked else None,
        incidents=incidents,
    )


def _questions(attempt: Attempt | None, snapshot: exams.Snapshot) -> int:
    """How many this candidate has; before the start as many as everybody."""
    if attempt is not None and attempt.layout:
        return sum(len(part) for part in attempt.layout)
    return snapshot.length


def _since(at: Standing, attempt: Attempt | None) -> datetime | None:
    if attempt is None:
        return None
    moments = {
        Standing.GATE: attempt.launched_at,
        Standing.LOCKED: attempt.launched_at,
        Standing.UNLOCKED: attempt.unlocked_at,
        Standing.SITTING: attempt.started_at,
        Standing.PAUSED: attempt.paused_at,
    }
    return moments.get(at, attempt.ended_at)


def _remaining(attempt: Attempt | None, now: datetime) -> int | None:
    if attempt is None or attempt.deadline is None or State(attempt.state) not in (State.SITTING, State.PAUSED):
        return None
    left = (attempt.deadline - (attempt.paused_at or now)).total_seconds()
    return max(0, int(-(-left // 1)))
