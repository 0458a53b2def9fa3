"""Puts the courses' exams in place, once: what authors edited since stays."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser

from proctored_exam_xblock import scenarios

from .courses import COURSES, Course
from .runtime import CampusRuntime


def load_all(now: datetime) -> list[Course]:
    """Load each exam that the campus does not have yet, its window moved to the days after ``now``.

    Returns:
        The courses whose exam was loaded.
    """
    loaded = [course for course in COURSES.values() if _load(course, now)]
    for course in COURSES.values():  # as if somebody had looked: boards and seats are there at once
        CampusRuntime(AnonymousUser(), course).exam().publish_content(now)
    return loaded


def _load(course: Course, now: datetime) -> bool:
    block = CampusRuntime(AnonymousUser(), course).exam()
    if block.fields["paper"].is_set_on(block):
        return False
    scenario = scenarios.load(course.scenario, now.astimezone(ZoneInfo("Europe/Paris")).date())
    practice = {"practice_exam": COURSES[course.practice].usage_id} if course.practice else {}
    block.display_name, block.policy, block.paper = scenario.title, scenario.policy | practice, scenario.paper
    block.save()
    return True
