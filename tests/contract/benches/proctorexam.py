"""The benches of ProctorExam and its simulator: sessions made by the API, and by an LTI launch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx

from proctored_exam_xblock.backends.base import Backend, Booking
from proctored_exam_xblock.backends.proctorexam import ProctorExam, ProctorExamLti
from tests.contract.suite import NOW

from .simulated import SimulatedBench


class ProctorExamBench(SimulatedBench):
    """The vendor's room may be opened days before: it offers the equipment check until the hour."""

    kind: type[ProctorExam | ProctorExamLti] = ProctorExam
    minds_the_hour = False

    @property
    def secrets(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.simulator.api_key, self.simulator.secret_key, "Canari", "canari", "anon-0001")

    def client(self, **settings: Any) -> Backend:
        return self.kind(self.simulator.settings(**settings), lambda: self.now)

    def with_wrong_key(self) -> Backend:
        return self.client(secret_key="f" * 64)

    def booking(self, number: int = 1, **changes: Any) -> Booking:
        return replace(super().booking(number, **changes), vendor_exam="4242")


class ProctorExamLtiBench(ProctorExamBench):
    """Nothing is at the vendor's before the candidate launches; the form itself is made without asking."""

    kind = ProctorExamLti
    silent_methods = frozenset({"launch"})

    def held(self) -> Mapping[str, datetime]:
        return {line["link"]: NOW for line in self.sessions() if line["active"]}

    def fault(self, mode: str) -> None:
        if mode != "ok" and not self.sessions():
            with httpx.Client(follow_redirects=True, trust_env=False, timeout=20) as web:
                self.enter(web, self.booking())
        super().fault(mode)
