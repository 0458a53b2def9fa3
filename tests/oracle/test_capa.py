"""Our score is capa's own, for every problem that an exam can hold and every answer: capa itself is asked."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from proctored_exam_xblock.domain.errors import InvalidPaper
from proctored_exam_xblock.olx import grade_inputs, input_ids
from proctored_exam_xblock.olx.problem import read_problem
from proctored_exam_xblock.olx.report import only_problem
from scripts import capa_oracle
from tests.oracle import problems

pytestmark = [pytest.mark.capa, pytest.mark.xdist_group("capa")]
SEEDS = range(8)
PROBLEMS = 60


class Capa:
    """The platform's grader in a process of its own."""

    def __init__(self, python: Path) -> None:
        worker = Path(__file__).with_name("capa_worker.py")
        self.process = subprocess.Popen(
            [str(python), str(worker)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def ask(self, xml: str, answers: list[dict[str, Any]]) -> dict[str, Any]:
        """What it answers for each set of answers."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"xml": xml, "answers": answers}) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@pytest.fixture(scope="module")
def capa() -> Iterator[Capa]:
    python = capa_oracle.interpreter()
    if python is None:
        pytest.skip("the platform's grader is not installed: scripts/capa_oracle.py make")
    oracle = Capa(python)
    yield oracle
    oracle.process.stdin.close()  # type: ignore[union-attr]
    oracle.process.stdout.close()  # type: ignore[union-attr]
    oracle.process.wait(30)


def compare(capa: Capa, xml: str, answers: list[dict[str, Any]]) -> str:
    """ "refused", "equal" or, with nothing to compare, "broken"."""
    told = capa.ask(xml, answers)
    try:
        problem = read_problem(only_problem(xml))
    except InvalidPaper:
        return "refused"
    assert "error" not in told, xml
    assert list(input_ids(problem)) == told["ids"], xml
    compared = 0
    for given, theirs in zip(answers, told["results"], strict=True):
        ours = grade_inputs(problem, given)
        if "error" in theirs:  # capa falls over this garbage
            continue
        assert (ours.score, ours.total, dict(ours.points)) == (theirs["score"], theirs["total"], theirs["points"]), (
            xml,
            given,
        )
        compared += 1
    return "equal" if compared else "broken"


@pytest.mark.parametrize("seed", SEEDS)
def test_random_problems_with_all_their_answers_score_the_same(capa: Capa, seed: int) -> None:
    dice = random.Random(seed)
    told = [compare(capa, xml := problems.problem(dice), problems.answers(xml, dice)) for _ in range(PROBLEMS)]

    assert told.count("equal") > PROBLEMS / 3, told
