"""``manage.py rehearse``: what it says before anybody walks, where it plays, and what it leaves behind: nothing."""

from __future__ import annotations

import copy
import io
import json
import re
import subprocess
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import translation

from proctored_exam_xblock import conf
from proctored_exam_xblock.management.commands import rehearse
from proctored_exam_xblock.models import Alert, Appointment, Candidacy, Exam, ExamVersion, OutboxEntry
from proctored_exam_xblock.rehearsal import configuration, plan, words
from proctored_exam_xblock.rehearsal.__main__ import main
from proctored_exam_xblock.rehearsal.report import Finding, Level, counted, is_go
from proctored_exam_xblock.services import exams
from tests.rehearsal.conftest import NOW
from tests.rehearsal.conftest import plan as made

pytestmark = pytest.mark.django_db
KEY = "cartopro.proctored_exam.d0.u0"
COURSE = "course-v1:IAE-Lyon3+CARTOPRO+2027"
REAL = {"base_url": "https://api.vendor.example/api", "api_key": "a key that nobody knows"}


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conf, "now", lambda: NOW)


def publish(unlock: str = "appointment_code", **rules: Any) -> Exam:
    """An exam with ProctorU, as it is in force."""
    what = made(**{"backend": "proctoru", **rules})
    exam = Exam.objects.create(usage_key=KEY, course_key=COURSE)
    policy = {**what.policy, "unlock": unlock}
    exam.current_version = ExamVersion.objects.create(
        exam=exam, content_hash=uuid.uuid4().hex, policy=policy, paper=what.paper, created_at=NOW
    )
    exam.save()
    return exam


def found(exam: Exam, candidates: int = 10) -> dict[str, Finding]:
    exams.snapshot_of.cache_clear()
    return {finding.code: finding for finding in configuration.check(exam, candidates, NOW)}


def configure(settings: Any, **changes: Any) -> None:
    settings.PROCTORED_EXAM = {
        **settings.PROCTORED_EXAM,
        "KEYS": ["a long random text of sorts"],
        "BACKENDS": {"none": {}, "onsite": {}, "proctoru": REAL},
        **changes,
    }


# --- the configuration ----------------------------------------------------------------------------------------------


def test_a_complete_configuration_has_nothing_to_say(settings) -> None:
    configure(settings)
    levels = {code: finding.level for code, finding in found(publish()).items()}
    assert levels == dict.fromkeys(levels, Level.OK)
    assert {"keyring", "service_set_up", "service_is_real", "window", "capacity", "worker"} <= set(levels)


def no_keyring(settings: Any, exam: Exam) -> None:
    configure(settings, KEYS=[])


def a_short_key(settings: Any, exam: Exam) -> None:
    configure(settings, KEYS=["short"])


def no_service(settings: Any, exam: Exam) -> None:
    configure(settings, BACKENDS={"none": {}})


def a_simulator(settings: Any, exam: Exam) -> None:
    configure(settings, BACKENDS={"proctoru": REAL | {"base_url": "http://127.0.0.1:8001/api"}})


def the_demo_key(settings: Any, exam: Exam) -> None:
    configure(settings, BACKENDS={"proctoru": REAL | {"api_key": "demo-key"}})


def a_window_that_is_over(settings: Any, exam: Exam) -> None:
    rule(exam, first_day="2026-03-01", last_day="2026-03-14")


def too_few_seats(settings: Any, exam: Exam) -> None:
    rule(exam, last_day=policy(exam)["first_day"], closes_at="15:45", seats_per_slot=4)


def no_exam_password(settings: Any, exam: Exam) -> None:
    rule(exam, unlock="exam_password")


def an_unlock_that_the_service_has_not(settings: Any, exam: Exam) -> None:
    rule(exam, unlock="session_code")


def a_question_without_a_right_answer(settings: Any, exam: Exam) -> None:
    edit(exam, lambda question: [choice.update(correct=False) for choice in question["choices"]])


def a_question_that_is_always_right(settings: Any, exam: Exam) -> None:
    edit(exam, lambda question: [choice.update(correct=True) for choice in question["choices"]])


def a_question_asked_twice(settings: Any, exam: Exam) -> None:
    version = exam.current_version
    part = version.paper["parts"][0]
    part["questions"].append({**copy.deepcopy(part["questions"][0]), "id": "again"})
    version.save()


def a_pool_that_is_too_small(settings: Any, exam: Exam) -> None:
    exam.current_version.paper["parts"][0]["draw"] = 99
    exam.current_version.save()


def a_worker_that_sleeps(settings: Any, exam: Exam) -> None:
    candidacy = Candidacy.objects.create(exam=exam, user_id=1, anonymous_id="a", created_at=NOW)
    row = Appointment.objects.create(
        candidacy=candidacy,
        version=exam.current_version,
        number=1,
        state="requested",
        start=NOW,
        duration_minutes=30,
        reservation_id="r",
        created_at=NOW,
    )
    late = NOW - timedelta(minutes=11)
    OutboxEntry.objects.create(appointment=row, kind="book", idempotency_key="r:1", next_try_at=late, created_at=late)


def an_open_alert(settings: Any, exam: Exam) -> None:
    Alert.objects.create(kind="vendor_down", backend="proctoru", open_key="x", first_at=NOW, last_at=NOW)


def policy(exam: Exam) -> dict[str, Any]:
    assert exam.current_version is not None
    return dict(exam.current_version.policy)


def rule(exam: Exam, **changes: Any) -> None:
    assert exam.current_version is not None
    exam.current_version.policy = {**policy(exam), **changes}
    exam.current_version.save()


def edit(exam: Exam, change: Callable[[dict[str, Any]], Any]) -> None:
    assert exam.current_version is not None
    change(exam.current_version.paper["parts"][0]["questions"][0])
    exam.current_version.save()


@pytest.mark.parametrize(
    ("fault", "code", "level"),
    [
        (no_keyring, "keyring", Level.NO_GO),
        (a_short_key, "keyring", Level.WARNING),
        (no_service, "service_set_up", Level.NO_GO),
        (a_simulator, "service_is_real", Level.WARNING),
        (the_demo_key, "service_is_real", Level.NO_GO),
        (a_window_that_is_over, "window", Level.NO_GO),
        (too_few_seats, "capacity", Level.NO_GO),
        (no_exam_password, "exam_password", Level.NO_GO),
        (an_unlock_that_the_service_has_not, "rules", Level.NO_GO),
        (a_question_without_a_right_answer, "questions_answerable", Level.NO_GO),
        (a_question_that_is_always_right, "questions_not_obvious", Level.WARNING),
        (a_question_asked_twice, "questions_distinct", Level.WARNING),
        (a_pool_that_is_too_small, "pools_large_enough", Level.NO_GO),
        (a_worker_that_sleeps, "worker", Level.WARNING),
        (an_open_alert, "alerts", Level.WARNING),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_is_wrong_is_named(
    settings, django_user_model, fault: Callable[[Any, Exam], None], code: str, level: Level
) -> None:
    configure(settings)
    django_user_model.objects.create(pk=1, username="somebody")
    exam = publish()
    fault(settings, exam)
    assert found(exam, candidates=17)[code].level is level


def test_learners_without_an_appointment_are_held_against_the_places_left(settings, django_user_model) -> None:
    from demo.models import Enrolment

    configure(settings)
    exam = publish(seats_per_slot=1)
    rule(exam, last_day=policy(exam)["first_day"], closes_at="15:45")
    for number in range(3):
        user = django_user_model.objects.create(username=f"learner{number}")
        Enrolment.objects.create(user=user, course_key=COURSE, mode="verified", is_active=True)
    finding = found(exam, candidates=1)["capacity_for_learners"]
    assert (finding.level, finding.done, finding.of) == (Level.WARNING, 2, 3)


# --- the command ----------------------------------------------------------------------------------------------------


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("rehearse", KEY, *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, int]]:
    """Where the plan was written, and who could read it."""
    seen: list[tuple[Path, int]] = []
    real = plan.write

    def write(what: plan.Plan, path: Path) -> None:
        real(what, path)
        seen.append((path, path.stat().st_mode & 0o777))

    monkeypatch.setattr(rehearse.plan, "write", write)
    return seen


def test_go_in_a_process_of_its_own_that_leaves_nothing_behind(settings, files: list[tuple[Path, int]]) -> None:
    configure(settings)
    publish(backend="onsite")
    told = run("--candidates", "6", "--language", "en")
    assert told.rstrip().endswith("GO.")
    assert "6/6  Who booked has exactly one appointment" in told
    [(path, mode)] = files
    assert mode == 0o600
    assert not path.exists()
    assert not path.parent.exists()
    assert not Candidacy.objects.exists()


def test_no_go_has_its_exit_code_and_is_read_by_machines(settings, files: list[tuple[Path, int]]) -> None:
    configure(settings, KEYS=[])
    publish(backend="onsite")
    out = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("rehearse", KEY, "--candidates", "2", "--json", stdout=out)
    assert end.value.code == 1
    report = json.loads(out.getvalue())
    assert (report["go"], report["candidates"], report["backend"]) == (False, 2, "onsite")
    assert [row["code"] for row in report["findings"] if row["level"] == "no_go"] == ["keyring"]
    assert not files[0][0].exists()


def test_an_exam_that_is_not_there_cannot_be_run() -> None:
    with pytest.raises(CommandError) as refusal:
        run()
    assert refusal.value.returncode == 2


@pytest.mark.parametrize("arguments", [("--candidates", "0"), ("--candidates", "2001"), ("--faults", "51")])
def test_numbers_out_of_range_are_refused(arguments: tuple[str, str]) -> None:
    with pytest.raises(CommandError) as refusal:
        run(*arguments)
    assert refusal.value.returncode == 2


def test_the_plan_goes_whatever_happens(settings, monkeypatch, files: list[tuple[Path, int]]) -> None:
    configure(settings)
    publish(backend="onsite")

    def fails(*given: Any, **named: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", fails)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert not files[0][0].exists()


def test_a_process_without_a_plan_says_that_it_cannot_run(tmp_path: Path, capsys) -> None:
    (tmp_path / "plan.json").write_text("no plan")
    assert main([str(tmp_path / "plan.json")]) == 2
    assert not (tmp_path / "plan.json").exists()
    assert "no plan" in capsys.readouterr().err


def test_a_plan_survives_its_file(tmp_path: Path) -> None:
    what = replace(made(), findings=(Finding("keyring", Level.WARNING, detail=("KEYS",)),), seed=7)
    plan.write(what, tmp_path / "plan.json")
    assert plan.take(tmp_path / "plan.json") == what


# --- the words ------------------------------------------------------------------------------------------------------


def test_every_matter_that_is_looked_at_has_words() -> None:
    folder = Path(configuration.__file__).parent
    texts = [(folder / name).read_text(encoding="utf-8") for name in ("configuration.py", "checks.py", "play.py")]
    codes = {code for text in texts for code in re.findall(r'(?:Finding|counted)\("(\w+)"', text)}
    assert codes | configuration.SHARED == set(words.MATTERS)


def test_the_report_names_what_is_wrong_and_what_to_do() -> None:
    findings = [Finding("window", Level.OK), counted("scores", ["3"], 9), Finding("speed", Level.WARNING)]
    with translation.override("en"):
        assert words.verdict(findings) == "NO-GO. To be put right first: scores."
        assert words.verdict(findings[::2]) == "GO. Look at these first: speed."
        table = words.table(findings)
    assert "8/9  Not so: “Scores are those computed independently.” [3]" in table
    assert words.MATTERS["scores"].advice in table
    assert not is_go(findings)
