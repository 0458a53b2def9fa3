"""The few pages around the panel: a refusal in words, and the launch's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import translation

from ..domain.journey import Phase
from . import support
from .engine import Context, template


@dataclass(frozen=True)
class Help:
    """Whom to ask where no screen can be made: the exam's contacts and the names for a message's subject."""

    course_title: str = ""
    exam_title: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()

    def context(self) -> dict[str, object]:
        """For ``parts/help.html``. Who writes is not said: nobody has been asked yet who they are."""
        subject = " - ".join(filter(None, (self.course_title, self.exam_title)))
        return {
            "phones": support.phone_contacts(self.phones),
            "mails": support.mail_contacts(self.emails, subject),
        }


def render_refusal(message: str, code: str, phase: Phase, language: str, help_line: Help | None = None) -> str:
    """A panel that only says why there is none (nobody signed in, exam not ready); no script runs on it."""
    with translation.override(language):
        context = {"message": message, "code": code, "phase": phase.value, **(help_line or Help()).context()}
        return template("refusal").render(Context(context))


def render_launch_refused(message: str, code: str, retry: bool, language: str, help_line: Help | None = None) -> str:
    """The whole page of a room that could not be opened, in the window that the candidate's click made."""
    with translation.override(language):
        context = {"message": message, "code": code, "retry": retry, "language": language}
        return template("launch_refused").render(Context(context | (help_line or Help()).context()))


def render_launch_form(url: str, fields: Mapping[str, str], script: str, language: str) -> str:
    """The whole page that posts a signed form to the room, in the window that the candidate's click made.

    Args:
        fields: signed for this very moment; they are escaped, never logged.
        script: address of the file that submits the form.
    """
    context = {"url": url, "fields": list(fields.items()), "script": script, "language": language}
    with translation.override(language):
        return template("launch_form").render(Context(context))
