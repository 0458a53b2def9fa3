"""Papers as plain JSON, answer key included: for the rows of the server only.

What has its usual value is left out, so that a paper which needs nothing new is written as it always was, and papers
written before a field existed are read with its usual value.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from .questions import Choice, Credit, Hint, Kind, Paper, Part, Points, Question


def paper_to_json(paper: Paper) -> dict[str, Any]:
    """Plain JSON of a paper; points that are not whole are written as a fraction, ``"1/3"``."""
    return {
        "parts": [
            {"title": part.title, "questions": [_question(question) for question in part.questions], **_drawing(part)}
            for part in paper.parts
        ]
    }


def _drawing(part: Part) -> dict[str, Any]:
    return ({"draw": part.draw} if part.draw else {}) | ({"shuffle": True} if part.shuffle else {})


def paper_from_json(data: Mapping[str, Any]) -> Paper:
    """The paper that :func:`paper_to_json` wrote, of this release or an earlier one."""
    return Paper(
        tuple(
            Part(
                part["title"],
                tuple(_read_question(question) for question in part["questions"]),
                part.get("draw", 0),
                part.get("shuffle", False),
            )
            for part in data["parts"]
        )
    )


def _question(question: Question) -> dict[str, Any]:
    written: dict[str, Any] = {
        "id": question.id,
        "kind": question.kind.value,
        "prompt": question.prompt,
        "points": _points(question.points),
        "shuffle": question.shuffle,
        "explanation": question.explanation,
        "choices": [_choice(choice) for choice in question.choices],
    }
    for name in ("problem", "lead"):
        if getattr(question, name):
            written[name] = getattr(question, name)
    if question.credit is not Credit.NONE:
        written["credit"] = question.credit.value
    if question.most != 1:
        written["most"] = question.most
    if question.hints:
        written["hints"] = [_hint(hint) for hint in question.hints]
    if question.demand_hints:
        written["demand_hints"] = list(question.demand_hints)
    if question.tags:
        written["tags"] = list(question.tags)
    if question.difficulty:
        written["difficulty"] = question.difficulty
    if question.fixed:
        written["fixed"] = True
    return written


def _choice(choice: Choice) -> dict[str, Any]:
    written: dict[str, Any] = {
        "id": choice.id,
        "html": choice.html,
        "correct": choice.correct,
        "fixed": choice.fixed,
    }
    if choice.partial is not None:
        written["partial"] = _points(choice.partial)
    if choice.hints:
        written["hints"] = [_hint(hint) for hint in choice.hints]
    return written


def _hint(hint: Hint) -> list[str]:
    return [hint.html, hint.label, hint.when]


def _points(points: Points) -> int | str:
    return points if isinstance(points, int) else str(points)


def _read_question(data: Mapping[str, Any]) -> Question:
    return Question(
        id=data["id"],
        kind=Kind(data["kind"]),
        prompt=data["prompt"],
        choices=tuple(_read_choice(choice) for choice in data["choices"]),
        points=_read_points(data["points"]),
        shuffle=data["shuffle"],
        explanation=data["explanation"],
        problem=data.get("problem", ""),
        lead=data.get("lead", ""),
        credit=Credit(data.get("credit", Credit.NONE.value)),
        most=data.get("most", 1),
        hints=tuple(Hint(*hint) for hint in data.get("hints", ())),
        demand_hints=tuple(data.get("demand_hints", ())),
        tags=tuple(data.get("tags", ())),
        difficulty=data.get("difficulty", ""),
        fixed=data.get("fixed", False),
    )


def _read_choice(data: Mapping[str, Any]) -> Choice:
    return Choice(
        id=data["id"],
        html=data["html"],
        correct=data["correct"],
        fixed=data["fixed"],
        partial=_read_points(data["partial"]) if "partial" in data else None,
        hints=tuple(Hint(*hint) for hint in data.get("hints", ())),
    )


def _read_points(written: int | str) -> Points:
    return written if isinstance(written, int) else Fraction(written)
