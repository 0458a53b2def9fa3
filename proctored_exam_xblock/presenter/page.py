"""Render one screen, or the slots of one day, with an engine of our own: no host setting can change what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.html import json_script

from ..domain.attempt import APPOINTMENT_ACTIVE, AppointmentState
from ..domain.journey import Facts, Journey, Phase
from ..domain.policy import ExamPolicy
from ..domain.scheduling import SlotOffer
from . import calendar, contexts, dates, payment, support, texts
from .engine import Context, template
from .links import Links
from .screen import Screen

SCRIPTS = (
    "net.js",
    "clock.js",
    "frame.js",
    "hold.js",
    "calendar.js",
    "equipment.js",
    "rehearsal.js",
    "messages.js",
    "form.js",
    "payment.js",
    "attention.js",
    "part.js",
    "sitting.js",
    "review.js",
    "panel.js",
    "student.js",
)
"""Files below ``static/proctored_exam_xblock/js``, classic scripts in load order."""
CHECK_SCRIPTS = ("equipment-facts.js", "equipment-media.js", "equipment-network.js", "equipment-check.js")
"""Likewise; the page asks for them at the first click on the check of the equipment."""
SAMPLE = "equipment-sample.bin"
"""Bytes that cannot be compressed, below ``static/proctored_exam_xblock``: what the download is measured with."""
STYLES = ("exam.css", "equipment.css", "preparing.css", "review.css")
"""Files below ``static/proctored_exam_xblock/css``."""

_POLL_SECONDS = {
    Phase.BOOKED: 60,
    Phase.AVAILABLE: 60,
    Phase.ROOM: 15,
    Phase.UNLOCKED: 30,
    Phase.SITTING: 30,
    Phase.PAUSED: 10,
}
_POLL_UNCONFIRMED_SECONDS = 10
_POLL_THE_ROOM_SECONDS = 10
_POLL_THE_SHOP_SECONDS = 20


def render(facts: Facts, journey: Journey, policy: ExamPolicy, now: datetime, links: Links, language: str) -> str:
    """The candidate's whole panel.

    Args:
        facts: what is stored about the candidate.
        journey: the phase and actions decided for ``facts`` and ``now``.
        policy: the policy that ``journey`` was decided with.
        now: aware UTC instant of the request's entry.
        links: addresses and names that the caller knows.
        language: Django language code.

    Returns:
        HTML of one ``<section data-pex-phase="...">``.
    """
    screen = Screen(facts, journey, policy, now, links, language)
    with translation.override(language):
        context = {
            **_frame(screen),
            **contexts.common(screen),
            **contexts.BY_PHASE[journey.phase](screen),
        }
        return template(journey.phase.value).render(Context(context))


def _frame(screen: Screen) -> dict[str, object]:
    journey, attempt = screen.journey, screen.facts.attempt
    following = journey.next_change or screen.look.keys_from
    return {
        "phase": journey.phase.value,
        "uid": screen.uid,
        "language": screen.locale.language,
        "attempt_id": attempt.id if attempt else "",
        "next": dates.iso_exact(following) if following else "",
        "poll": _poll_seconds(screen),
        "phones": support.phones(screen),
        "mails": support.mails(screen),
        "zone": screen.zone_name,
        "texts": json_script(texts.for_phase(journey.phase)),
    }


def _poll_seconds(screen: Screen) -> int:
    appointment = screen.facts.appointment
    waiting = appointment is not None and appointment.state in APPOINTMENT_ACTIVE - {AppointmentState.CONFIRMED}
    if waiting and screen.journey.phase in (Phase.BOOKED, Phase.AVAILABLE):
        return _POLL_UNCONFIRMED_SECONDS
    if payment.awaited(screen):
        return _POLL_THE_SHOP_SECONDS
    if screen.facts.opens_by_room and screen.journey.phase is Phase.ROOM:
        return _POLL_THE_ROOM_SECONDS
    return _POLL_SECONDS.get(screen.journey.phase, 0)


def render_slots(
    policy: ExamPolicy,
    day: date,
    slots: Sequence[SlotOffer],
    zone: str | ZoneInfo,
    now: datetime,
    language: str,
) -> str:
    """The slots of one day as buttons.

    Args:
        policy: the exam's rules.
        day: the day asked for, in the exam's zone.
        slots: what the vendor offers and the rules allow; those before ``now`` are left out.
        zone: the candidate's zone.
        now: aware UTC instant of the request's entry.
        language: Django language code.
    """
    candidate = ZoneInfo(zone) if isinstance(zone, str) else zone
    locale = dates.locale_for(language)
    with translation.override(language):
        offered = [slot for slot in slots if slot.start > now]
        context = calendar.slots_context(policy, day, offered, candidate, locale)
        return template("parts/slots").render(Context(context))
