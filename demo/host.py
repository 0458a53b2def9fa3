"""The answers a platform owes the exam block, given by the demo campus (``PROCTORED_EXAM["HOST"]``)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse

from . import courses, worker
from .models import Cohort, CourseRole, Enrolment, Preference, SubsectionGrade, VerifiedName


class Host:
    """Enrolment, roles, names and addresses of the campus."""

    def enrolment_mode(self, user_id: int, course_key: str) -> str | None:
        """Mode of the active enrolment, None without one."""
        rows = Enrolment.objects.filter(user_id=user_id, course_key=course_key, is_active=True)
        return rows.values_list("mode", flat=True).first()

    def in_mode_since(self, user_id: int, course_key: str, mode: str) -> datetime | None:
        """The campus does not keep it."""
        return None

    def enrolled_count(self, course_key: str, modes: Sequence[str]) -> int:
        """Learners enrolled in one of the modes."""
        return Enrolment.objects.filter(course_key=course_key, is_active=True, mode__in=list(modes)).count()

    def enrol_url(self, course_key: str) -> str:
        """Where a learner enrols for the certification."""
        return reverse("dashboard")

    def dashboard_url(self) -> str:
        """The learner dashboard."""
        return reverse("dashboard")

    def account_url(self) -> str:
        """Where a learner mends their name."""
        return reverse("account")

    def anonymous_id(self, user_id: int, course_key: str) -> str:
        """Stable and opaque, one per learner and course, as the LMS gives to the submissions API."""
        return hashlib.md5(f"{user_id}|{course_key}".encode(), usedforsecurity=False).hexdigest()

    def is_course_staff(self, user_id: int, course_key: str) -> bool:
        """Course team or operator."""
        if CourseRole.objects.filter(user_id=user_id, course_key=course_key, role="staff").exists():
            return True
        return get_user_model().objects.filter(pk=user_id, is_superuser=True).exists()

    def is_invigilator(self, user_id: int, course_key: str) -> bool:
        """Runs the exam day."""
        return CourseRole.objects.filter(user_id=user_id, course_key=course_key, role="invigilator").exists()

    def full_name(self, user_id: int) -> tuple[str, str]:
        """First name and family name of the account."""
        first, last = get_user_model().objects.values_list("first_name", "last_name").get(pk=user_id)
        return first, last

    def verified_name(self, user_id: int) -> tuple[str, str] | None:
        """The name that was compared with an identity document, if it was."""
        return VerifiedName.objects.filter(user_id=user_id).values_list("first_name", "last_name").first()

    def groups(self, user_id: int, course_key: str) -> tuple[str, ...]:
        """The learner's cohorts in the course."""
        rows = Cohort.objects.filter(course_key=course_key, members=user_id).order_by("name")
        return tuple(rows.values_list("name", flat=True))

    def subsection_percent(self, user_id: int, course_key: str, usage_key: str) -> float | None:
        """The grade of a subsection, as the course team entered it."""
        rows = SubsectionGrade.objects.filter(user_id=user_id, course_key=course_key, subsection=usage_key)
        return rows.values_list("percent", flat=True).first()

    def subsection_url(self, usage_key: str) -> str:
        """The learner's progress page, which names every graded subsection."""
        try:
            return reverse("progress", args=[courses.by_usage(usage_key).slug])
        except KeyError:
            return ""

    def block_url(self, usage_key: str) -> str:
        """The course page that shows the exam, absolute: the vendor links to it."""
        return settings.PUBLIC_URL + reverse("course", args=[courses.by_usage(usage_key).slug])

    def course_title(self, course_key: str) -> str:
        """The course's name."""
        return courses.by_key(course_key).title

    def language(self, user_id: int) -> str:
        """The one last chosen by the switch, '' for none."""
        return Preference.objects.filter(user_id=user_id).values_list("language", flat=True).first() or ""

    def mail_sender(self, course_key: str) -> str:
        """The campus itself."""
        return str(settings.DEFAULT_FROM_EMAIL)

    def later(self, task: str, seconds: float) -> None:
        """The campus's worker looks every few seconds by itself; e-mails are looked at right away."""
        if task == "send_mails":
            worker.hurry()
