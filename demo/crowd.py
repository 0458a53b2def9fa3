"""Made-up candidates who sat an exam some days ago, so that there is something to see in its figures. Accounts that
nobody can sign in to, enrolled nowhere; written straight into the tables, since none of it happened."""

from __future__ import annotations

import math
import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from proctored_exam_xblock.domain.attempt import AppointmentState, State
from proctored_exam_xblock.domain.drawing import draw, drawn
from proctored_exam_xblock.domain.questions import Kind, Paper, Question
from proctored_exam_xblock.models import Appointment, Attempt, Candidacy, Exam, PartResponse
from proctored_exam_xblock.services import exams, layouts, scores

from . import clock
from .courseware import course_or_404
from .runtime import CampusRuntime

COUNT = 60
_DAYS_AGO = timedelta(days=7)


@require_POST
@login_required(login_url="index")
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """The course team's lever: ``COUNT`` more of them, then the figures."""
    course = course_or_404(slug)
    if not CampusRuntime(request.user, course).user_is_staff:
        return render(request, "demo/refused.html", status=403)
    fill(exams.find(course.usage_id), COUNT, clock.now())
    return redirect("items", slug)


def fill(exam: Exam, count: int, now: datetime) -> None:
    """Let ``count`` made-up people have sat the exam a week before ``now``; the same ones for the same exam and number
    of people on file."""
    version = exam.current_version
    assert version is not None
    snapshot = exams.snapshot(version)
    with transaction.atomic():
        first = exam.candidacies.count()
        rng = random.Random(f"{exam.usage_key}:{first}")
        for number in range(first, first + count):
            _sit(exam, snapshot, number, now - _DAYS_AGO + timedelta(minutes=number % 500), rng)


def _sit(exam: Exam, snapshot: exams.Snapshot, number: int, when: datetime, rng: random.Random) -> None:
    user = get_user_model().objects.create(username=f"crowd-{uuid.UUID(int=rng.getrandbits(128))}", is_active=False)
    candidacy = Candidacy.objects.create(exam=exam, user=user, anonymous_id=user.get_username(), created_at=when)
    used: dict[str, Any] = {"candidacy": candidacy, "version": exam.current_version, "number": 1}
    appointment = Appointment.objects.create(
        **used,
        state=AppointmentState.USED.value,
        start=when,
        duration_minutes=snapshot.policy.duration_minutes,
        reservation_id=f"crowd-{candidacy.pk}",
        created_at=when,
    )
    over, seed = when + snapshot.policy.duration, rng.getrandbits(48)
    attempt = Attempt(
        **used,
        appointment=appointment,
        state=State.SUBMITTED.value,
        certification_number=f"DEMO-{candidacy.pk}",
        seed=seed,
        layout=layouts.as_json(draw(snapshot.paper, seed)),
        launched_at=when,
        started_at=when,
        deadline=over,
        ended_at=over,
        released_at=over,
        score_sent_at=over,
        evidence_erased_at=over,
    )
    own = drawn(snapshot.paper, layouts.read(attempt.layout))
    answers = _answers(own, snapshot.paper, rng)
    scores.put(attempt, scores.mark(attempt, answers))
    attempt.save()
    PartResponse.objects.bulk_create(
        PartResponse(
            attempt=attempt,
            number=place,
            answers={q.id: list(answers[q.id]) for q in part.questions if q.id in answers},
            spent={q.id: _seconds(rng) for q in part.questions},
            saved_at=over,
            submitted_at=over,
            closed_at=over,
            counted=True,
        )
        for place, part in enumerate(own.parts, start=1)
    )


def _answers(own: Paper, whole: Paper, rng: random.Random) -> dict[str, tuple[str, ...]]:
    """Answers of somebody of some ability. Of every paper the fourth question has a key that misleads, the seventh is
    known to everybody."""
    ability, places = rng.gauss(0, 1.2), {question.id: place for place, question in enumerate(whole.questions)}
    found = {}
    for question in own.questions:
        place = places[question.id]
        hardness = (place * 7 % 11) / 5 - 1.3
        chance = 1 / (1 + math.exp(-1.3 * (ability - hardness)))
        if place == 3:
            chance = 0.75 * (1 - chance)
        if place == 6 or rng.random() < chance:
            found[question.id] = tuple(sorted(question.key))
        elif rng.random() > 0.05:
            found[question.id] = _wrong(question, rng)
    return {question: chosen for question, chosen in found.items() if chosen}


def _wrong(question: Question, rng: random.Random) -> tuple[str, ...]:
    wrong: Sequence[str] = [choice.id for choice in question.choices if not choice.correct]
    if not wrong:
        return tuple(sorted(question.key))[1:]
    picked = wrong[min(int(rng.expovariate(1.6)), len(wrong) - 1)]
    if question.kind is Kind.MULTIPLE and question.key:
        return tuple(sorted({picked, rng.choice(sorted(question.key))}))
    return (picked,)


def _seconds(rng: random.Random) -> int:
    return max(4, round(rng.lognormvariate(3.6, 0.5)))
