"""Another package may have a provider under a name of ours: its attempts are its own."""

from __future__ import annotations

import pytest
from django.utils import timezone
from edx_proctoring import api
from edx_proctoring.backends.tests import test_backend
from edx_proctoring.models import ProctoredExamStudentAttempt

from proctored_exam_xblock.providers import polling, proctorexam
from tests.edx_proctoring.conftest import COURSE

pytestmark = pytest.mark.django_db

SECTION = "block-v1:U+C+R+type@sequential+block@final"


class SomebodyElses(test_backend.TestBackendProvider):
    """Registers under ids that look like ours."""

    def on_exam_saved(self, exam):
        return "theirs"

    def register_exam_attempt(self, exam, context):
        return "their-attempt_9"

    def get_attempt(self, attempt):
        return dict(attempt)


@pytest.fixture
def attempt(install, candidate):
    install("proctorexam", SomebodyElses())
    exam = api.create_exam(COURSE, SECTION, "Final", 40, backend="proctorexam")
    return ProctoredExamStudentAttempt.objects.get(
        pk=api.create_exam_attempt(exam, candidate.pk, taking_as_proctored=True)
    )


def test_it_opens_its_attempts_as_it_likes(attempt, learner):
    assert learner.ready(attempt.external_id) == 200


def test_our_vendor_is_not_asked_about_its_attempts(attempt, monkeypatch):
    def never():
        raise AssertionError("asked")

    monkeypatch.setattr(proctorexam, "service", never)

    assert polling.poll_native(timezone.now()) == 0
