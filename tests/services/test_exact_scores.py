"""Scores that are not whole points: exact in the row, whole in the gradebook, in words on the screen."""

from __future__ import annotations

from fractions import Fraction

import pytest
from submissions import api as submissions_api

from proctored_exam_xblock import screens
from proctored_exam_xblock.domain.grading import Score
from proctored_exam_xblock.models import AuditEntry
from proctored_exam_xblock.services import grading, review, scores, sitting
from tests.world import COURSE, USAGE, World

pytestmark = pytest.mark.django_db
PAPER = """<part title="One"><problem url_name="p" weight="1">
  <choiceresponse partial_credit="halves"><label>A</label><checkboxgroup>
    <choice correct="true">1</choice><choice correct="true">2</choice><choice correct="false">3</choice>
  </checkboxgroup></choiceresponse>
  <optionresponse><label>B</label><optioninput options="('a','b')" correct="b"/></optionresponse>
  <optionresponse><label>C</label><optioninput options="('a','b')" correct="a"/></optionresponse>
</problem></part>"""


@pytest.fixture
def exam(world: World) -> World:
    world.publish(PAPER, show_result_in_exam=True)
    return world


def test_half_of_a_third_and_a_third_are_half_a_point_everywhere(exam: World) -> None:
    alex = exam.person()
    paper = exam.sit(alex).paper
    boxes, first, _second = paper.questions
    right = next(choice.id for choice in first.choices if choice.correct)
    answers = {boxes.id: [boxes.choices[0].id], first.id: [right]}
    sitting.submit_part(exam.with_window(alex), 1, 1, answers, exam.clock())
    sitting.finish(exam.with_window(alex), {}, exam.clock())
    review.release_due(exam.clock())
    attempt = exam.attempt(alex)
    filed = submissions_api.get_scores(COURSE, exam.candidacy(alex).anonymous_id)[USAGE]

    assert scores.read(attempt) == Score(Fraction(1, 2), 1)
    assert (attempt.score_earned, attempt.score_possible, attempt.score_unit) == (6, 12, 12)
    assert (filed["points_earned"], filed["points_possible"]) == (6, 12)
    assert "<b>0,5</b>" in screens.html(exam.load(alex))

    grading.rescore(alex, only_if_higher=False, now=exam.clock())
    trail = AuditEntry.objects.filter(action="rescored").get()
    found = grading.score(alex)
    assert (trail.data["earned"], trail.data["possible"]) == ("1/2", 1)
    assert (found.raw_earned, found.raw_possible) == (6.0, 12.0), "as the gradebook has it"


def test_a_score_put_by_hand_is_in_the_papers_own_parts_of_a_point(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    sitting.finish(exam.with_window(alex), {}, exam.clock())
    before = exam.attempt(alex).score_unit
    grading.override(alex, 3.0, 12.0, exam.clock())

    row, found = exam.attempt(alex), grading.score(alex)
    assert (row.score_unit, found.raw_earned, found.raw_possible) == (before, 3.0, 12.0)
    assert (scores.read(row), row.score_by_hand) == (Score(Fraction(1, 4), 1), True)
