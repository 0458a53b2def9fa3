"""A native section watched by ProctorExam, from the platform to the vendor's simulator and back."""

from __future__ import annotations

import httpx
import pytest
from django.core.cache import cache
from django.utils import timezone
from edx_proctoring import api
from edx_proctoring.models import ProctoredExamSoftwareSecureReview, ProctoredExamStudentAttempt

from proctored_exam_xblock.providers import polling, proctorexam
from proctored_exam_xblock.simulators.process import running
from tests.edx_proctoring.conftest import COURSE

pytestmark = pytest.mark.django_db
SECTION = "block-v1:U+C+R+type@sequential+block@final"


@pytest.fixture
def simulator(settings, install):
    with running("proctorexam", now=timezone.now()) as started:
        chosen = started.settings(timeout_seconds=20, native_exam="4242")
        settings.PROCTORED_EXAM = {"BACKENDS": {"proctorexam": chosen}}
        install("proctorexam", proctorexam.ProctorExam())
        cache.clear()
        yield started


def look():
    cache.clear()  # as if the next look were due
    return polling.poll_native(timezone.now())


@pytest.mark.parametrize(
    ("verdict", "status"), [("verdict-valid", "verified"), ("verdict-fraud", "second_review_required")]
)
def test_from_the_request_to_the_review(verdict, status, simulator, candidate, learner):
    exam = api.create_exam(COURSE, SECTION, "Final", 40, backend="proctorexam")
    attempt = ProctoredExamStudentAttempt.objects.get(pk=api.create_exam_attempt(exam, candidate.pk, True))
    number = attempt.external_id.rpartition("_")[2]
    page = proctorexam.ProctorExam().get_attempt({"external_id": attempt.external_id})["download_url"]

    with httpx.Client(follow_redirects=True, trust_env=False, timeout=20) as web:

        def seat(action: str) -> None:
            web.post(f"{simulator.url}/sessions/{number}/{action}/").raise_for_status()

        def step(name: str) -> None:
            web.post(f"{room}step/", data={"step": name}).raise_for_status()

        room = learner.web.get(page).headers["Location"]
        web.get(room).raise_for_status()
        for name in ("check", "photo-document", "photo-face"):
            step(name)
        assert look() == 0
        assert learner.act(attempt.pk, "start") == 403

        step("start")
        assert look() == 1
        assert learner.act(attempt.pk, "start") == 200
        assert learner.act(attempt.pk, "submit") == 200

        seat("end")
        assert look() == 0
        seat(verdict)
        assert look() == 1

    attempt.refresh_from_db()
    assert attempt.status == status
    assert ProctoredExamSoftwareSecureReview.objects.get().attempt_code == attempt.attempt_code
