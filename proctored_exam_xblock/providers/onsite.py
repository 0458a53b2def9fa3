"""``onsite`` for native sections: a human invigilator, no vendor; the section opens when they let the candidate in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from . import guard
from .native import NativeProvider


class OnSite(NativeProvider):
    """Nothing is told to anybody."""

    verbose_name = "On site"

    def get_attempt(self, attempt: Mapping[str, Any]) -> dict[str, Any]:
        told = gettext("Stay on this page: the exam opens as soon as the invigilator lets you in.")
        return {**super().get_attempt(attempt), "instructions": [told]}


def let_in(attempt_id: int) -> None:
    """The invigilator lets a candidate begin.

    Args:
        attempt_id: of edx-proctoring's attempt.
    """
    from edx_proctoring.api import mark_exam_attempt_as_ready

    with guard.opened():
        mark_exam_attempt_as_ready(attempt_id)
