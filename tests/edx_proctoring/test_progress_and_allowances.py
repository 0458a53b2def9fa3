"""A provider hears how the attempt goes, and extra time granted in edx-proctoring's own tables counts, also late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from edx_proctoring.models import ProctoredExam, ProctoredExamStudentAllowance

from proctored_exam_xblock.domain.attempt import State
from proctored_exam_xblock.models import Attempt, AuditEntry, OutboxEntry
from proctored_exam_xblock.services import entry, interventions, rooms, sitting
from tests.world import NONCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(world, rest, settings, django_capture_on_commit_callbacks):
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "BACKENDS": {"edx_proctoring": {"provider": "stub"}}}
    with django_capture_on_commit_callbacks(execute=True):
        world.publish(backend="edx_proctoring", unlock="none")
    return world


@pytest.fixture
def alex(day):
    return day.person()


def grant(alex, minutes):
    """What staff do in the instructor dashboard."""
    ProctoredExamStudentAllowance.objects.update_or_create(
        proctored_exam=ProctoredExam.objects.get(),
        user_id=alex.user_id,
        key=ProctoredExamStudentAllowance.ADDITIONAL_TIME_GRANTED[0],
        defaults={"value": str(minutes)},
    )


def sit(day, alex, service):
    day.enter_room(alex)
    service.only_attempt["status"] = "ready_to_start"
    attempt = Attempt.objects.get()
    rooms.look(attempt.candidacy_id, day.clock())
    day.windows[alex.user_id] = sitting.start(alex, NONCE, day.clock())[1]
    attempt.refresh_from_db()
    return attempt


def told(service):
    """The provider's word for the attempt, once the queue is empty."""
    return service.only_attempt["status"]


def test_a_published_exam_is_known_there_before_anybody_enters(day):
    (shadow,) = ProctoredExam.objects.all()
    assert (shadow.exam_name, shadow.time_limit_mins, shadow.is_active) == ("Examen final", 30, True)


def test_the_provider_hears_of_start_and_end_in_this_order(day, alex, service):
    sit(day, alex, service)
    day.drain()
    assert told(service) == "started"
    sitting.finish(day.with_window(alex), {}, day.clock())
    assert told(service) == "started"
    day.drain()
    assert told(service) == "submitted"
    assert list(OutboxEntry.objects.values_list("kind", "state")) == [("progress", "done")] * 2


def test_the_provider_hears_of_an_interruption(day, alex, service):
    attempt = sit(day, alex, service)
    interventions.interrupt(attempt.candidacy_id, "staff:1", "power cut", day.clock())
    day.drain()
    assert told(service) not in ("started", "submitted")
    assert OutboxEntry.objects.filter(payload={"step": "error"}, state="done").exists()


def test_a_provider_that_is_down_stops_nobody_and_hears_later(day, alex, service):
    attempt = sit(day, alex, service)
    day.drain()
    service.mode = "down"
    sitting.finish(day.with_window(alex), {}, day.clock())
    day.drain()
    attempt.refresh_from_db()
    assert attempt.state == State.SUBMITTED
    service.mode = "ok"
    day.clock.advance(minutes=5)
    day.drain()
    assert told(service) == "submitted"


def test_an_allowance_counts_from_the_start(day, alex, service):
    grant(alex, 20)
    attempt = sit(day, alex, service)
    assert attempt.deadline - attempt.started_at == timedelta(minutes=50)
    assert attempt.allowance_seconds == 1200


def test_an_allowance_given_during_the_exam_moves_the_deadline_once(day, alex, service):
    attempt = sit(day, alex, service)
    first = attempt.deadline
    grant(alex, 10)
    for _ in range(2):
        assert day.load(alex).facts.attempt.deadline == first + timedelta(minutes=10)
    (entered,) = AuditEntry.objects.filter(action="extended")
    assert (entered.actor, entered.data["seconds"]) == ("platform", 600)


def test_an_allowance_given_in_the_last_minute_is_seen_before_the_clock_closes_the_exam(day, alex, service):
    attempt = sit(day, alex, service)
    grant(alex, 10)
    day.clock.present = attempt.deadline + timedelta(minutes=1)
    entry.close_all(day.clock())
    attempt.refresh_from_db()
    assert attempt.state == State.SITTING
    day.clock.present = attempt.deadline + timedelta(minutes=1)
    entry.close_all(day.clock())
    attempt.refresh_from_db()
    assert attempt.state == State.EXPIRED


def test_an_allowance_taken_back_takes_no_time_from_who_is_sitting(day, alex, service):
    grant(alex, 20)
    attempt = sit(day, alex, service)
    grant(alex, 5)
    assert day.load(alex).facts.attempt.deadline == attempt.deadline


def test_services_without_tables_of_their_own_are_told_nothing(world):
    alex = world.person()
    world.publish()
    world.sit(alex)
    sitting.finish(world.with_window(alex), {}, world.clock())
    assert not OutboxEntry.objects.filter(kind="progress").exists()
