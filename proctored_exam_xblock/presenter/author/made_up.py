"""A candidate who does not exist, in each phase, for authors to see their exam: facts only, no row read or written."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from ...domain.attempt import AppointmentState, State
from ...domain.clock import window_start
from ...domain.drawing import draw
from ...domain.journey import (
    ACTIONS,
    AppointmentFacts,
    AttemptFacts,
    Facts,
    Journey,
    OnboardingFacts,
    PartFacts,
    PersonFacts,
    Phase,
)
from ...domain.policy import ExamPolicy
from ...domain.questions import Paper
from ...domain.refunds import PaymentFacts
from ...domain.scheduling import earliest_start
from ...domain.terms import ServiceTerms, version_in_force

PHASES = (Phase.ONBOARDING, Phase.BOOKING, Phase.BOOKED, Phase.UNLOCKED, Phase.SITTING)
"""Screens that authors look at, in the candidate's order."""
_SEED = 1


def phases(policy: ExamPolicy) -> tuple[Phase, ...]:
    """Those of the exam: without appointments nothing is booked."""
    without = () if policy.appointments else (Phase.BOOKING, Phase.BOOKED)
    return tuple(phase for phase in PHASES if phase not in without)


def journey(phase: Phase) -> Journey:
    """All that belongs to the phase."""
    return Journey(phase, ACTIONS[phase])


def facts(
    phase: Phase,
    policy: ExamPolicy,
    paper: Paper,
    fields: tuple[str, ...],
    now: datetime,
    service_terms: ServiceTerms | None = None,
) -> Facts:
    """What would be on file of somebody in this phase.

    Args:
        fields: of the information form that the proctoring service needs.
        service_terms: to accept with the course's.
    """
    done = OnboardingFacts(now, version_in_force(policy, service_terms), now, now, equipment_checked_at=now)
    begins = phase is Phase.ONBOARDING
    who = person()
    return Facts(
        eligible=True,
        person=who,
        onboarding=OnboardingFacts() if begins else done,
        information_fields=fields,
        appointment=_appointment(policy, now) if phase not in (Phase.ONBOARDING, Phase.BOOKING) else None,
        attempt=attempt(phase, policy, paper, now) if phase in (Phase.UNLOCKED, Phase.SITTING) else None,
        holds_window=True,
        account_name=(who.first_name, who.last_name),
        service_terms=service_terms,
        payment=PaymentFacts(how="" if begins else "shop") if policy.payment_required else None,
    )


def person() -> PersonFacts:
    """Nobody."""
    return PersonFacts(0, _("camille"), _("Camille"), _("Example"), "camille@example.org")


def attempt(phase: Phase, policy: ExamPolicy, paper: Paper, now: datetime) -> AttemptFacts:
    """With the paper as one candidate would get it, nothing answered."""
    sitting = phase is Phase.SITTING
    return AttemptFacts(
        id=0,
        number=1,
        state=State.SITTING if sitting else State.UNLOCKED,
        certification_number=f"{policy.certification_prefix}-0000-0000",
        launched_at=now,
        unlocked_at=now,
        started_at=now if sitting else None,
        deadline=now + policy.duration if sitting else None,
        paper=paper,
        layout=draw(paper, _SEED),
        parts=tuple(PartFacts(number, "untouched", 0, {}, None, None, 0) for number in range(1, len(paper.parts) + 1)),
    )


def _appointment(policy: ExamPolicy, now: datetime) -> AppointmentFacts:
    start = earliest_start(policy, now, timedelta(0), True) if policy.appointments else None
    return AppointmentFacts(
        id=0,
        state=AppointmentState.CONFIRMED,
        start=start or max(now, window_start(policy)),
        duration=policy.duration,
        implicit=not policy.appointments,
    )
