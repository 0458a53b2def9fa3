"""A provider's room: the exam and the attempt are made known to it once, with what it needs and no more."""

from __future__ import annotations

from dataclasses import replace

import pytest
from edx_proctoring.api import update_exam
from edx_proctoring.models import ProctoredExam

from proctored_exam_xblock.backends.base import Misconfigured, SessionState, Unavailable
from proctored_exam_xblock.backends.edx_proctoring import EdxProctoring
from tests.edx_proctoring.conftest import BLOCK, COURSE

pytestmark = pytest.mark.django_db


def deactivate_as_a_publish_does(exam):
    update_exam(exam_id=exam.pk, is_proctored=False, is_active=False)


def test_the_first_launch_makes_exam_and_attempt_known(backend, service, booking, shadow_exam, shadow_attempt):
    launch = backend.launch(booking)

    (exam_id,), (attempt_id,) = service.exams, service.attempts
    assert launch.url == f"{service.url}/software?os=any&attempt={attempt_id}"
    exam, attempt = shadow_exam(), shadow_attempt()
    assert (exam.external_id, exam.is_active, exam.is_proctored, exam.backend) == (exam_id, True, True, "stub")
    assert (attempt.external_id, attempt.user_id) == (attempt_id, booking.person.user_id)
    assert service.exams[exam_id]["is_active"] is True
    assert service.exams[exam_id]["exam_name"] == "Final exam"


def test_the_provider_gets_the_confirmed_name_an_opaque_id_and_the_candidates_own_minutes(backend, service, booking):
    backend.launch(replace(booking, duration_minutes=53))

    told = service.only_attempt
    assert (told["full_name"], told["email"]) == ("Awa Diop", "awa@example.org")
    assert told["time_limit_mins"] == 53
    assert told["is_sample_attempt"] is False
    assert told["lms_host"] == "https://testserver"
    assert len(told["user_id"]) == 40
    assert "awa" not in told["user_id"]


def test_a_second_launch_rejoins(backend, service, booking):
    first = backend.launch(booking)
    again = backend.launch(booking)

    assert again == first
    assert (len(service.exams), len(service.attempts)) == (1, 1)


def test_a_provider_with_a_page_per_attempt_leads_there(backend, service, booking):
    backend.launch(booking)
    service.only_attempt["url"] = "https://rooms.test/42"

    assert backend.launch(booking).url == "https://rooms.test/42"


def test_a_second_appointment_is_another_attempt(backend, service, booking):
    backend.launch(booking)
    backend.launch(replace(booking, reservation_id="reservation-2"))

    assert (len(service.exams), len(service.attempts)) == (1, 2)


def test_nothing_is_there_before_the_launch(backend, service, booking):
    assert backend.status(booking).state is SessionState.UNKNOWN
    assert backend.review(booking) is None
    backend.erase(booking)
    assert service.calls == []


def test_a_publish_in_studio_leaves_the_exam_active_and_the_provider_knows(backend, service, booking, shadow_exam):
    backend.launch(booking)

    deactivate_as_a_publish_does(shadow_exam())

    assert (shadow_exam().is_active, shadow_exam().is_proctored) == (True, True)
    (told,) = service.exams.values()
    assert (told["is_active"], told["is_proctored"]) == (True, True)


@pytest.mark.parametrize("use", ["launch", "status", "review"])
def test_an_exam_that_was_deactivated_all_the_same_is_put_back_by_every_use(
    use, backend, service, booking, shadow_exam
):
    backend.launch(booking)
    ProctoredExam.objects.update(is_active=False, is_proctored=False)
    service.calls.clear()

    getattr(backend, use)(booking)

    assert (shadow_exam().is_active, shadow_exam().is_proctored) == (True, True)
    assert ("POST", f"/api/v1/exam/{shadow_exam().external_id}/") in [call[:2] for call in service.calls]


def test_an_exam_stays_inactive_while_the_provider_could_not_be_told(backend, service, booking, shadow_exam):
    backend.launch(booking)
    ProctoredExam.objects.update(is_active=False, is_proctored=False)
    service.faults = [500]

    with pytest.raises(Unavailable):
        backend.launch(booking)

    assert shadow_exam().is_active is False
    backend.launch(booking)
    assert shadow_exam().is_active is True


def test_subsections_are_left_to_studio(rest, candidate):
    section = "block-v1:U+C+R+type@sequential+block@s"
    exam = ProctoredExam.objects.create(
        course_id=COURSE, content_id=section, exam_name="S", time_limit_mins=5, is_active=True, backend="stub"
    )

    deactivate_as_a_publish_does(exam)

    exam.refresh_from_db()
    assert exam.is_active is False


def test_staff_see_the_exam_before_anybody_sits_it(backend, service, shadow_exam):
    backend.announce(COURSE, BLOCK, "Final", 30)
    backend.announce(COURSE, BLOCK, "Final exam", 40)

    exam = shadow_exam()
    assert (exam.exam_name, exam.time_limit_mins, exam.is_active) == ("Final exam", 40, True)
    assert service.calls == []


def test_two_first_launches_at_once_agree_on_one_registration(install, clock, booking, shadow_attempt, shadow_exam):
    provider = install("twice", Twice())
    backend = EdxProctoring({"provider": "twice"}, clock)
    provider.meanwhile = lambda: backend.launch(booking)

    backend.launch(booking)

    assert shadow_exam().external_id == "exam-2"
    assert shadow_attempt().external_id == "attempt-2"
    assert provider.removed == [("exam-2", "attempt-1")]


class Twice:
    """During its first request of each kind another launch of the same candidate goes through."""

    verbose_name = "Twice"

    def __init__(self):
        self.removed, self.exams, self.attempts, self.meanwhile = [], 0, 0, None

    def on_exam_saved(self, exam):
        self.exams += 1
        mine = self.exams
        if mine == 1:
            ProctoredExam.objects.filter(pk=exam["id"]).update(backend="twice", external_id="exam-2")
        return f"exam-{mine}"

    def register_exam_attempt(self, exam, context):
        self.attempts += 1
        mine = self.attempts
        if mine == 1:
            self.meanwhile()
        return f"attempt-{mine}"

    def remove_exam_attempt(self, exam, attempt):
        self.removed.append((exam, attempt))
        return True

    def get_software_download_url(self):
        return None


def test_an_id_that_another_attempt_has_already_is_refused(install, clock, booking, candidate):
    from edx_proctoring.backends.tests import test_backend

    install("test", test_backend.TestBackendProvider())
    backend = EdxProctoring({"provider": "test"}, clock)
    assert backend.launch(booking).url == booking.return_url  # it has no page: back to the exam's own

    with pytest.raises(Misconfigured):
        backend.launch(replace(booking, reservation_id="reservation-2"))
