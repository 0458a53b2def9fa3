"""A candidate, the backend under test, and who calls at edx-proctoring's doors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from edx_proctoring.models import ProctoredExam, ProctoredExamStudentAttempt

from proctored_exam_xblock.backends.base import Booking, Person
from proctored_exam_xblock.backends.edx_proctoring import EdxProctoring
from tests.edx_proctoring.caller import Caller
from tests.edx_proctoring.platform import PlatformServices
from tests.edx_proctoring.provider import edx_urls, install, platform, rest, service
from tests.fakes import FakeClock

__all__ = ["edx_urls", "install", "platform", "rest", "service"]

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
COURSE = "course-v1:U+C+R"
BLOCK = "block-v1:U+C+R+type@proctored_exam+block@final"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def inside_the_platform(edx_urls: None, platform: PlatformServices) -> None:
    """edx-proctoring's URLs are mounted and the LMS's services are there."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def backend(rest: Any, clock: FakeClock) -> EdxProctoring:
    return EdxProctoring({"provider": "stub", "timeout_seconds": 5}, clock)


@pytest.fixture
def candidate(db: None) -> Any:
    return get_user_model().objects.create_user("awa", "awa@example.org", "x")


@pytest.fixture
def booking(candidate: Any) -> Booking:
    person = Person("opaque-1", "Awa", "Diop", "awa@example.org", user_id=candidate.pk)
    return Booking(
        "reservation-1",
        person,
        "Final exam",
        NOW + timedelta(minutes=5),
        40,
        exam_url="https://lms.test/exam",
        return_url="https://lms.test/exam",
        course_key=COURSE,
        usage_key=BLOCK,
    )


@pytest.fixture
def reviewer(db: None) -> Any:
    """The account that the provider's server calls with."""
    from django.contrib.auth.models import Group

    account = get_user_model().objects.create_user("stub-service", "stub@example.org", "x")
    account.groups.add(Group.objects.create(name="stub_review"))
    return account


@pytest.fixture
def shadow_exam(db: None) -> Callable[[], ProctoredExam]:
    return lambda: ProctoredExam.objects.get(content_id=BLOCK)


@pytest.fixture
def shadow_attempt(db: None) -> Callable[[], ProctoredExamStudentAttempt]:
    return lambda: ProctoredExamStudentAttempt.objects.get()


@pytest.fixture
def learner(candidate: Any) -> Caller:
    return Caller(candidate)


@pytest.fixture
def provider_server(reviewer: Any) -> Caller:
    return Caller(reviewer)
