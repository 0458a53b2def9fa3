"""Figures of questions from the rows, and how the time spent comes into them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from demo.crowd import fill
from proctored_exam_xblock import screens
from proctored_exam_xblock.domain.attempt import State
from proctored_exam_xblock.domain.corrections import Correction
from proctored_exam_xblock.domain.errors import StaleRevision, TimeOver
from proctored_exam_xblock.domain.items import Item
from proctored_exam_xblock.models import Attempt, Exam, ExamVersion, LateAnswer, PartResponse
from proctored_exam_xblock.services import drafts, grading, interventions, items, regrading, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests import populace
from tests.world import PAPER, START, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(world: World) -> World:
    world.publish(seats_per_slot=100, expiry="discard")
    return world


def report() -> items.Report:
    return items.report(Exam.objects.select_related("current_version").get())


def found() -> dict[str, Item]:
    return {item.question.id: item for item in report().items}


def statements(row: Exam) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        items.report(row)
    return [query["sql"] for query in seen.captured_queries]


def sits(exam: World, name: str, *, verified: bool = True, right: bool = True, **spent: int) -> Caller:
    """Both parts answered, finally verified or only saved, and the end."""
    caller = exam.person(name)
    exam.clock.present = START
    exam.sit(caller)
    exam.minutes(10)
    holder = exam.with_window(caller)
    for part in (1, 2):
        use = sitting.submit_part if verified else drafts.save_draft
        own = {name: seconds for name, seconds in spent.items() if (name == "q3") == (part == 2)}
        use(holder, part, 1, exam.answers(part, right=right), exam.clock(), own)  # type: ignore[operator]
    sitting.finish(holder, {}, exam.clock())
    return caller


# --- the figures ----------------------------------------------------------------------------------------------------


def test_what_was_verified_counts_and_a_discarded_draft_is_no_answer(exam: World) -> None:
    sits(exam, "alex", q1=20, q3=40)
    sits(exam, "robin", right=False)
    sits(exam, "sam", verified=False, q1=30)

    first, whole = found()["q1"], report().whole

    assert (first.attempts, first.answered, first.right, first.choices) == (3, 2, 1, (1, 1))
    assert first.facility == pytest.approx(1 / 3)
    assert first.spent is not None  # the time was spent, whatever counted
    assert (first.spent.median, first.spent.attempts) == (25, 2)
    assert (whole.attempts, whole.out_of, whole.mean, whole.highest, whole.lowest) == (3, 3, 1, 3, 0)


def test_a_key_that_was_corrected_is_the_one_that_figures_are_made_by(exam: World) -> None:
    sits(exam, "alex")
    sits(exam, "robin", right=False)
    row = Exam.objects.get()
    before = found()["q1"]
    other = next(choice.id for choice in before.question.choices if not choice.correct)
    wanted = Correction("q1", before.question.words, key=(other,))
    regrading.apply(row, [wanted], "Wrong key.", "staff:7", known_mark=0, now=exam.clock())

    after = found()["q1"]

    assert (before.right, after.right, after.facility) == (1, 1, 0.5)
    assert after.question.key == {other} != before.question.key
    assert (report().whole.highest, report().whole.lowest) == (2, 1)


def test_the_whole_tells_the_scores_that_candidates_have(exam: World) -> None:
    """One by hand, one that a correction by which nobody loses left alone; the question's own figures go by the key."""
    sits(exam, "alex")
    robin = sits(exam, "robin", right=False)
    other = next(choice.id for choice in found()["q1"].question.choices if not choice.correct)
    wanted = [Correction("q1", found()["q1"].question.words, key=(other,))]
    row = Exam.objects.get()
    regrading.apply(row, wanted, "Wrong key.", "staff:7", known_mark=0, now=exam.clock(), raise_only=True)
    grading.override(robin, 2, 3, exam.clock())

    whole = report().whole

    assert (whole.highest, whole.lowest, whole.mean) == (3, 2, 2.5)
    assert found()["q1"].facility == 0.5


def test_only_exams_that_came_to_their_end_count(exam: World) -> None:
    sits(exam, "alex")
    running, broken, archived = exam.person("robin"), exam.person("sam"), sits(exam, "lina")
    for caller in (running, broken):
        exam.clock.present = START
        exam.sit(caller)
    interventions.interrupt(exam.candidacy(broken).pk, "staff:1", "network", exam.clock())
    Attempt.objects.filter(candidacy__user_id=archived.user_id).update(archived_at=exam.clock())

    assert found()["q1"].attempts == 1

    exam.minutes(40)
    exam.load(running)  # the clock ended it
    assert exam.attempt(running).state == State.EXPIRED
    assert found()["q1"].attempts == 2


def test_a_later_version_shows_its_wording_and_counts_with_the_earlier_one(exam: World) -> None:
    sits(exam, "alex")
    exam.publish(PAPER.replace("Une tâche est un rectangle.", "Une tâche se dessine en rectangle."))
    sits(exam, "robin", right=False)

    assert "se dessine" in found()["q1"].question.prompt
    assert (found()["q1"].attempts, found()["q1"].facility) == (2, 0.5)

    exam.publish(PAPER)  # back to the words of before: the present version is not the youngest row
    assert "Une tâche est" in found()["q1"].question.prompt


def test_another_exams_attempts_are_not_in_it(exam: World) -> None:
    sits(exam, "alex")
    mine = ExamVersion.objects.get()
    other = Exam.objects.create(usage_key="other", course_key="other")
    other.current_version = ExamVersion.objects.create(
        exam=other, content_hash="other", policy=mine.policy, paper=mine.paper, created_at=mine.created_at
    )

    assert items.report(other).whole.attempts == 0


def test_the_number_of_attempts_costs_no_statement_and_a_thousand_more_cost_two(
    exam: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = Exam.objects.select_related("current_version").get()
    populace.settle(row, 3, START - timedelta(days=100))
    report()
    few = statements(row)
    populace.settle(row, 500, START - timedelta(days=100))
    many = statements(row)

    assert len(few) == len(many) <= 3
    assert items.report(row).whole.attempts == 503
    monkeypatch.setattr(items, "CHUNK", 500)
    assert len(statements(row)) == len(many) + 2
    assert items.report(row).whole.attempts == 503


def test_exactly_a_chunk_is_read_once(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = Exam.objects.select_related("current_version").get()
    populace.settle(row, 8, START - timedelta(days=100))
    monkeypatch.setattr(items, "CHUNK", 4)

    assert items.report(row).whole.attempts == 8


def test_the_demos_made_up_attempts_show_a_key_to_check(exam: World) -> None:
    row = Exam.objects.select_related("current_version").get()
    fill(row, 60, exam.clock())

    figures = report()

    assert figures.whole.attempts == 60
    assert all(item.attempts == 60 and item.spent for item in figures.items)
    assert exam.clock() - Attempt.objects.latest("ended_at").ended_at > timedelta(days=5)  # type: ignore[operator]
    assert not Attempt.objects.filter(score_sent_at=None).exists()  # nothing is left to do with them


# --- the time spent -------------------------------------------------------------------------------------------------


def stored(exam: World, caller: Caller, part: int = 1) -> dict[str, Any]:
    return PartResponse.objects.get(attempt=exam.attempt(caller), number=part).spent


@pytest.fixture
def holder(exam: World) -> Caller:
    alex = exam.person()
    exam.sit(alex)
    exam.minutes(2)
    return exam.with_window(alex)


def test_the_time_comes_with_each_way_of_saving_and_stays_where_none_comes(exam: World, holder: Caller) -> None:
    drafts.save_draft(holder, 1, 1, exam.answers(1), exam.clock(), {"q1": 20})
    assert stored(exam, holder) == {"q1": 20}

    drafts.save_draft(holder, 1, 2, exam.answers(1), exam.clock())  # a page of before
    assert stored(exam, holder) == {"q1": 20}

    sitting.submit_part(holder, 1, 3, exam.answers(1), exam.clock(), {"q1": 25, "q2": 10})
    assert stored(exam, holder) == {"q1": 25, "q2": 10}

    unsent = {"2": {"revision": 1, "answers": exam.answers(2), "spent": {"q3": 15}}}
    sitting.finish(holder, unsent, exam.clock())
    assert stored(exam, holder, 2) == {"q3": 15}


def test_a_late_packet_overwrites_no_time(exam: World, holder: Caller) -> None:
    drafts.save_draft(holder, 1, 5, exam.answers(1), exam.clock(), {"q1": 50})
    with pytest.raises(StaleRevision):
        drafts.save_draft(holder, 1, 4, {}, exam.clock(), {"q1": 4})

    assert stored(exam, holder) == {"q1": 50}


def test_no_more_time_than_there_was_is_kept(exam: World, holder: Caller) -> None:
    drafts.save_draft(holder, 1, 1, exam.answers(1), exam.clock(), {"q1": 86_400, "q2": 86_400})

    assert stored(exam, holder) == {"q1": 60, "q2": 60}


@pytest.mark.parametrize("spent", [{"q1": 20, "q3": 1}, {"q1": 20, "q2": -1}, {"q1": 20, "q2": "5"}, []])
def test_a_time_that_cannot_be_is_left_out_and_the_answers_are_kept(exam: World, holder: Caller, spent: object) -> None:
    times = {"q1": 20} if spent else {}
    drafts.save_draft(holder, 1, 1, exam.answers(1), exam.clock(), spent)
    part = PartResponse.objects.get(attempt=exam.attempt(holder), number=1)
    assert (part.answers, part.revision, part.spent) == (exam.answers(1), 1, times)

    sitting.submit_part(holder, 1, 2, exam.answers(1), exam.clock(), spent)
    assert stored(exam, holder) == times
    sitting.finish(holder, {"2": {"revision": 1, "answers": exam.answers(2), "spent": spent}}, exam.clock())
    part = PartResponse.objects.get(attempt=exam.attempt(holder), number=2)
    assert (part.answers, part.spent) == (exam.answers(2), {"q3": 1} if "q3" in spent else {})  # type: ignore[operator]


def test_times_that_nobody_can_read_take_none_away(exam: World, holder: Caller) -> None:
    drafts.save_draft(holder, 1, 1, exam.answers(1), exam.clock(), {"q1": 20})
    drafts.save_draft(holder, 1, 2, exam.answers(1), exam.clock(), "q1")

    assert stored(exam, holder) == {"q1": 20}


def test_the_time_decides_nothing_of_what_comes_too_late(exam: World, holder: Caller) -> None:
    exam.minutes(40)
    with pytest.raises(TimeOver):
        drafts.save_draft(holder, 1, 1, exam.answers(1), exam.clock(), {"q1": -7})
    assert LateAnswer.objects.get().answers == exam.answers(1)


def test_the_screen_brings_the_time_back_to_the_page(exam: World, holder: Caller) -> None:
    drafts.save_draft(holder, 1, 1, exam.answers(1), exam.clock(), {"q1": 33})
    page = screens.html(exam.load(holder))

    assert 'data-question-id="q1" data-kind="single" data-spent="33"' in page
    assert 'data-question-id="q2" data-kind="multiple" data-spent="0"' in page
