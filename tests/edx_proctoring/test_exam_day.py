"""An exam of ours that a provider of edx-proctoring watches, through the services that candidates use."""

from __future__ import annotations

import pytest
from edx_proctoring.models import ProctoredExamStudentAttempt

from proctored_exam_xblock.backends import registry
from proctored_exam_xblock.domain.attempt import State
from proctored_exam_xblock.models import Attempt, OutboxEntry
from proctored_exam_xblock.services import rooms

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(world, rest, settings):
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "BACKENDS": {"edx_proctoring": {"provider": "stub"}}}
    world.publish(backend="edx_proctoring", unlock="none", vendor_exam="")
    return world


def look(world, attempt):
    """The page's or the worker's look at the room, a minute later."""
    world.clock.advance(minutes=1)
    rooms.look(attempt.candidacy_id, world.clock())
    attempt.refresh_from_db()
    return attempt.state


def test_the_provider_opens_the_exam(day, service):
    alex = day.person()
    day.enter_room(alex)
    attempt = Attempt.objects.get()
    assert attempt.state == State.GATE
    assert service.only_attempt["full_name"] == "Alex Martin"
    assert look(day, attempt) == State.GATE

    service.only_attempt["status"] = "ready_to_start"

    assert look(day, attempt) == State.UNLOCKED


def test_a_candidate_who_calls_ready_stays_outside(day, service):
    from tests.edx_proctoring.caller import Caller

    alex = day.person()
    day.enter_room(alex)
    shadow = ProctoredExamStudentAttempt.objects.get()

    assert Caller(shadow.user).ready(shadow.external_id) == 200

    assert look(day, Attempt.objects.get()) == State.GATE


def test_the_vendor_is_sent_no_booking(day, service):
    day.book(day.person())

    assert not OutboxEntry.objects.filter(kind="book").exists()
    assert service.calls == []
    assert registry.get("edx_proctoring").verbose_name == "Stub"
