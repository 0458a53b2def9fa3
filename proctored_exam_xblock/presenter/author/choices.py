"""What can be chosen for a rule, in words: modes, points of checklists, days, languages."""

from __future__ import annotations

from collections.abc import Mapping

from babel import Locale
from django.utils.translation import gettext as _

from .. import dates

Choices = list[tuple[str, str]]
_LANGUAGES = ("fr", "en", "de", "es", "it", "pt", "nl", "pl", "ro", "ar", "zh")


def of(name: str, locale: Locale) -> Choices:
    """(value, text) of every choice of a rule that has some; [] for others."""
    if name == "closed_weekdays":
        return [(str(number), wide) for number, (_narrow, wide) in enumerate(dates.weekday_names(locale), start=1)]
    if name in ("language", "proctor_languages"):
        return [(code, str(locale.languages.get(code, code))) for code in _LANGUAGES]
    return list(_fixed().get(name, {}).items())


def _fixed() -> Mapping[str, Mapping[str, str]]:
    return {
        "unlock": {
            "appointment_code": _("A code of each appointment: the proctor types it"),
            "session_code": _("One code for all who begin at the same time: the invigilator gives it"),
            "exam_password": _("One password for the whole exam: the proctor types it"),
            "none": _("No password"),
        },
        "expiry": {
            "submit_drafts": _("Count as they stand"),
            "discard": _("Do not count"),
        },
        "release": {
            "immediate": _("At once"),
            "on_date": _("On a date"),
            "manual": _("By the course team"),
        },
        "score_floor": {
            "question": _("Within each question"),
            "part": _("Within each part"),
        },
        "score_scale": {
            "points": _("In points of the paper"),
            "percent": _("In percent"),
            "twenty": _("Out of 20"),
            "thousand": _("Out of 1,000"),
        },
        "review_during": {"answers": _("Their own answers")},
        "review_after": {"answers": _("Their own answers")},
        "review_released": {
            "answers": _("Their own answers"),
            "correctness": _("What was right"),
            "explanations": _("The explanations"),
            "part_scores": _("The score of each part"),
        },
        "second_after": {
            "interrupted": _("Interrupted by a technical problem"),
            "missed": _("Appointment missed"),
        },
        "forbidden": {
            "internet": _("Internet, beyond the exam’s page"),
            "applications": _("Other applications"),
            "documents": _("Books, manuals, documents"),
            "calculator": _("Calculator"),
            "paper": _("Pen, paper, draft"),
            "headphones": _("Headphones, earphones"),
        },
        "preparation": {
            "room": _("Closed room, no public place"),
            "desk": _("Cleared desk"),
            "cable": _("Cable rather than Wi-Fi"),
            "equipment": _("Equipment checked"),
            "identity": _("Identity documents at hand"),
            "mirror": _("Mirror or tablet"),
            "light": _("Light behind the computer"),
            "phones": _("Phones put away"),
            "family": _("People at home told"),
            "hour": _("One hour beyond the duration"),
        },
        "identity_documents": {
            "passport": _("Passport"),
            "identity_card": _("Identity card"),
            "residence_permit": _("Residence permit"),
            "driving_licence": _("Driving licence"),
        },
    }
