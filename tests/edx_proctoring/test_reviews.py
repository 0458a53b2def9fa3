"""What a provider's reviewers say comes in by edx-proctoring's own door and decides nothing there."""

from __future__ import annotations

import pytest
from django.core import mail

from proctored_exam_xblock.backends.base import Incident, Step, Verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def sat(backend, booking, service, shadow_attempt):
    """A candidate who began and ended."""
    backend.launch(booking)
    backend.progress(booking, Step.STARTED)
    backend.progress(booking, Step.ENDED)
    service.calls.clear()
    return shadow_attempt()


@pytest.mark.parametrize(
    ("word", "verdict"),
    [("passed", Verdict.CLEAR), ("violation", Verdict.FRAUD), ("suspicious", Verdict.SUSPICIOUS)],
)
def test_a_review_becomes_a_verdict(word, verdict, backend, booking, sat, provider_server):
    assert backend.review(booking) is None

    assert provider_server.reviewed(sat.external_id, word) == 200

    assert backend.review(booking).verdict is verdict


def test_comments_become_incidents_with_their_moment_in_the_recording(backend, booking, sat, provider_server):
    comments = [
        {"comment": "A second person", "status": "Suspicious", "start": 123, "stop": 140, "duration": 17},
        {"comment": "All in order", "status": "Clean"},
    ]
    provider_server.reviewed(sat.external_id, "suspicious", comments)

    assert backend.review(booking).incidents == (
        Incident("Clean", "All in order"),
        Incident("Suspicious", "[2:03] A second person"),
    )


def test_not_reviewed_is_no_opinion(backend, booking, sat, provider_server):
    provider_server.reviewed(sat.external_id, "not_reviewed")

    assert backend.review(booking).verdict is Verdict.PENDING


@pytest.mark.parametrize(
    ("status", "verdict"),
    [("verified", Verdict.CLEAR), ("rejected", Verdict.FRAUD), ("second_review_required", Verdict.SUSPICIOUS)],
)
def test_a_status_without_a_review_is_read_too(status, verdict, backend, booking, sat):
    type(sat).objects.update(status=status)

    assert backend.review(booking).verdict is verdict


def test_the_platforms_staff_go_before_the_provider(backend, booking, sat, provider_server):
    provider_server.reviewed(sat.external_id, "suspicious")
    type(sat).objects.update(status="verified")

    assert backend.review(booking).verdict is Verdict.CLEAR


@pytest.mark.parametrize("word", ["passed", "violation", "suspicious", "not_reviewed"])
def test_a_review_mails_nobody_and_touches_no_grade_and_no_certificate(
    word, backend, booking, sat, provider_server, platform
):
    provider_server.reviewed(sat.external_id, word)

    assert mail.outbox == []
    assert not {"override_subsection_grade", "invalidate_certificate"} & set(platform.calls)


def test_a_violation_that_edx_proctoring_lets_pass_is_one_here(rest, backend, booking, sat, provider_server):
    rest.passing_statuses = ()  # as with a provider that is not built on the REST base

    provider_server.reviewed(sat.external_id, "violation")

    sat.refresh_from_db()
    assert sat.status == "verified"
    assert backend.review(booking).verdict is Verdict.FRAUD


def test_nobody_but_the_provider_may_review(backend, booking, sat, learner):
    assert learner.reviewed(sat.external_id, "passed") == 403

    assert backend.review(booking) is None


def test_a_candidate_who_declines_afterwards_does_not_lose_the_review(backend, booking, sat, learner, provider_server):
    assert learner.act(sat.pk, "decline") == 200
    assert provider_server.reviewed(sat.external_id, "violation") == 400  # edx-proctoring forgot whose it is

    assert backend.review(booking) is None  # the question mends it

    assert provider_server.reviewed(sat.external_id, "violation") == 200
    assert backend.review(booking).verdict is Verdict.FRAUD


def test_retiring_the_person_reaches_the_provider_once_the_review_is_in(
    backend, booking, sat, provider_server, shadow_attempt
):
    assert shadow_attempt().taking_as_proctored is False
    provider_server.reviewed(sat.external_id, "passed")

    backend.review(booking)

    assert shadow_attempt().taking_as_proctored is True


def test_erasing_deletes_at_the_provider_and_empties_what_reviewers_wrote(
    backend, service, booking, sat, provider_server
):
    from edx_proctoring.models import ProctoredExamSoftwareSecureComment, ProctoredExamSoftwareSecureReview

    provider_server.reviewed(sat.external_id, "violation", [{"comment": "Awa spoke", "status": "Rules Violation"}])

    backend.erase(booking)
    backend.erase(booking)

    assert service.attempts == {}
    assert ProctoredExamSoftwareSecureComment.objects.get().comment == ""
    assert ProctoredExamSoftwareSecureReview.objects.get().raw_data == ""
    assert backend.review(booking).verdict is Verdict.FRAUD
