"""Whether an exam is paid, and whether its price may be given back (R-FUN-5): facts and ``now`` -> an answer.

The guide: within 14 days of the payment and only if no appointment was ever taken, cancelled ones included; or at any
time for a technical problem that the vendor confirms. A missing check of the equipment is no such problem.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .attempt import AppointmentState

NEVER_TAKEN = frozenset({AppointmentState.REFUSED})
"""The vendor said no: there never was an appointment. One that waits for the vendor's word counts until it says no."""


class Reason(StrEnum):
    """Why the price may, or may not, be given back; stable codes of the shops' interface."""

    WITHIN_PERIOD = "within_period"
    PROBLEM_CONFIRMED = "problem_confirmed"
    NOT_PAID = "not_paid"
    REFUNDED = "refunded"
    PERIOD_OVER = "period_over"
    APPOINTMENT_TAKEN = "appointment_taken"
    UNKNOWN_DATE = "unknown_date"


@dataclass(frozen=True)
class PaymentFacts:
    """What is known of one learner's payment for one exam.

    Args:
        how: ``enrolment`` (a mode that counts as paid), ``staff``, ``shop``, '' when there never was a payment.
        paid_at: None where the platform does not say when.
        refunded_at: set once the price was given back: the exam is no longer paid.
        appointment_taken: any appointment ever, in this exam, but one that the vendor refused.
        problem_confirmed: the vendor confirmed a technical problem.
    """

    how: str = ""
    paid_at: datetime | None = None
    refunded_at: datetime | None = None
    appointment_taken: bool = False
    problem_confirmed: bool = False

    @property
    def is_paid(self) -> bool:
        """True when the exam may be booked."""
        return bool(self.how) and self.refunded_at is None


@dataclass(frozen=True)
class Answer:
    """``until`` is the instant from which the answer would be no, None when no date changes it."""

    refundable: bool
    reasons: tuple[Reason, ...]
    until: datetime | None = None


def may_be_refunded(facts: PaymentFacts, refund_days: int, now: datetime) -> Answer:
    """The answer to "may this order be refunded?".

    Args:
        facts: what is known.
        refund_days: of the exam's policy; the period lasts so many times 24 hours from the payment, to the second.
        now: aware UTC instant, read once at the request's entry.
    """
    if not facts.how:
        return Answer(False, (Reason.NOT_PAID,))
    if facts.refunded_at is not None:
        return Answer(False, (Reason.REFUNDED,))
    if facts.problem_confirmed:
        return Answer(True, (Reason.PROBLEM_CONFIRMED,))
    against = [Reason.APPOINTMENT_TAKEN] if facts.appointment_taken else []
    until = facts.paid_at + timedelta(days=refund_days) if facts.paid_at is not None else None
    if until is None:
        against.append(Reason.UNKNOWN_DATE)
    elif now >= until:
        against.append(Reason.PERIOD_OVER)
    if against:
        return Answer(False, tuple(against))
    return Answer(True, (Reason.WITHIN_PERIOD,), until)
