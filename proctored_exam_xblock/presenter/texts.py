"""Sentences that the scripts show, sent with the screen to be translated; ``{name}`` is filled in the page."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ..domain.journey import Phase
from . import equipment


def for_phase(phase: Phase) -> dict[str, str]:
    """The sentences one screen may need."""
    found = _everywhere()
    if phase in (Phase.BOOKING, Phase.BOOKED):
        found |= _booking()
    if phase in (Phase.BOOKED, Phase.AVAILABLE):
        found |= _countdown() | {"prepared": _("{done} of {total}")}
    if phase in (Phase.ONBOARDING, Phase.BOOKING, Phase.BOOKED, Phase.AVAILABLE):
        found |= equipment.texts()
    if phase is Phase.BOOKED:
        found |= _rehearsal()
    if phase is Phase.SITTING:
        found |= _sitting()
    return found


def _everywhere() -> dict[str, str]:
    return {
        "unreachable": _("The platform does not answer. Check your connection; you can try again."),
        "failed": _("Something went wrong on the platform. Nothing was changed; you can try again."),
        "locked": _("Next try possible in {time}."),
        "close": _("Close"),
        "zone_differs": _("Your computer is set to {zone}."),
    }


def _booking() -> dict[str, str]:
    return {
        "book": _("Book {when}"),
        "move": _("Move to {when}"),
        "loading_slots": _("Looking for free times…"),
        "slow_slots": _("The proctoring service takes its time to answer. Still looking…"),
        "retry": _("Try again"),
        "held": _(
            "This time is kept for you until {time}. After that it is offered to everybody again; "
            "you can still book it if a seat is left."
        ),
        "held_over": _("This time is no longer kept for you. You can still book it if a seat is left."),
        "choose_time": _("not chosen yet"),
    }


def _countdown() -> dict[str, str]:
    return {
        "day": _("day"),
        "days": _("days"),
        "hour": _("hour"),
        "hours": _("hours"),
        "minute": _("minute"),
        "minutes": _("minutes"),
        "second": _("second"),
        "seconds": _("seconds"),
    }


def _rehearsal() -> dict[str, str]:
    return {
        "rehearsal_saved": _("Saved at {time}. Now cut your network and change your answer."),
        "rehearsal_kept": _(
            "Network lost: your answer is kept on this computer. Restore the network and reload the page."
        ),
        "rehearsal_back": _("Your answer is back: nothing was lost."),
    }


def _sitting() -> dict[str, str]:
    return {
        "online": _("Connected"),
        "saving": _("Saving…"),
        "offline": _("Offline: your answers are kept on this computer"),
        "saved_at": _("Saved at {time}"),
        "draft_saved": _("Draft saved at {time}"),
        "draft_unsaved": _("Draft not saved yet"),
        "summary_draft": _("Draft · {done} of {total}"),
        "answered": _("Questions answered: {done} of {total}."),
        "unanswered": _("Unanswered: {numbers}."),
        "all_answered": _("All questions are answered."),
        "part_verified": _("Part {number}: verified, {done} of {total}."),
        "part_draft": _("Part {number}: NOT verified, draft of {done} of {total}."),
        "part_untouched": _("Part {number}: not started."),
        "minutes_left": _("{count} minutes left."),
        "minute_left": _("One minute left."),
        "extended": _("Time was added: {time} remaining."),
        "time_up": _("Time is up: the exam is being closed."),
        "verified": _("Part {number} is verified. Answers registered: {done}."),
    }
