"""The questions and choices of one candidate as the attempt's row keeps them."""

from __future__ import annotations

from typing import Any

from ..domain.drawing import drawn
from ..domain.questions import Layout, Paper
from ..models import Attempt


def as_json(layout: Layout) -> list[Any]:
    """The layout for the row."""
    return [[[question, list(choices)] for question, choices in part] for part in layout.parts]


def read(stored: list[Any]) -> Layout:
    """The layout of the row."""
    return Layout(tuple(tuple((str(question), tuple(choices)) for question, choices in part) for part in stored))


def own_paper(attempt: Attempt, paper: Paper) -> Paper:
    """The paper of a started attempt: of its version's ``paper`` what was drawn; before the start all of it."""
    return drawn(paper, read(attempt.layout)) if attempt.layout else paper
