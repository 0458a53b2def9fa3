"""What can be said before anybody walks: of the real settings, the exam's rules and paper, today's rows. Only reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.db.models import Q

from .. import checks, conf
from ..domain import readiness as checks_of_exams
from ..domain.attempt import State
from ..domain.errors import ExamError
from ..domain.policy import ExamPolicy
from ..domain.policy_json import policy_to_json
from ..domain.questions import Paper
from ..domain.readiness import Severity, bookable_starts
from ..models import Alert, Attempt, Exam, OutboxEntry
from ..services import exams, readiness
from ..simulators.__main__ import DEFAULT_KEY, DEFAULT_SECRET
from ..simulators.process import API_KEY, SECRET_KEY
from .report import MOST_DETAILS, Finding, Level

LATE = timedelta(minutes=10)
"""A worker that runs every minute leaves nothing undone for so long."""
_KNOWN_KEYS = frozenset({API_KEY, SECRET_KEY, DEFAULT_KEY, DEFAULT_SECRET, "demo-key"})


def check(exam: Exam, candidates: int, now: datetime) -> tuple[Finding, ...]:
    """Every finding about an exam that has a current version.

    Args:
        exam: with its current version.
        candidates: how many are to be rehearsed.
        now: aware UTC.
    """
    assert exam.current_version is not None
    snapshot = exams.snapshot(exam.current_version)
    policy, paper = snapshot.policy, snapshot.paper
    return (
        *_service(policy),
        *_as_authors_see_it(exam, policy, paper, now),
        *(_capacity(policy, candidates, now) if policy.appointments else ()),
        _worker(now),
        _alerts(policy),
        _known_settings(),
    )


def _service(policy: ExamPolicy) -> Iterator[Finding]:
    try:
        exams.check_policy(policy_to_json(policy), policy.title)
    except ExamError as error:
        yield Finding("rules", Level.NO_GO, detail=(error.field or error.code,))
    else:
        yield Finding("rules", Level.OK)
    if readiness.missing_setting(policy.backend):
        return
    values = conf.backend_settings(policy.backend)
    address = str(values.get("base_url") or "")
    if not address:
        return
    if _is_this_machine(address):
        yield Finding("service_is_real", Level.WARNING)
    elif _KNOWN_KEYS.intersection(map(str, values.values())):
        yield Finding("service_is_real", Level.NO_GO)
    else:
        yield Finding("service_is_real", Level.OK)


def _is_this_machine(address: str) -> bool:
    try:
        name = urlsplit(address).hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


_LEVELS = {Severity.OK: Level.OK, Severity.WARNING: Level.WARNING, Severity.STOP: Level.NO_GO}
SHARED = frozenset(
    {
        *("service_set_up", "exam_password", "keyring", "window", "capacity_for_learners"),
        *("questions_answerable", "questions_not_obvious", "questions_distinct", "pools_large_enough"),
    }
)
"""Of the checks that authors have too, those that concern operators."""


def _as_authors_see_it(exam: Exam, policy: ExamPolicy, paper: Paper, now: datetime) -> Iterator[Finding]:
    around = readiness.surroundings(exam.usage_key, exam.course_key, policy, paper, now)
    for found in checks_of_exams.check(policy, paper, around, now):
        if found.code in SHARED:
            yield Finding(found.code, _LEVELS[found.severity], found.done, found.of, found.names[:MOST_DETAILS])


def _capacity(policy: ExamPolicy, candidates: int, now: datetime) -> Iterator[Finding]:
    """Places of an empty copy for those who rehearse."""
    places = len(bookable_starts(policy, now)) * policy.seats_per_slot
    yield Finding("capacity", Level.OK if places >= candidates else Level.NO_GO, places, candidates)


def _worker(now: datetime) -> Finding:
    unsent = OutboxEntry.objects.filter(state="pending", next_try_at__lt=now - LATE).count()
    unclosed = Attempt.objects.filter(state=State.SITTING.value, deadline__lt=now - LATE).count()
    return Finding("worker", Level.WARNING if unsent + unclosed else Level.OK, detail=_amounts(unsent, unclosed))


def _amounts(unsent: int, unclosed: int) -> tuple[str, ...]:
    named = (("outbox", unsent), ("sittings", unclosed))
    return tuple(f"{name}: {amount}" for name, amount in named if amount)


def _alerts(policy: ExamPolicy) -> Finding:
    rows = Alert.objects.filter(Q(backend=policy.backend) | Q(backend=""), closed_at=None)
    kinds = sorted(set(rows.values_list("kind", flat=True)))
    return Finding("alerts", Level.WARNING if kinds else Level.OK, detail=tuple(kinds[:MOST_DETAILS]))


def _known_settings() -> Finding:
    found = [str(message.id).rpartition(".")[2] for message in checks.settings_are_complete(None)]
    return Finding("system_checks", Level.WARNING if found else Level.OK, detail=tuple(found[:MOST_DETAILS]))
