"""Sentences of the author's scripts, and names of kinds and screens; ``{name}`` is filled in the page."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...domain.journey import Phase
from ...domain.questions import Kind


def all_of_them() -> dict[str, str]:
    """By the name that the scripts know them by."""
    return {
        "unreachable": _("The platform does not answer. Nothing you typed is lost: try again."),
        "failed": _("Something went wrong on the platform. Nothing you typed is lost: try again."),
        "saving": _("Saving…"),
        "saved": _("Saved."),
        "unsaved": _("Not saved yet"),
        "wrong_fields": _("Not saved: {count} fields need your attention."),
        "wrong_field": _("Not saved: one field needs your attention."),
        "leave": _("What you typed is not saved. Leave all the same? It is kept as a draft on this computer."),
        "leave_yes": _("Leave"),
        "draft_found": _("You have a draft of {time} on this computer that was never saved."),
        "draft_older": _(
            "You have a draft of {time} on this computer. Somebody has saved the exam since: read it before you save."
        ),
        "draft_restored": _("Your draft is back. It is not saved yet."),
        "bad_json": _("This is no JSON object: {reason}"),
        "json_applied": _("Taken into the form. It is not saved yet."),
        "json_unknown": _("Unknown rules were left out: {names}."),
        "delete_part": _("Delete the part “{title}” and its {count} questions?"),
        "delete_question": _("Delete this question?"),
        "replace_rules": _("The rules were changed in the form since this text was shown. Replace them with the text?"),
        "replace": _("Replace"),
        "replace_paper": _("Replace the whole paper with what you import?"),
        "new_part": _("Part {number}"),
        "no_title": _("Part {number}, without a title"),
        "part_count": _("{count} questions, {points} points"),
        "part_count_one": _("1 question, {points} points"),
        "paper_count": _("{parts} parts, {count} questions, {points} points"),
        "no_pools": _("What the draw means for candidates could not be worked out. {why}"),
        "not_read": _("Not readable yet"),
        "points": _("{count} points"),
        "point": _("1 point"),
        "moved": _("Question moved to place {place}."),
        "part_moved": _("Part moved to place {place}."),
        "deleted": _("Deleted."),
        "imported": _("{count} questions imported. They are not saved yet."),
        "import_mistakes": _(
            "{count} questions imported, {wrong} of them need your attention. They are not saved yet."
        ),
        "too_large": _("This file is too large: {limit} MB at most."),
        "preview_only": _("Preview: nothing is recorded."),
        "password_set": _("The password is set."),
        "remove": _("Remove"),
    }


def phase(value: Phase) -> str:
    """A screen's name for authors."""
    return {
        Phase.ONBOARDING: _("File"),
        Phase.BOOKING: _("Booking"),
        Phase.BOOKED: _("Appointment"),
        Phase.UNLOCKED: _("Before the start"),
        Phase.SITTING: _("Exam"),
        Phase.SUBMITTED: _("Submitted"),
        Phase.RESULT: _("Result"),
    }.get(value, value.value)


def kind(value: Kind) -> str:
    """How a question is answered, in one or two words."""
    return {
        Kind.SINGLE: _("One answer"),
        Kind.MULTIPLE: _("Several answers"),
        Kind.SELECT: _("Drop-down list"),
    }.get(value, str(value))


def several(count: int) -> str:
    """The same of a problem that asks for more than one answer."""
    return ngettext("%(count)s answer to give", "%(count)s answers to give", count) % {"count": count}
