"""The bench of ProctorU and its simulator."""

from __future__ import annotations

from typing import Any

from proctored_exam_xblock.backends.base import Backend
from proctored_exam_xblock.backends.proctoru import ProctorU

from .simulated import SimulatedBench


class ProctorUBench(SimulatedBench):
    kind = ProctorU

    @property
    def secrets(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.simulator.api_key, "Canari", "login_token")

    def client(self, **settings: Any) -> Backend:
        return ProctorU(self.simulator.settings(**settings), lambda: self.now)

    def with_wrong_key(self) -> Backend:
        return self.client(api_key="00000000-0000-4000-8000-000000000000")
