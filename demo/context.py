"""What every page of the campus shows: the clock, the language, and when the signed-in candidate is expected."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from proctored_exam_xblock.models import Appointment

from . import clock
from .courses import COURSES, PAID
from .models import Enrolment


def campus(request: HttpRequest) -> dict[str, Any]:
    """Template context of the frame around each page."""
    return {
        "campus_now": clock.now(),
        "page_language": getattr(request, "LANGUAGE_CODE", "fr"),
        "next_appointment": _next_appointment(request),
        "has_shop": _has_shop(request),
    }


def _has_shop(request: HttpRequest) -> bool:
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return False
    return Enrolment.objects.filter(user=request.user, course_key=COURSES[PAID].course_key).exists()


def _next_appointment(request: HttpRequest) -> datetime | None:
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return None
    mine = Appointment.objects.filter(candidacy__user=request.user, active_key__isnull=False, implicit=False)
    return mine.filter(start__gt=clock.now()).order_by("start").values_list("start", flat=True).first()
