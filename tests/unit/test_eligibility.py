"""Who may sit the exam: modes, groups, grades of named subsections, and what exactly is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proctored_exam_xblock.domain.eligibility import Learner, Missing, Requirement, missing
from proctored_exam_xblock.domain.policy import ExamPolicy, Prerequisite

QUIZ = Prerequisite("block-v1:quiz", "Quiz 1", 60)
POLICY = ExamPolicy(groups=("Lyon", "Paris"), prerequisites=(QUIZ,))
READY = Learner("verified", ("Paris",), {QUIZ.subsection: 60.0}, {QUIZ.subsection: "/quiz"})


def learner(**changes: object) -> Learner:
    return replace(READY, **changes)


def test_who_has_everything_misses_nothing() -> None:
    assert missing(POLICY, READY) == ()


def test_an_exam_that_asks_for_neither_looks_at_the_enrolment_alone() -> None:
    assert missing(ExamPolicy(), Learner("verified")) == ()
    assert missing(ExamPolicy(), Learner("audit")) == (Missing(Requirement.ENROLMENT, "", ("verified",), ("audit",)),)


def test_one_of_the_groups_is_enough_and_another_is_none() -> None:
    assert missing(POLICY, learner(groups=("Lille", "Lyon"))) == ()
    lack = Missing(Requirement.GROUP, "", ("Lyon", "Paris"), ("Lille",))
    assert missing(POLICY, learner(groups=("Lille",))) == (lack,)


@pytest.mark.parametrize(
    ("grade", "have"), [(None, ()), (0.0, ("0",)), (59.9, ("59",)), (59.99999, ("59",)), (60.0, None), (100.0, None)]
)
def test_a_grade_counts_from_its_minimum_on_and_is_never_rounded_up_to_it(
    grade: float | None, have: tuple[str, ...] | None
) -> None:
    expected = () if have is None else (Missing(Requirement.PREREQUISITE, "Quiz 1", ("60",), have, "/quiz"),)
    assert missing(POLICY, learner(grades={QUIZ.subsection: grade})) == expected


def test_a_sum_of_fractions_that_makes_the_minimum_passes() -> None:
    assert missing(POLICY, learner(grades={QUIZ.subsection: 100 * (0.1 + 0.2 + 0.3)})) == ()
    assert missing(POLICY, learner(grades={QUIZ.subsection: 59.9999999999})) == ()


def test_everything_that_is_missing_is_named_the_enrolment_first() -> None:
    found = missing(POLICY, Learner(None))
    assert [item.code for item in found] == ["enrolment", "group", "prerequisite"]
    assert [item.have for item in found] == [(), (), ()]


def test_what_was_booked_needs_the_enrolment_only() -> None:
    assert missing(POLICY, Learner("verified"), enrolment_only=True) == ()
    assert [item.code for item in missing(POLICY, Learner("audit"), enrolment_only=True)] == ["enrolment"]
