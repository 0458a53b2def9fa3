"""No proctoring service: practice and timed exams; appointments, if the exam has any, live in our own tables only."""

from __future__ import annotations

from ..domain.equipment import UNWATCHED
from .base import Backend


class NoBackend(Backend):
    """Nothing is told to anybody and there is no room to open."""

    slug = "none"
    verbose_name = ""
    equipment = UNWATCHED
