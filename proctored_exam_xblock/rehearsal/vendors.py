"""The proctor's side: a simulator worked over HTTP as a proctor and a candidate's browser would, or an invigilator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from html import unescape
from typing import Any

import httpx

from .. import conf
from ..backends.base import Launch
from ..domain.policy import ExamPolicy, Unlock
from ..models import Appointment
from ..services import gate
from ..simulators.process import Simulator, running
from ..simulators.proctorexam.store import FIRST_EXAM

WITHOUT_VENDOR = frozenset({"none", "onsite"})
SIMULATORS = {"proctoru": "proctoru", "proctorexam": "proctorexam", "proctorexam_lti": "proctorexam"}
FAULTS = ("lossy", "down", "garbage", "wrong_types", "truncated")
"""Those of the simulators that cost no real time."""
_FORM = re.compile(r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', re.S)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_STEPS_ON_ARRIVAL = 6


class Booth:
    """An exam without a vendor: who watches, if anybody does, reads the code from our own rows."""

    def set_clock(self, now: datetime) -> None:
        """Move the vendor's clock."""

    def set_fault(self, mode: str, share: float, seed: int) -> None:
        """Let a share of the vendor's answers go wrong."""

    def enter(self, launch: Launch) -> None:
        """The candidate follows the room's address and does what is asked on arrival."""

    def open(self, appointment: Appointment, email: str) -> str | None:
        """The proctor lets the candidate begin; returns the code to type, '' where there is none, None when the
        candidate is not in the room."""
        return gate.code_of(appointment) if appointment.key_id else ""

    def close(self, email: str) -> None:
        """The proctor ends the session and has nothing to report."""

    def sessions(self) -> list[dict[str, Any]] | None:
        """The vendor's own record, None without a vendor."""
        return None


class SimulatedBooth(Booth):
    """A vendor's simulator. Pages are read as a person reads them: a row by the candidate's address, a button by its
    name."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._buttons: dict[str, str] = {}
        self._web = httpx.Client(
            follow_redirects=True, trust_env=False, timeout=30, limits=httpx.Limits(max_keepalive_connections=0)
        )

    def set_clock(self, now: datetime) -> None:
        self._lever("clock", {"now": now.isoformat(), "stopped": True})

    def set_fault(self, mode: str, share: float, seed: int) -> None:
        self._lever("faults", {"mode": mode, "share": share, "seed": seed})

    def set_capacity(self, seats: int) -> None:
        """As many proctors as the exam says."""
        self._lever("switches", {"capacity": seats})

    def enter(self, launch: Launch) -> None:
        page = self._web.post(launch.url, data=dict(launch.form)) if launch.form else self._web.get(launch.url)
        for _ in range(_STEPS_ON_ARRIVAL):
            page.raise_for_status()
            step = _form(page.text, 'data-sim-room-action="(?!skip|start|leave)')
            if step is None:
                return
            page = self._press(step)

    def open(self, appointment: Appointment, email: str) -> str | None:
        row = _row(self._web.get(f"{self._simulator.url}/").raise_for_status().text, email)
        button = _form(row, 'data-sim-action="open-room"')
        if button is None:
            return None
        self._buttons[email] = button[0].removesuffix("open-room/")
        self._act(email, "verify-identity")
        self._act(email, "open-room")
        code = re.search(r"data-sim-code>([^<]*)<", row)
        return unescape(code.group(1)) if code else ""

    def close(self, email: str) -> None:
        self._act(email, "end")
        self._act(email, "verdict-valid")

    def sessions(self) -> list[dict[str, Any]] | None:
        answer = self._web.get(f"{self._simulator.url}/state/").raise_for_status()
        found: list[dict[str, Any]] = answer.json()["sessions"]
        return found

    def end(self) -> None:
        """Let the connections go."""
        self._web.close()

    def _act(self, email: str, action: str) -> None:
        """Press one more button of the row that was found; the page it leads to costs time and tells nothing new."""
        self._press((f"{self._buttons[email]}{action}/", {}), follow=False)

    def _press(self, form: tuple[str, dict[str, str]], *, follow: bool = True) -> httpx.Response:
        action, fields = form
        return self._web.post(httpx.URL(self._simulator.url).join(action), data=fields, follow_redirects=follow)

    def _lever(self, name: str, body: Mapping[str, object]) -> None:
        self._web.post(f"{self._simulator.url}/{name}/", json=dict(body)).raise_for_status()


def _row(page: str, email: str) -> str:
    """The candidate's row in which the room can be opened; they may have others, of appointments given up."""
    rows = page.split("data-sim-session")[1:]
    return next((row for row in rows if f'data-email="{email}"' in row and 'data-sim-action="open-room"' in row), "")


def _form(page: str, hook: str) -> tuple[str, dict[str, str]] | None:
    for action, inside in _FORM.findall(page):
        if re.search(hook, inside):
            return unescape(action), {name: unescape(value) for name, value in _HIDDEN.findall(inside)}
    return None


def is_rehearsed(slug: str) -> bool:
    """Whether the service's side can be played; else the exam is walked through without it."""
    return slug in WITHOUT_VENDOR or slug in SIMULATORS


def copied(policy: ExamPolicy) -> ExamPolicy:
    """The rules of the copy: the exam that the simulator knows; or, where there is none, no service, and nothing that
    only its proctor opens."""
    if policy.backend in WITHOUT_VENDOR:
        return policy
    if policy.backend in SIMULATORS:
        return replace(policy, vendor_exam=str(FIRST_EXAM)) if SIMULATORS[policy.backend] == "proctorexam" else policy
    return replace(policy, backend="none", unlock=Unlock.NONE if policy.unlock.is_code else policy.unlock)


@contextmanager
def booth_for(policy: ExamPolicy, now: datetime) -> Iterator[Booth]:
    """The proctor's side of an exam, and the settings that lead to it."""
    if policy.backend in WITHOUT_VENDOR or not is_rehearsed(policy.backend):
        yield Booth()
        return
    with running(SIMULATORS[policy.backend], now=now) as simulator:
        conf.get("BACKENDS")[policy.backend] = simulator.settings()
        booth = SimulatedBooth(simulator)
        try:
            booth.set_capacity(policy.seats_per_slot)
            yield booth
        finally:
            booth.end()
