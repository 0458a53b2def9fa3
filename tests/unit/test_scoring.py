"""Scores beyond the platform's own: penalties and their floors, no partial credit, points, scales, the gradebook."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctored_exam_xblock.domain.grading import (
    Score,
    for_gradebook,
    grade,
    grade_parts,
    grade_question,
    passed,
    unit,
)
from proctored_exam_xblock.domain.policy import ExamPolicy
from proctored_exam_xblock.domain.questions import Choice, Credit, Kind, Paper, Part
from proctored_exam_xblock.domain.scoring import PLATFORM, Floor, Scale, Scoring, on_scale, weighed
from tests.unit.papers import PAPER, question

QUARTER = Scoring(penalty_percent=25)
QUARTER_BY_PART = Scoring(penalty_percent=25, floor=Floor.PART)
RIGHT, WRONG = ("a",), ("b",)
FOUR = Part("Four", tuple(question(f"q{number}") for number in range(4)))
PAIR = tuple(question(f"p.{sub}", problem="p") for sub in (1, 2))
HALF = replace(
    question("half"),
    credit=Credit.POINTS,
    choices=(Choice("a", "A", True), Choice("b", "B", False, partial=Fraction(1, 2)), Choice("c", "C", False)),
)


def one(*parts: Part) -> Paper:
    return Paper(parts)


def scored(part: Part, scoring: Scoring, **answers: tuple[str, ...]) -> Score:
    (score,) = grade_parts(one(part), answers, scoring)
    return score


# Penalties -----------------------------------------------------------------------------------------------------------


def test_an_exam_without_rules_of_its_own_is_graded_as_the_platform_does():
    assert ExamPolicy().scoring == PLATFORM == Scoring(True, 0, Floor.QUESTION)
    assert grade_question(question("q"), WRONG).score == Score(0, 1)
    assert grade_question(HALF, WRONG).score == Score(Fraction(1, 2), 1)


@pytest.mark.parametrize(("chosen", "earned"), [(RIGHT, 2), (WRONG, Fraction(-1, 2)), ((), 0)])
def test_a_wrong_answer_costs_its_share_of_the_points_and_no_answer_nothing(chosen, earned):
    result = grade_question(question("q", points=2), chosen, QUARTER)

    assert result.score == Score(earned, 2)


def test_an_answer_that_earns_something_costs_nothing():
    assert grade_question(HALF, WRONG, QUARTER).score.earned == Fraction(1, 2)
    assert grade_question(HALF, ("c",), QUARTER).score.earned == Fraction(-1, 4)


def test_boxes_that_are_not_exactly_right_are_a_wrong_answer():
    boxes = question("q", Kind.MULTIPLE, "ac")

    assert [grade_question(boxes, chosen, QUARTER).score.earned for chosen in (("a", "c"), ("a",), ())] == [
        1,
        Fraction(-1, 4),
        0,
    ]


def test_within_each_question_only_several_inputs_have_something_to_lose():
    part = Part("One", (*PAIR, question("q")))

    assert scored(part, QUARTER, **{"p.1": RIGHT, "p.2": WRONG, "q": WRONG}) == Score(Fraction(3, 4), 3)
    assert scored(part, QUARTER, **{"p.1": WRONG, "p.2": WRONG, "q": RIGHT}) == Score(1, 3)


def test_within_each_part_a_penalty_costs_what_another_question_earned_and_never_more():
    lost = {"q0": RIGHT, "q1": WRONG, "q2": WRONG}

    assert scored(FOUR, QUARTER_BY_PART, **lost) == Score(Fraction(1, 2), 4)
    assert scored(FOUR, QUARTER_BY_PART, **dict.fromkeys(("q0", "q1", "q2", "q3"), WRONG)) == Score(0, 4)


def test_a_lost_part_takes_nothing_from_another():
    other = Part("Other", (question("z"),))
    answers = {**dict.fromkeys(("q0", "q1", "q2", "q3"), WRONG), "z": RIGHT}

    assert grade(one(FOUR, other), answers, QUARTER_BY_PART) == Score(1, 5)


def test_without_partial_credit_only_wholly_right_earns():
    strict = Scoring(partial_credit=False)

    assert [grade_question(HALF, chosen, strict).score.earned for chosen in (RIGHT, WRONG)] == [1, 0]
    assert grade_question(HALF, WRONG, replace(strict, penalty_percent=50)).score.earned == Fraction(-1, 2)


RULES = st.builds(Scoring, st.booleans(), st.integers(0, 100), st.sampled_from(Floor))
CHOSEN = st.sampled_from([(), RIGHT, WRONG, ("c",), ("d",)])
QUESTIONS = tuple(replace(HALF, id=f"h{n}", points=n) for n in (1, 2)) + PAIR + FOUR.questions


@given(rules=RULES, chosen=st.lists(CHOSEN, min_size=len(QUESTIONS), max_size=len(QUESTIONS)))
def test_any_score_is_between_nothing_and_all_and_whole_in_its_unit(rules, chosen):
    paper = one(Part("One", QUESTIONS[:3]), Part("Two", QUESTIONS[3:]))
    answers = {
        q.id: tuple(c for c in ids if c in {x.id for x in q.choices}) for q, ids in zip(QUESTIONS, chosen, strict=True)
    }
    total = grade(paper, answers, rules)
    parts = unit(paper, rules)

    assert 0 <= total.earned <= total.possible == 9
    assert (total.earned * parts) % 1 == 0
    assert total.earned <= grade(paper, answers, replace(rules, penalty_percent=0)).earned


# Points --------------------------------------------------------------------------------------------------------------


def test_every_problem_weighs_the_same_when_the_exam_says_so():
    paper = weighed(one(Part("One", (*PAIR, question("q", points=7)))), 3)

    assert [q.points for q in paper.questions] == [Fraction(3, 2), Fraction(3, 2), 3]
    assert weighed(PAPER, 0) is PAPER


def test_inputs_share_the_points_as_the_platform_counts_them():
    (first, second) = (replace(PAIR[0], most=3), PAIR[1])

    assert [q.points for q in weighed(one(Part("One", (first, second))), 1).questions] == [
        Fraction(3, 4),
        Fraction(1, 4),
    ]


# Scales --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "shown"),
    [
        (Scale.POINTS, (29, 40)),
        (Scale.PERCENT, (Fraction(145, 2), 100)),
        (Scale.TWENTY, (Fraction(29, 2), 20)),
        (Scale.THOUSAND, (725, 1000)),
    ],
)
def test_a_score_on_its_scale_is_exact(scale, shown):
    assert on_scale(29, 40, scale) == shown


def test_an_empty_paper_has_no_scale():
    assert on_scale(0, 0, Scale.TWENTY) == (0, 0)


# The gradebook -------------------------------------------------------------------------------------------------------


@given(
    possible=st.integers(1, 2000),
    parts=st.sampled_from([1, 2, 3, 12, 400, 10_000]),
    share=st.fractions(0, 1, max_denominator=10_000),
    points=st.integers(0, 1000),
    percent=st.integers(0, 100),
)
def test_whole_numbers_never_change_who_passes(possible, parts, share, points, percent):
    score = Score(Fraction(floor(share * possible * parts), parts), possible)
    earned, most = for_gradebook(score, parts, points, percent)

    assert isinstance(earned, int)
    assert 0 <= earned <= most == (points or possible * parts)
    assert passed(Score(earned, most), percent) == passed(score, percent)
    assert abs(Fraction(earned, most) - Fraction(score.earned) / possible) <= Fraction(1, most)


@pytest.mark.parametrize(
    ("earned", "points", "filed"),
    [
        (Fraction(199, 20), 20, (9, 20)),  # 9.95 of 20 is 10 when rounded, and does not pass
        (10, 20, (10, 20)),
        (Fraction(201, 20), 1, (1, 1)),
        (Fraction(199, 20), 1, (0, 1)),
        (13, 0, (260, 400)),
    ],
)
def test_a_score_near_the_mark_stays_on_its_side(earned, points, filed):
    assert for_gradebook(Score(earned, 20), 20, points, 50) == filed


def test_an_empty_paper_is_filed_as_nothing():
    assert for_gradebook(Score(0, 0), 1, 20, 50) == (0, 0)
