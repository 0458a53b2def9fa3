"""Starts a simulator as a process of its own, for tests and the demo, and works its levers over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

import httpx

__all__ = ["Simulator", "running", "start"]

API_KEY = "9d2f4b7a-1111-4222-8333-444455556666"
SECRET_KEY = "0123456789abcdef" * 4
_READY_SECONDS = 30


@dataclass(frozen=True)
class Simulator:
    """A running simulator; ``url`` is its seat page, without a trailing slash; ``pages`` as browsers reach it."""

    process: subprocess.Popen[str]
    url: str
    api_key: str
    vendor: str = "proctoru"
    secret_key: str = ""
    pages: str = ""

    @property
    def api_url(self) -> str:
        """``base_url`` of the backend."""
        return f"{self.url}/api/v3" if self.vendor == "proctorexam" else f"{self.url}/api"

    def settings(self, **more: object) -> dict[str, object]:
        """The backend's settings that lead here."""
        if self.vendor == "proctorexam":
            pages = self.pages or self.url
            return {
                "base_url": self.api_url,
                "api_token": self.api_key,
                "secret_key": self.secret_key,
                "room_url": f"{pages}/student_sessions/{{token}}/",
                "lti_launch_url": f"{pages}/lti/?id={{exam_id}}",
                **more,
            }
        return {"base_url": self.api_url, "api_key": self.api_key, **more}

    def set_clock(self, now: datetime, *, stopped: bool = True) -> None:
        """Set the vendor's clock, and stop it unless told otherwise."""
        self.post("clock", {"now": now.isoformat(), "stopped": stopped})

    def skew_clock(self, seconds: float) -> None:
        """Put the vendor's clock wrong by this much, ahead when positive."""
        self.post("clock", {"skew": seconds})

    def set_fault(self, mode: str, **details: object) -> None:
        """``details``: seconds, only, every, share, seed (:class:`~proctored_exam_xblock.simulators.faults.Fault`)."""
        self.post("faults", {"mode": mode, **details})

    def switch(self, **switches: object) -> None:
        """Change the vendor's habits, as its ``Switches`` name them."""
        self.post("switches", switches)

    def reset(self) -> None:
        """Forget bookings, faults and switches; the clock stays."""
        self.post("reset", {})

    def get(self, path: str) -> str:
        """Text of a page below the prefix, '' being the seat."""
        with httpx.Client(timeout=_READY_SECONDS, trust_env=False) as client:
            return client.get(f"{self.url}/{path}").text

    def post(self, path: str, body: Mapping[str, object]) -> Any:
        """POST JSON to a lever and return its JSON.

        Raises:
            httpx.HTTPStatusError: the lever refused it.
        """
        with httpx.Client(timeout=_READY_SECONDS, trust_env=False) as client:
            return client.post(f"{self.url}/{path}/", json=dict(body)).raise_for_status().json()

    def stop(self) -> None:
        """End this process, by its own handle."""
        self.process.terminate()
        self.process.wait(timeout=_READY_SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()


def start(
    vendor: str = "proctoru",
    *,
    port: int = 0,
    api_key: str = API_KEY,
    secret_key: str = SECRET_KEY,
    public_url: str = "",
    database: str = ":memory:",
    now: datetime | None = None,
) -> Simulator:
    """Start and wait until it answers.

    Raises:
        RuntimeError: it ended before it answered (its own words are on stderr), or took too long.
    """
    command = [sys.executable, "-m", "proctored_exam_xblock.simulators", vendor]
    command += ["--port", str(port), "--api-key", api_key, "--secret-key", secret_key, "--database", database]
    if public_url:
        command += ["--public-url", public_url]
    if now is not None:
        command += ["--now", now.isoformat()]
    root = str(Path(__file__).parents[2])
    paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    process = subprocess.Popen(  # noqa: S603 (our own module, no shell)
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths}
    )
    output = cast(IO[str], process.stdout)
    watchdog = threading.Timer(_READY_SECONDS, process.kill)
    watchdog.start()
    # The address is printed once the port listens, so the next line is also the sign that it is ready.
    line = output.readline().strip()
    watchdog.cancel()
    if not line:
        process.wait(timeout=_READY_SECONDS)
        output.close()
        raise RuntimeError(f"the {vendor} simulator did not start")
    return Simulator(process, line.rstrip("/"), api_key, vendor, secret_key, public_url.rstrip("/"))


@contextmanager
def running(vendor: str = "proctoru", **options: Any) -> Iterator[Simulator]:
    """:func:`start` for the time of a ``with`` block; the same arguments."""
    simulator = start(vendor, **options)
    try:
        yield simulator
    finally:
        simulator.stop()
