"""What an answer of the server shows: the dossier's screen as HTML, with the links it needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import translation

from . import compat, messages, presenter
from .domain.errors import ExamError, NotSignedIn
from .domain.journey import Phase, is_paid
from .services import entry, proctoring, shops
from .services.dossier import Caller, Dossier


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


def refused(error: ExamError, now: datetime) -> FirstScreen:
    """The panel of who cannot have one: anonymous visitors, or an exam that is not ready."""
    phase = Phase.NOT_ELIGIBLE if isinstance(error, NotSignedIn) else Phase.CLOSED
    page = presenter.render_refusal(messages.text(error), error.code, phase, _language())
    return FirstScreen(page, "", iso(now))


def html(dossier: Dossier) -> str:
    """The dossier's screen."""
    facts = dossier.facts
    if facts.appointment is not None:
        appointment = replace(facts.appointment, launch_url=proctoring.launch_url(dossier))
        facts = replace(facts, appointment=appointment)
    return presenter.render(
        facts, dossier.journey, dossier.policy, dossier.now, links(dossier), dossier.caller.language
    )


def links(dossier: Dossier) -> presenter.Links:
    """Addresses and names around the exam."""
    host, backend, course = compat.host(), dossier.backend, dossier.exam.course_key
    return presenter.Links(
        enrol=host.enrol_url(course),
        dashboard=host.dashboard_url(),
        account=host.account_url(),
        equipment=backend.settings.get("equipment_url", backend.equipment_url),
        payment=_payment(dossier),
        course_title=host.course_title(course),
        backend_name=backend.verbose_name,
        capabilities=frozenset(capability.value for capability in backend.capabilities),
        help_phones=backend.help_phones,
        equipment_limits=backend.limits,
        outline=tuple((part.title, len(part.questions)) for part in dossier.paper.parts),
    )


def _payment(dossier: Dossier) -> str:
    waits = dossier.journey.phase is Phase.ONBOARDING and dossier.policy.payment_required
    return shops.pay_url(dossier) if waits and not is_paid(dossier.facts) else ""


def _language() -> str:
    return (translation.get_language() or "fr").split("-")[0]
