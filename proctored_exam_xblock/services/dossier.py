"""One candidate's rows as domain facts, read and judged by the journey; ``entry`` brings them up to date first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from .. import compat
from ..backends import registry
from ..backends.base import Backend, Capability
from ..domain import looking, looking_back
from ..domain.attempt import APPOINTMENT_ACTIVE, OVER, AppointmentState, State
from ..domain.eligibility import Missing
from ..domain.errors import NotConfigured, NotEligible, NotSignedIn
from ..domain.journey import (
    Facts,
    Journey,
    Phase,
    decide,
    is_paid,
    room_age,
)
from ..domain.policy import ExamPolicy, Unlock
from ..domain.questions import Paper
from ..models import Appointment, Attempt, Candidacy, CandidateProfile, Exam, PartResponse
from . import eligibility, exams, openings, payments
from .facts import Rows, facts_of


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
        paid = "p" if is_paid(self.facts) else ""
        revision = f"{self.candidacy.revision}{held}{pending}{paid}{self._age_of_room}{self._seen_back}"
        return f"{self.journey.phase.value}.{self.candidacy.pk}.{revision}"

    @property
    def _seen_back(self) -> str:
        """Changes when the keys may be seen, by the clock alone."""
        return ".k" if _tells_keys(self.facts, self.policy, self.now) else ""

    @property
    def _age_of_room(self) -> str:
        """Changes each minute while the room screen says how old its word is."""
        age = room_age(self.facts, self.now) if self.journey.phase is Phase.ROOM else None
        return f".{int(age.total_seconds()) // 60}m" if age is not None else ""


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
    if _missing(caller, exam.course_key, exams.snapshot(exam.current_version).policy, None):
        return False
    Candidacy.objects.get_or_create(
        exam=exam,
        user_id=caller.user_id,
        defaults={"anonymous_id": compat.host().anonymous_id(caller.user_id, exam.course_key), "created_at": now},
    )
    return True


def is_enrolled(caller: Caller, course_key: str, policy: ExamPolicy) -> bool:
    """Enrolled in one of the exam's modes (R-FUN-1), or staff of the course, who may try it."""
    if caller.user_id is None:
        return False
    return caller.staff or eligibility.is_enrolled(caller.user_id, course_key, policy)


def _missing(
    caller: Caller, course_key: str, policy: ExamPolicy, appointment: Appointment | None
) -> tuple[Missing, ...]:
    """What keeps the caller out; staff of the course may try the exam."""
    if caller.staff or caller.user_id is None:
        return ()
    return eligibility.missing(caller.user_id, course_key, policy, appointment)


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
    missing = _missing(caller, exam.course_key, snapshot.policy, appointment)
    on_file = Rows(exam, candidacy, profile, appointment, attempt, parts)
    payment = None
    if snapshot.policy.payment_required and candidacy is not None and attempt is None:
        payment = payments.standing(exam, candidacy.user_id, snapshot.policy, candidacy, lock=lock)
    facts = facts_of(
        on_file, snapshot, backend, missing=missing, staff=caller.staff, window=caller.window, payment=payment
    )
    goes_on = attempt is None or attempt.state == State.INTERRUPTED or snapshot.policy.practice
    looks_back = attempt is not None and attempt.state in OVER and looking_back.keys_wait(snapshot.policy)
    if in_force.pk != exam.current_version.pk and (goes_on or looks_back):
        facts = replace(facts, next_policy=exams.snapshot(exam.current_version).policy)
    if looks_back and not snapshot.policy.practice and _tells_keys(facts, snapshot.policy, now):
        facts = replace(facts, others_sit=openings.somebody_may_sit(exam, now))
    journey = decide(facts, snapshot.policy, now)
    return Dossier(
        caller,
        exam,
        snapshot.policy,
        facts.attempt.paper if facts.attempt is not None and facts.attempt.paper is not None else snapshot.paper,
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


def _tells_keys(facts: Facts, policy: ExamPolicy, now: datetime) -> bool:
    found = looking_back.look(facts.attempt, policy, facts.next_policy, now, others_sit=facts.others_sit)
    return bool(found.shown & looking_back.KEYS)


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
