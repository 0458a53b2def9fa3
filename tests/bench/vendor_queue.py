"""The queue to a vendor, emptied over HTTP into the simulator: bookings without and with faults; and what our
client adds to a bare call."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import httpx
from django.conf import settings
from django.contrib.auth import get_user_model

from demo.models import Enrolment
from proctored_exam_xblock.backends import registry
from proctored_exam_xblock.backends.proctoru import ProctorU
from proctored_exam_xblock.domain.attempt import AppointmentState
from proctored_exam_xblock.models import Appointment, Candidacy, CandidateProfile, Exam, OutboxEntry
from proctored_exam_xblock.services import gate, proctoring
from proctored_exam_xblock.simulators import process
from tests.bench.hall import COURSE, Hall

ENTRIES, CALM, TURNS = 1000, 40, 5
AT_ONCE = 5
"""The simulated vendor has not more proctors for one slot than twice as many."""
SHARE_OF_FAULTS = 0.1
ROUNDS, BLOCK = 20, 20
LONGEST_ROUNDS = 50
A_WHILE = timedelta(minutes=10)
"""No back-off of the first tries and no pause of the breaker is longer."""
SLUG = "proctoru"


def measure(hall: Hall) -> dict[str, Any]:
    """Both figures, against a simulator of its own."""
    before = settings.PROCTORED_EXAM
    with process.running() as vendor:
        backends = {"none": {}, SLUG: vendor.settings(timeout_seconds=5)}
        settings.PROCTORED_EXAM = {**before, "BACKENDS": backends, "DRAIN_SECONDS": 3600}
        try:
            client = registry.get(SLUG)
            assert isinstance(client, ProctorU)
            figures = {"outbox": outbox(hall, vendor, client), "client": overhead(vendor, client)}
        finally:
            settings.PROCTORED_EXAM = before
    return figures


def outbox(hall: Hall, vendor: process.Simulator, client: ProctorU) -> dict[str, Any]:
    """Seconds per booking with a tenth of the calls failing beside those without, and what went wrong: nothing may."""
    exam = hall.publish(backend=SLUG, unlock="appointment_code", appointments=True)
    drain_all(fill(hall, exam, CALM, 0))
    calm, rough, tries = 0.0, 0.0, 0
    for turn in range(TURNS):  # in turns, so that whatever else the machine does slows both
        calm += drain_all(fill(hall, exam, CALM, 2 * turn + 1)) / (TURNS * CALM)
        vendor.set_fault("lossy", share=SHARE_OF_FAULTS, seed=turn)
        due = fill(hall, exam, ENTRIES // TURNS, 2 * turn + 2)
        rough += drain_all(due) / ENTRIES
        tries += sum(OutboxEntry.objects.filter(created_at=due).values_list("tries", flat=True))
        vendor.set_fault("ok")
    told = Counter(line.reservation_id for line in client.pending())
    ours = set(
        Appointment.objects.filter(version__exam=exam, state="confirmed").values_list("reservation_id", flat=True)
    )
    return {
        "entries": ENTRIES,
        "tries": tries,
        "per_second": round(1 / calm, 1),
        "per_second_with_faults": round(1 / rough, 1),
        "ratio": round(rough / calm, 2),
        "duplicates": sum(told.values()) - len(told),
        "lost": len(ours - told.keys()) + ENTRIES + (TURNS + 1) * CALM - len(ours),
    }


def fill(hall: Hall, exam: Exam, count: int, number: int) -> datetime:
    """Queue so many bookings, written straight into the tables; ``number`` tells one filling from the next.

    Returns:
        When they are due.
    """
    version = exam.current_version
    assert version is not None
    now = hall.now + timedelta(microseconds=number)
    users = [
        get_user_model()(username=f"queue{number}.{n}", first_name="Zoé", email=f"queue{number}.{n}@example.org")
        for n in range(count)
    ]
    get_user_model().objects.bulk_create(users)
    people = list(get_user_model().objects.filter(username__in=[user.username for user in users]))
    Enrolment.objects.bulk_create(
        [Enrolment(user=user, course_key=COURSE.course_key, mode="verified") for user in people]
    )
    CandidateProfile.objects.bulk_create(
        [
            CandidateProfile(user=user, phone="+33612345678", country="FR", time_zone="Europe/Paris", updated_at=now)
            for user in people
        ]
    )
    Candidacy.objects.bulk_create(
        [Candidacy(exam=exam, user=user, anonymous_id=f"bench-{user.pk}", created_at=now) for user in people]
    )
    first = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=7 * (1 + number))
    Appointment.objects.bulk_create(
        [
            Appointment(
                candidacy=candidacy,
                version=version,
                active_key=candidacy.pk,
                number=1,
                state=AppointmentState.REQUESTED.value,
                start=first + timedelta(minutes=15 * (turn // AT_ONCE)),
                duration_minutes=30,
                first_name="Zoé",
                last_name="Oz",
                reservation_id=f"bench-{candidacy.pk}",
                key_id=gate.newest_key_id(),
                created_at=now,
            )
            for turn, candidacy in enumerate(Candidacy.objects.filter(exam=exam, user__in=people))
        ]
    )
    OutboxEntry.objects.bulk_create(
        [
            OutboxEntry(
                appointment=row,
                backend=SLUG,
                kind="book",
                idempotency_key=f"{row.reservation_id}:1",
                next_try_at=now,
                created_at=now,
            )
            for row in Appointment.objects.filter(candidacy__user__in=people)
        ]
    )
    return now


def drain_all(now: datetime) -> float:
    """Seconds until nothing waits; the waits themselves pass in no time."""
    begun = time.perf_counter()
    for _ in range(LONGEST_ROUNDS):
        proctoring.drain(now, limit=2 * ENTRIES)
        if not OutboxEntry.objects.filter(state="pending").exists():
            return time.perf_counter() - begun
        now += A_WHILE
    raise AssertionError("the queue never empties")


def overhead(vendor: process.Simulator, client: ProctorU) -> dict[str, float]:
    """Milliseconds of one call through our client and of the same request by a bare httpx client that also keeps its
    connection; blocks alternate."""
    address, body = f"{vendor.api_url}/getStudentReservationList/", {"student_id": "nobody"}
    with httpx.Client(headers={"Authorization-Token": vendor.api_key}, timeout=5) as bare_client:

        def bare() -> object:
            return bare_client.post(address, json=body).json()

        def ours() -> object:
            return client.pending("nobody")

        pairs = [(_block(bare), _block(ours)) for _ in range(ROUNDS)]
    return {
        "bare_ms": round(1000 * median(one for one, _ in pairs), 3),
        "ours_ms": round(1000 * median(other for _, other in pairs), 3),
        "ratio": round(median(other / one for one, other in pairs), 2),
    }


def _block(deed: Callable[[], object]) -> float:
    begun = time.perf_counter()
    for _ in range(BLOCK):
        deed()
    return (time.perf_counter() - begun) / BLOCK
