"""Benches of the vendors that have a simulator: the vendor's side is worked over HTTP, as a proctor would."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

from proctored_exam_xblock.backends.base import Backend, Booking
from proctored_exam_xblock.simulators.process import Simulator
from tests.contract.suite import NOW, Bench

MODES = {"silent": "timeout"}
IMPATIENT = 0.4
"""Seconds after which a client gives up on a vendor that says nothing."""


class SimulatedBench(Bench):
    """One running simulator, emptied; ``kind`` is the client under test."""

    kind: type[Backend]

    def __init__(self, simulator: Simulator) -> None:
        self.simulator, self.now = simulator, NOW
        simulator.reset()
        simulator.set_clock(NOW)
        self.backend = self.client(timeout_seconds=20)

    @abstractmethod
    def client(self, **settings: Any) -> Backend:
        """The client with its settings, some of them changed."""

    def go(self, now: datetime) -> None:
        self.now = now
        self.simulator.set_clock(now)

    def fault(self, mode: str) -> None:
        self.simulator.set_fault(MODES.get(mode, mode), seconds=5)
        self.backend = self.client(timeout_seconds=IMPATIENT if mode == "silent" else 20)

    def sessions(self) -> list[dict[str, Any]]:
        """The vendor's own record."""
        answer = httpx.get(f"{self.simulator.url}/state/", timeout=20, trust_env=False)
        found: list[dict[str, Any]] = answer.json()["sessions"]
        return found

    def held(self) -> Mapping[str, datetime]:
        return {
            line["reservation_id"]: datetime.fromisoformat(line["start"]) for line in self.sessions() if line["active"]
        }

    def forget(self, reservation_id: str) -> None:
        self.simulator.post("lose", {"reservation_id": reservation_id})

    def arrive(self, booking: Booking) -> None:
        """Follow the room's address in a browser without scripts and take the steps on arrival."""
        with httpx.Client(follow_redirects=True, trust_env=False, timeout=20) as web:
            self.enter(web, booking)

    def open(self, booking: Booking) -> None:
        self.act(booking, "verify-identity")
        self.act(booking, "open-room")

    def end(self, booking: Booking) -> None:
        self.act(booking, "end")

    def judge(self, booking: Booking, *, fraud: bool) -> None:
        self.act(booking, "verdict-fraud" if fraud else "verdict-valid")

    def enter(self, web: httpx.Client, booking: Booking) -> httpx.Response:
        """Open the room as the candidate's browser does."""
        room = self.backend.launch(booking)
        page = web.post(room.url, data=dict(room.form)) if room.form else web.get(room.url)
        return page.raise_for_status()

    def act(self, booking: Booking, action: str) -> None:
        """Press a button of the proctor's seat, in this candidate's row."""
        with httpx.Client(follow_redirects=True, trust_env=False, timeout=20) as web:
            seat = web.get(f"{self.simulator.url}/").text
            row = next(part for part in seat.split("data-sim-session")[1:] if booking.person.email in part)
            form = re.search(
                rf'<form[^>]*action="([^"]+)"[^>]*>(?:(?!</form>).)*?data-sim-action="{action}"', row, re.S
            )
            assert form is not None, f"the seat offers no {action}"
            fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form.group(0)))
            origin = httpx.URL(self.simulator.url)
            web.post(origin.join(form.group(1)), data=fields).raise_for_status()
