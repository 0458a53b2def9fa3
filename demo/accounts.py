"""The people of the campus: who they are, what they may do, and what there is to try with each."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from .courses import COURSES, LISTED
from .models import CourseRole, Enrolment


@dataclass(frozen=True)
class Account:
    """One demo account; ``mode`` is the enrolment it begins with, ``role`` its role, in each of its ``courses``.
    The first of them is where it begins."""

    username: str
    first_name: str
    last_name: str
    part: str
    hint: str
    mode: str = ""
    role: str = ""
    superuser: bool = False
    home: str = "course"
    courses: tuple[str, ...] = tuple(course.slug for course in LISTED)

    @property
    def email(self) -> str:
        return f"{self.username}@example.org"

    @property
    def translated_part(self) -> str:
        return str(_(self.part))

    @property
    def translated_hint(self) -> str:
        return str(_(self.hint))


ACCOUNTS = {
    account.username: account
    for account in (
        Account(
            username="alex",
            first_name="Alex",
            last_name="Moreau",
            part=gettext_noop("Learner enrolled for the certification"),
            hint=gettext_noop("Complete the file, book an hour, sit the exam."),
            mode="verified",
        ),
        Account(
            username="robin",
            first_name="Robin",
            last_name="Lefèvre",
            part=gettext_noop("Learner enrolled for the certification"),
            hint=gettext_noop("A second candidate, to compete for the same hour."),
            mode="verified",
        ),
        Account(
            username="sam",
            first_name="Sam",
            last_name="Petit",
            part=gettext_noop("Learner enrolled for the certification"),
            hint=gettext_noop("A third candidate."),
            mode="verified",
        ),
        Account(
            username="camille",
            first_name="Camille",
            last_name="Roux",
            part=gettext_noop("Learner of the course, not yet enrolled for the certification"),
            hint=gettext_noop("See why the exam is closed, then enrol from the dashboard."),
            mode="audit",
            home="dashboard",
            courses=("cartopro",),
        ),
        Account(
            username="lina",
            first_name="Lina",
            last_name="Haddad",
            part=gettext_noop("Learner enrolled for the certification on site"),
            hint=gettext_noop("A fourth candidate in the room."),
            mode="verified",
            courses=("cartopro-site",),
        ),
        Account(
            username="theo",
            first_name="Théo",
            last_name="Garcia",
            part=gettext_noop("Learner enrolled for the certification on site"),
            hint=gettext_noop("A fifth candidate in the room."),
            mode="verified",
            courses=("cartopro-site",),
        ),
        Account(
            username="nadia",
            first_name="Nadia",
            last_name="Benzema",
            part=gettext_noop("Learner enrolled for a certification that has its price"),
            hint=gettext_noop("Pay in the campus's shop, come back, book; see when a refund is possible."),
            mode="verified",
            courses=("cartopro-payant",),
        ),
        Account(
            username="dominique",
            first_name="Dominique",
            last_name="Garnier",
            part=gettext_noop("Course team"),
            hint=gettext_noop("Edit the exam's rules and paper."),
            role="staff",
            home="author",
        ),
        Account(
            username="ines",
            first_name="Inès",
            last_name="Benali",
            part=gettext_noop("Invigilator"),
            hint=gettext_noop("Run the room from the board: codes, locks, time, pauses, incidents."),
            role="invigilator",
            home="board",
            courses=("cartopro-site", "cartopro", "cartopro-pe"),
        ),
        Account(
            username="operator",
            first_name="Noa",
            last_name="Keller",
            part=gettext_noop("Platform operator"),
            hint=gettext_noop("Django's administration, every row."),
            superuser=True,
            home="admin",
        ),
    )
}


def create_all() -> None:
    """Create what is missing of accounts, enrolments and roles; leaves what is there."""
    users = get_user_model()
    for account in ACCOUNTS.values():
        user, new = users.objects.get_or_create(
            username=account.username,
            defaults={
                "first_name": account.first_name,
                "last_name": account.last_name,
                "email": account.email,
                "is_staff": account.superuser,
                "is_superuser": account.superuser,
            },
        )
        if new:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        for course in (COURSES[slug] for slug in account.courses):
            key = {"user": user, "course_key": course.course_key}
            if account.mode:
                Enrolment.objects.get_or_create(**key, defaults={"mode": account.mode})
            if account.role:
                CourseRole.objects.get_or_create(**key, role=account.role)
