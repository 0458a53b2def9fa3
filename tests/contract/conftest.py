"""One simulator per test process, emptied before each test, and one clock for it and the client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from proctored_exam_xblock.backends.base import Booking, Person
from proctored_exam_xblock.backends.proctoru import ProctorU
from proctored_exam_xblock.backends.proctoru import service as proctoru_service
from proctored_exam_xblock.simulators.process import Simulator, running
from tests.edx_proctoring.provider import edx_urls, install, platform, rest, rest_service, service

__all__ = ["edx_urls", "install", "platform", "rest", "rest_service", "service"]

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


class Time:
    """The client's clock; ``go`` moves the simulator's with it."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self.go(NOW)

    def __call__(self) -> datetime:
        return self.now

    def go(self, now: datetime) -> None:
        self.now = now
        self._simulator.set_clock(now)

    def later(self, **span: float) -> datetime:
        return self.now + timedelta(**span)


@pytest.fixture(scope="session")
def simulator_process() -> Iterator[Simulator]:
    with running("proctoru", now=NOW) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def proctorexam_process() -> Iterator[Simulator]:
    with running("proctorexam", now=NOW) as simulator:
        yield simulator


@pytest.fixture
def proctorexam(proctorexam_process: Simulator) -> Simulator:
    """ProctorExam's simulator, emptied, its clock stopped."""
    proctorexam_process.reset()
    proctorexam_process.set_clock(NOW)
    return proctorexam_process


@pytest.fixture
def simulator(simulator_process: Simulator) -> Simulator:
    """ProctorU's simulator, emptied; what clients in this process remember of it is forgotten with it."""
    proctoru_service._zone_names.clear()
    simulator_process.reset()
    return simulator_process


@pytest.fixture
def time(simulator: Simulator) -> Time:
    return Time(simulator)


@pytest.fixture
def backend(simulator: Simulator, time: Time) -> ProctorU:
    return ProctorU(simulator.settings(timeout_seconds=20), time)


@pytest.fixture
def web() -> Iterator[httpx.Client]:
    """A browser without scripts."""
    with httpx.Client(follow_redirects=True, trust_env=False, timeout=20) as client:
        yield client


@pytest.fixture
def person() -> Callable[..., Person]:
    def make(**changes: str) -> Person:
        values = {
            "student_id": "anon-7f3a",
            "first_name": "Zoé",
            "last_name": "O'Neil",
            "email": "zoe@example.org",
            "phone": "+33 6 12 34 56 78",
            "address": "1 rue de l'Université",
            "city": "Lyon",
            "country": "FR",
            "time_zone": "Europe/Paris",
        }
        return Person(**{**values, **changes})

    return make


@pytest.fixture
def booking(person: Callable[..., Person]) -> Callable[..., Booking]:
    def make(**changes: object) -> Booking:
        values: dict[str, object] = {
            "reservation_id": "r-0001",
            "person": person(),
            "title": "Examen final certifiant",
            "start": NOW + timedelta(hours=80),
            "duration_minutes": 30,
            "code": "BCDEFGHJ",
        }
        return Booking(**{**values, **changes})  # type: ignore[arg-type]

    return make
