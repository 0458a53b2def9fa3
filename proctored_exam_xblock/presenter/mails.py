"""An e-mail in words: its subject, its text, its HTML, made from a letter's facts."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from django.utils import translation
from django.utils.translation import gettext as _

from ..domain.mail import Letter
from . import dates, mail_words
from .engine import Context, template, text_template
from .mail_parts import Message, Words

_LONGEST_SUBJECT = 180
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True)
class Mail:
    """What is put into the envelope; the subject is one line."""

    subject: str
    text: str
    html: str
    language: str


def render_mail(letter: Letter) -> Mail:
    """The e-mail in the letter's language."""
    with translation.override(letter.language):
        words = Words(_tamed(letter))
        message = mail_words.message(words)
        context = _context(words, message)
        return Mail(
            subject=message.subject[:_LONGEST_SUBJECT],
            text=_tidied(text_template("mail/letter").render(Context(context, autoescape=False))),
            html=template("mail/letter").render(Context(context)),
            language=letter.language,
        )


def _tamed(letter: Letter) -> Letter:
    """Titles and names as one line each: they go into a header, where nobody may start another one."""
    names = ("title", "course_title", "first_name", "room")
    return replace(letter, **{name: one_line(getattr(letter, name)) for name in names})


def one_line(text: str) -> str:
    """No control character, no line break of any alphabet."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _context(words: Words, message: Message) -> dict[str, object]:
    letter = words.letter
    return {
        "letter": letter,
        "language": dates.locale_for(letter.language).language,
        "message": message,
        "when": words.when() if message.shows_time else None,
        "greeting": _("Hello %(name)s,") % {"name": letter.first_name} if letter.first_name else _("Hello,"),
        "phones": letter.phones,
        "addresses": letter.addresses,
    }


def _tidied(text: str) -> str:
    """Never more than one empty line."""
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines) + "\n"
