"""The few pages around the panel: a refusal in words, and the launch's."""

from __future__ import annotations

from collections.abc import Mapping

from django.template import Context
from django.utils import translation

from ..domain.journey import Phase
from .engine import template


def render_refusal(message: str, code: str, phase: Phase, language: str) -> str:
    """A panel that only says why there is none (nobody signed in, exam not ready); no script runs on it."""
    with translation.override(language):
        return template("refusal").render(Context({"message": message, "code": code, "phase": phase.value}))


def render_launch_refused(message: str, code: str, retry: bool, language: str) -> str:
    """The whole page of a room that could not be opened, in the window that the candidate's click made."""
    context = {"message": message, "code": code, "retry": retry, "language": language}
    with translation.override(language):
        return template("launch_refused").render(Context(context))


def render_launch_form(url: str, fields: Mapping[str, str], script: str, language: str) -> str:
    """The whole page that posts a signed form to the room, in the window that the candidate's click made.

    Args:
        fields: signed for this very moment; they are escaped, never logged.
        script: address of the file that submits the form.
    """
    context = {"url": url, "fields": list(fields.items()), "script": script, "language": language}
    with translation.override(language):
        return template("launch_form").render(Context(context))
