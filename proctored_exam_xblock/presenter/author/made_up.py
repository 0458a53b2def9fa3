"""A candidate who does not exist, in each phase, for authors to see their exam: facts only, no row read or written."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from ...domain.attempt import AppointmentState, State
from ...domain.clock import window_end, window_start
from ...domain.drawing import draw, drawn
from ...domain.grading import grade, passed
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
from ...domain.policy import ExamPolicy, Release
from ...domain.questions import Answers, Kind, Paper
from ...domain.refunds import PaymentFacts
from ...domain.scheduling import earliest_start
from ...domain.terms import ServiceTerms, version_in_force

PHASES = (
    *(Phase.ONBOARDING, Phase.BOOKING, Phase.BOOKED, Phase.UNLOCKED, Phase.SITTING),
    *(Phase.SUBMITTED, Phase.RESULT),
)
"""Screens that authors look at, in the candidate's order; the last one is what is seen once the score is out, whether
the exam's page shows it or not."""
_AFTER = (Phase.SUBMITTED, Phase.RESULT)
_IN_ATTEMPT = (Phase.UNLOCKED, Phase.SITTING, *_AFTER)
_SEED = 1


def phases(policy: ExamPolicy) -> tuple[Phase, ...]:
    """Those of the exam: without appointments nothing is booked, a result that is shown at once leaves no receipt, and
    a practice has none."""
    without = set() if policy.appointments else {Phase.BOOKING, Phase.BOOKED}
    if policy.practice:
        without.add(Phase.RESULT)
    elif policy.release is Release.IMMEDIATE and policy.show_result_in_exam:
        without.add(Phase.SUBMITTED)
    return tuple(phase for phase in PHASES if phase not in without)


def journey(phase: Phase, policy: ExamPolicy | None = None) -> Journey:
    """All that belongs to the phase; the result is a receipt where the exam's ``policy`` does not show it."""
    if phase is Phase.RESULT and policy is not None and not policy.show_result_in_exam:
        phase = Phase.SUBMITTED
    return Journey(phase, ACTIONS[phase])


def moment(phase: Phase, policy: ExamPolicy, now: datetime) -> datetime:
    """When the screen is looked at: the last one of the exam once all is shown that ever is."""
    last = phase is Phase.RESULT or (phase is Phase.SUBMITTED and policy.practice)
    return max(now, window_end(policy)) if last else now


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
        attempt=attempt(phase, policy, paper, now) if phase in _IN_ATTEMPT else None,
        holds_window=True,
        account_name=(who.first_name, who.last_name),
        service_terms=service_terms,
        payment=PaymentFacts(how="" if begins else "shop") if policy.payment_required else None,
    )


def person() -> PersonFacts:
    """Nobody."""
    return PersonFacts(0, _("camille"), _("Camille"), _("Example"), "camille@example.org")


def attempt(phase: Phase, policy: ExamPolicy, paper: Paper, now: datetime) -> AttemptFacts:
    """With the paper as one candidate would get it; nothing answered before the end, this and that after it."""
    sitting = phase is Phase.SITTING
    begun = AttemptFacts(
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
    return _over(begun, phase, policy, now) if phase in _AFTER else begun


def _over(begun: AttemptFacts, phase: Phase, policy: ExamPolicy, now: datetime) -> AttemptFacts:
    assert begun.paper is not None
    assert begun.layout is not None
    paper = drawn(begun.paper, begun.layout)
    answers = _answers(paper)
    score = grade(paper, answers, policy.scoring)
    parts = tuple(
        PartFacts(number, "submitted", 1, {q.id: answers[q.id] for q in part.questions if q.id in answers}, now, now, 1)
        for number, part in enumerate(paper.parts, start=1)
    )
    ended = replace(
        begun, state=State.SUBMITTED, started_at=now - policy.duration, ended_at=now, paper=paper, parts=parts
    )
    if policy.practice or (phase is Phase.SUBMITTED and policy.release is not Release.IMMEDIATE):
        return ended
    told = {"score_earned": score.earned, "score_possible": score.possible}
    return replace(ended, released=True, passed=passed(score, policy.pass_percent), **told)


def _answers(paper: Paper) -> Answers:
    """Most right, every third wrong, the last one of the paper missing, so that each is seen once."""
    found = {}
    for place, question in enumerate(paper.questions[:-1] or paper.questions):
        wrong = [choice.id for choice in question.choices if not choice.correct][:1] if place % 3 == 1 else []
        found[question.id] = tuple(wrong) or tuple(c.id for c in question.choices if c.correct)
        if question.kind is not Kind.MULTIPLE:
            found[question.id] = found[question.id][:1]
    return {name: chosen for name, chosen in found.items() if chosen}


def _appointment(policy: ExamPolicy, now: datetime) -> AppointmentFacts:
    start = earliest_start(policy, now, timedelta(0), True) if policy.appointments else None
    return AppointmentFacts(
        id=0,
        state=AppointmentState.CONFIRMED,
        start=start or max(now, window_start(policy)),
        duration=policy.duration,
        implicit=not policy.appointments,
    )
