"""What can be said before anybody walks: of the real settings, the exam's rules and paper, today's rows. Only reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.db.models import Q

from .. import checks, compat, conf
from ..backends import registry
from ..domain import clock
from ..domain.attempt import State
from ..domain.errors import ExamError, NotConfigured
from ..domain.policy import ExamPolicy, Unlock, policy_to_json
from ..domain.questions import Kind, Paper
from ..domain.scheduling import check_start, day_slots
from ..models import Alert, Appointment, Attempt, Exam, OutboxEntry
from ..services import exams, seats
from ..simulators.__main__ import DEFAULT_KEY, DEFAULT_SECRET
from ..simulators.process import API_KEY, SECRET_KEY
from .report import MOST_DETAILS, Finding, Level, counted

SHORTEST_KEY = 16
LATE = timedelta(minutes=10)
"""A worker that runs every minute leaves nothing undone for so long."""
_NONE = timedelta(0)
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
        *_gate(exam, policy),
        *_window(policy, now),
        *(_capacity(exam, policy, candidates, now) if policy.appointments else ()),
        *_questions(paper),
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
    try:
        registry.get(policy.backend)
    except NotConfigured as error:
        yield Finding("service_set_up", Level.NO_GO, detail=(str(error.params["setting"]),))
        return
    yield Finding("service_set_up", Level.OK)
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


def _gate(exam: Exam, policy: ExamPolicy) -> Iterator[Finding]:
    if policy.unlock is Unlock.EXAM_PASSWORD:
        yield Finding("exam_password", Level.OK if exam.password_hash else Level.NO_GO)
    if not policy.unlock.is_code:
        return
    try:
        newest = conf.keyring()[0]
    except NotConfigured as error:
        yield Finding("keyring", Level.NO_GO, detail=(str(error.params["setting"]),))
    else:
        yield Finding("keyring", Level.OK if len(newest) >= SHORTEST_KEY else Level.WARNING)


def _window(policy: ExamPolicy, now: datetime) -> Iterator[Finding]:
    level = Level.OK
    if now >= clock.window_end(policy):
        level = Level.NO_GO
    elif policy.appointments and now >= clock.window_start(policy):
        level = Level.WARNING
    yield Finding("window", level)


def _capacity(exam: Exam, policy: ExamPolicy, candidates: int, now: datetime) -> Iterator[Finding]:
    """Places of an empty copy for those who rehearse; places that are still free for the learners who have none."""
    starts = bookable_starts(policy, now)
    places = len(starts) * policy.seats_per_slot
    yield Finding("capacity", Level.OK if places >= candidates else Level.NO_GO, places, candidates)
    taken = seats.taken_between(exam, starts[0], starts[-1] + timedelta(seconds=1)) if starts else {}
    free = sum(max(0, policy.seats_per_slot - taken.get(start, 0)) for start in starts)
    served = Appointment.objects.filter(candidacy__exam=exam).values("candidacy_id").distinct().count()
    waiting = max(0, compat.host().enrolled_count(exam.course_key, policy.enrolment_modes) - served)
    yield Finding("capacity_for_learners", Level.OK if free >= waiting else Level.WARNING, free, waiting)


def bookable_starts(policy: ExamPolicy, now: datetime) -> list[datetime]:
    """Every start that could be booked now by somebody without extra time, UTC."""
    days = (policy.last_day - policy.first_day).days + 1
    found = []
    for index in range(days):
        for start in day_slots(policy, policy.first_day + timedelta(days=index), _NONE):
            try:
                check_start(policy, start, now, _NONE, False)
            except ExamError:
                continue
            found.append(start)
    return found


def _questions(paper: Paper) -> Iterator[Finding]:
    unanswerable = [question.id for question in paper.questions if not question.key]
    if not paper.questions:
        yield Finding("questions_answerable", Level.NO_GO)
    else:
        yield counted("questions_answerable", unanswerable, len(paper.questions))
    obvious = [
        question.id
        for question in paper.questions
        if question.kind is not Kind.MULTIPLE and len(question.key) == len(question.choices)
    ]
    yield counted("questions_not_obvious", obvious, len(paper.questions), otherwise=Level.WARNING)
    texts = {q.id: (q.prompt.strip(), tuple(sorted(choice.html for choice in q.choices))) for q in paper.questions}
    times = Counter(texts.values())
    twice = [question for question, text in texts.items() if times[text] > 1]
    yield counted("questions_distinct", twice, len(paper.questions), otherwise=Level.WARNING)


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
