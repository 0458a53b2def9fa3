"""The bench of edx-proctoring's providers: one on its REST base, whose service is a stub of the documented protocol."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from proctored_exam_xblock.backends.base import Booking
from proctored_exam_xblock.backends.edx_proctoring import EdxProctoring
from tests.contract.suite import NOW, Bench
from tests.edx_proctoring.caller import Caller
from tests.edx_proctoring.rest_stub import Service


class EdxProctoringBench(Bench):
    """Needs the database, edx-proctoring's URLs and the platform's services (fixtures of ``make``)."""

    secrets = ("a.b.c", "stub-secret", "Canari", "/software?os=any&attempt=")
    silent_methods = frozenset({"status", "review", "erase"})  # before the first launch there is nothing to ask
    minds_the_hour = False

    def __init__(self, service: Service) -> None:
        self.service, self.now = service, NOW
        self.settings: dict[str, Any] = {"provider": "stub", "timeout_seconds": 20}
        self.backend = EdxProctoring(self.settings, lambda: self.now)
        account = get_user_model().objects.create_user("stub-service", "stub@example.org", "x")
        account.groups.add(Group.objects.create(name="stub_review"))
        self._server = Caller(account)

    def booking(self, number: int = 1, *, start: datetime = NOW + timedelta(hours=80), **changes: Any) -> Booking:
        made = super().booking(number, start=start, **changes)
        account, _ = get_user_model().objects.get_or_create(username=made.person.student_id)
        object.__setattr__(made.person, "user_id", account.pk)
        return made

    def go(self, now: datetime) -> None:
        self.now = now

    def held(self) -> Mapping[str, datetime]:
        return dict.fromkeys(self.service.attempts, NOW)

    def fault(self, mode: str) -> None:
        self.service.mode = "ok" if mode == "silent" else mode
        (self.service.stalled.clear if mode == "silent" else self.service.stalled.set)()
        self.settings["timeout_seconds"] = 0.3 if mode == "silent" else 20

    def arrive(self, booking: Booking) -> None:
        self._be("created")

    def open(self, booking: Booking) -> None:
        self._be("ready_to_start")

    def end(self, booking: Booking) -> None:
        self._be("submitted")

    def judge(self, booking: Booking, *, fraud: bool) -> None:
        (attempt_id,) = self.service.attempts
        assert self._server.reviewed(attempt_id, "violation" if fraud else "passed") == 200

    def _be(self, status: str) -> None:
        self.service.only_attempt["status"] = status
