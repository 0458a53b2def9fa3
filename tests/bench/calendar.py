"""A day's slots and the calendar of a window of 60 days, beside those of an exam that hardly anybody booked."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from django.db import connection

from proctored_exam_xblock.domain.policy import ExamPolicy
from proctored_exam_xblock.domain.scheduling import bookable_days, day_slots
from proctored_exam_xblock.models import Exam, Seat, SeatHold
from proctored_exam_xblock.services import booking, entry, exams
from proctored_exam_xblock.services.dossier import Caller
from tests import populace
from tests.bench.hall import Hall
from tests.statements import Watch

FEW, MANY = 50, 50_000
DAYS = 60
ROUNDS = 15
COUNTERS = f"'table': '{Seat._meta.db_table}'"
"""One row per slot of the window, whoever booked: read for a calendar."""
Deed = Callable[[], Any]


def rules(now: datetime) -> dict[str, Any]:
    """A window of 60 days from next week on, without a proctoring service."""
    first = now.date() + timedelta(days=7)
    return {
        "backend": "none",
        "unlock": "none",
        "appointments": True,
        "seats_per_slot": 50,
        "first_day": first.isoformat(),
        "last_day": (first + timedelta(days=DAYS - 1)).isoformat(),
        "closed_weekdays": [],
    }


def starts_of(policy: ExamPolicy, now: datetime) -> list[datetime]:
    """Every slot of the window."""
    days = bookable_days(policy, now, timedelta(0), True)
    return [start for offer in days for start in day_slots(policy, offer.day, timedelta(0))]


def measure(hall: Hall) -> dict[str, Any]:
    """Statements, plans and times with few and with many appointments on file."""
    exam = hall.publish(**rules(hall.now))
    caller = hall.person("calendar")
    hall.prepare(caller)
    few = asked(exam, caller, FEW, hall.now)
    many = asked(exam, caller, MANY - FEW, hall.now)
    deeds = {
        name: {
            "statements": many[name]["statements"],
            "same_plans": few[name]["plans"] == many[name]["plans"],
            "scans": many[name]["scans"],
            "ms": many[name]["ms"],
            "ratio": round(many[name]["ms"] / few[name]["ms"], 2),
        }
        for name in many
    }
    return {"appointments_on_file": MANY, "window_days": DAYS, "deeds": deeds}


def asked(exam: Exam, caller: Caller, more: int, now: datetime) -> dict[str, dict[str, Any]]:
    """What each deed costs beyond the dossier, once ``more`` people have booked."""
    assert exam.current_version is not None
    policy = exams.snapshot(exam.current_version).policy
    SeatHold.objects.all().delete()
    populace.book(exam, more, starts_of(policy, now), now)
    entry.close_all(now)  # holds that ran out are given back once, by whoever comes first
    day = policy.first_day + timedelta(days=DAYS // 2)
    dossier = entry.load(caller, now)
    return {name: _costs(*deed, caller, now) for name, deed in _deeds(caller, dossier, day, now).items()}


def _deeds(caller: Caller, dossier: Any, day: date, now: datetime) -> dict[str, tuple[Deed, bool]]:
    """Each deed, and whether it loads the dossier itself."""
    return {
        "slots": (lambda: booking.slots(caller, day, now), True),
        "calendar": (lambda: booking.with_calendar(dossier), False),
    }


def _costs(deed: Deed, loads: bool, caller: Caller, now: datetime) -> dict[str, Any]:
    deed()  # what is kept per process
    whole, dossier = watched(deed), watched(lambda: entry.load(caller, now))
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        deed()
        times.append(1000 * (time.perf_counter() - begun))
    return {
        "statements": len(whole.statements) - loads * len(dossier.statements),
        "plans": whole.plans,
        "scans": [plan for plan in whole.scans if COUNTERS not in plan],
        "ms": round(median(times), 3),
    }


def watched(deed: Deed) -> Watch:
    watch = Watch()
    with connection.execute_wrapper(watch):
        deed()
    return watch
