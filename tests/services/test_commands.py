"""Management commands and system checks: what they do, and refusals in words with a code."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import CommandError

from proctored_exam_xblock.backends.base import Unavailable
from proctored_exam_xblock.checks import settings_are_complete
from proctored_exam_xblock.domain.errors import WrongPassword
from proctored_exam_xblock.models import AuditEntry, Exam
from proctored_exam_xblock.services import booking, review, sitting
from tests.world import SLOT, USAGE, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(world: World) -> World:
    world.publish()
    return world


def run(*arguments: str, **options: object) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue().strip()


def staff(action: str, *more: str) -> str:
    return run("candidate", action, USAGE, "alex", "--reason", "fire alarm", *more)


def test_close_overdue_attempts_closes_and_files_grades(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    assert run("close_overdue_attempts") == "closed: 0, grades written: 0"
    exam.minutes(31)
    assert run("close_overdue_attempts") == "closed: 1, grades written: 1"
    assert (exam.attempt(alex).state, exam.attempt(alex).score_sent_at) == ("expired", exam.clock())


def test_drain_outbox_sends_what_waits(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    exam.ledger.fail = Unavailable()
    booking.book(alex, SLOT, exam.clock())
    assert run("drain_outbox") == "closed: 0, still waiting: 1"
    exam.ledger.fail = None
    exam.minutes(1)
    assert run("drain_outbox") == "closed: 1, still waiting: 0"
    assert exam.appointment(alex).state == "confirmed"


def test_staff_actions_by_command_are_audited(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    for _ in range(5):
        with pytest.raises(WrongPassword):
            sitting.unlock(alex, "WRONG", "", exam.clock())
    assert staff("lift-lock") == "lift-lock: done"
    sitting.unlock(alex, exam.code(alex), "", exam.clock())
    sitting.start(alex, "nonce-of-the-first-page", exam.clock())
    deadline = exam.attempt(alex).deadline
    assert deadline is not None
    staff("extend", "--minutes", "10")
    staff("pause")
    staff("resume")
    assert exam.attempt(alex).deadline == deadline + timedelta(minutes=10)
    staff("interrupt")
    staff("grant-second", "--waive-lead-time")
    assert (exam.phase(alex), exam.candidacy(alex).lead_time_waived) == ("booking", True)
    told = AuditEntry.objects.filter(actor="staff:command")
    assert [row.action for row in told.order_by("sequence")] == [
        *("password_lock_lifted", "extended", "paused", "resumed", "interrupted", "second_granted")
    ]
    assert {row.data.get("reason") for row in told} == {"fire alarm"}


@pytest.mark.parametrize(
    ("action", "code"),
    [("resume", "illegal_transition"), ("grant-second", "not_allowed_now"), ("extend", "invalid_field")],
)
def test_a_refusal_is_a_sentence_with_its_code(exam: World, action: str, code: str) -> None:
    exam.enter_room(exam.person())
    with pytest.raises(CommandError, match=rf"\w+ .*\[{code}\]"):
        staff(action)


def test_an_unknown_candidate_and_an_empty_reason_are_refused(exam: World) -> None:
    with pytest.raises(CommandError, match="No such candidate"):
        staff("pause")
    exam.sit(exam.person())
    with pytest.raises(CommandError, match="invalid_field"):
        run("candidate", "pause", USAGE, "alex", "--reason", " ")


def test_the_exam_password_is_read_and_never_shown(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    assert run("set_exam_password", USAGE, "--stdin") == "The password is set."
    assert Exam.objects.get().password_hash
    answers = iter(["correct horse", "battery staple"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))
    with pytest.raises(CommandError, match="differ"):
        run("set_exam_password", USAGE)


@pytest.mark.parametrize(
    ("usage", "typed", "code"), [(USAGE, "short", "invalid_field"), ("no", "long enough", "not_c")]
)
def test_a_password_that_cannot_be_set_is_said(
    exam: World, monkeypatch: pytest.MonkeyPatch, usage: str, typed: str, code: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    with pytest.raises(CommandError, match=code) as refused:
        run("set_exam_password", usage, "--stdin")
    assert typed not in str(refused.value)


def test_released_grades_follow_at_the_next_run(world: World) -> None:
    world.publish(release="manual")
    alex = world.person()
    world.sit(alex)
    sitting.finish(world.with_window(alex), {}, world.clock())
    run("close_overdue_attempts")
    review.release(world.attempt(alex).pk, world.clock(), "staff:1")
    assert run("close_overdue_attempts") == "closed: 0, grades written: 1"


# --- checks ---------------------------------------------------------------------------------------------------------


def ids(settings, **changes: object) -> list[str]:
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, **changes}
    return [found.id or "" for found in settings_are_complete(None)]


def test_complete_settings_give_no_warning(settings) -> None:
    assert ids(settings) == []
    assert [found for found in run_checks() if (found.id or "").startswith("proctored_exam")] == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"KEYS": []}, ["proctored_exam.W002"]),
        ({"BACKENDS": {"none": {}}, "KEYS": []}, []),
        ({"BACKENDS": {"proctoru": {"base_url": "https://vendor.example"}}}, ["proctored_exam.W001"]),
        ({"BACKENDS": {"proctoru": {}, "no-such": {}}}, ["proctored_exam.W001", "proctored_exam.W001"]),
        ({"BACKENDS": ["none"]}, ["proctored_exam.E001"]),
    ],
)
def test_what_is_missing_is_named_at_start_up(settings, changes: dict[str, object], expected: list[str]) -> None:
    assert ids(settings, **changes) == expected


def test_a_check_names_the_setting_and_shows_no_value(settings) -> None:
    secret = "not-to-be-shown"
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "BACKENDS": {"proctoru": {"api_key": secret}}}
    (found,) = settings_are_complete(None)
    assert "PROCTORED_EXAM['BACKENDS']['proctoru']['base_url']" in found.msg
    assert secret not in found.msg
