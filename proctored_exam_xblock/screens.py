"""What an answer of the server shows: the dossier's screen as HTML, with the links it needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import translation

from . import compat, messages, presenter
from .domain.errors import ExamError, NotSignedIn
from .domain.journey import Phase, is_paid
from .services import booking, calendar_links, entry, help_line, practice, proctoring, shops, terms
from .services.dossier import Caller, Dossier
from .services.facts import without_file

_WITH_CALENDAR = (Phase.BOOKING, Phase.BOOKED, Phase.AVAILABLE, Phase.INTERRUPTED, Phase.MISSED)
"""What these say depends on which slots have a seat left."""

_WITH_TERMS = frozenset({Phase.ONBOARDING, Phase.BOOKING, Phase.BOOKED, Phase.AVAILABLE})
"""Screens on which the accepted terms can be read again."""


@dataclass(frozen=True)
class FirstScreen:
    """What a page is born with."""

    html: str
    fingerprint: str
    server_time: str


def iso(moment: datetime) -> str:
    """ISO with milliseconds and Z, as JavaScript reads it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def first_screen(caller: Caller, now: datetime) -> FirstScreen:
    """The panel of a freshly loaded page. It holds no window token yet: the page asks for one."""
    dossier = entry.load(caller, now)
    return FirstScreen(html(dossier), dossier.fingerprint, iso(now))


def refused(error: ExamError, usage_key: str, now: datetime) -> FirstScreen:
    """The panel of who cannot have one: anonymous visitors, or an exam that is not ready."""
    phase = Phase.NOT_ELIGIBLE if isinstance(error, NotSignedIn) else Phase.CLOSED
    contacts = presenter.Help(**vars(help_line.of_exam(usage_key)))
    page = presenter.render_refusal(messages.text(error), error.code, phase, _language(), contacts)
    return FirstScreen(page, "", iso(now))


def html(dossier: Dossier) -> str:
    """The dossier's screen."""
    aside = practice.aside(dossier)
    facts = booking.with_calendar(dossier) if dossier.journey.phase in _WITH_CALENDAR else dossier.facts
    facts = replace(facts, practice=aside.around)
    if facts.person is None and dossier.caller.user_id is not None:
        facts = replace(facts, person=without_file(dossier.caller.user_id))
    if facts.appointment is not None:
        appointment = replace(facts.appointment, launch_url=proctoring.launch_url(dossier))
        facts = replace(facts, appointment=appointment)
    if dossier.candidacy is not None and dossier.journey.phase in _WITH_TERMS:
        facts = replace(facts, accepted_terms=terms.last_accepted(dossier.candidacy))
    shown = links(dossier, aside)
    page = presenter.render(facts, dossier.journey, dossier.policy, dossier.now, shown, dossier.caller.language)
    return compat.course_files(page, dossier.exam.course_key)


def links(dossier: Dossier, aside: practice.Aside = practice.Aside()) -> presenter.Links:  # noqa: B008 - frozen
    """Addresses and names around the exam. The equipment of a practice is measured by what the exam itself needs."""
    host, backend, course = compat.host(), dossier.backend, dossier.exam.course_key
    target = aside.around.target
    return presenter.Links(
        enrol=host.enrol_url(course),
        dashboard=host.dashboard_url(),
        account=host.account_url(),
        equipment=backend.settings.get("equipment_url", backend.equipment_url),
        calendar=calendar_links.address(dossier),
        payment=_payment(dossier),
        course_title=host.course_title(course),
        backend_name=backend.verbose_name,
        capabilities=frozenset(capability.value for capability in backend.capabilities),
        help_phones=backend.help_phones,
        help_emails=backend.help_emails,
        equipment_limits=target.limits if target and target.known else backend.limits,
        outline=tuple((part.title, part.drawn) for part in dossier.paper.parts),
        practice=aside.practice_url,
        prepares_for=aside.exam_url,
    )


def _payment(dossier: Dossier) -> str:
    waits = dossier.journey.phase is Phase.ONBOARDING and dossier.policy.payment_required
    return shops.pay_url(dossier) if waits and not is_paid(dossier.facts) else ""


def _language() -> str:
    return (translation.get_language() or "fr").split("-")[0]
