"""The learner dashboard: certification enrolment, the grade from the submissions API, the certificate's state."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from submissions import api as submissions

from proctored_exam_xblock.domain.policy_json import policy_from_json
from proctored_exam_xblock.domain.scoring import legible

from .courses import CERTIFYING, COURSES, Course
from .host import Host
from .models import Enrolment
from .runtime import CampusRuntime

CERTIFICATION_MODE = "verified"


@dataclass(frozen=True)
class Card:
    """One course on the dashboard; ``earned`` and ``possible`` are None until a score is in the gradebook."""

    course: Course
    mode: str | None
    earned: int | None
    possible: int | None
    pass_percent: int

    @property
    def certified_track(self) -> bool:
        return self.mode == CERTIFICATION_MODE

    @property
    def percent(self) -> int | None:
        """Rounded, and never up to the pass mark."""
        if self.earned is None or not self.possible:
            return None
        return int(legible(Fraction(100 * self.earned, self.possible), self.pass_percent, 0))

    @property
    def passed(self) -> bool | None:
        """None while there is no grade."""
        return None if self.percent is None else 100 * self.earned >= self.pass_percent * self.possible


@login_required(login_url="index")
def dashboard(request: HttpRequest) -> HttpResponse:
    """The courses of the session's user; of the first one, whoever has none."""
    cards = [_card(request, course) for course in CERTIFYING]
    return render(request, "demo/dashboard.html", {"cards": [card for card in cards if card.mode] or cards[:1]})


@require_POST
@login_required(login_url="index")
def enrol(request: HttpRequest, slug: str) -> HttpResponse:
    """Enrol for the certification; twice is once."""
    if slug not in COURSES:
        raise Http404(slug)
    Enrolment.objects.update_or_create(
        user=request.user,
        course_key=COURSES[slug].course_key,
        defaults={"mode": CERTIFICATION_MODE, "is_active": True},
    )
    return redirect("dashboard")


def _card(request: HttpRequest, course: Course) -> Card:
    host = Host()
    scores = submissions.get_scores(course.course_key, host.anonymous_id(request.user.pk, course.course_key))
    score = scores.get(course.usage_id)
    policy = policy_from_json(CampusRuntime(request.user, course).exam().policy)
    return Card(
        course=course,
        mode=host.enrolment_mode(request.user.pk, course.course_key),
        earned=score["points_earned"] if score else None,
        possible=score["points_possible"] if score else None,
        pass_percent=policy.pass_percent,
    )
