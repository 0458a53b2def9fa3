"""What the campus knows of a course's learners: their groups and grades, read by them, set by the course team."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from proctored_exam_xblock.domain.errors import InvalidPolicy
from proctored_exam_xblock.domain.policy import ExamPolicy
from proctored_exam_xblock.domain.policy_json import policy_from_json

from .courses import Course
from .courseware import course_or_404
from .host import Host
from .models import Cohort, Enrolment, SubsectionGrade
from .runtime import CampusRuntime


@dataclass(frozen=True)
class Grade:
    """One graded subsection; ``percent`` is None while there is no grade."""

    key: str
    title: str
    percent: float | None


@dataclass(frozen=True)
class Line:
    """One learner of the course, as the team sees them."""

    user_id: int
    name: str
    group: str
    grades: tuple[Grade, ...]


@login_required(login_url="index")
def progress(request: HttpRequest, slug: str) -> HttpResponse:
    """The learner's own page: groups, and the grade of each subsection that the exam asks for."""
    course = course_or_404(slug)
    groups = Host().groups(request.user.pk, course.course_key)
    context = {"course": course, "groups": groups, "grades": list(_grades(request.user.pk, course))}
    return render(request, "demo/progress.html", context)


@login_required(login_url="index")
def learners(request: HttpRequest, slug: str) -> HttpResponse:
    """The team's page: put learners into groups, enter grades."""
    course = course_or_404(slug)
    if not CampusRuntime(request.user, course).user_is_staff:
        return render(request, "demo/refused.html", status=403)
    lines = list(_lines(course))
    if request.method == "POST":
        for line in lines:
            _keep(request, course, line)
        return redirect("learners", slug)
    return render(request, "demo/learners.html", {"course": course, "lines": lines, "policy": _policy(course)})


def _policy(course: Course) -> ExamPolicy:
    try:
        return policy_from_json(CampusRuntime(AnonymousUser(), course).exam().policy)
    except InvalidPolicy:
        return ExamPolicy()


def _grades(user_id: int, course: Course) -> Iterator[Grade]:
    host = Host()
    for item in _policy(course).prerequisites:
        percent = host.subsection_percent(user_id, course.course_key, item.subsection)
        yield Grade(item.subsection, item.title, percent)


def _lines(course: Course) -> Iterator[Line]:
    enrolled = Enrolment.objects.filter(course_key=course.course_key, is_active=True).values("user_id")
    for user in get_user_model().objects.filter(pk__in=enrolled).order_by("last_name", "first_name"):
        groups = Host().groups(user.pk, course.course_key)
        yield Line(user.pk, user.get_full_name(), ", ".join(groups), tuple(_grades(user.pk, course)))


def _keep(request: HttpRequest, course: Course, line: Line) -> None:
    """What the form says of one learner; an empty field takes away."""
    named = {name.strip() for name in request.POST.get(f"group-{line.user_id}", "").split(",") if name.strip()}
    for cohort in Cohort.objects.filter(course_key=course.course_key, members=line.user_id).exclude(name__in=named):
        cohort.members.remove(line.user_id)
    for name in named:
        Cohort.objects.get_or_create(course_key=course.course_key, name=name[:255])[0].members.add(line.user_id)
    for grade in line.grades:
        rows = {"user_id": line.user_id, "course_key": course.course_key, "subsection": grade.key}
        try:
            percent = min(100.0, max(0.0, float(request.POST.get(f"grade-{line.user_id}-{grade.key}", ""))))
        except ValueError:
            SubsectionGrade.objects.filter(**rows).delete()
            continue
        SubsectionGrade.objects.update_or_create(**rows, defaults={"percent": percent})
