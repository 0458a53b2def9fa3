"""Thousands of candidates who sat the exam already, written straight into the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db import connection, models

from demo.models import Enrolment
from proctored_exam_xblock.domain.attempt import AppointmentState, State
from proctored_exam_xblock.models import (
    Appointment,
    Attempt,
    AuditEntry,
    Candidacy,
    CandidateProfile,
    Exam,
    ExamVersion,
    OutboxEntry,
    PartResponse,
    Seat,
    SeatHold,
)

CANDIDATE_SIZED: tuple[type[models.Model], ...] = (
    Candidacy,
    CandidateProfile,
    Appointment,
    Attempt,
    PartResponse,
    AuditEntry,
    OutboxEntry,
    Enrolment,
    get_user_model(),
)
"""Tables that grow with the number of candidates."""
_BATCH = 1000


def settle(exam: Exam, count: int, when: datetime) -> None:
    """Let ``count`` more people have taken ``exam`` around ``when`` (aware UTC), graded and released.

    All rows of one person have the same key in every table.
    """
    version, user_model = exam.current_version, get_user_model()
    assert version is not None
    first = 1 + max(model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0 for model in CANDIDATE_SIZED)
    for key in range(first, first + count, _BATCH):
        keys = range(key, min(key + _BATCH, first + count))
        for rows in (
            [user_model(pk=n, username=f"past{n}", email=f"past{n}@example.org") for n in keys],
            [CandidateProfile(pk=n, user_id=n, city="Lyon", updated_at=when) for n in keys],
            [Enrolment(pk=n, user_id=n, course_key=exam.course_key, mode="verified") for n in keys],
            [Candidacy(pk=n, exam=exam, user_id=n, anonymous_id=f"past{n}", revision=1, created_at=when) for n in keys],
            [_appointment(n, version, when + timedelta(minutes=15 * (n % 500))) for n in keys],
            [_entry(n, when + timedelta(seconds=n)) for n in keys],
            [_attempt(n, version, when + timedelta(seconds=n)) for n in keys],
            [PartResponse(pk=n, attempt_id=n, number=1, answers={"q1": ["a"]}, closed_at=when) for n in keys],
            [_audit(n, when) for n in keys],
        ):
            type(rows[0])._default_manager.bulk_create(rows)  # type: ignore[attr-defined]
    _refresh_statistics()


def book(exam: Exam, count: int, starts: Sequence[datetime], now: datetime) -> None:
    """Let ``count`` more people have booked ``exam``, spread over ``starts`` (aware UTC), whose counters say so; one
    more in a hundred holds a seat, half of these since too long."""
    version, user_model, known = exam.current_version, get_user_model(), (Candidacy, Appointment, get_user_model())
    assert version is not None
    first = 1 + max(model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0 for model in known)
    taken: Counter[datetime] = Counter()
    for key in range(first, first + count, _BATCH):
        keys = range(key, min(key + _BATCH, first + count))
        begins = {n: starts[n % len(starts)] for n in keys}
        taken.update(begins.values())
        holds = [n for n in keys if n % 100 == 0]
        taken.update(begins[n] for n in holds)
        for rows in (
            [user_model(pk=n, username=f"next{n}", email=f"next{n}@example.org") for n in keys],
            [Candidacy(pk=n, exam=exam, user_id=n, anonymous_id=f"next{n}", created_at=now) for n in keys],
            [_booked(n, version, begins[n], now) for n in keys],
            [
                SeatHold(candidacy_id=n, exam=exam, start=begins[n], expires_at=now + timedelta(minutes=n % 200 - 100))
                for n in holds
            ],
        ):
            if rows:
                type(rows[0])._default_manager.bulk_create(rows)  # type: ignore[attr-defined]
    Seat.objects.filter(exam=exam).delete()
    Seat.objects.bulk_create([Seat(exam=exam, start=start, taken=taken[start]) for start in starts])
    _refresh_statistics(Seat, SeatHold)


def _booked(key: int, version: ExamVersion, start: datetime, now: datetime) -> Appointment:
    row = _appointment(key, version, start)
    row.state, row.active_key, row.reservation_id, row.created_at = "confirmed", key, f"next-{key}", now
    return row


def _appointment(key: int, version: ExamVersion, when: datetime) -> Appointment:
    return Appointment(
        pk=key,
        candidacy_id=key,
        version=version,
        number=1,
        state=AppointmentState.USED.value,
        start=when,
        duration_minutes=30,
        reservation_id=f"past-{key}",
        vendor_ref=f"{key}",
        created_at=when,
    )


def _entry(key: int, when: datetime) -> OutboxEntry:
    return OutboxEntry(
        pk=key,
        appointment_id=key,
        kind="book",
        idempotency_key=f"past-{key}:1",
        state="done",
        next_try_at=when,
        created_at=when,
        done_at=when,
    )


def _attempt(key: int, version: ExamVersion, when: datetime) -> Attempt:
    return Attempt(
        pk=key,
        candidacy_id=key,
        appointment_id=key,
        version=version,
        number=1,
        state=State.SUBMITTED.value,
        certification_number=f"PAST-{key}",
        seed=key,
        launched_at=when,
        started_at=when,
        deadline=when + timedelta(minutes=30),
        ended_at=when,
        submission_uuid=f"past-{key}",
        released_at=when,
        score_earned=1,
        score_possible=3,
        score_sent_at=when,
        evidence_erased_at=when + timedelta(days=42),
    )


def _audit(key: int, when: datetime) -> AuditEntry:
    return AuditEntry(
        pk=key,
        chain=f"candidacy:{key}",
        sequence=1,
        candidacy_id=key,
        attempt_id=key,
        at=when,
        action="started",
        actor="system",
        previous_hash="0" * 64,
        entry_hash="0" * 64,
    )


def _refresh_statistics(*more: type[models.Model]) -> None:
    """As MySQL does by itself after a while; SQLite never does unless told. It ends a transaction: inside a test's own
    one the rows would stay for all that follow."""
    if connection.vendor != "mysql" or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        for model in (*CANDIDATE_SIZED, *more):
            cursor.execute(f"ANALYZE TABLE {connection.ops.quote_name(model._meta.db_table)}")
