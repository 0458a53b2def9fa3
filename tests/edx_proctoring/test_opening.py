"""The exam opens when the provider says so, and by nothing that a candidate can do at edx-proctoring's own doors."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from edx_proctoring.api import get_active_exams_for_user

from proctored_exam_xblock.backends.base import SessionState, Step
from proctored_exam_xblock.backends.edx_proctoring import EdxProctoring, shadow
from tests.edx_proctoring.caller import Caller
from tests.edx_proctoring.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def launched(backend, booking, shadow_attempt):
    backend.launch(booking)
    return shadow_attempt()


def test_the_candidate_waits_until_the_provider_says_ready(backend, service, booking, launched):
    assert backend.status(booking).state is SessionState.WAITING

    service.only_attempt["status"] = "ready_to_start"

    assert backend.status(booking).state is SessionState.OPEN


def test_a_lost_callback_keeps_nobody_out(backend, service, booking, launched):
    service.only_attempt["status"] = "ready_to_start"

    assert launched.status == "download_software_clicked"
    assert backend.status(booking).state is SessionState.OPEN


@pytest.mark.parametrize("who", ["learner", "somebody"])
def test_a_ready_that_anybody_posts_opens_nothing(who, backend, booking, launched, learner, shadow_attempt):
    somebody = Caller(get_user_model().objects.create_user("somebody", "s@example.org", "x"))
    caller = {"learner": learner, "somebody": somebody}[who]

    assert caller.ready(launched.external_id) == 200

    assert shadow_attempt().status == "ready_to_start"  # edx-proctoring believed it
    assert backend.status(booking).state is SessionState.WAITING


def test_a_ready_from_the_providers_own_account_opens(backend, booking, launched, provider_server):
    assert provider_server.ready(launched.external_id) == 200

    assert backend.status(booking).state is SessionState.OPEN


def test_a_ready_that_came_too_soon_from_somebody_else_does_not_shut_the_provider_out(
    backend, booking, launched, learner, provider_server
):
    assert learner.ready(launched.external_id) == 200
    assert backend.status(booking).state is SessionState.WAITING

    assert provider_server.ready(launched.external_id) == 200

    assert backend.status(booking).state is SessionState.OPEN


def test_an_exam_that_was_opened_by_hand_stays_ready_over_there(backend, booking, launched, shadow_attempt):
    backend.progress(booking, Step.STARTED)

    shadow.take_back_ready(shadow_attempt())

    assert shadow_attempt().status == "ready_to_start"


def test_a_candidate_who_starts_over_there_opens_nothing_here(backend, service, booking, launched, learner):
    assert learner.act(launched.pk, "start") == 200

    assert service.words() == ["started"]  # edx-proctoring told the provider, whose word is now worth nothing
    assert backend.status(booking).state is SessionState.WAITING


def test_a_provider_that_proves_nothing_opens_only_where_the_operator_says_so(
    backend, booking, launched, learner, clock
):
    learner.ready(launched.external_id)
    trusting = EdxProctoring({"provider": "stub", "trust_ready": True}, clock)

    assert trusting.status(booking).state is SessionState.OPEN
    assert backend.status(booking).state is SessionState.WAITING


def test_the_provider_hears_of_start_and_end(backend, service, booking, launched, shadow_attempt):
    service.only_attempt["status"] = "ready_to_start"

    backend.progress(booking, Step.STARTED)
    assert service.words() == ["started"]
    assert backend.status(booking).state is SessionState.OPEN

    backend.progress(booking, Step.ENDED)
    backend.progress(booking, Step.ENDED)
    assert service.words() == ["started", "submitted"]
    assert backend.status(booking).state is SessionState.ENDED
    assert (shadow_attempt().status, shadow_attempt().completed_at) == ("submitted", NOW)


def test_a_broken_attempt_is_told_as_such(backend, service, booking, launched):
    backend.progress(booking, Step.ERROR)

    assert service.words() == ["error"]
    assert backend.status(booking).state is SessionState.ENDED


def test_an_attempt_the_provider_never_knew_needs_no_telling(backend, service, booking):
    backend.progress(booking, Step.STARTED)
    backend.progress(booking, Step.ENDED)

    assert service.calls == []


def test_the_learning_pages_show_no_second_clock_and_no_second_end_button(backend, booking, launched, learner):
    learner.act(launched.pk, "start")
    assert get_active_exams_for_user(launched.user_id)

    backend.progress(booking, Step.STARTED)

    assert get_active_exams_for_user(launched.user_id) == []


def test_declining_another_exam_declines_nothing_here(backend, booking, launched, shadow_attempt):
    type(launched).objects.update(status="declined")

    assert backend.status(booking).state is SessionState.WAITING
    assert shadow_attempt().status == "created"


def test_edx_proctoring_closes_a_session_that_the_candidate_submits_over_there(backend, booking, launched, learner):
    learner.act(launched.pk, "start")
    assert learner.act(launched.pk, "submit") == 200

    assert backend.status(booking).state is SessionState.ENDED


@pytest.mark.parametrize("status", ["timed_out", "submitted", "verified", "rejected", "error"])
def test_a_status_after_the_end_is_the_end(status, backend, booking, launched):
    type(launched).objects.update(status=status)

    assert backend.status(booking).state is SessionState.ENDED


def test_the_mock_provider_starts_by_its_timer(install, clock, booking, monkeypatch, shadow_attempt):
    from edx_proctoring.backends import mock

    timers = []
    monkeypatch.setattr(mock.threading, "Timer", lambda seconds, call, args: timers.append((call, args)) or Idle())
    install("mock", mock.MockProctoringBackendProvider())
    backend = EdxProctoring({"provider": "mock", "trust_ready": True}, clock)

    assert backend.launch(booking).url == booking.return_url  # "mockurl" is no address
    assert backend.status(booking).state is SessionState.WAITING
    ((call, arguments),) = timers
    call(*arguments)
    assert backend.status(booking).state is SessionState.OPEN
    backend.progress(booking, Step.STARTED)
    backend.progress(booking, Step.ENDED)
    assert shadow_attempt().status == "submitted"


class Idle:
    def start(self):
        pass
