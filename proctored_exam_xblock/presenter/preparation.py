"""Between booking and exam: the checklist with the guide's points and the rules of the room (R-FUN-25, R-PE-3).

The course team chooses among both; what a proctor at a distance needs is asked where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..domain.policy import FORBIDDEN, PREPARATION, ExamPolicy
from . import equipment
from .screen import Screen

_AT_HOME = frozenset(PREPARATION)
_ON_SITE = frozenset({"identity", "phones", "hour"})
_ALONE = frozenset({"desk", "cable", "equipment", "phones", "family"})


@dataclass(frozen=True)
class Point:
    """One line to tick: what, and why; ``note`` is what the candidate needs beside it (documents, the last check)."""

    code: str
    text: str
    why: str
    note: str = ""


def context(screen: Screen) -> dict[str, object]:
    """The points that make sense for this exam, and the rules of its room."""
    facts = screen.facts.appointment
    points = [
        _point(screen, code) for code in PREPARATION if code in screen.policy.preparation and code in _fit(screen)
    ]
    return {
        "points": points,
        "points_key": facts.id if facts is not None and not facts.implicit else screen.uid,
        **rules_context(screen.policy),
    }


def _fit(screen: Screen) -> frozenset[str]:
    """What makes sense: all of it with a proctor at a distance, also while practising for one."""
    target = screen.facts.practice.target
    if screen.links.has_room or (target is not None and target.has_room):
        return _AT_HOME
    return _ON_SITE if screen.proctored and not screen.policy.practice else _ALONE


def rules_context(policy: ExamPolicy) -> dict[str, object]:
    """What is forbidden in the room, and what the course team has allowed, which it is by no default."""
    return {
        "rules": [_RULES[code]() for code in policy.forbidden if code in _RULES],
        "allowed_things": [_ALLOWED[code]() for code in FORBIDDEN if code not in policy.forbidden],
    }


def _point(screen: Screen, code: str) -> Point:
    text, why = _POINTS[code]()
    note = ""
    if code == "identity":
        documents = [_DOCUMENTS[name]() for name in screen.policy.identity_documents if name in _DOCUMENTS]
        note = _("Accepted: %(documents)s.") % {"documents": ", ".join(documents)} if documents else ""
    elif code == "equipment":
        at = equipment.context(screen)["equipment_at"]
        note = _("Last checked on %(when)s.") % {"when": at} if at else _("Equipment not checked yet")
    return Point(code, text, why, note)


_POINTS: Mapping[str, Callable[[], tuple[str, str]]] = {
    "room": lambda: (
        _("A closed, well lit room, with nobody else in it"),
        _("No public place: nobody may come in or speak to you. At work, shut yourself in a room."),
    ),
    "desk": lambda: (
        _("A cleared desk"),
        _("Only what is allowed stays on it; the proctor looks at it before the exam and during it."),
    ),
    "cable": lambda: (
        _("A network cable rather than Wi-Fi"),
        _("A Wi-Fi that drops interrupts the exam, and the clock does not stop."),
    ),
    "equipment": lambda: (
        _("Equipment tested again in exam conditions"),
        _("The same computer, network and place, all useless applications closed. At work, ask about the firewall."),
    ),
    "identity": lambda: (
        _("An official identity document at hand, two to be safe"),
        _("Without a valid document, clearly shown, an exam cannot be validated."),
    ),
    "mirror": lambda: (
        _("A mirror, a tablet or a CD at hand"),
        _("A built-in camera cannot turn: their reflection shows the room, the edges of the screen and the keyboard."),
    ),
    "light": lambda: (
        _("The light behind the computer, no backlight"),
        _("A window or a lamp behind you hides your face; the proctor has to see it clearly."),
    ),
    "phones": lambda: (
        _("Phones and connected objects switched off and put away"),
        _("Watches and tablets too: any communication during the exam is strictly forbidden."),
    ),
    "family": lambda: (
        _("People around asked not to disturb and not to use the Internet"),
        _("The exam needs all of the connection, and your calm."),
    ),
    "hour": lambda: (
        _("One hour free beyond the announced duration"),
        _("The checks of identity, surroundings and equipment take time before the clock starts."),
    ),
}
_DOCUMENTS: Mapping[str, Callable[[], str]] = {
    "passport": lambda: _("passport"),
    "identity_card": lambda: _("identity card"),
    "residence_permit": lambda: _("residence permit"),
    "driving_licence": lambda: _("driving licence"),
}
_RULES: Mapping[str, Callable[[], str]] = {
    "internet": lambda: _("no Internet, beyond this page"),
    "applications": lambda: _("no other application"),
    "documents": lambda: _("no book, manual or document"),
    "calculator": lambda: _("no calculator"),
    "paper": lambda: _("no pen, paper or draft"),
    "headphones": lambda: _("no headphones or earphones"),
}
_ALLOWED: Mapping[str, Callable[[], str]] = {
    "internet": lambda: _("the Internet"),
    "applications": lambda: _("other applications"),
    "documents": lambda: _("books and documents"),
    "calculator": lambda: _("a calculator"),
    "paper": lambda: _("pen and paper"),
    "headphones": lambda: _("headphones"),
}
