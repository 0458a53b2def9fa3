"""Snapshots of a block's policy and paper, and the exam-wide password."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import QuerySet

from ..backends import registry
from ..backends.base import Capability
from ..domain import drawing
from ..domain.errors import InvalidField, InvalidPaper, InvalidPolicy, NotConfigured
from ..domain.grading import unit
from ..domain.policy import ExamPolicy, Unlock
from ..domain.policy_json import policy_from_json, policy_to_json, read_policy
from ..domain.questions import Paper, Points
from ..domain.scoring import weighed
from ..domain.snapshot import paper_from_json, paper_to_json
from ..models import Exam, ExamVersion
from ..olx import read_paper
from . import audit

log = logging.getLogger(__name__)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 128


@dataclass(frozen=True)
class Snapshot:
    """A version's values, read once and kept: a version never changes. The policy has weighed the paper."""

    policy: ExamPolicy
    paper: Paper

    @cached_property
    def length(self) -> int:
        """How many questions every candidate has; of a large pool it is a walk through all."""
        return drawing.length(self.paper)

    @cached_property
    def possible(self) -> Points:
        """The points that every candidate's own paper has before any correction."""
        return drawing.possible(self.paper)

    @cached_property
    def unit(self) -> int:
        """Into how many parts a point is cut, in the gradebook and in rows that need no finer ones."""
        return unit(self.paper, self.policy.scoring)


def hash_of(title: str, policy: Mapping[str, Any], paper: str) -> str:
    """What tells one content of the block from another, as authors wrote it."""
    source = json.dumps([title, policy, paper], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(source.encode()).hexdigest()


def publish(
    *, usage_key: str, course_key: str, title: str, policy: Mapping[str, Any], paper: str, now: datetime
) -> Exam:
    """Make the block's present content the exam's current version, if it changed and is valid.

    An invalid edit keeps the last valid version in force and is logged: a typo never stops an exam that runs.

    Args:
        usage_key, course_key: the block's keys as text.
        title: the block's display name.
        policy: ExamPolicy as JSON.
        paper: OLX of the parts.
        now: the request's instant.

    Raises:
        InvalidPolicy, InvalidPaper: there is no earlier version to fall back on.
    """
    content_hash = hash_of(title, policy, paper)
    exam = rows().filter(usage_key=usage_key).first()
    if exam is not None and exam.current_version is not None and exam.current_version.content_hash == content_hash:
        return exam
    try:
        checked = check_policy(policy, title)
        questions = read_paper(paper)
    except (InvalidPolicy, InvalidPaper) as error:
        if exam is None or exam.current_version is None:
            raise
        log.warning("exam %s keeps its last valid version: %s", exam.pk, error.code)
        return exam
    with transaction.atomic():
        exam, _ = Exam.objects.get_or_create(usage_key=usage_key, defaults={"course_key": course_key})
        exam = Exam.objects.select_for_update().get(pk=exam.pk)
        version, made = ExamVersion.objects.get_or_create(
            exam=exam,
            content_hash=content_hash,
            defaults={"policy": policy_to_json(checked), "paper": paper_to_json(questions), "created_at": now},
        )
        if exam.current_version_id != version.pk:
            exam.current_version = version
            exam.save(update_fields=["current_version"])
            audit.record_exam(exam, "version_published", now, "system", version=version.pk, made=made)
            transaction.on_commit(lambda: _announce(usage_key, course_key, checked), robust=True)
    return exam


def _announce(usage_key: str, course_key: str, policy: ExamPolicy) -> None:
    """Make the exam known where a service has tables of its own, so that staff can grant extra time beforehand."""
    try:
        backend = registry.get(policy.backend)
    except NotConfigured:
        return  # a system check names what is missing; the exam's page refuses by itself
    if Capability.NATIVE in backend.capabilities:
        backend.announce(course_key, usage_key, policy.title, policy.duration_minutes)


def check_policy(policy: Mapping[str, Any], title: str) -> ExamPolicy:
    """Read a policy and refuse one that its proctoring service cannot serve: candidates would wait for ever.

    Raises:
        InvalidPolicy: with the field's name and a reason code.
    """
    checked = policy_from_json({**policy, "title": title})
    for misfit in misfits(checked):
        raise misfit
    return checked


def misfits(policy: ExamPolicy) -> Iterator[InvalidPolicy]:
    """Rules that the policy's proctoring service cannot serve."""
    try:
        able = registry.backend_class(policy.backend).capabilities
    except NotConfigured:
        yield InvalidPolicy("backend", reason="unknown_name")
        return
    if policy.practice and able:
        yield InvalidPolicy("practice", reason="practice_alone")
    reason = unlock_misfit(policy, able)
    if reason:
        yield InvalidPolicy("unlock", reason=reason)
    if not policy.appointments and able & {Capability.BOOKING, Capability.ROOM}:
        yield InvalidPolicy("appointments", reason="needs_appointments")


def unlock_misfit(policy: ExamPolicy, able: frozenset[Capability]) -> str:
    """Why a service with these capabilities cannot open the exam in the policy's way, '' when it can."""
    if policy.practice and policy.unlock is Unlock.EXAM_PASSWORD:
        return "practice_alone"
    if policy.unlock.is_code and Capability.UNLOCK_CODE not in able and not policy.practice:
        return "nobody_has_the_code"
    if policy.unlock is Unlock.SESSION_CODE and (Capability.BOOKING in able or not policy.appointments):
        return "no_sessions"
    if policy.unlock is Unlock.NONE and Capability.ROOM in able and Capability.LIVE_STATUS not in able:
        return "never_opens"
    return ""


def rows() -> QuerySet[Exam]:
    """Exams with their current versions, without the heavy columns that :func:`snapshot` reads once."""
    rows = Exam.objects.select_related("current_version")
    return rows.defer("current_version__policy", "current_version__paper")


def find(usage_key: str) -> Exam:
    """The exam with its current version.

    Raises:
        NotConfigured: the block was never shown in the LMS with valid content.
    """
    exam = rows().filter(usage_key=usage_key).first()
    if exam is None or exam.current_version is None:
        raise NotConfigured(setting="policy")
    return exam


def snapshot(version: ExamVersion) -> Snapshot:
    """Policy and paper of a version (its JSON columns may be deferred: they are read at most once per process)."""
    return snapshot_of(version.pk, version.content_hash)


@lru_cache(maxsize=256)
def snapshot_of(version_id: int, content_hash: str) -> Snapshot:
    """The same for who has not read the version's row."""
    row = ExamVersion.objects.get(pk=version_id, content_hash=content_hash)
    policy = read_policy(row.policy)
    return Snapshot(policy, weighed(paper_from_json(row.paper), policy.question_points))


def is_practice(version_id: int) -> bool:
    """Whether a version's policy says that nothing of it counts (R-X-18)."""
    content_hash = ExamVersion.objects.values_list("content_hash", flat=True).get(pk=version_id)
    return snapshot_of(version_id, content_hash).policy.practice


def set_password(usage_key: str, password: str, now: datetime, actor: str, course_key: str = "") -> None:
    """Set the exam-wide password (R-FUN-13): kept as a Django password hash, never readable again.

    Args:
        course_key: of authors, who may set it before the exam was ever shown; '' where it has to be known.

    Raises:
        InvalidField: shorter than 8 characters.
        NotConfigured: no such exam.
    """
    if len(password.strip()) < SHORTEST_PASSWORD:
        raise InvalidField("password", reason="too_short", low=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise InvalidField("password", reason="too_long", high=LONGEST_PASSWORD)
    with transaction.atomic():
        if course_key:
            Exam.objects.get_or_create(usage_key=usage_key, defaults={"course_key": course_key})
        else:
            find(usage_key)
        exam = Exam.objects.select_for_update().get(usage_key=usage_key)
        exam.password_hash = make_password(password.strip())
        exam.password_set_at = now
        exam.save(update_fields=["password_hash", "password_set_at"])
        audit.record_exam(exam, "password_set", now, actor)


def password_set_at(usage_key: str) -> datetime | None:
    """When the exam-wide password was set last, None while it is not."""
    row = Exam.objects.filter(usage_key=usage_key).exclude(password_hash="").first()
    return row.password_set_at if row else None
