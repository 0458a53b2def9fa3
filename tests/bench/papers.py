"""Papers: reading beside ``lxml.etree.parse`` of the same bytes; grading one candidate and ten thousand; drawing;
figures of the questions.

Both are taken in turn in one process, the least of several rounds counts: what else the machine does slows both.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

from lxml import etree

from proctored_exam_xblock.domain import drawing
from proctored_exam_xblock.domain.grading import grade
from proctored_exam_xblock.domain.items import Survey, items
from proctored_exam_xblock.domain.questions import Paper
from proctored_exam_xblock.olx import read_paper

SIZES = (30, 3_000)
CANDIDATES = 10_000
SURVEYED = 500
ROUNDS = 5
_PROBLEM = """<problem url_name="q{n}" weight="2"><p>Question {n}, with <b>some</b> words and a table.</p>
<table><tbody><tr><td>{n}</td><td>x</td></tr></tbody></table>
<{kind}{credit}><label>Which of these, number {n}?</label><{group}>
<choice correct="true">A long enough choice {n}</choice><choice correct="false">Another <code>choice</code></choice>
<choice correct="true">A third one</choice><choice correct="false">None of these</choice></{group}></{kind}>
<solution><p>Because of {n}.</p></solution></problem>"""
_KINDS = (
    {"kind": "multiplechoiceresponse", "group": "choicegroup", "credit": ""},
    {"kind": "choiceresponse", "group": "checkboxgroup", "credit": ""},
    {"kind": "choiceresponse", "group": "checkboxgroup", "credit": ' partial_credit="EDC"'},
)


def measure() -> dict[str, Any]:
    """Figures by the number of questions, and of grading many."""
    found: dict[str, Any] = {str(size): _of_size(size) for size in SIZES}
    paper = read_paper(_olx(30))
    one, many = _grading(paper, 30) / 30, _grading(paper, CANDIDATES)
    found["candidates"] = {
        "one_us": round(one * 1e6, 1),
        "many_s": round(many, 3),
        "each_of_many": round(many / CANDIDATES / one, 2),
    }
    few, many = _surveying(paper, SURVEYED), _surveying(paper, CANDIDATES)
    found["items"] = {
        "many_s": round(many, 3),
        "each_of_many": round(many / CANDIDATES / (few / SURVEYED), 2),
    }
    found["pool"] = _of_pool()
    return found


def _of_pool() -> dict[str, float]:
    """What one candidate costs of a large pool: the draw at the start, the own paper at each request, the grade."""
    pool = read_paper(_olx(SIZES[-1], f' draw="{SIZES[0]}"'))
    layout = drawing.draw(pool, 1)
    own = drawing.drawn(pool, layout)
    draw, drawn = _least(lambda: drawing.draw(pool, 1), lambda: drawing.drawn(pool, layout))
    times = {"draw_ms": draw, "drawn_ms": drawn, "grade_ms": _grading(own, 1)}
    return {name: round(seconds * 1e3, 2) for name, seconds in times.items()} | {"questions": len(own.questions)}


def _olx(size: int, attributes: str = "") -> str:
    return (
        f"<part{attributes}>"
        + "".join(_PROBLEM.format(n=n, **_KINDS[n % len(_KINDS)]) for n in range(size))
        + "</part>"
    )


def _of_size(size: int) -> dict[str, float]:
    olx = _olx(size)
    data = olx.encode()
    bare, ours = _least(lambda: etree.parse(io.BytesIO(data)), lambda: read_paper(olx))
    paper = read_paper(olx)
    return {
        "read_ms": round(ours * 1e3, 1),
        "ratio": round(ours / bare, 1),
        "grade_ms": round(_grading(paper, 1) * 1e3, 2),
    }


def _sheets(paper: Paper, different: int) -> list[dict[str, tuple[str, ...]]]:
    return [
        {q.id: tuple(c.id for c in q.choices[: 1 + (n + i) % 3]) for i, q in enumerate(paper.questions)}
        for n in range(different)
    ]


def _surveying(paper: Paper, candidates: int) -> float:
    """Seconds to make the figures of the questions over so many, each with times of their own."""
    sheets = _sheets(paper, 3)

    def deed() -> object:
        survey = Survey()
        for n in range(candidates):
            sheet = {name: chosen for i, (name, chosen) in enumerate(sheets[n % 3].items()) if (n * 7 + i) % 11}
            survey.add(paper, sheet, rank=0, spent={name: 5 + (n + i) % 200 for i, name in enumerate(sheet)})
        return items(survey, paper)

    (least,) = _least(deed)
    return least


def _grading(paper: Paper, candidates: int) -> float:
    """Seconds to grade so many: right, wrong and partly right answers in turn."""
    sheets = _sheets(paper, 3)
    (least,) = _least(lambda: sum(grade(paper, sheets[n % 3]).possible for n in range(candidates)))
    return least


def _least(*deeds: Callable[[], object]) -> list[float]:
    least = [float("inf")] * len(deeds)
    for _ in range(ROUNDS):
        for place, deed in enumerate(deeds):
            start = time.perf_counter()
            deed()
            least[place] = min(least[place], time.perf_counter() - start)
    return least
