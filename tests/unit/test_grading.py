"""Scores are what the platform's own problems give by default."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctored_exam_xblock.domain.grading import QuestionResult, Score, grade, grade_question, passed
from proctored_exam_xblock.domain.questions import Kind
from tests.unit.papers import PAPER, question


@pytest.mark.parametrize("kind", [Kind.SINGLE, Kind.SELECT])
@pytest.mark.parametrize(("chosen", "earned"), [(("a",), 1), (("b",), 0), ((), 0), (("a", "b"), 0)])
def test_one_right_choice_earns_and_nothing_else_does(kind, chosen, earned):
    assert grade_question(question("q", kind), chosen).score == Score(earned, 1)


@pytest.mark.parametrize(
    ("chosen", "earned"),
    [(("a", "c"), 1), (("c", "a"), 1), (("a",), 0), (("a", "b", "c"), 0), (("b", "d"), 0), ((), 0)],
)
def test_checkboxes_want_the_exact_set(chosen, earned):
    assert grade_question(question("q", Kind.MULTIPLE, "ac"), chosen).score == Score(earned, 1)


def test_any_of_several_right_radio_buttons_earns():
    both = question("q", Kind.SINGLE, "ab")

    assert [grade_question(both, (c,)).correct for c in "abc"] == [True, True, False]


def test_checking_nothing_is_never_right_even_when_nothing_is():
    assert not grade_question(question("q", Kind.MULTIPLE, ""), ()).correct


def test_a_wrong_answer_and_no_answer_are_told_apart():
    given = {"q1": ("b",), "q2": ("a", "c")}
    results = tuple(grade_question(one, given.get(one.id, ())) for one in PAPER.questions)

    assert results == (
        QuestionResult("q1", answered=True, correct=False, score=Score(0, 1)),
        QuestionResult("q2", answered=True, correct=True, score=Score(1, 1)),
        QuestionResult("q3", answered=False, correct=False, score=Score(0, 2)),
    )


@pytest.mark.parametrize(
    ("answers", "earned"),
    [
        ({}, 0),
        ({"q1": ("a",)}, 1),
        ({"q3": ("b",)}, 2),
        ({"q1": ("a",), "q2": ("a", "c"), "q3": ("b",)}, 4),
        ({"q1": ("a",), "stranger": ("a",)}, 1),
    ],
)
def test_the_score_of_a_paper_adds_the_points_of_its_right_answers(answers, earned):
    assert grade(PAPER, answers) == Score(earned, 4)


@pytest.mark.parametrize(
    ("earned", "possible", "percent", "expected"),
    [
        (15, 30, 50, True),
        (14, 30, 50, False),
        (2, 3, 67, False),
        (67, 100, 67, True),
        (0, 30, 0, True),
        (29, 30, 100, False),
    ],
)
def test_the_pass_mark_is_reached_exactly(earned, possible, percent, expected):
    assert passed(Score(earned, possible), percent) is expected


@given(st.dictionaries(st.sampled_from(["q1", "q2", "q3"]), st.sets(st.sampled_from("abcd")).map(lambda s: tuple(s))))
def test_the_score_stays_in_bounds_and_does_not_depend_on_the_order_of_the_answers(answers):
    score = grade(PAPER, answers)

    assert 0 <= score.earned <= score.possible == 4
    assert grade(PAPER, {key: answers[key][::-1] for key in reversed(list(answers))}) == score
