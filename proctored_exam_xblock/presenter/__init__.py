"""Phase -> template and its context: the whole HTML of the candidate's panel, in the language asked for.

Answer keys: nothing here reads ``Choice.correct`` or ``Question.explanation``; a test searches for a canary.
"""

from __future__ import annotations

from .calendar_file import render_calendar
from .links import Links
from .mails import Mail, render_mail
from .page import CHECK_SCRIPTS, SAMPLE, SCRIPTS, STYLES, render, render_slots
from .plain import (
    Help,
    render_launch_form,
    render_launch_refused,
    render_refusal,
)

__all__ = [
    "CHECK_SCRIPTS",
    "SAMPLE",
    "SCRIPTS",
    "STYLES",
    "Help",
    "Links",
    "Mail",
    "render",
    "render_calendar",
    "render_launch_form",
    "render_launch_refused",
    "render_mail",
    "render_refusal",
    "render_slots",
]
