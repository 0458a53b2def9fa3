"""The candidate's file: terms and what changed in them, the name as it will be printed (R-FUN-3, R-FUN-4)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..domain import names
from ..domain.journey import Action, onboarding_steps, terms_version
from ..domain.terms import TermsPart, parts_in_force
from . import equipment, information, payment, wording
from .screen import Screen

Context = dict[str, object]


@dataclass(frozen=True)
class Terms:
    """One text to read; ``language`` is '' where it is the screen's own."""

    title: str
    version: str
    language: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """What one text says otherwise than the one that was accepted."""

    title: str
    paragraphs: tuple[wording.Paragraph, ...]


def onboarding_context(screen: Screen) -> Context:
    """The steps with their state and what each of them needs."""
    steps = onboarding_steps(screen.facts, screen.policy)
    return {
        "steps": steps,
        "steps_left": sum(not finished for finished in steps.values()),
        "next_step": next((step for step, finished in steps.items() if not finished), ""),
        **terms_context(screen, accepted=steps["terms"]),
        **name_context(screen),
        **equipment.context(screen),
        **information.form_context(screen),
        **payment.context(screen),
        **file_context(screen),
    }


def terms_context(screen: Screen, *, accepted: bool) -> Context:
    """The texts in force, and what changed since the candidate accepted others."""
    facts, before = screen.facts, screen.facts.accepted_terms
    parts = parts_in_force(screen.policy, facts.service_terms, screen.locale.language)
    renewed = facts.onboarding.terms_accepted_at is not None and not accepted
    return {
        "terms": [_terms(screen, part) for part in parts],
        "terms_version": terms_version(facts, screen.policy),
        "terms_renewed": renewed,
        "terms_changes": _changes(screen, before.parts, parts) if renewed and before is not None else [],
        "terms_unread": renewed and before is not None and not _comparable(before.parts, parts),
    }


def _terms(screen: Screen, part: TermsPart) -> Terms:
    language = "" if part.language == screen.locale.language else part.language
    return Terms(_title(screen, part.source), part.version, language, tuple(part.text.split("\n\n")))


def _title(screen: Screen, source: str) -> str:
    if source == "course":
        return _("Terms of the exam")
    return _("Terms of %(name)s") % {"name": screen.links.backend_name or _("the proctoring service")}


def _comparable(before: tuple[TermsPart, ...], now: tuple[TermsPart, ...]) -> bool:
    """False when something accepted is not on file any more, or was read in another language."""
    languages = {part.source: part.language for part in now}
    return bool(before) and all(languages.get(part.source, part.language) == part.language for part in before)


def _changes(screen: Screen, before: tuple[TermsPart, ...], now: tuple[TermsPart, ...]) -> list[Change]:
    """Per text what was taken out and put in; a text that is new, or gone, is so as a whole."""
    if not _comparable(before, now):
        return []
    old = {part.source: part.text for part in before}
    new = {part.source: part.text for part in now}
    found = (
        Change(_title(screen, source), wording.changes(old.get(source, ""), new.get(source, "")))
        for source in ("course", "service")
    )
    return [change for change in found if change.paragraphs]


def name_context(screen: Screen) -> Context:
    """The account's name, and how it would look with the family name in capitals where that helps."""
    facts, done = screen.facts, screen.facts.onboarding
    first, last = facts.account_name
    if not (first or last):
        first, last = screen.person.first_name, screen.person.last_name
    ambiguous = names.is_ambiguous(first, last)
    return {
        "account_name": f"{first} {last}".strip(),
        "account_last_name": last,
        "capitals_name": f"{first} {names.in_capitals(last)}".strip() if ambiguous else "",
        "name_in_capitals": ambiguous and screen.person.last_name == names.in_capitals(last),
        "name_changeable": done.name_confirmed_at is not None and _may_rename(screen) and ambiguous,
    }


def _may_rename(screen: Screen) -> bool:
    return Action.CONFIRM_NAME in screen.journey.actions and screen.facts.appointment is None


def file_context(screen: Screen) -> Context:
    """What the file holds: the name, the terms in the words that were accepted; each with its time."""
    done, accepted = screen.facts.onboarding, screen.facts.accepted_terms
    return {
        "terms_at": information.when(screen, done.terms_accepted_at),
        "accepted_version": done.terms_version,
        "accepted_terms": [_terms(screen, part) for part in accepted.parts] if accepted is not None else [],
        "accepted_language": _language(screen, accepted.language) if accepted is not None else "",
        "name_at": information.when(screen, done.name_confirmed_at),
        "name_frozen": screen.facts.appointment is not None,
        "information_at": information.when(screen, done.information_saved_at),
        "email_is_refused": screen.facts.email_is_refused,
    }


def _language(screen: Screen, code: str) -> str:
    return str(screen.locale.languages.get(code, code))
