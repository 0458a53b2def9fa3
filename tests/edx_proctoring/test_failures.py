"""A provider that fails in any way is an error of ours, in time, and tells nothing of what it carried."""

from __future__ import annotations

import logging
import traceback

import pytest
from django.core.checks import run_checks
from edx_proctoring.backends.rest import BaseRestProctoringProvider
from edx_proctoring.models import ProctoredExamStudentAllowance

from proctored_exam_xblock.backends import registry
from proctored_exam_xblock.backends.base import Misconfigured, NotFound, Refused, Step, Unavailable
from proctored_exam_xblock.backends.edx_proctoring import EdxProctoring, calls
from tests.edx_proctoring.conftest import BLOCK, COURSE

pytestmark = pytest.mark.django_db

GARBAGE = [500, 503, 429, 408, 302, b"<html>", b'{"status": "sta', b"[]", b""]
USES = {
    "launch": lambda backend, booking: backend.launch(booking),
    "status": lambda backend, booking: backend.status(booking),
    "start": lambda backend, booking: backend.progress(booking, Step.STARTED),
    "end": lambda backend, booking: backend.progress(booking, Step.ENDED),
    "erase": lambda backend, booking: backend.erase(booking),
}


@pytest.fixture
def launched(backend, booking):
    backend.launch(booking)
    return booking


@pytest.mark.parametrize("fault", GARBAGE, ids=str)
@pytest.mark.parametrize("use", USES)
def test_an_answer_that_is_none_may_be_asked_for_again(use, fault, backend, service, launched):
    service.faults = [fault]

    with pytest.raises(Unavailable):
        USES[use](backend, launched)

    USES[use](backend, launched)


@pytest.mark.parametrize("fault", GARBAGE, ids=str)
@pytest.mark.parametrize("before", [0, 1])
def test_a_launch_that_fails_half_way_is_done_by_the_next(before, fault, backend, service, booking, shadow_attempt):
    service.faults = [fault] if before == 0 else []
    if before:  # the exam is known, the attempt fails
        backend.launch(booking)
        type(shadow_attempt()).objects.all().delete()
        service.attempts.clear()
        service.faults = [fault]

    with pytest.raises(Unavailable):
        backend.launch(booking)
    backend.launch(booking)

    assert shadow_attempt().external_id in service.attempts
    assert len(service.exams) == 1


@pytest.mark.parametrize(
    ("status", "kind"), [(400, Refused), (401, Misconfigured), (403, Misconfigured), (404, NotFound)]
)
def test_a_no_is_a_no(status, kind, backend, service, launched):
    service.faults = [status]

    with pytest.raises(kind):
        backend.status(launched)


@pytest.mark.parametrize(("status", "kind"), [(401, Misconfigured), (500, Unavailable)])
def test_a_token_that_is_refused(status, kind, backend, service, booking):
    service.token_status = status

    with pytest.raises(kind):
        backend.launch(booking)


def test_a_provider_that_does_not_answer_in_time(rest, service, clock, launched):
    service.calls.clear()
    service.stalled.clear()
    impatient = EdxProctoring({"provider": "stub", "timeout_seconds": 0.2}, clock)

    with pytest.raises(Unavailable):
        impatient.status(launched)

    assert service.calls == []  # it has not come to serving the request


def test_an_answer_that_trickles_has_the_same_deadline(rest, service):
    ticks = iter(range(0, 1000, 4))

    with pytest.raises(Unavailable):
        calls.ask(rest, "get_proctoring_config", seconds=3, monotonic=lambda: next(ticks))


def test_nobody_listens(install, clock, booking):
    provider = type("Dead", (BaseRestProctoringProvider,), {"base_url": "http://127.0.0.1:1"})
    install("dead", provider(client_id="id", client_secret="secret"))

    with pytest.raises(Unavailable):
        EdxProctoring({"provider": "dead"}, clock).launch(booking)


def test_a_provider_that_crashes(install, clock, booking):
    class Crashing:
        def on_exam_saved(self, exam):
            raise ZeroDivisionError("Awa Diop")

    install("crashing", Crashing())

    with pytest.raises(Unavailable):
        EdxProctoring({"provider": "crashing"}, clock).launch(booking)


@pytest.mark.parametrize("use", [*USES, "review"])
def test_a_provider_that_is_not_installed(use, clock, booking):
    backend = EdxProctoring({"provider": "nobody"}, clock)

    with pytest.raises(Misconfigured):
        USES[use](backend, booking) if use in USES else backend.review(booking)


def test_without_edx_proctoring_there_is_no_provider(monkeypatch, clock, booking):
    monkeypatch.setattr(calls.apps, "is_installed", lambda name: False)
    backend = EdxProctoring({"provider": "stub"}, clock)

    assert backend.allowance(1, COURSE, BLOCK) == 0
    with pytest.raises(Misconfigured):
        backend.launch(booking)


def test_failures_tell_nothing_of_the_candidate(backend, service, booking, caplog):
    caplog.set_level(logging.DEBUG, logger="proctored_exam_xblock")
    backend.launch(booking)
    service.faults = [b'{"full_name": "Awa Diop", "sta']

    with pytest.raises(Unavailable) as caught:
        backend.status(booking)

    told = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert caught.value.__context__ is None
    assert not [word for word in ("Awa", "awa@example.org", "a.b.c", "secret") if word in told]


def test_the_registry_knows_it_and_names_the_missing_setting(settings):
    settings.PROCTORED_EXAM = {"BACKENDS": {"edx_proctoring": {}}}

    assert registry.backend_class("edx_proctoring") is EdxProctoring
    with pytest.raises(registry.NotConfigured) as caught:
        registry.get("edx_proctoring")
    assert "'provider'" in caught.value.params["setting"]


def test_a_provider_that_edx_proctoring_did_not_load_is_named_at_start_up(settings, rest):
    def found(provider):
        settings.PROCTORED_EXAM = {"BACKENDS": {"edx_proctoring": {"provider": provider}}}
        return [message.id for message in run_checks() if message.id == "proctored_exam.W010"]

    assert found("nobody") == ["proctored_exam.W010"]
    assert found("stub") == []


def test_without_the_key_of_pseudonyms_which_the_platform_does_not_set_nobody_is_registered(
    backend, booking, service, settings
):
    """As edx-platform's production settings are: they have none, and edx-proctoring's own reading of it crashes."""
    settings.PROCTORED_EXAM = {"BACKENDS": {"edx_proctoring": {"provider": "stub"}}}
    assert "proctored_exam.W011" not in [message.id for message in run_checks()]
    del settings.PROCTORING_USER_OBFUSCATION_KEY

    with pytest.raises(Misconfigured):
        backend.launch(booking)

    assert not service.attempts
    assert "proctored_exam.W011" in [message.id for message in run_checks()]


def test_extra_time_granted_in_the_instructor_dashboard_is_read(backend, booking, candidate, shadow_exam):
    assert backend.allowance(candidate.pk, COURSE, BLOCK) == 0
    backend.announce(COURSE, BLOCK, "Final exam", 40)

    ProctoredExamStudentAllowance.add_allowance_for_user(
        shadow_exam().pk, "awa", ProctoredExamStudentAllowance.ADDITIONAL_TIME_GRANTED, "13"
    )

    assert backend.allowance(candidate.pk, COURSE, BLOCK) == 13
    assert backend.allowance(candidate.pk + 1, COURSE, BLOCK) == 0
    assert backend.allowance(candidate.pk, COURSE, BLOCK.replace("final", "other")) == 0


def test_help_is_the_providers(rest, clock):
    rest.tech_support_phone, rest.tech_support_email = "+33 1", "help@stub.test"
    backend = EdxProctoring({"provider": "stub"}, clock)

    assert (backend.verbose_name, backend.help_phones, backend.help_emails) == ("Stub", ("+33 1",), ("help@stub.test",))
