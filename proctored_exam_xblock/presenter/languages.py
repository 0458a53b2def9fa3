"""In which language an exam is written and proctored: "Examen en français, examinateurs francophones"."""

from __future__ import annotations

from collections.abc import Sequence

from babel import Locale
from babel.lists import format_list
from django.utils.translation import gettext as _


def sentence(exam: str, proctors: Sequence[str], locale: Locale) -> str:
    """The exam's language, and the proctors' where the course team tells them.

    Args:
        exam: language code of the paper.
        proctors: language codes that the proctors speak.
        locale: of the sentence.
    """
    written = _("Exam in %(language)s") % {"language": _name(exam, locale)}
    if not proctors:
        return written
    if len(proctors) == 1 and _speakers(proctors[0]):
        return f"{written}, {_speakers(proctors[0])}"
    spoken = format_list([_name(code, locale) for code in proctors], style="or", locale=locale)
    return f"{written}, " + _("proctors who speak %(languages)s") % {"languages": spoken}


def _name(code: str, locale: Locale) -> str:
    """A code that the locale data do not know is shown as written."""
    known: str = locale.languages.get(code.replace("-", "_"), "") or locale.languages.get(code.split("-")[0], "")
    return known or code


def _speakers(code: str) -> str:
    return {
        "fr": _("French-speaking proctors"),
        "en": _("English-speaking proctors"),
        "es": _("Spanish-speaking proctors"),
        "de": _("German-speaking proctors"),
        "ar": _("Arabic-speaking proctors"),
        "pt": _("Portuguese-speaking proctors"),
    }.get(code.split("-")[0], "")
