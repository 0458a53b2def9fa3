"""Providers put where edx-proctoring keeps the ones it loaded, a candidate, and the backend under test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.test import Client
from edx_proctoring.backends.rest import BaseRestProctoringProvider
from edx_proctoring.models import ProctoredExam, ProctoredExamStudentAttempt
from edx_proctoring.runtime import set_runtime_service

from proctored_exam_xblock.backends.base import Booking, Person
from proctored_exam_xblock.backends.edx_proctoring import EdxProctoring
from tests.edx_proctoring.platform import PlatformServices
from tests.edx_proctoring.rest_stub import Service, serving
from tests.fakes import FakeClock

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
COURSE = "course-v1:U+C+R"
BLOCK = "block-v1:U+C+R+type@proctored_exam+block@final"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def edx_urls(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.edx_proctoring.urls"


@pytest.fixture(autouse=True)
def platform() -> PlatformServices:
    """The services that the LMS registers."""
    services = PlatformServices()
    for name in ("credit", "grades", "certificates", "instructor"):
        set_runtime_service(name, services)
    return services


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Any], Any]:
    """Put a provider under a name, as edx-proctoring does with the entry points it finds."""
    config = apps.get_app_config("edx_proctoring")
    monkeypatch.setattr(config, "backends", dict(config.backends))

    def put(name: str, provider: Any) -> Any:
        config.backends[name] = provider
        return provider

    return put


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as started:
        yield started


@pytest.fixture
def rest(service: Service, install: Callable[[str, Any], Any]) -> Any:
    """The stub's provider: what its makers would ship, a subclass of the REST base with an address."""
    provider = type("StubProvider", (BaseRestProctoringProvider,), {"base_url": service.url, "verbose_name": "Stub"})
    return install("stub", provider(client_id="id", client_secret="secret"))


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


class Caller:
    """A signed-in account at edx-proctoring's own doors."""

    def __init__(self, account: Any) -> None:
        self.web = Client(raise_request_exception=False)
        self.web.force_login(account)

    def ready(self, external_id: str) -> int:
        """What a provider calls when the candidate may begin; the HTTP status."""
        path = f"/api/edx_proctoring/v1/proctored_exam/attempt/{external_id}/ready"
        return self.web.post(path, {"status": "ready"}, content_type="application/json").status_code

    def reviewed(self, external_id: str, status: str, comments: list[dict[str, Any]] | None = None) -> int:
        """What a provider calls when it has an opinion; the HTTP status."""
        path = f"/api/edx_proctoring/v1/proctored_exam/attempt/{external_id}/reviewed"
        body = {"status": status, "comments": comments or []}
        return self.web.post(path, body, content_type="application/json").status_code

    def act(self, attempt_id: int, action: str) -> int:
        """What a learner's page asks; the HTTP status."""
        path = f"/api/edx_proctoring/v1/proctored_exam/attempt/{attempt_id}"
        return self.web.put(path, {"action": action}, content_type="application/json").status_code


@pytest.fixture
def learner(candidate: Any) -> Caller:
    return Caller(candidate)


@pytest.fixture
def provider_server(reviewer: Any) -> Caller:
    return Caller(reviewer)
