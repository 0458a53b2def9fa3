"""Services that ask nobody anything: no calls, no faults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from proctored_exam_xblock.backends.base import Backend
from tests.contract.suite import NOW, Bench


class SilentBench(Bench):
    def __init__(self, kind: type[Backend]) -> None:
        self.now = NOW
        self.backend = kind({}, lambda: self.now)

    def go(self, now: datetime) -> None:
        self.now = now

    def held(self) -> Mapping[str, datetime]:
        return {}

    def fault(self, mode: str) -> None:
        """There is nobody to fail."""
