"""The CARTOPRO paper in a hall full of candidates: what the figures are measured on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model

from demo.courses import COURSES
from demo.models import Enrolment
from proctored_exam_xblock import scenarios
from proctored_exam_xblock.models import Exam
from proctored_exam_xblock.services import enrolment, exams, sitting
from proctored_exam_xblock.services.dossier import Caller

ATTEMPTS_ON_FILE = 10_000
SEATS = 40
COURSE = COURSES["cartopro"]
WITHOUT_VENDOR = {"backend": "none", "unlock": "none", "appointments": False, "seats_per_slot": 1000}


class Hall:
    """The exam, and candidates whose clock runs. No proctoring service: it is not what is measured."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.scenario = scenarios.load(COURSE.scenario, now.date())
        self.exam = self.publish(**WITHOUT_VENDOR)
        version = self.exam.current_version
        assert version is not None
        self.parts = exams.snapshot(version).paper.parts

    def publish(self, **changes: Any) -> Exam:
        """Snapshot the exam with some rules changed."""
        return exams.publish(
            usage_key=COURSE.usage_id,
            course_key=COURSE.course_key,
            title=self.scenario.title,
            policy={**self.scenario.policy, **changes},
            paper=self.scenario.paper,
            now=self.now,
        )

    def person(self, name: str) -> Caller:
        """Somebody enrolled for the certification."""
        user = get_user_model().objects.create(username=name, first_name=name.title(), last_name="Martin")
        Enrolment.objects.create(user=user, course_key=COURSE.course_key, mode="verified")
        return Caller(usage_key=COURSE.usage_id, user_id=user.pk)

    def prepare(self, caller: Caller) -> None:
        """Terms and name; no backend asks for more."""
        enrolment.accept_terms(caller, str(self.scenario.policy.get("terms_version", "1")), self.now)
        enrolment.confirm_name(caller, self.now)

    def seated(self, name: str) -> Caller:
        """Somebody whose clock runs, from the window that holds the sitting."""
        caller = self.person(name)
        self.prepare(caller)
        sitting.enter(caller, self.now)
        _, token = sitting.start(caller, f"nonce-of-the-page-of-{name}", self.now)
        return Caller(caller.usage_key, caller.user_id, caller.staff, caller.language, token)

    def answers(self, part: int, turn: int) -> dict[str, list[str]]:
        """An answer to every question of a part (from 1), another one each turn."""
        questions = self.parts[part - 1].questions
        return {question.id: [question.choices[turn % len(question.choices)].id] for question in questions}

    @property
    def later(self) -> datetime:
        """A while into the sitting."""
        return self.now + timedelta(minutes=5)
