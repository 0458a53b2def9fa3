"""The rehearsal itself: everybody books, the exam days pass, all is settled; the clock jumps from step to step.

One thread and one database connection: steps of different candidates alternate as their times have it, as requests do
in production; that several are served at once is what the tests on MariaDB are for.
"""

from __future__ import annotations

import hashlib
import heapq
import json
import logging
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model

from ..backends import registry
from ..backends.base import Capability
from ..domain import clock
from ..domain.policy import ExamPolicy, Release, Unlock
from ..domain.policy_json import policy_to_json, read_policy
from ..domain.readiness import bookable_starts
from ..domain.scoring import weighed
from ..domain.snapshot import paper_from_json, paper_to_json
from ..models import Attempt, Exam, ExamVersion, OutboxEntry
from ..services import entry, events, exams, proctoring, reconciliation, review, rooms
from . import cast, checks, stage, vendors
from .exam_day import ExamDay
from .life import Scene, Steps
from .plan import Plan
from .report import Finding, Level
from .vendors import FAULTS, Booth

ROUND = timedelta(minutes=1)
SLOW_ROUND = timedelta(minutes=5)
HOURLY = timedelta(hours=1)
SETTLING = timedelta(hours=6)
"""After the first booking: by then the last one is confirmed, also by a vendor that fails now and then."""
LONGEST_SETTLING = timedelta(days=2)
STAFF = "staff:rehearsal"


class Blackbox(logging.Handler):
    """Keeps what was logged with an exception: what production would find in its error tracker."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[0] is not None:
            self.found.append(f"{record.name}: {record.exc_info[0].__name__}")


class Play:
    """Args:
    plan: what to rehearse.
    booth: the proctor's side.
    tell: is given a line about each act: its code, counts, real seconds.
    """

    def __init__(self, plan: Plan, booth: Booth, tell: Callable[[str, dict[str, int]], None]) -> None:
        self.plan, self.booth, self.tell = plan, booth, tell
        self.policy = replace(vendors.copied(read_policy(plan.policy)), payment_required=False)  # there is no shop
        self.blackbox = Blackbox()
        self._rounds = {ROUND: plan.now, SLOW_ROUND: plan.now, HOURLY: plan.now}
        self._fault_turn = 0
        self._faulty = False

    def run(self) -> tuple[Finding, ...]:
        """All acts; returns what was found."""
        logging.getLogger().addHandler(self.blackbox)
        try:
            lives = self._open()
            self._appointments(lives)
            agreed = checks.appointments(lives, self._list(), self.policy)
            self._exam_days(lives)
            self._settle()
        finally:
            logging.getLogger().removeHandler(self.blackbox)
        return (*agreed, *checks.exam(lives, self.policy, self.blackbox.found))

    def _list(self) -> list[dict[str, Any]] | None:
        """The vendor's own record of appointments, None where it is told of none."""
        able = registry.backend_class(self.policy.backend).capabilities
        return self.booth.sessions() if Capability.BOOKING in able else None

    # --- the acts ---------------------------------------------------------------------------------------------------

    def _open(self) -> list[ExamDay]:
        """The copy of the exam, and accounts for the candidates."""
        began = opening(self.policy, self.plan.now)
        self._set_clock(began)
        self._rounds = dict.fromkeys(self._rounds, began)
        stage.set_mode(self.policy.enrolment_modes[0])
        rules, paper = policy_to_json(self.policy), dict(self.plan.paper)
        exam = Exam.objects.create(usage_key=stage.USAGE_KEY, course_key=stage.COURSE_KEY)
        exam.current_version = ExamVersion.objects.create(
            exam=exam,
            content_hash=hashlib.sha256(json.dumps([rules, paper], sort_keys=True).encode()).hexdigest(),
            policy=rules,
            paper=paper,
            created_at=began,
        )
        exam.save(update_fields=["current_version"])
        password = ""
        if self.policy.unlock is Unlock.EXAM_PASSWORD:
            password = secrets.token_hex(8)
            exams.set_password(stage.USAGE_KEY, password, began, STAFF)
        parts = paper_to_json(weighed(paper_from_json(paper), self.policy.question_points))["parts"]
        scene = Scene(self.policy, parts, self.booth, password, began + SETTLING, self.plan.seed)
        accounts = get_user_model().objects
        return [
            ExamDay(
                role,
                accounts.create(
                    username=role.username, email=role.email, first_name=role.first_name, last_name=role.last_name
                ).pk,
                scene,
            )
            for role in cast.draw(self.plan.candidates, self.plan.seed)
        ]

    def _appointments(self, lives: list[ExamDay]) -> None:
        began = time.monotonic()
        self._set_faults(on=True)
        self._play(life.lived(life.before()) for life in lives)
        self._set_faults(on=False)
        self._until_quiet()
        booked = [life for life in lives if life.record.expected_start is not None]
        self.tell(
            "appointments" if self.policy.appointments else "onboarded",
            {
                "candidates": len(lives),
                "booked": len(booked),
                "changed": sum(life.record.changed for life in lives),
                "seconds": round(time.monotonic() - began),
            },
        )

    def _exam_days(self, lives: list[ExamDay]) -> None:
        began = time.monotonic()
        self._set_faults(on=True)
        self._play(life.lived(life.day()) for life in lives)
        self._set_faults(on=False)
        self.tell(
            "exam_days",
            {
                "came": sum(life.record.came for life in lives),
                "sat": sum(life.record.started_at is not None for life in lives),
                "answers": len(lives[0].scene.seconds["save_draft"]),
                "seconds": round(time.monotonic() - began),
            },
        )

    def _settle(self) -> None:
        """What the clock and the workers do once everybody has gone, then what staff do by hand."""
        began = time.monotonic()
        for minutes in (10, 20, 30, 60, 60):
            self._go(stage.now() + timedelta(minutes=minutes))
        self._until_quiet()
        if self.policy.release is Release.ON_DATE and self.policy.release_at is not None:
            self._go(max(stage.now(), self.policy.release_at) + ROUND)
        elif self.policy.release is Release.MANUAL:
            for key in Attempt.objects.filter(active_key=None, archived_at=None).values_list("pk", flat=True):
                review.release(key, stage.now(), STAFF)
        self._go(stage.now() + SLOW_ROUND)
        self.tell("settled", {"seconds": round(time.monotonic() - began)})

    # --- time -------------------------------------------------------------------------------------------------------

    def _play(self, lives: Iterable[Steps]) -> None:
        """Let everybody take their steps, the earliest first."""
        queue = [(stage.now(), number, steps) for number, steps in enumerate(lives)]
        heapq.heapify(queue)
        while queue:
            moment, number, steps = heapq.heappop(queue)
            self._go(moment)
            wait = next(steps, None)
            if wait is not None:
                heapq.heappush(queue, (stage.now() + wait, number, steps))

    def _go(self, moment: datetime) -> None:
        """Move the clock, the workers at work on the way: each minute as long as something waits to be sent."""
        while moment - self._rounds[ROUND] >= ROUND and OutboxEntry.objects.filter(state="pending").exists():
            self._set_clock(max(stage.now(), self._rounds[ROUND] + ROUND))
            self._work()
        self._set_clock(max(stage.now(), moment))
        self._work()

    def _set_clock(self, moment: datetime) -> None:
        if moment != stage.now():
            stage.set_clock(moment)
            self.booth.set_clock(moment)

    def _work(self) -> None:
        """What cron or Celery run in production, when it is their time."""
        now = stage.now()
        if self._is_time(ROUND, now):
            proctoring.drain(now)
            rooms.look_all(now)
            events.handle_all(now)
        if self._is_time(SLOW_ROUND, now):
            entry.close_all(now)
            review.release_due(now)
            self._change_fault()
        if self._is_time(HOURLY, now):
            reconciliation.reconcile_all(now)

    def _is_time(self, each: timedelta, now: datetime) -> bool:
        if now - self._rounds[each] < each:
            return False
        self._rounds[each] = now
        return True

    def _until_quiet(self) -> None:
        end = stage.now() + LONGEST_SETTLING
        while OutboxEntry.objects.filter(state="pending").exists() and stage.now() < end:
            self._go(stage.now() + SLOW_ROUND)
        self._go(stage.now() + ROUND)

    # --- the vendor's troubles --------------------------------------------------------------------------------------

    def _set_faults(self, *, on: bool) -> None:
        self._faulty = on and self.plan.faults > 0
        if not self._faulty:
            self.booth.set_fault("ok", 0, 0)
        self._change_fault()

    def _change_fault(self) -> None:
        if self._faulty:
            self._fault_turn += 1
            mode = FAULTS[self._fault_turn % len(FAULTS)]
            self.booth.set_fault(mode, self.plan.faults / 100, self.plan.seed + self._fault_turn)


def opening(policy: ExamPolicy, now: datetime) -> datetime:
    """When the copy begins: now, or early enough before the window where it is too late for now."""
    if policy.appointments and bookable_starts(policy, now + SETTLING):
        return now
    if not policy.appointments and now + timedelta(days=1) < clock.window_end(policy):
        return now
    return clock.window_start(policy) - timedelta(hours=policy.lead_time_hours) - SETTLING * 2


def not_rehearsed(policy: ExamPolicy) -> tuple[Finding, ...]:
    """A warning when the vendor's side was left out."""
    if vendors.is_rehearsed(policy.backend):
        return ()
    return (Finding("service_rehearsed", Level.WARNING, detail=(policy.backend,)),)


def rehearse(plan: Plan, tell: Callable[[str, dict[str, int]], None]) -> tuple[Finding, ...]:
    """Everything that was found: of the configuration, then of the walk.

    Needs tables and the settings of ``rehearsal.settings``.
    """
    policy = read_policy(plan.policy)
    with vendors.booth_for(policy, plan.now) as booth:
        return (*plan.findings, *not_rehearsed(policy), *Play(plan, booth, tell).run())
