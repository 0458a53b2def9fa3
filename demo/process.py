"""A whole campus in its own process for browser tests: own database, ports, simulator and clock.

with campus(now="2027-03-01T08:00:00Z") as site:
    page.goto(site.url("/demo/sign-in/alex/"))
    site.set_clock("2027-03-05T14:55:00Z")
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread

import httpx

from .__main__ import READY

ROOT = Path(__file__).resolve().parent.parent
SIMULATORS = 2


class CampusFailed(Exception):
    """It did not start; the message holds its last words."""


@dataclass(frozen=True)
class Campus:
    """A running campus."""

    address: str
    database: Path
    port: int
    simulator_ports: tuple[int, ...]

    def url(self, path: str = "/") -> str:
        """Absolute address of ``path``."""
        return self.address + path

    def now(self) -> datetime:
        """The campus's present instant."""
        return datetime.fromisoformat(httpx.get(self.url("/demo/clock/"), trust_env=False).json()["now"])

    def set_clock(self, moment: str | datetime) -> None:
        """Move campus and simulators to ``moment``."""
        text = moment if isinstance(moment, str) else moment.isoformat()
        self._clock(now=text)

    def advance(self, seconds: float) -> None:
        """Move campus and simulators by ``seconds``."""
        self._clock(advance=seconds)

    def fault(self, mode: str, seconds: float = 5, vendor: str = "proctoru") -> None:
        """Have the simulator be ok, slow, down, garbage or lossy."""
        body = {"mode": mode, "seconds": seconds}
        httpx.post(self.url(f"/simulators/{vendor}/faults/"), json=body, trust_env=False).raise_for_status()

    def _clock(self, **body: object) -> None:
        httpx.post(self.url("/demo/clock/"), json=body, trust_env=False, timeout=15).raise_for_status()


@contextmanager
def campus(now: str | None = None, database: Path | None = None) -> Iterator[Campus]:
    """Start a campus and stop it at the end.

    Args:
        now: its first instant (ISO); the computer's when absent.
        database: an existing SQLite file to go on with; a fresh temporary one when absent.

    Raises:
        CampusFailed: with its last lines.
    """
    folder = Path(tempfile.mkdtemp(prefix="campus-"))
    path = database or _fresh(folder)
    port, *simulator_ports = _free_ports(1 + SIMULATORS)
    command = [sys.executable, "-m", "demo", "--port", str(port)]
    command += ["--simulator-ports", ",".join(map(str, simulator_ports))]
    command += ["--database", str(path), *(["--now", now] if now else [])]
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "DJANGO_"))},
    )
    try:
        address = _await_ready(child)
        yield Campus(address, path, port, tuple(simulator_ports))
    finally:
        _stop(child)
        shutil.rmtree(folder, ignore_errors=True)


def _await_ready(child: subprocess.Popen[str]) -> str:
    last_words: deque[str] = deque(maxlen=40)
    for line in child.stdout or ():
        if line.startswith(READY):
            # Somebody has to read on, or a full pipe would stop the campus.
            Thread(target=_echo, args=(child,), daemon=True).start()
            return line.split()[1]
        last_words.append(line)
    raise CampusFailed("".join(last_words))


def _echo(child: subprocess.Popen[str]) -> None:
    try:
        for line in child.stdout or ():
            sys.stderr.write(f"[campus] {line}")
    except ValueError:
        return  # closed while reading: it is being stopped


def _stop(child: subprocess.Popen[str]) -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGTERM)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    if child.stdout:
        child.stdout.close()


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(closing(socket.socket())) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


_template: list[Path] = []


def _fresh(folder: Path) -> Path:
    """A migrated, empty database; migrated once per test process, then copied."""
    if not _template:
        home = Path(tempfile.mkdtemp(prefix="campus-template-"))
        atexit.register(shutil.rmtree, home, ignore_errors=True)
        target = home / "campus.sqlite3"
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--run-syncdb", "--verbosity", "0"],
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "settings.demo", "DEMO_DATABASE": str(target)},
            check=True,
            stdin=subprocess.DEVNULL,
        )
        _template.append(target)
    source = _template[0]
    for file in source.parent.iterdir():  # with the write-ahead log, should there be one
        shutil.copy(file, folder / file.name)
    return folder / source.name
