"""The payment in words: price, what is known of it, the rule of refunds and what it means now (R-FUN-5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..domain.journey import Phase
from ..domain.refunds import Answer, PaymentFacts, Reason, may_be_refunded
from . import dates
from .screen import Screen


@dataclass(frozen=True)
class PaymentView:
    """What the templates show.

    Args:
        price: as the course team wrote it, or ''.
        url: the shop's page, or ''.
        paid: whether the exam may be booked.
        state: what is known, one sentence; '' while nothing is.
        rule: when the price is given back, sentence by sentence.
        now: what the rule means at this moment, '' before there is a payment.
        warns: booking now would end the refund.
    """

    price: str
    url: str
    paid: bool
    state: str
    rule: tuple[str, ...]
    now: str
    warns: bool


def context(screen: Screen) -> dict[str, object]:
    """``payment`` for the templates, None where the exam has no price."""
    return {"payment": view(screen) if screen.policy.payment_required else None}


def awaited(screen: Screen) -> bool:
    """True while the page waits for a shop's word."""
    is_open = screen.policy.payment_required and screen.journey.phase is Phase.ONBOARDING
    return is_open and bool(screen.policy.payment_url) and not _facts(screen).is_paid


def view(screen: Screen) -> PaymentView:
    """The payment of one candidate."""
    facts, policy = _facts(screen), screen.policy
    answer = may_be_refunded(facts, policy.refund_days, screen.now)
    return PaymentView(
        price=policy.price,
        url=screen.links.payment,
        paid=facts.is_paid,
        state=_state(screen, facts),
        rule=_rule(policy.refund_days),
        now=_now(screen, answer) if facts.how and facts.refunded_at is None else "",
        warns=answer.refundable and Reason.WITHIN_PERIOD in answer.reasons,
    )


def _facts(screen: Screen) -> PaymentFacts:
    return screen.facts.payment or PaymentFacts()


def _state(screen: Screen, facts: PaymentFacts) -> str:
    if facts.refunded_at is not None:
        return _("Your payment was refunded on %(when)s. Pay again to book.") % {
            "when": _when(screen, facts.refunded_at)
        }
    if not facts.is_paid:
        return ""
    if facts.paid_at is None:
        return _("Your enrolment includes the payment.")
    return _("Payment recorded on %(when)s.") % {"when": _when(screen, facts.paid_at)}


def _rule(days: int) -> tuple[str, ...]:
    within = ngettext(
        "You may ask for a refund within %(count)d day of paying, provided that no appointment was ever taken, "
        "not even one that was cancelled.",
        "You may ask for a refund within %(count)d days of paying, provided that no appointment was ever taken, "
        "not even one that was cancelled.",
        days,
    ) % {"count": days}
    return (
        within,
        _("After that, only a technical problem that the proctoring service confirms gives the right to a refund."),
        _("Equipment that was not checked beforehand is no technical problem."),
    )


def _now(screen: Screen, answer: Answer) -> str:
    """The first reason that speaks: no date matters any more once an appointment was taken."""
    when = _when(screen, answer.until) if answer.until is not None else ""
    return _SENTENCES[answer.reasons[0]]() % {"when": when}


_SENTENCES: Mapping[Reason, Callable[[], str]] = {
    Reason.WITHIN_PERIOD: lambda: _("A refund is possible until %(when)s, as long as no appointment is taken."),
    Reason.PROBLEM_CONFIRMED: lambda: _("A technical problem was confirmed: you may ask for a refund."),
    Reason.APPOINTMENT_TAKEN: lambda: _("An appointment was taken: a refund is no longer possible."),
    Reason.PERIOD_OVER: lambda: _("The time to ask for a refund is over."),
    Reason.UNKNOWN_DATE: lambda: _("For a refund, write to the address below."),
}


def _when(screen: Screen, moment: datetime) -> str:
    """ "30 janvier 2027 à 18:22": a right that ends names its year."""
    local = moment.astimezone(screen.zone)
    return _("%(day)s at %(time)s") % {
        "day": dates.day_month_year(local.date(), screen.locale),
        "time": dates.hour(moment, screen.zone),
    }
