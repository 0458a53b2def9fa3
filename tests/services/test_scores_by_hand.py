"""Scores that somebody put by hand: marked in rows of before, filed as typed, left alone by what the answers say."""

from __future__ import annotations

from fractions import Fraction
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from proctored_exam_xblock import screens
from proctored_exam_xblock.domain import drawing
from proctored_exam_xblock.domain.corrections import Correction
from proctored_exam_xblock.domain.grading import Score
from proctored_exam_xblock.domain.questions import Ruling
from proctored_exam_xblock.models import Attempt, AuditEntry, PartResponse
from proctored_exam_xblock.services import board, decisions, drafts, exams, grading, review, scores, sitting
from tests.regrades import apply, asked, filed, row, ruled, sat, settle
from tests.world import SLOT, START, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(world: World) -> World:
    world.publish(show_result_in_exam=True, pass_percent=60, seats_per_slot=100)
    return world


# --- rows of before -------------------------------------------------------------------------------------------------


def migrate(monkeypatch: pytest.MonkeyPatch, chunk: int = 500) -> None:
    found = import_module("proctored_exam_xblock.migrations.0007_scores_by_hand")
    monkeypatch.setattr(found, "CHUNK", chunk)
    found.mark_scores_by_hand(apps, None)


def test_scores_of_before_are_by_hand_where_the_last_that_made_them_was(
    exam: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alex, robin, sam, lina = (sat(exam, name) for name in ("alex", "robin", "sam", "lina"))
    for caller in (alex, sam, lina):
        grading.override(caller, 1, 3, exam.clock())
    grading.rescore(sam, False, exam.clock())
    decisions.decide(exam.attempt(lina).pk, "validate", "staff:1", "fine", exam.clock())  # makes no score
    Attempt.objects.update(score_by_hand=False)  # as the column came

    migrate(monkeypatch, chunk=1)

    assert [exam.attempt(caller).score_by_hand for caller in (alex, robin, sam, lina)] == [True, False, False, True]


def test_marking_them_costs_three_statements_a_chunk(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("alex", "robin", "sam"):
        grading.override(sat(exam, name), 1, 3, exam.clock())
    Attempt.objects.update(score_by_hand=False)

    with CaptureQueriesContext(connection) as seen:
        migrate(monkeypatch)

    assert len(seen) == 4  # and one that finds no more
    assert Attempt.objects.filter(score_by_hand=True).count() == 3


# --- filed as typed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("earned", "grade"), [(2.0, (2, 3)), (0.0, (0, 3)), (3.0, (3, 3)), (1.79, (179, 300))])
def test_a_score_typed_after_a_question_was_cancelled_is_filed_as_typed(
    exam: World, earned: float, grade: tuple[int, int]
) -> None:
    alex = sat(exam)
    apply(exam, ruled(Ruling.VOID, 1))
    settle(exam)
    assert filed(exam, alex) == (2, 2)

    grading.override(alex, earned, 3.0, exam.clock())
    review.release_due(exam.clock())

    told = grading.score(alex)
    typed = Score(Fraction(str(earned)), 3)
    assert (filed(exam, alex), scores.read(exam.attempt(alex))) == (grade, typed)
    assert told.raw_earned / told.raw_possible == earned / 3
    facts = exam.load(alex).facts.attempt
    assert (facts.score_earned, facts.score_possible, facts.passed) == (typed.earned, 3, earned / 3 >= 0.6)


def test_the_gradebooks_own_points_are_filed_as_typed_after_a_question_was_cancelled(exam: World) -> None:
    exam.publish(lms_points=20)
    alex = sat(exam)
    apply(exam, ruled(Ruling.VOID, 1))
    grading.override(alex, 7, 20, exam.clock())
    settle(exam)

    assert filed(exam, alex) == (7, 20)
    assert scores.read(exam.attempt(alex)) == Score(Fraction(7, 10), 2)


@pytest.mark.parametrize(
    ("earned", "possible", "grade"),
    [
        (0, 0, (0, 3)),
        (0.00001, 3, (0, 3)),
        (1e300, 1e300, (3, 3)),
        (2e9, 2.1e9, (20, 21)),
        (5e-324, 5e-324, (3, 3)),
    ],
)
def test_numbers_that_no_row_can_hold_are_the_same_share_of_the_points(
    exam: World, earned: float, possible: float, grade: tuple[int, int]
) -> None:
    alex = sat(exam)
    grading.override(alex, earned, possible, exam.clock())
    settle(exam)

    assert filed(exam, alex) == grade
    assert "<section" in screens.html(exam.load(alex))


# --- one weight for all ---------------------------------------------------------------------------------------------

UNDECIDED = """<part title="One"><problem url_name="p">
  <choiceresponse partial_credit="EDC"><label>A</label><checkboxgroup>
    <choice correct="true">1</choice><choice correct="true">2</choice>
    <choice correct="partial">3</choice>
  </checkboxgroup></choiceresponse>
</problem></part>"""


def test_a_correction_that_needs_finer_parts_of_a_point_leaves_the_exam_its_weight(exam: World) -> None:
    exam.publish(UNDECIDED, show_result_in_exam=True)
    question = asked()
    names = [choice.id for choice in question.choices]
    people = [exam.person(name) for name in ("alex", "robin")]
    for caller, chosen in zip(people, ([names[0]], names), strict=True):
        exam.clock.present = exam.clock.present.replace(month=2, day=20)
        exam.sit(caller)
        sitting.submit_part(exam.with_window(caller), 1, 1, {question.id: chosen}, exam.clock())
        sitting.finish(exam.with_window(caller), {}, exam.clock())
    review.release_due(exam.clock())
    before = [filed(exam, caller) for caller in people]

    apply(exam, Correction(question.id, question.words, key=tuple(names)))
    settle(exam)

    alex = people[0]
    paper = exams.snapshot(exam.attempt(alex).version)
    assert before == [(1, 2), (2, 2)]
    assert (paper.unit, exam.attempt(alex).score_unit) == (2, 100)
    assert scores.read(exam.attempt(alex)) == Score(Fraction(33, 100), 1)
    assert [filed(exam, caller) for caller in people] == [(1, 2), (2, 2)]


# --- rescoring ------------------------------------------------------------------------------------------------------


def test_only_if_higher_compares_shares_of_the_points(exam: World) -> None:
    alex = sat(exam)
    grading.override(alex, 2, 3, exam.clock())
    apply(exam, ruled(Ruling.VOID, 1))
    grading.rescore(alex, True, exam.clock())
    assert scores.read(exam.attempt(alex)) == Score(2, 2), "as many points of fewer"

    grading.override(alex, 1, 1, exam.clock())
    grading.rescore(alex, True, exam.clock())
    assert scores.read(exam.attempt(alex)) == Score(1, 1), "more points, and no larger a share"


@pytest.mark.parametrize("tool", ["rescore", "override"])
def test_nothing_is_read_of_the_score_before_the_rows_are_locked(exam: World, tool: str) -> None:
    alex = sat(exam)
    with CaptureQueriesContext(connection) as seen:
        if tool == "rescore":
            grading.rescore(alex, False, exam.clock())
        else:
            grading.override(alex, 1, 3, exam.clock())
    told = [query["sql"] for query in seen.captured_queries]
    begun = next(place for place, sql in enumerate(told) if sql.startswith("SAVEPOINT"))
    tables = [
        next(
            (
                name
                for name in ("partresponse", "attempt", "candidacy")
                if f"FROM {connection.ops.quote_name('proctored_exam_xblock_' + name)}" in sql
            ),
            "",
        )
        for sql in told
    ]

    assert tables[begun + 1 : begun + 3] == ["candidacy", "attempt"]
    assert "partresponse" not in tables[:begun]


def test_a_sitting_that_was_archived_meanwhile_keeps_its_score(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alex, known = sat(exam), grading._counted

    def found(caller):
        attempt = known(caller)
        Attempt.objects.update(archived_at=exam.clock())
        return attempt

    monkeypatch.setattr(grading, "_counted", found)
    grading.override(alex, 1, 3, exam.clock())

    assert scores.read(Attempt.objects.get()) == Score(3, 3)


# --- drafts ---------------------------------------------------------------------------------------------------------


def test_drafts_that_come_to_count_leave_a_score_by_hand_and_the_trail_says_so(exam: World) -> None:
    exam.publish(expiry="discard")
    alex = exam.person()
    exam.sit(alex)
    drafts.save_draft(exam.with_window(alex), 1, 1, exam.answers(1), exam.clock())
    sitting.finish(exam.with_window(alex), {}, exam.clock())
    grading.override(alex, 1, 3, exam.clock())

    decisions.count_drafts(exam.attempt(alex).pk, "staff:1", "a power cut", exam.clock())

    attempt, told = exam.attempt(alex), AuditEntry.objects.get(action="drafts_counted").data
    assert (scores.read(attempt), attempt.score_by_hand) == (Score(1, 3), True)
    assert PartResponse.objects.get(attempt=attempt, number=1).counted
    assert (told["parts"], told["by_hand"], told["before"], told["earned"]) == ([1], True, 1, 1)

    grading.rescore(alex, False, exam.clock())
    assert scores.read(exam.attempt(alex)) == Score(2, 3)


# --- large papers ---------------------------------------------------------------------------------------------------


def test_a_version_is_measured_once(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    walks: list[str] = []
    for name in ("length", "possible"):
        walk = getattr(drawing, name)
        monkeypatch.setattr(drawing, name, lambda paper, walk=walk, name=name: walks.append(name) or walk(paper))
    measure = exams.unit
    monkeypatch.setattr(exams, "unit", lambda *told: walks.append("unit") or measure(*told))
    snapshot = exams.snapshot(exam.attempt(sat(exam)).version)
    fresh = exams.Snapshot(snapshot.policy, snapshot.paper)
    walks.clear()

    assert [(fresh.length, fresh.possible, fresh.unit) for _ in range(3)] == [(3, 3, 1)] * 3
    assert sorted(walks) == ["length", "possible", "unit"]


def test_neither_a_score_nor_a_row_of_the_board_walks_through_the_paper_again(
    exam: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alex, waiting = sat(exam), exam.person("robin")
    exam.clock.present = START
    exam.book(waiting)
    snapshot = exams.snapshot(exam.attempt(alex).version)
    measured = snapshot.length, snapshot.unit

    def walk(*_told: object) -> int:
        raise AssertionError("the whole paper again")

    monkeypatch.setattr(drawing, "length", walk)
    monkeypatch.setattr(exams, "unit", walk)
    scores.put(exam.attempt(alex), Score(2, 3))
    exam.clock.present = SLOT
    shown = board.rows(row(), exam.clock())

    assert measured == (3, 1)
    assert {one.questions for one in shown} == {3}
