"""Checks of pools and of the rules of scoring: found when something is wrong, right or silent otherwise."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from proctored_exam_xblock.domain.policy import ExamPolicy
from proctored_exam_xblock.domain.questions import Choice, Credit, Paper, Part
from proctored_exam_xblock.domain.readiness import Finding, Severity
from proctored_exam_xblock.domain.scoring import Floor
from tests.unit.test_readiness import PAPER, POLICY, found, question

CODES = ("pools_large_enough", "pools_leave_a_choice", "pools_drawn_from", "penalties_cost", "gradebook_points")
EASY = tuple(question(f"e{number}", difficulty="easy") for number in range(4))
HARD = (question("h0", difficulty="hard"),)
PAIR = tuple(question(f"p{number}", problem="p") for number in range(2))
HALF = replace(
    question("half"),
    credit=Credit.POINTS,
    choices=(Choice("a", "A", True), Choice("b", "B", False, partial=Fraction(1, 4))),
)


def matters(policy: ExamPolicy = POLICY, *parts: Part) -> dict[str, Finding]:
    """Findings of this file's rules, by code."""
    every = found(policy, Paper(parts) if parts else PAPER)
    return {code: every[code] for code in CODES if code in every}


def test_an_exam_without_pools_and_rules_of_its_own_hears_nothing_of_them() -> None:
    assert matters() == {}


@pytest.mark.parametrize(
    ("draw", "code", "severity", "names"),
    [
        (2, None, None, ()),
        (1, "pools_drawn_from", Severity.WARNING, ("h0",)),
        (5, "pools_leave_a_choice", Severity.WARNING, ("Pool",)),
        (6, "pools_large_enough", Severity.STOP, ("Pool (6 / 5)",)),
    ],
)
def test_a_pool_is_neither_too_small_nor_out_of_reach(
    draw: int, code: str | None, severity: Severity | None, names: tuple[str, ...]
) -> None:
    pool = Part("Pool", EASY[:2] + HARD + EASY[2:] if draw != 2 else (*EASY, replace(HARD[0], difficulty="easy")), draw)
    said = matters(POLICY, Part("Fixed", (question("f"),)), pool)
    wrong = {name: finding for name, finding in said.items() if finding.severity is not Severity.OK}

    assert set(said) == set(CODES[:3])
    assert set(wrong) == ({code} if code else set())
    if code:
        assert (wrong[code].severity, wrong[code].names, wrong[code].field) == (severity, names, "paper")


def test_a_part_without_a_title_goes_by_its_number() -> None:
    assert matters(POLICY, Part("", EASY), Part("", EASY, 9))["pools_large_enough"].names == ("2 (9 / 4)",)


@pytest.mark.parametrize(
    ("rules", "questions", "severity"),
    [
        ({"wrong_answer_percent": 25}, EASY, Severity.WARNING),
        ({"wrong_answer_percent": 25}, EASY + PAIR, Severity.OK),
        ({"wrong_answer_percent": 25, "score_floor": Floor.PART}, EASY, Severity.OK),
        ({}, EASY, None),
    ],
)
def test_penalties_that_cost_nothing_are_told(rules: dict, questions: tuple, severity: Severity | None) -> None:
    said = matters(replace(POLICY, **rules), Part("One", questions)).get("penalties_cost")

    assert (said.severity if said else None) == severity


@pytest.mark.parametrize(
    ("rules", "severity"),
    [
        ({}, Severity.WARNING),
        ({"lms_points": 20}, Severity.OK),
        ({"partial_credit": False}, None),
        ({"question_points": 4}, None),
    ],
)
def test_parts_of_a_point_weigh_more_in_the_gradebook_unless_its_points_are_set(
    rules: dict, severity: Severity | None
) -> None:
    said = matters(replace(POLICY, **rules), Part("One", (HALF, question("q")))).get("gradebook_points")

    assert (said.severity if said else None) == severity
    if severity is Severity.WARNING:
        assert said is not None
        assert (said.done, said.of, said.field) == (2, 8, "lms_points")
