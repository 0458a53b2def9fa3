"""Practice exams: tries without end, nothing graded, a report, and what they and the exam know of each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from proctored_exam_xblock import screens
from proctored_exam_xblock.domain.errors import InvalidPolicy, NotAllowedNow
from proctored_exam_xblock.domain.practice import NUMBER_PREFIX, Report, Severity
from proctored_exam_xblock.models import Attempt, AuditEntry, Candidacy, Exam
from proctored_exam_xblock.services import audit, drafts, enrolment, exams, grading, practice, review, sitting
from proctored_exam_xblock.services.dossier import Caller, Dossier
from tests.world import COURSE, NONCE, PAPER, SLOT, USAGE, World

pytestmark = pytest.mark.django_db
REAL = "real.proctored_exam.d0.u0"
RULES: dict[str, Any] = {
    "backend": "none",
    "practice": True,
    "unlock": "appointment_code",
    "lead_time_hours": 0,
    "release": "immediate",
    "show_result_in_exam": True,
}


@pytest.fixture
def room(world: World) -> World:
    """A world whose exam is for practice."""
    world.publish(**RULES)
    return world


def real(world: World, **changes: Any) -> Exam:
    """The exam that the practice prepares for, in the same course."""
    policy = {**world.policy, "backend": "fake", "practice": False, "practice_exam": USAGE, **changes}
    return exams.publish(
        usage_key=REAL, course_key=COURSE, title="Le vrai", policy=policy, paper=PAPER, now=world.clock()
    )


def enter(world: World, alex: Caller, start: datetime = SLOT) -> Dossier:
    """Book, come at the hour, type the code that is shown."""
    world.book(alex, start)
    world.clock.present = start
    dossier = sitting.enter(alex, world.clock())
    dossier, _ = sitting.unlock(alex, practice.aside(dossier).around.code, "", world.clock())
    return dossier


def sit(world: World, alex: Caller, start: datetime = SLOT) -> Caller:
    """Everything up to the running clock; gives the caller with the window that holds it."""
    enter(world, alex, start)
    _, token = sitting.start(alex, NONCE, world.clock())
    world.windows[alex.user_id or 0] = token
    return world.with_window(alex)


def finish(world: World, alex: Caller, start: datetime = SLOT, verified: tuple[int, ...] = (1, 2)) -> Report:
    """A whole try; parts that are not ``verified`` are only saved."""
    holder = sit(world, alex, start)
    for number in (1, 2):
        world.minutes(1)
        if number in verified:
            sitting.submit_part(holder, number, 1, world.answers(number), world.clock())
        else:
            drafts.save_draft(holder, number, 1, world.answers(number), world.clock())
    return report(sitting.finish(holder, {}, world.clock()))


def report(dossier: Dossier) -> Report:
    found = practice.aside(dossier).around.report
    assert found is not None
    return found


def codes(found: Report) -> set[str]:
    return {finding.code for finding in found.findings}


def check_equipment(world: World, caller: Caller, *warnings: str) -> None:
    enrolment.record_equipment(caller, {"browser": "Firefox 140", "warnings": list(warnings)}, world.clock())


def test_a_clean_try_says_that_nothing_would_have_failed(room: World) -> None:
    real(room)
    alex = room.person()
    room.load(alex)
    check_equipment(room, alex)
    found = finish(room, alex)
    assert (found.clean, found.findings, found.verified_answers, found.number) == (True, (), 3, 1)


def test_a_part_saved_only_would_not_have_counted(room: World) -> None:
    real(room)
    found = finish(room, room.person(), verified=(1,))
    lost = next(finding for finding in found.findings if finding.code == "part_not_verified")
    assert (lost.severity, dict(lost.params)) == (Severity.FAILURE, {"part": 2, "answers": 1})


def test_the_exam_that_counts_drafts_is_the_measure_not_the_practice(room: World) -> None:
    real(room, expiry="submit_drafts")
    assert "part_left_to_the_end" in codes(finish(room, room.person(), verified=(1,)))


def test_the_code_shown_opens_the_practice_and_is_shown_nowhere_else(room: World) -> None:
    alex = room.person()
    assert enter(room, alex).journey.phase.value == "unlocked"
    assert practice.aside(room.load(alex)).around.code == ""


def test_a_graded_exam_never_shows_its_code(world: World) -> None:
    world.publish()
    alex = world.person()
    world.enter_room(alex)
    assert world.code(alex) not in screens.html(world.load(alex))


def test_nothing_is_graded_released_or_looked_at_again(room: World) -> None:
    alex = room.person()
    finish(room, alex)
    attempt = room.attempt(alex)
    assert attempt.certification_number.startswith(NUMBER_PREFIX)
    assert not review.publish_grade(attempt.pk, room.clock())
    assert review.release_due(room.clock()) == 0
    attempt.refresh_from_db()
    assert (attempt.submission_uuid, attempt.released_at) == ("", None)
    assert not grading.has_counted_answers(alex)
    assert grading.score(alex) is None
    assert room.phase(alex) == "submitted"


def test_the_rounds_of_the_gradebook_do_not_read_practice_again(room: World) -> None:
    finish(room, room.person())
    assert not Attempt.objects.filter(score_sent_at=None).exists()


def test_tries_have_no_end_are_numbered_and_archived_with_their_trail(room: World) -> None:
    alex = room.person()
    for number in (1, 2, 3):
        assert finish(room, alex, SLOT + timedelta(hours=number - 1)).number == number
        practice.try_again(alex, room.clock())
        assert room.phase(alex) == "booking"
    assert [row.archived_at is None for row in Attempt.objects.order_by("number")] == [False, False, False]
    chain = AuditEntry.objects.filter(candidacy=room.candidacy(alex)).order_by("sequence")
    assert chain.filter(action="practice_again").count() == 3
    assert audit.broken_link(chain) is None


def test_two_clicks_on_start_again_open_one_try(room: World) -> None:
    alex = room.person()
    finish(room, alex)
    for _ in range(2):
        assert practice.try_again(alex, room.clock()).journey.phase.value == "booking"
    assert AuditEntry.objects.filter(action="practice_again").count() == 1


def test_an_appointment_nobody_came_to_is_told_and_can_be_tried_again(room: World) -> None:
    alex = room.person()
    room.book(alex)
    room.clock.present = SLOT + timedelta(hours=1)
    dossier = room.load(alex)
    assert (dossier.journey.phase.value, "never_launched" in codes(report(dossier))) == ("missed", True)
    assert not report(dossier).started
    assert practice.try_again(alex, room.clock()).journey.phase.value == "booking"
    assert finish(room, alex, SLOT + timedelta(hours=2)).number == 2


def test_a_room_that_was_never_opened_is_told_apart(room: World) -> None:
    alex = room.person()
    room.book(alex)
    room.clock.present = SLOT
    sitting.enter(alex, room.clock())
    room.clock.present = SLOT + timedelta(hours=3)
    assert "never_opened" in codes(report(room.load(alex)))


def test_who_comes_late_is_told_by_how_much(room: World) -> None:
    alex = room.person()
    room.book(alex)
    room.clock.present = SLOT + timedelta(minutes=7)
    dossier = sitting.enter(alex, room.clock())
    sitting.unlock(alex, practice.aside(dossier).around.code, "", room.clock())
    _, token = sitting.start(alex, NONCE, room.clock())
    dossier = sitting.finish(replace(alex, window=token), {}, room.clock())
    late = next(finding for finding in report(dossier).findings if finding.code == "entered_late")
    assert late.params == {"minutes": 7}


def test_windows_and_time_are_told_from_the_trail(room: World) -> None:
    alex = room.person()
    sit(room, alex)
    sitting.open_window(alex, room.windows[alex.user_id or 0], "nonce-of-a-reloaded-page", room.clock())
    sitting.unlock(alex, room.code(alex), "nonce-of-another-window", room.clock())
    room.minutes(31)
    assert {"second_window", "reloaded", "time_over", "went_silent", "part_empty"} <= codes(report(room.load(alex)))


def test_what_the_equipment_lacks_weighs_by_the_exams_own_service(room: World) -> None:
    alex = room.person()
    room.load(alex)
    check_equipment(room, alex, "camera")
    assert [(f.severity) for f in finish(room, alex).findings if f.code == "equipment"] == [Severity.RISK]
    real(room)
    assert [(f.severity) for f in report(room.load(alex)).findings if f.code == "equipment"] == [Severity.FAILURE]


@pytest.mark.parametrize("phase", ["booking", "room", "sitting"])
def test_no_try_is_begun_again_before_its_end(room: World, phase: str) -> None:
    alex = room.person()
    {"booking": room.onboard, "room": lambda who: enter(room, who), "sitting": lambda who: sit(room, who)}[phase](alex)
    with pytest.raises(NotAllowedNow):
        practice.try_again(alex, room.clock())


def test_a_graded_exam_is_never_begun_again(world: World) -> None:
    world.publish()
    alex = world.person()
    world.sit(alex)
    sitting.finish(world.with_window(alex), {}, world.clock())
    with pytest.raises(NotAllowedNow):
        practice.try_again(alex, world.clock())
    assert world.attempt(alex).archived_at is None


def test_once_the_period_is_over_the_report_stays_and_no_try_begins(room: World) -> None:
    alex = room.person()
    finish(room, alex)
    room.clock.present = SLOT + timedelta(days=30)
    assert report(room.load(alex)).started
    with pytest.raises(NotAllowedNow):
        practice.try_again(alex, room.clock())


def test_the_exam_leads_to_its_practice_and_says_how_it_went(room: World) -> None:
    alex = room.person()
    real(room)
    at_exam = replace(alex, usage_key=REAL)
    assert practice.aside(room.load(at_exam)).around.last is None
    finish(room, alex, verified=(1,))
    practice.try_again(alex, room.clock())
    last = practice.aside(room.load(at_exam)).around.last
    assert last is not None
    assert (last.at, last.count(Severity.FAILURE)) == (room.clock(), 1)


@pytest.mark.parametrize(("usage", "course"), [("graded", COURSE), ("foreign", "course-v1:other+course+2027")])
def test_only_a_practice_exam_of_the_same_course_is_linked(world: World, usage: str, course: str) -> None:
    world.publish(**(RULES if course != COURSE else {}), practice_exam="")
    Exam.objects.filter(usage_key=USAGE).update(course_key=course)
    alex = world.person()
    real(world)
    found = practice.aside(world.load(replace(alex, usage_key=REAL)))
    assert found == practice.Aside()


def test_a_practice_exam_has_neither_a_service_nor_a_common_password(world: World) -> None:
    for wrong in ({"backend": "fake"}, {"unlock": "exam_password"}):
        with pytest.raises(InvalidPolicy) as caught:
            exams.check_policy({**world.policy, **RULES, **wrong}, "x")
        assert caught.value.params["reason"] == "practice_alone"


def test_deleting_the_state_in_the_platform_works_on_practice_too(room: World) -> None:
    alex = room.person()
    finish(room, alex)
    grading.clear_state(USAGE, Candidacy.objects.get().anonymous_id, room.clock())
    assert room.phase(alex) == "booking"
