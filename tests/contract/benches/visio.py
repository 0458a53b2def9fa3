"""The bench of docs/backends.md's example: its code is taken from the page itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from proctored_exam_xblock.backends.base import Backend, Booking
from tests.contract.suite import NOW, Bench

from .visio_vendor import VisioVendor

PAGE = Path(__file__).parents[3] / "docs" / "backends.md"


def example() -> str:
    """The Python block of the page's chapter "A whole one"."""
    found = re.search(r"## A whole one\n.*?```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found.group(1)


def example_class() -> type[Backend]:
    """The class that a reader would have after copying the block."""
    names: dict[str, Any] = {"__name__": "visio"}
    exec(compile(example(), "visio.py", "exec"), names)
    found: type[Backend] = names["Visio"]
    return found


class VisioBench(Bench):
    secrets = ("visio-secret-token", "Canari", "://visio.example/")

    def __init__(self) -> None:
        self.vendor = VisioVendor(NOW)
        settings = {"base_url": "https://api.visio.example", "token": "visio-secret-token"}
        self.backend = example_class()(settings, lambda: self.vendor.now, transport=self.vendor.transport)  # type: ignore[call-arg]

    def go(self, now: datetime) -> None:
        self.vendor.now = now

    def held(self) -> Mapping[str, datetime]:
        live = {key: s for key, s in self.vendor.sessions.items() if s["state"] != "cancelled"}
        return {key: datetime.fromisoformat(session["start"]) for key, session in live.items()}

    def fault(self, mode: str) -> None:
        self.vendor.mode, self.vendor.turn = mode, 0

    def forget(self, reservation_id: str) -> None:
        del self.vendor.sessions[reservation_id]

    def arrive(self, booking: Booking) -> None:
        self.vendor.sessions[booking.reservation_id]["state"] = "arrived"

    def open(self, booking: Booking) -> None:
        self.vendor.sessions[booking.reservation_id]["state"] = "go"

    def end(self, booking: Booking) -> None:
        self.vendor.sessions[booking.reservation_id]["state"] = "over"

    def with_wrong_key(self) -> Backend:
        settings = {"base_url": "https://api.visio.example", "token": "another"}
        return type(self.backend)(settings, lambda: self.vendor.now, transport=self.vendor.transport)  # type: ignore[call-arg]
