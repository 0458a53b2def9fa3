"""The screen of who may not sit the exam: each thing that is missing, what they have, and a link (R-FUN-1)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..domain.eligibility import Missing, Requirement
from . import dates, support
from .screen import Screen


@dataclass(frozen=True)
class Lack:
    """One thing missing, in words; ``action`` is the stable name of its link, '' for one that only leads somewhere."""

    code: str
    title: str
    needed: str
    have: str
    link: str
    label: str
    action: str = ""


def context(screen: Screen) -> dict[str, object]:
    """What is missing, the enrolment first; when nobody said what, it is the enrolment."""
    policy = screen.policy
    missing = screen.facts.missing or (Missing(Requirement.ENROLMENT, "", policy.enrolment_modes),)
    lacks = [_WORDS[item.code](screen, item) for item in missing]
    return {
        "window_first": dates.numeric_day(policy.first_day, screen.locale),
        "window_last": dates.numeric_day(policy.last_day, screen.locale),
        "lacks": lacks,
        "follows": bool(missing[0].have) or not screen.facts.missing,
        "not_enrolled": missing[0].code is Requirement.ENROLMENT,
    }


def _enrolment(screen: Screen, item: Missing) -> Lack:
    return Lack(
        item.code.value,
        _("Enrolment for the certification"),
        _("Needed: %(modes)s.") % {"modes": _or([_mode(mode) for mode in item.needed])},
        _("You have: %(mode)s.") % {"mode": _mode(item.have[0])} if item.have else _("You are not enrolled."),
        screen.links.enrol,
        _("Enrol to take a certification"),
        "enrol",
    )


def _mode(code: str) -> str:
    return {
        "verified": _("enrolment with certification"),
        "audit": _("enrolment without certification"),
        "honor": _("enrolment with a certificate of achievement"),
        "professional": _("professional enrolment"),
        "no-id-professional": _("professional enrolment"),
        "credit": _("enrolment for credit"),
        "masters": _("enrolment for a master’s degree"),
    }.get(code, code)


def _group(screen: Screen, item: Missing) -> Lack:
    mails = support.mails(screen)
    return Lack(
        item.code.value,
        _("Group"),
        _("Open to: %(groups)s.") % {"groups": _or(item.needed)},
        _("Your group: %(groups)s.") % {"groups": _or(item.have)} if item.have else _("You are in no group."),
        mails[0].href if mails else screen.links.dashboard,
        _("Write to the course team") if mails else _("Go to my dashboard"),
    )


def _prerequisite(screen: Screen, item: Missing) -> Lack:
    have = _("You have %(percent)s %%.") % {"percent": item.have[0]} if item.have else _("You have no grade there yet.")
    return Lack(
        item.code.value,
        item.title,
        _("At least %(percent)s %% needed.") % {"percent": item.needed[0]},
        have,
        item.link or screen.links.dashboard,
        _("Go to this part of the course") if item.link else _("Go to my dashboard"),
    )


def _or(names: tuple[str, ...] | list[str]) -> str:
    """ "A, B or C"."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s or %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


_WORDS = {
    Requirement.ENROLMENT: _enrolment,
    Requirement.GROUP: _group,
    Requirement.PREREQUISITE: _prerequisite,
}
