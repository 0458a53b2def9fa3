"""One candidate's rows as domain facts, read and judged by the journey; ``entry`` brings them up to date first."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model

from .. import compat
from ..backends import registry
from ..backends.base import Backend, Capability
from ..domain import clock, looking
from ..domain.attempt import APPOINTMENT_ACTIVE, OVER, AppointmentState, ReviewState, State
from ..domain.errors import NotConfigured, NotEligible, NotSignedIn
from ..domain.grading import Score, passed
from ..domain.journey import (
    AppointmentFacts,
    AttemptFacts,
    Facts,
    Journey,
    OnboardingFacts,
    PartFacts,
    PersonFacts,
    Phase,
    decide,
    room_age,
)
from ..domain.policy import ExamPolicy, Unlock
from ..domain.questions import Layout, Paper
from ..models import Appointment, Attempt, AuditEntry, Candidacy, CandidateProfile, Exam, OutboxEntry, PartResponse
from . import exams

INFORMATION_FIELDS = ("phone", "address", "city", "time_zone", "country")
ABROAD_FIELDS = ("state", "zipcode")
LONGEST_NAME = 150


@dataclass(frozen=True)
class Caller:
    """Who asks, as the runtime says; ``user_id`` is None for an anonymous request."""

    usage_key: str
    user_id: int | None
    staff: bool = False
    language: str = "fr"
    window: str = ""

    @property
    def actor(self) -> str:
        """The audit trail's name for the caller."""
        return f"candidate:{self.user_id}"


@dataclass
class Dossier:
    """Rows and facts of one candidate. ``candidacy`` is None for who is not eligible."""

    caller: Caller
    exam: Exam
    policy: ExamPolicy
    paper: Paper
    backend: Backend
    candidacy: Candidacy | None
    profile: CandidateProfile | None
    appointment: Appointment | None
    attempt: Attempt | None
    parts: list[PartResponse]
    facts: Facts
    journey: Journey
    now: datetime

    @property
    def own(self) -> Candidacy:
        """The candidacy; refuses who has none."""
        if self.candidacy is None:
            raise NotEligible()
        return self.candidacy

    @property
    def is_over(self) -> bool:
        """True once answers were counted, by the candidate's hand or by the clock."""
        return self.attempt is not None and State(self.attempt.state) in OVER

    @property
    def fingerprint(self) -> str:
        """Changes whenever the screen has to change."""
        if self.candidacy is None:
            return self.journey.phase.value
        held = "w" if self.facts.holds_window else ""
        pending = self.facts.appointment.vendor_last_error if self.facts.appointment else ""
        revision = f"{self.candidacy.revision}{held}{pending}{self._age_of_room}"
        return f"{self.journey.phase.value}.{self.candidacy.pk}.{revision}"

    @property
    def _age_of_room(self) -> str:
        """Changes each minute while the room screen says how old its word is."""
        age = room_age(self.facts, self.now) if self.journey.phase is Phase.ROOM else None
        return f".{int(age.total_seconds()) // 60}m" if age is not None else ""


def window_hash(token: str) -> str:
    """What is stored of a window token."""
    return hashlib.sha256(token.encode()).hexdigest()


def of_candidacy(candidacy_id: int) -> Caller:
    """A caller that stands for the candidate, for staff, vendors' events and sweepers."""
    row = Candidacy.objects.select_related("exam").get(pk=candidacy_id)
    return Caller(usage_key=row.exam.usage_key, user_id=row.user_id, staff=True)


def ensure_candidacy(caller: Caller, now: datetime) -> bool:
    """Create the candidacy of an eligible caller, once; a race between two first visits ends with one row.

    Returns:
        False when the caller has none and may not have one.
    """
    if caller.user_id is None:
        raise NotSignedIn()
    if Candidacy.objects.filter(exam__usage_key=caller.usage_key, user_id=caller.user_id).exists():
        return True
    exam = exams.find(caller.usage_key)
    assert exam.current_version is not None
    if not is_eligible(caller, exam.course_key, exams.snapshot(exam.current_version).policy):
        return False
    Candidacy.objects.get_or_create(
        exam=exam,
        user_id=caller.user_id,
        defaults={"anonymous_id": compat.host().anonymous_id(caller.user_id, exam.course_key), "created_at": now},
    )
    return True


def is_eligible(caller: Caller, course_key: str, policy: ExamPolicy) -> bool:
    """Enrolled in one of the exam's modes (R-FUN-1), or staff of the course, who may try it."""
    if caller.user_id is None:
        return False
    return caller.staff or compat.host().enrolment_mode(caller.user_id, course_key) in policy.enrolment_modes


def read(caller: Caller, now: datetime, *, lock: bool = False) -> Dossier:
    """The dossier as stored, not brought up to date; ``lock`` takes the candidacy's row lock."""
    if caller.user_id is None:
        raise NotSignedIn()
    if lock:
        candidacy = _lock(caller)
        exam = exams.find(caller.usage_key)
    else:
        rows = Candidacy.objects.filter(exam__usage_key=caller.usage_key, user_id=caller.user_id)
        candidacy = rows.select_related("exam__current_version").defer(*_heavy("exam__current_version")).first()
        exam = candidacy.exam if candidacy else exams.find(caller.usage_key)
    if exam.current_version is None:
        raise NotConfigured(setting="policy")
    appointment = attempt = None
    parts: list[PartResponse] = []
    if candidacy is not None:
        candidacy.exam = exam
        booked = candidacy.appointments.select_related("version").defer(*_heavy("version"))
        appointment = booked.order_by("-number").first()
    if appointment is not None:
        sittings = appointment.attempts.filter(archived_at=None).select_related("version").defer(*_heavy("version"))
        attempt = sittings.order_by("-number").first()
    if attempt is not None and attempt.started_at is not None:
        rows_of_parts = attempt.parts.select_for_update() if lock else attempt.parts
        parts = list(rows_of_parts.order_by("number"))
    in_force = exam.current_version
    if attempt is not None:
        in_force = attempt.version
    elif appointment is not None and AppointmentState(appointment.state) in APPOINTMENT_ACTIVE:
        in_force = appointment.version
    snapshot = exams.snapshot(in_force)
    backend = registry.get(snapshot.policy.backend)
    profile = CandidateProfile.objects.filter(user_id=caller.user_id).first()
    facts = _facts(caller, exam, snapshot, backend, candidacy, profile, appointment, attempt, parts)
    journey = decide(facts, snapshot.policy, now)
    return Dossier(
        caller,
        exam,
        snapshot.policy,
        snapshot.paper,
        backend,
        candidacy,
        profile,
        appointment,
        attempt,
        parts,
        facts,
        journey,
        now,
    )


def _lock(caller: Caller) -> Candidacy | None:
    """No join: MySQL would lock the exam's row too, and all candidates of the exam would wait for each other."""
    exam = Exam.objects.filter(usage_key=caller.usage_key).values("pk")[:1]
    return Candidacy.objects.select_for_update().filter(exam_id=exam, user_id=caller.user_id).first()


def _heavy(version: str) -> tuple[str, str]:
    """Columns that :func:`exams.snapshot` reads once per process instead."""
    return f"{version}__policy", f"{version}__paper"


def _facts(
    caller: Caller,
    exam: Exam,
    snapshot: exams.Snapshot,
    backend: Backend,
    candidacy: Candidacy | None,
    profile: CandidateProfile | None,
    appointment: Appointment | None,
    attempt: Attempt | None,
    parts: list[PartResponse],
) -> Facts:
    policy = snapshot.policy
    eligible = candidacy is not None and is_eligible(caller, exam.course_key, policy)
    if candidacy is None:
        return Facts(eligible=False, staff=caller.staff)
    fields = required_fields(backend, profile)
    person = _person(candidacy, profile, appointment)
    allowance = _allowance(backend, candidacy, exam)
    return Facts(
        eligible=eligible,
        staff=caller.staff,
        person=person,
        onboarding=_onboarding(candidacy, profile, fields, person),
        appointment=_appointment_facts(appointment) if appointment else None,
        attempt=_attempt_facts(attempt, snapshot, parts) if attempt else None,
        extra_time=clock.extra_time(policy.duration, candidacy.extra_time_percent) + allowance,
        allowance=allowance,
        lead_time_waived=candidacy.lead_time_waived,
        second_appointment=candidacy.second_appointment,
        information_fields=fields,
        holds_window=attempt is not None and holds_window(attempt, caller.window),
        opens_by_room=Capability.LIVE_STATUS in backend.capabilities and policy.unlock is Unlock.NONE,
    )


def _allowance(backend: Backend, candidacy: Candidacy, exam: Exam) -> timedelta:
    """Extra time that staff granted in the platform's own proctoring tables."""
    if Capability.NATIVE not in backend.capabilities:
        return timedelta(0)
    return timedelta(minutes=max(0, backend.allowance(candidacy.user_id, exam.course_key, exam.usage_key)))


def holds_window(attempt: Attempt, token: str) -> bool:
    """Whether ``token`` is the one active window's (R-X-10); compared in constant time."""
    if not token or not attempt.window_hash:
        return False
    return hmac.compare_digest(window_hash(token), attempt.window_hash)


def required_fields(backend: Backend, profile: CandidateProfile | None) -> tuple[str, ...]:
    """Fields of the form that this backend needs; state and postcode only where the vendor uses them."""
    fields = backend.candidate_fields
    if fields and profile is not None and profile.country == "US":
        return (*fields, *ABROAD_FIELDS)
    return fields


def _person(candidacy: Candidacy, profile: CandidateProfile | None, appointment: Appointment | None) -> PersonFacts:
    """Until the first booking the name is the platform's, from then on the one that was confirmed (R-FUN-4)."""
    user = get_user_model().objects.get(pk=candidacy.user_id)
    first, last = candidacy.first_name, candidacy.last_name
    if appointment is None:
        first, last = (name[:LONGEST_NAME] for name in compat.host().full_name(candidacy.user_id))
    known = (
        {name: getattr(profile, name) for name in (*INFORMATION_FIELDS, *ABROAD_FIELDS)} if profile is not None else {}
    )
    return PersonFacts(candidacy.user_id, user.get_username(), first, last, user.email, **known)


def _onboarding(
    candidacy: Candidacy, profile: CandidateProfile | None, fields: tuple[str, ...], person: PersonFacts
) -> OnboardingFacts:
    as_confirmed = (candidacy.first_name, candidacy.last_name) == (person.first_name, person.last_name)
    complete = profile is not None and all(getattr(profile, name) for name in fields)
    return OnboardingFacts(
        terms_accepted_at=candidacy.terms_accepted_at,
        terms_version=candidacy.terms_version,
        name_confirmed_at=candidacy.name_confirmed_at if as_confirmed else None,
        information_saved_at=profile.updated_at if profile is not None and complete else None,
        equipment_checked_at=candidacy.equipment_checked_at,
        equipment_warnings=tuple(candidacy.equipment.get("warnings", ())),
    )


def _appointment_facts(row: Appointment) -> AppointmentFacts:
    waiting = row.state in (AppointmentState.REQUESTED, AppointmentState.MOVE_REQUESTED)
    entry = OutboxEntry.objects.filter(appointment=row, state="pending").order_by("id").first() if waiting else None
    return AppointmentFacts(
        id=row.pk,
        state=AppointmentState(row.state),
        start=row.start,
        duration=timedelta(minutes=row.duration_minutes),
        pending_start=row.pending_start,
        moves=row.moves,
        notice=row.notice,
        vendor_pending_since=entry.created_at if entry else None,
        vendor_last_error=entry.last_error if entry else "",
        locked_until=row.locked_until,
        implicit=row.implicit,
        room_state=row.room_state,
        room_state_at=row.room_state_at,
    )


def _attempt_facts(row: Attempt, snapshot: exams.Snapshot, parts: list[PartResponse]) -> AttemptFacts:
    facts = AttemptFacts(
        id=row.pk,
        number=row.number,
        state=State(row.state),
        certification_number=row.certification_number,
        launched_at=row.launched_at,
        unlocked_at=row.unlocked_at,
        started_at=row.started_at,
        deadline=row.deadline,
        ended_at=row.ended_at,
        end_reason=row.end_reason,
        paused_at=row.paused_at,
        extra_seconds=row.extra_seconds,
        review=ReviewState(row.review),
        review_reason=row.review_reason,
        released=is_out(row),
        paper=snapshot.paper if row.started_at else None,
        layout=_layout(row.layout) if row.started_at else None,
        parts=tuple(_part_facts(part) for part in parts),
    )
    if facts.state in OVER:
        return replace(facts, **_outcome(row, snapshot.policy))
    return facts


def is_out(row: Attempt) -> bool:
    """Whether the candidate may know the score: released, and not held back by a review opened before it was sent."""
    held = row.review == ReviewState.PENDING and row.score_sent_at is None
    return row.released_at is not None and not held


def _outcome(row: Attempt, policy: ExamPolicy) -> dict[str, Any]:
    last = AuditEntry.objects.filter(chain=f"candidacy:{row.candidacy_id}").order_by("-sequence").first()
    found: dict[str, Any] = {
        "audit_head": last.entry_hash if last else "",
        "audit_count": last.sequence if last else 0,
    }
    if is_out(row) and row.score_earned is not None and row.score_possible is not None:
        score = Score(row.score_earned, row.score_possible)
        found |= {
            "score_earned": score.earned,
            "score_possible": score.possible,
            "passed": passed(score, policy.pass_percent),
        }
    return found


def _layout(stored: list[list[list[object]]]) -> Layout:
    return Layout(tuple(tuple((str(q), tuple(c)) for q, c in part) for part in stored))  # type: ignore[arg-type]


def _part_facts(part: PartResponse) -> PartFacts:
    state = "draft" if part.answers else "untouched"
    if part.closed_at is not None:
        state = "submitted" if part.counted else "discarded"
    return PartFacts(
        number=part.number,
        state=state,
        revision=part.revision,
        answers={question: tuple(chosen) for question, chosen in part.answers.items()},
        saved_at=part.saved_at,
        submitted_at=part.submitted_at,
        attempts_used=1 if part.submitted_at else 0,
    )


def opens_by_itself(dossier: Dossier) -> bool:
    """True when nothing guards the exam: no room of a vendor and no password."""
    guards = {Capability.ROOM, Capability.LIVE_STATUS}
    return not guards & dossier.backend.capabilities and dossier.policy.unlock is Unlock.NONE


def first_look(backend: Backend, now: datetime) -> datetime | None:
    """When to ask about a room entered now: at once where its state opens the exam, never where nobody knows."""
    if Capability.LIVE_STATUS in backend.capabilities:
        return now
    knows = {Capability.BOOKING, Capability.REVIEW} & backend.capabilities
    return now + looking.RARE if knows else None
