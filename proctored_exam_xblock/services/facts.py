"""One candidate's rows as facts of the domain: plain values, no decision."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model

from .. import compat
from ..backends.base import Backend, Capability
from ..domain import clock, names
from ..domain.attempt import OVER, AppointmentState, ReviewState, State
from ..domain.corrections import all_of, corrected
from ..domain.eligibility import Missing
from ..domain.equipment import findings_on_file
from ..domain.grading import passed
from ..domain.journey import AppointmentFacts, AttemptFacts, Facts, OnboardingFacts, PartFacts, PersonFacts
from ..domain.policy import ExamPolicy, Unlock
from ..domain.questions import Paper
from ..domain.refunds import PaymentFacts
from ..models import Appointment, Attempt, AuditEntry, Candidacy, CandidateProfile, Exam, OutboxEntry, PartResponse
from . import exams, layouts, rulings, scores

INFORMATION_FIELDS = ("phone", "address", "city", "time_zone", "country")
ABROAD_FIELDS = ("state", "zipcode")


@dataclass(frozen=True)
class Rows:
    """What is on file about one candidate."""

    exam: Exam
    candidacy: Candidacy | None
    profile: CandidateProfile | None
    appointment: Appointment | None
    attempt: Attempt | None
    parts: list[PartResponse]


def facts_of(
    rows: Rows,
    snapshot: exams.Snapshot,
    backend: Backend,
    *,
    missing: tuple[Missing, ...],
    staff: bool,
    window: str,
    payment: PaymentFacts | None = None,
) -> Facts:
    """The rows as the domain knows them.

    Args:
        snapshot: the rules and the paper in force for this candidate.
        missing: what keeps them from sitting the exam at all.
        staff: whether they belong to the course team.
        window: the token that the request carried, '' for none.
        payment: where the exam has to be paid and that still matters.
    """
    candidacy, profile, attempt = rows.candidacy, rows.profile, rows.attempt
    if candidacy is None:
        return Facts(eligible=False, staff=staff, missing=missing)
    policy = snapshot.policy
    fields = required_fields(backend, profile)
    account = _account_name(candidacy.user_id) if rows.appointment is None else None
    person = _person(candidacy, profile, account)
    allowance = _allowance(backend, candidacy, rows.exam)
    return Facts(
        eligible=not missing,
        missing=missing,
        staff=staff,
        person=person,
        onboarding=_onboarding(candidacy, profile, fields, person),
        appointment=_appointment_facts(rows.appointment) if rows.appointment else None,
        attempt=_attempt_facts(attempt, rows.exam, snapshot, rows.parts) if attempt else None,
        extra_time=clock.extra_time(policy.duration, candidacy.extra_time_percent) + allowance,
        allowance=allowance,
        lead_time_waived=candidacy.lead_time_waived,
        second_appointment=candidacy.second_appointment,
        information_fields=fields,
        account_name=account[:2] if account else (person.first_name, person.last_name),
        email_is_refused=backend.refuses_email_aliases and has_alias(person.email),
        service_terms=backend.terms,
        payment=payment,
        holds_window=attempt is not None and holds_window(attempt, window),
        opens_by_room=Capability.LIVE_STATUS in backend.capabilities and policy.unlock is Unlock.NONE,
        taken_before=_taken_before(candidacy, rows.appointment, attempt),
        seconds_by_rule=candidacy.seconds_by_rule,
    )


_SPENT = (AppointmentState.USED, AppointmentState.MISSED)


def _taken_before(candidacy: Candidacy, last: Appointment | None, attempt: Attempt | None) -> int:
    """Appointments used or missed before the present or the next one; asked of the database only where there were
    several."""
    if last is None:
        return 0
    over = attempt is None and candidacy.second_appointment and last.state in _SPENT
    earlier = (
        last.number > 1
        and Appointment.objects.filter(candidacy=candidacy, number__lt=last.number, state__in=_SPENT).count()
    )
    return int(over) + int(earlier)


def _allowance(backend: Backend, candidacy: Candidacy, exam: Exam) -> timedelta:
    """Extra time that staff granted in the platform's own proctoring tables."""
    if Capability.NATIVE not in backend.capabilities:
        return timedelta(0)
    return timedelta(minutes=max(0, backend.allowance(candidacy.user_id, exam.course_key, exam.usage_key)))


def window_hash(token: str) -> str:
    """What is stored of a window token."""
    return hashlib.sha256(token.encode()).hexdigest()


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


def has_alias(email: str) -> bool:
    """True for an address like name+tag@example.org (R-PE-4)."""
    return "+" in email.rpartition("@")[0]


def _account_name(user_id: int) -> tuple[str, str, bool]:
    """First name, family name, and whether the platform has verified them."""
    host = compat.host()
    verified = host.verified_name(user_id)
    first, last = (name[: names.LONGEST] for name in verified or host.full_name(user_id))
    return first, last, verified is not None


def _person(
    candidacy: Candidacy, profile: CandidateProfile | None, account: tuple[str, str, bool] | None
) -> PersonFacts:
    """Until the first booking the name is the ``account``'s, written as it was confirmed; from then on the one that was
    confirmed (R-FUN-4)."""
    user = get_user_model().objects.get(pk=candidacy.user_id)
    first, last = candidacy.first_name, candidacy.last_name
    if account is not None and not _is_confirmed(candidacy, account):
        first, last, _ = account
    known = (
        {name: getattr(profile, name) for name in (*INFORMATION_FIELDS, *ABROAD_FIELDS)} if profile is not None else {}
    )
    verified = account is not None and account[2]
    return PersonFacts(
        candidacy.user_id, user.get_username(), first, last, user.email, name_is_verified=verified, **known
    )


def _is_confirmed(candidacy: Candidacy, account: tuple[str, str, bool]) -> bool:
    """The name on file is the account's, as it stands there or with the family name in capitals."""
    first, last, _ = account
    return candidacy.first_name == first and candidacy.last_name in (last, names.in_capitals(last))


def without_file(user_id: int) -> PersonFacts:
    """Somebody who has no file and may have none, for the message that asks why (R-FUN-23)."""
    user = get_user_model().objects.get(pk=user_id)
    first, last = compat.host().full_name(user_id)
    return PersonFacts(user_id, user.get_username(), first, last, user.email)


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
        equipment_findings=findings_on_file(candidacy.equipment),
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


def _attempt_facts(row: Attempt, exam: Exam, snapshot: exams.Snapshot, parts: list[PartResponse]) -> AttemptFacts:
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
        paper=_paper(row, exam, snapshot) if row.started_at else None,
        layout=layouts.read(row.layout) if row.started_at else None,
        parts=tuple(_part_facts(part) for part in parts),
    )
    if facts.state in OVER:
        return replace(facts, **_outcome(row, snapshot.policy))
    return facts


def _paper(row: Attempt, exam: Exam, snapshot: exams.Snapshot) -> Paper:
    """The attempt's own paper; once its answers were counted, with the corrections that its score was made by."""
    own = layouts.own_paper(row, snapshot.paper)
    if State(row.state) not in OVER:
        return own
    return corrected(own, all_of(rulings.in_force(exam.pk, row.regrade_mark)))


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
    score = scores.read(row) if is_out(row) else None
    if score is not None:
        found |= {
            "score_earned": score.earned,
            "score_possible": score.possible,
            "passed": passed(score, policy.pass_percent),
            "score_by_hand": row.score_by_hand,
        }
    return found


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
        spent=part.spent,
    )
