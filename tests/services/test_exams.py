"""Snapshots of what authors wrote, and the exam-wide password."""

from __future__ import annotations

from typing import Any

import pytest

from proctored_exam_xblock.domain.errors import InvalidField, InvalidPaper, InvalidPolicy, NotConfigured, WrongPassword
from proctored_exam_xblock.domain.policy import ExamPolicy
from proctored_exam_xblock.models import AuditEntry, Exam, ExamVersion
from proctored_exam_xblock.services import exams, sitting
from tests.world import COURSE, PAPER, SLOT, USAGE, World

pytestmark = pytest.mark.django_db
OTHER_PAPER = PAPER.replace("Une tâche est un rectangle.", "Une tâche est un losange.")
BROKEN_PAPER = PAPER.replace('correct="true"', 'correct="false"')


def exam_actions() -> list[str]:
    return list(AuditEntry.objects.filter(candidacy=None).order_by("id").values_list("action", flat=True))


def test_the_same_content_is_one_version_and_older_content_comes_back(world: World) -> None:
    first = world.publish().current_version_id
    assert world.publish().current_version_id == first
    second = world.publish(OTHER_PAPER).current_version_id
    assert second != first
    assert world.publish().current_version_id == first
    assert (ExamVersion.objects.count(), exam_actions()) == (2, ["version_published"] * 3)


@pytest.mark.parametrize(
    ("paper", "changes"),
    [
        (BROKEN_PAPER.replace("<part", "<pert", 1), {}),
        ("<part>", {}),
        (PAPER, {"duration_minutes": 0}),
        (PAPER, {"duration_minutes": "30"}),
        (PAPER, {"no_such_rule": 1}),
        (PAPER, {"backend": "no-such-service"}),
    ],
)
def test_an_invalid_edit_keeps_the_last_valid_version(
    world: World, paper: str, changes: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    valid = world.publish().current_version_id
    assert world.publish(paper, **changes).current_version_id == valid
    assert "keeps its last valid version" in caplog.text
    assert world.phase(world.person()) == "onboarding"


@pytest.mark.parametrize(
    ("paper", "changes", "refusal"),
    [
        ("<part>", {}, InvalidPaper),
        (PAPER, {"backend": "nobody"}, InvalidPolicy),
        (PAPER, {"opens_at": 3}, InvalidPolicy),
    ],
)
def test_without_an_earlier_version_a_mistake_is_said(
    world: World, paper: str, changes: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        world.publish(paper, **changes)
    assert Exam.objects.count() == 0
    with pytest.raises(NotConfigured):
        exams.find(USAGE)


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"backend": "none"}, "unlock", "nobody_has_the_code"),
        ({"unlock": "none"}, "unlock", "never_opens"),
        ({"appointments": False}, "appointments", "needs_appointments"),
    ],
)
def test_rules_that_the_proctoring_service_cannot_serve_are_refused(
    world: World, changes: dict[str, Any], field: str, reason: str
) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        world.publish(**changes)
    assert (refused.value.field, refused.value.params["reason"]) == (field, reason)


def test_a_running_attempt_keeps_its_paper(world: World) -> None:
    world.publish()
    alex = world.person()
    world.sit(alex)
    holder = world.with_window(alex)
    answers = world.answers(1)
    shorter = PAPER[PAPER.index("</part>") + len("</part>") :]
    world.publish(shorter, duration_minutes=60, expiry="submit_drafts")
    dossier = sitting.submit_part(holder, 1, 1, answers, world.clock())
    assert len(dossier.paper.parts) == 2
    sitting.finish(holder, {}, world.clock())
    assert (world.attempt(alex).score_earned, world.attempt(alex).score_possible) == (2, 3)


def test_a_version_is_read_once_per_process(world: World, django_assert_num_queries) -> None:
    exam = world.publish()
    assert exam.current_version is not None
    exams.snapshot(exam.current_version)
    version = ExamVersion.objects.defer("policy", "paper").get()
    with django_assert_num_queries(0):
        exams.snapshot(version)


def test_looking_at_the_page_again_reads_no_paper(world: World, django_assert_num_queries) -> None:
    world.publish()
    with django_assert_num_queries(1) as seen:
        world.publish()
    assert '"paper"' not in seen.captured_queries[0]["sql"].replace("`", '"')


# --- the exam-wide password -----------------------------------------------------------------------------------------


def test_the_exam_password_opens_the_exam_and_is_kept_as_a_hash(world: World) -> None:
    world.publish(unlock="exam_password")
    exams.set_password(USAGE, "  correct horse  ", world.clock(), "staff:1")
    row = Exam.objects.get()
    assert "correct horse" not in row.password_hash
    assert row.password_hash.startswith("md5$")  # the tests' hasher: Django's own, not ours
    alex = world.person()
    world.enter_room(alex)
    assert world.ledger.bookings[0].code == ""
    with pytest.raises(WrongPassword):
        sitting.unlock(alex, "Correct Horse", "", world.clock())
    dossier, _ = sitting.unlock(alex, "correct horse ", "", world.clock())
    assert dossier.journey.phase.value == "unlocked"
    assert exam_actions() == ["version_published", "password_set"]
    assert AuditEntry.objects.get(action="password_set").data == {}


@pytest.mark.parametrize("password", ["", "1234567", "  1234567  ", " " * 20])
def test_a_short_exam_password_is_refused(world: World, password: str) -> None:
    world.publish(unlock="exam_password")
    with pytest.raises(InvalidField) as refused:
        exams.set_password(USAGE, password, world.clock(), "staff:1")
    assert (refused.value.params["reason"], Exam.objects.get().password_hash) == ("too_short", "")


def test_an_exam_whose_password_nobody_set_opens_for_nobody(world: World) -> None:
    world.publish(unlock="exam_password")
    alex = world.person()
    world.enter_room(alex)
    for password in ("", "anything"):
        with pytest.raises(NotConfigured):
            sitting.unlock(alex, password, "", world.clock())
    assert world.attempt(alex).state == "gate"


def test_a_password_for_no_exam_is_refused(world: World) -> None:
    with pytest.raises(NotConfigured):
        exams.set_password("nowhere", "long enough", world.clock(), "staff:1")


def test_two_exams_do_not_share_a_candidate(world: World) -> None:
    world.publish()
    exams.publish(
        usage_key="other", course_key=COURSE, title="Autre", policy=world.policy, paper=PAPER, now=world.clock()
    )
    alex = world.person()
    world.book(alex, SLOT)
    other = type(alex)("other", alex.user_id)
    assert world.phase(other) == "onboarding"  # terms and name are each exam's; the information form is the person's
    facts = world.load(other).facts
    assert facts.appointment is None
    assert facts.onboarding.information_saved_at is not None


def test_a_version_on_file_outlives_rules_that_came_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.publish()
    alex = world.person()
    world.sit(alex)
    exams.snapshot_of.cache_clear()

    def refuse(policy: ExamPolicy) -> ExamPolicy:
        raise InvalidPolicy("duration_minutes", reason="out_of_range")

    monkeypatch.setattr("proctored_exam_xblock.domain.policy.validate", refuse)
    assert world.phase(alex) == "sitting"
