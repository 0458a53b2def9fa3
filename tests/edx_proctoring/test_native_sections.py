"""Our services watch the platform's own proctored sections: registered, opened by the room, reviewed, removed."""

from __future__ import annotations

import runpy
from datetime import timedelta
from importlib.metadata import EntryPoint
from pathlib import Path

import edx_proctoring
import pytest
import setuptools
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone
from edx_proctoring import api
from edx_proctoring.apps import EdxProctoringConfig
from edx_proctoring.exceptions import (
    BackendProviderCannotRegisterAttempt,
    BackendProviderCannotRetireUser,
    ProctoredExamBadReviewStatus,
    ProctoredExamPermissionDenied,
)
from edx_proctoring.models import (
    ProctoredExamSoftwareSecureComment,
    ProctoredExamStudentAllowance,
    ProctoredExamStudentAttempt,
)
from edx_proctoring.utils import obscured_user_id
from stevedore.extension import Extension, ExtensionManager

from proctored_exam_xblock.backends.base import (
    Backend,
    Confirmation,
    Incident,
    Launch,
    Refused,
    Review,
    SessionState,
    Status,
    Unavailable,
    Verdict,
)
from proctored_exam_xblock.providers import onsite, polling, proctorexam
from tests.edx_proctoring.caller import Caller
from tests.edx_proctoring.conftest import COURSE

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parent.parent.parent
SECTION = "block-v1:U+C+R+type@sequential+block@final"


class Vendor(Backend):
    """The service in memory: number -> booking; ``states`` and ``reviews`` by number."""

    slug = "proctorexam"
    verbose_name = "ProctorExam"
    refuses_email_aliases = True

    def __init__(self):
        self.sessions, self.states, self.reviews, self.fail, self.asked = {}, {}, {}, None, 0

    def _answer(self):
        self.asked += 1
        if self.fail:
            raise self.fail

    def book(self, booking):
        self._answer()
        number = str(len(self.sessions) + 41)
        self.sessions[number] = booking
        return Confirmation(number)

    def launch(self, booking):
        self._answer()
        return Launch(f"https://rooms.test/{booking.vendor_ref}")

    def status(self, booking):
        self._answer()
        return Status(self.states.get(booking.vendor_ref, SessionState.WAITING))

    def review(self, booking):
        self._answer()
        return self.reviews.get(booking.vendor_ref)

    def erase(self, booking):
        self._answer()
        self.sessions.pop(booking.vendor_ref, None)


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def vendor(monkeypatch, install, settings):
    made = Vendor()
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "BACKENDS": {"proctorexam": {"native_exams": {COURSE: "7"}}}}
    monkeypatch.setattr(proctorexam, "service", lambda: made)
    install("proctorexam", proctorexam.ProctorExam())
    return made


@pytest.fixture
def board(install):
    return install("onsite", onsite.OnSite())


def section(backend):
    return api.create_exam(COURSE, SECTION, "Final", 40, backend=backend)


def begin(backend, candidate):
    """A learner who asked for the exam."""
    attempt = api.create_exam_attempt(section(backend), candidate.pk, taking_as_proctored=True)
    return ProctoredExamStudentAttempt.objects.get(pk=attempt)


def test_both_are_declared_and_load_as_edx_proctoring_loads_them(monkeypatch, settings):
    declared = {}
    monkeypatch.setattr(setuptools, "setup", lambda **given: declared.update(given["entry_points"]))
    runpy.run_path(str(ROOT / "setup.py"))
    points = [EntryPoint(*line.split(" = "), "openedx.proctoring") for line in declared["openedx.proctoring"]]
    found = ExtensionManager.make_test_instance([Extension(p.name, p, p.load(), None) for p in points])
    monkeypatch.setattr("edx_proctoring.apps.ExtensionManager", lambda namespace: found)
    settings.PROCTORING_BACKENDS = {"onsite": {"verbose_name": "Salle"}, "proctorexam": {"tech_support_email": "h@x"}}
    config = EdxProctoringConfig("edx_proctoring", edx_proctoring)

    config.ready()

    assert dict(config.get_backend_choices()) == {"onsite": "Salle", "proctorexam": "ProctorExam"}
    assert config.backends["proctorexam"].tech_support_email == "h@x"


# --- on site ------------------------------------------------------------------------------------------------------


def test_on_site_ids_cannot_be_guessed_and_an_exam_keeps_its_own(board, candidate):
    attempt = begin("onsite", candidate)
    exam = attempt.proctored_exam
    assert len({exam.external_id, attempt.external_id}) == 2
    assert min(len(exam.external_id), len(attempt.external_id)) == 32

    api.update_exam(exam.pk, time_limit_mins=50)

    kept = exam.external_id
    exam.refresh_from_db()
    assert exam.external_id == kept


def test_on_site_the_invigilator_lets_in_and_the_candidate_starts(board, candidate, learner):
    attempt = begin("onsite", candidate)

    onsite.let_in(attempt.pk)

    assert learner.act(attempt.pk, "start") == 200
    assert learner.act(attempt.pk, "submit") == 200
    attempt.refresh_from_db()
    assert attempt.status == "submitted"


def test_a_candidate_cannot_let_themselves_in(board, candidate, learner):
    attempt = begin("onsite", candidate)

    assert learner.ready(attempt.external_id) == 403
    assert learner.act(attempt.pk, "start") == 403

    attempt.refresh_from_db()
    assert attempt.status == "created"
    with pytest.raises(ProctoredExamPermissionDenied):
        api.mark_exam_attempt_as_ready(attempt.pk)


def test_another_learner_cannot_either_and_staff_can(board, candidate):
    attempt = begin("onsite", candidate)
    other = Caller(get_user_model().objects.create_user("other", "o@example.org", "x"))
    staff = Caller(get_user_model().objects.create_user("staff", "s@example.org", "x", is_staff=True))

    assert other.ready(attempt.external_id) == 403
    assert staff.ready(attempt.external_id) == 200

    attempt.refresh_from_db()
    assert attempt.status == "ready_to_start"


def test_staff_do_not_let_themselves_in(board, candidate, learner):
    attempt = begin("onsite", candidate)
    type(candidate).objects.update(is_staff=True)

    assert learner.ready(attempt.external_id) == 403


def test_the_guard_leaves_other_providers_alone(rest, candidate, learner):
    attempt = begin("stub", candidate)

    assert learner.ready(attempt.external_id) == 200


# --- the vendor ---------------------------------------------------------------------------------------------------


def test_an_attempt_is_a_session_at_the_vendor_with_the_extra_time(vendor, candidate):
    exam = section("proctorexam")
    extra = ProctoredExamStudentAllowance.ADDITIONAL_TIME_GRANTED
    ProctoredExamStudentAllowance.add_allowance_for_user(exam, "awa", extra, "13")

    attempt = ProctoredExamStudentAttempt.objects.get(pk=api.create_exam_attempt(exam, candidate.pk, True))

    (booked,) = vendor.sessions.values()
    assert attempt.external_id == f"{booked.reservation_id}_41"
    assert (booked.duration_minutes, booked.vendor_exam, booked.title) == (53, "7", "Final")
    assert (booked.person.last_name, booked.person.email) == ("Name of the profile", "profile@example.org")
    assert booked.person.student_id == obscured_user_id(candidate.pk, "proctorexam")


def test_the_room_opens_for_its_own_learner_only(vendor, candidate, learner):
    attempt = begin("proctorexam", candidate)
    address = proctorexam.ProctorExam().get_attempt({"external_id": attempt.external_id})["download_url"]
    stranger = Caller(get_user_model().objects.create_user("other", "o@example.org", "x"))

    assert learner.web.get(address).headers["Location"] == "https://rooms.test/41"
    assert stranger.web.get(address).status_code == 404
    learner.web.logout()
    assert learner.web.get(address).status_code == 403


def test_a_room_that_cannot_be_opened_says_so(vendor, candidate, learner):
    attempt = begin("proctorexam", candidate)
    address = proctorexam.ProctorExam().get_attempt({"external_id": attempt.external_id})["download_url"]

    vendor.fail = Unavailable
    assert learner.web.get(address).status_code == 503
    vendor.fail = None
    ProctoredExamStudentAttempt.objects.update(status="submitted")
    assert learner.web.get(address).status_code == 409


def test_the_vendors_start_opens_the_section(vendor, candidate, learner):
    attempt = begin("proctorexam", candidate)
    now = timezone.now()
    assert polling.poll_native(now) == 0
    vendor.states["41"] = SessionState.OPEN

    assert polling.poll_native(now + timedelta(seconds=5)) == 0, "asked a moment ago"
    assert polling.poll_native(now + timedelta(seconds=20)) == 1

    attempt.refresh_from_db()
    assert attempt.status == "ready_to_start"
    assert learner.act(attempt.pk, "start") == 200
    assert polling.poll_native(now + timedelta(seconds=60)) == 0


def sat(vendor, candidate, learner):
    attempt = begin("proctorexam", candidate)
    vendor.states["41"] = SessionState.OPEN
    polling.poll_native(timezone.now())
    learner.act(attempt.pk, "start")
    learner.act(attempt.pk, "submit")
    attempt.refresh_from_db()
    assert attempt.status == "submitted"
    return attempt


@pytest.mark.parametrize(
    ("review", "status"),
    [
        (Review(Verdict.CLEAR), "verified"),
        (Review(Verdict.SUSPICIOUS), "second_review_required"),
        (Review(Verdict.FRAUD), "second_review_required"),
        (Review(Verdict.CLEAR, missing_identity=("document",)), "second_review_required"),
    ],
)
def test_the_vendors_review_goes_in_by_edx_proctorings_own_door(review, status, vendor, candidate, learner):
    attempt = sat(vendor, candidate, learner)
    vendor.reviews["41"] = review

    assert polling.poll_native(timezone.now()) == 1
    assert polling.poll_native(timezone.now() + timedelta(hours=2)) == 0

    attempt.refresh_from_db()
    assert attempt.status == status


def test_incidents_become_comments_at_their_second(vendor, candidate, learner):
    attempt = sat(vendor, candidate, learner)
    at = attempt.started_at + timedelta(seconds=90)
    vendor.reviews["41"] = Review(Verdict.SUSPICIOUS, ("face",), (Incident("phone", "A phone", at),), "See 1:30")

    polling.poll_native(timezone.now())

    told = ProctoredExamSoftwareSecureComment.objects.order_by("id").values_list("comment", "status", "start_time")
    assert list(told) == [
        ("identity: face missing", "Rules Violation", 0),
        ("A phone", "phone", 90),
        ("See 1:30", "Comment", 0),
    ]


def test_no_opinion_yet_is_asked_for_again_later(vendor, candidate, learner):
    attempt = sat(vendor, candidate, learner)
    vendor.reviews["41"] = Review(Verdict.PENDING)
    now, asked = timezone.now(), vendor.asked

    polling.poll_native(now)
    polling.poll_native(now + timedelta(seconds=30))
    assert vendor.asked == asked + 1
    polling.poll_native(now + timedelta(seconds=61))
    assert vendor.asked == asked + 2
    attempt.refresh_from_db()
    assert attempt.status == "submitted"


def test_a_vendor_that_is_down_stops_nothing(vendor, candidate):
    begin("proctorexam", candidate)
    vendor.fail = Unavailable

    assert polling.poll_native(timezone.now()) == 0


def test_the_minutes_command_looks_at_native_sections_too(vendor, candidate, capsys):
    attempt = begin("proctorexam", candidate)
    vendor.states["41"] = SessionState.OPEN

    call_command("poll_vendors")

    assert "native sections: 1" in capsys.readouterr().out
    attempt.refresh_from_db()
    assert attempt.status == "ready_to_start"


def test_without_the_service_nothing_is_polled(candidate):
    assert polling.poll_native(timezone.now()) == 0


@pytest.mark.parametrize(("fail", "status"), [(Unavailable, 503), (Refused, 400)])
def test_an_attempt_that_cannot_be_registered_does_not_begin(fail, status, vendor, candidate):
    vendor.fail = fail

    with pytest.raises(BackendProviderCannotRegisterAttempt) as caught:
        begin("proctorexam", candidate)

    assert caught.value.http_status == status
    assert caught.value.__context__ is None
    assert not ProctoredExamStudentAttempt.objects.exists()


@pytest.mark.parametrize("email", ["", None, "awa+tag@example.org"])
def test_an_address_without_mail_is_refused(email, vendor):
    exam = {"exam_name": "F", "course_id": COURSE, "content_id": SECTION}
    context = {"user_id": "u", "full_name": "Awa", "email": email, "time_limit_mins": 40}

    with pytest.raises(BackendProviderCannotRegisterAttempt):
        proctorexam.ProctorExam().register_exam_attempt(exam, context)
    assert vendor.sessions == {}


def test_a_removed_attempt_is_deleted_at_the_vendor(vendor, candidate):
    attempt = begin("proctorexam", candidate)
    provider = proctorexam.ProctorExam()

    vendor.fail = Unavailable
    assert provider.remove_exam_attempt(attempt.proctored_exam.external_id, attempt.external_id) is False
    vendor.fail = None
    assert provider.remove_exam_attempt(attempt.proctored_exam.external_id, attempt.external_id) is True
    assert vendor.sessions == {}


def test_retiring_a_person_deletes_their_sessions(vendor, candidate):
    begin("proctorexam", candidate)
    provider = proctorexam.ProctorExam()
    hashed = obscured_user_id(candidate.pk, "proctorexam")

    assert provider.retire_user(obscured_user_id(candidate.pk + 1, "proctorexam")) is None
    vendor.fail = Unavailable
    with pytest.raises(BackendProviderCannotRetireUser):
        provider.retire_user(hashed)
    vendor.fail = None
    assert provider.retire_user(hashed) is True
    assert vendor.sessions == {}


@pytest.mark.parametrize(
    "payload",
    [None, [], {}, {"status": "fine"}, {"status": "passed", "comments": "x"}, {"status": "passed", "comments": [1]}],
)
@pytest.mark.parametrize("provider", [onsite.OnSite, proctorexam.ProctorExam])
def test_what_is_no_review_is_refused(provider, payload):
    with pytest.raises(ProctoredExamBadReviewStatus):
        provider().on_review_callback({}, payload)
