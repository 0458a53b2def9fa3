"""The screen of who waits in the room: what the vendor's room says in words, and how old that word is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from ..domain.journey import room_age
from . import dates
from .screen import Screen

_SILENT = timedelta(minutes=2)


@dataclass(frozen=True)
class RoomView:
    """``pill`` is the state in two words, ``tone`` its colour, ``text`` what happens and what to do. ``age`` is ''
    while the word is fresh; ``silent`` once the service has not answered for minutes."""

    pill: str
    tone: str
    text: str
    age: str = ""
    silent: bool = False


def view(screen: Screen) -> RoomView:
    """The vendor's room as last heard of."""
    pill, tone, text = _words(screen.appointment.room_state)
    at, age = screen.appointment.room_state_at, room_age(screen.facts, screen.now)
    if at is None or age is None:
        return RoomView(pill, tone, text)
    minutes = timedelta(minutes=int(age.total_seconds()) // 60)
    told = {"time": dates.hour_with_seconds(at, screen.zone), "age": dates.span(minutes, screen.locale)}
    if minutes:
        since = _("Last word from the room at %(time)s, %(age)s ago.") % told
    else:
        since = _("Last word from the room at %(time)s, less than a minute ago.") % told
    return RoomView(pill, tone, text, since, age > _SILENT)


def _words(state: str) -> tuple[str, str, str]:
    if state == "scheduled":
        return (
            _("Room ready"),
            "",
            _("The room is waiting for you: go to its window and follow its instructions.") + " " + _follows(),
        )
    if state == "waiting":
        return (
            _("Identity check"),
            "",
            _("Your identity and your surroundings are being checked in the room.") + " " + _follows(),
        )
    if state == "open":
        return _("Ready"), "good", _("The room lets you begin: the exam opens here in a moment.")
    if state in ("ended", "cancelled"):
        return (
            _("Room closed"),
            "caution",
            _("The room says that its session is over. Rejoin it; if that does not help, use the contacts below."),
        )
    return (
        _("Waiting for the room"),
        "",
        _("Follow the instructions in the room's window; it has not reported yet.") + " " + _follows(),
    )


def _follows() -> str:
    return _("This page opens by itself when the exam may begin.")
