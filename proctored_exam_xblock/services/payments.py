"""Who paid for an exam, who got it back, and whether it may be given back (R-FUN-5).

Paid is who the platform has in a mode that counts as paid, whose order a shop told us of (``services.shops``), or whom
staff entered. Each change locks the candidacy where there is one; it has its entry in the candidate's trail then, else
in the exam's, for a learner may pay before they ever looked at the exam.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction

from .. import compat
from ..domain.errors import InvalidField, OrderDiffers, UnknownOrder
from ..domain.policy import ExamPolicy
from ..domain.refunds import NEVER_TAKEN, Answer, PaymentFacts, may_be_refunded
from ..models import AuditEntry, Candidacy, Exam, Payment
from . import alerts, audit, exams

STAFF = "staff"
"""The ``shop`` of what was entered by hand; no shop can have this name."""
ENROLMENT = "enrolment"
PROBLEM = "problem_confirmed"
REFERENCE = r"[A-Za-z0-9][A-Za-z0-9._:/#-]{0,63}"
"""An order's number: nothing that a log, an address or a database would take for something else."""


@dataclass(frozen=True)
class Order:
    """What was bought by whom, under the shop's own number."""

    exam: Exam
    user_id: int
    shop: str
    reference: str

    @property
    def key(self) -> str:
        """Unique over all shops."""
        return key_of(self.shop, self.reference)

    def is_that_of(self, row: Payment) -> bool:
        """Whether a row on file is this very order; not every database tells capitals apart."""
        ours = (self.exam.pk, self.user_id, self.shop, self.reference)
        return ours == (row.exam_id, row.user_id, row.shop, row.reference)


def key_of(shop: str, reference: str) -> str:
    """Unique over all shops."""
    return f"{shop}:{reference}"


# --- what is known ------------------------------------------------------------------------------------------------


def standing(
    exam: Exam, user_id: int, policy: ExamPolicy, candidacy: Candidacy | None, *, lock: bool = False
) -> PaymentFacts:
    """What is known of a learner's payment for an exam: their enrolment first, then the newest order that stands.

    Args:
        lock: read what is committed now; the caller's transaction holds the candidacy.
    """
    mode = compat.host().enrolment_mode(user_id, exam.course_key) if policy.paid_modes else None
    if mode is not None and mode in policy.paid_modes:
        since = compat.host().in_mode_since(user_id, exam.course_key, mode)
        return PaymentFacts(ENROLMENT, since, None, _was_taken(candidacy), _is_confirmed(candidacy))
    row = _newest(exam, user_id, lock)
    return facts_of(row, candidacy) if row is not None else PaymentFacts()


def facts_of(row: Payment, candidacy: Candidacy | None) -> PaymentFacts:
    """One order as the domain knows it."""
    how = STAFF if row.shop == STAFF else "shop"
    confirmed = row.problem_confirmed_at is not None
    return PaymentFacts(how, row.paid_at, row.refunded_at, _was_taken(candidacy), confirmed)


def _newest(exam: Exam, user_id: int, lock: bool = False) -> Payment | None:
    rows = Payment.objects.select_for_update() if lock else Payment.objects.all()
    found = list(rows.filter(exam=exam, user_id=user_id).order_by("-paid_at", "-pk"))
    standing_ones = [row for row in found if row.refunded_at is None]
    return next(iter([*standing_ones, *found]), None)


def _was_taken(candidacy: Candidacy | None) -> bool:
    if candidacy is None:
        return False
    return candidacy.appointments.exclude(state__in=[state.value for state in NEVER_TAKEN]).exists()


def _is_confirmed(candidacy: Candidacy | None) -> bool:
    """What staff noted of a payment that has no row here."""
    if candidacy is None:
        return False
    return AuditEntry.objects.filter(chain=f"candidacy:{candidacy.pk}", action=PROBLEM).exists()


def refund_answer(exam: Exam, user_id: int, now: datetime, row: Payment | None = None) -> Answer:
    """May the price be given back?

    Args:
        row: the order asked about; the learner's present payment where it is None.
    """
    assert exam.current_version is not None
    policy = exams.snapshot(exam.current_version).policy
    candidacy = Candidacy.objects.filter(exam=exam, user_id=user_id).first()
    facts = facts_of(row, candidacy) if row is not None else standing(exam, user_id, policy, candidacy)
    return may_be_refunded(facts, policy.refund_days, now)


def as_json(answer: Answer) -> dict[str, Any]:
    """The answer as shops and commands are given it."""
    until = answer.until.astimezone(UTC).isoformat().replace("+00:00", "Z") if answer.until is not None else None
    return {"refundable": answer.refundable, "reasons": [reason.value for reason in answer.reasons], "until": until}


# --- what happens -------------------------------------------------------------------------------------------------


def record_paid(order: Order, paid_at: datetime, actor: str, now: datetime, reason: str = "") -> bool:
    """Keep a paid order, once.

    Returns:
        False when it was known: nothing happens a second time, also when it was refunded since.

    Raises:
        OrderDiffers: the reference is known with another exam, learner or instant.
    """
    with transaction.atomic():
        candidacy = _hold(order.exam, order.user_id)
        try:
            with transaction.atomic():
                row = Payment.objects.create(
                    exam=order.exam,
                    user_id=order.user_id,
                    shop=order.shop,
                    reference=order.reference,
                    order_key=order.key,
                    paid_at=paid_at,
                    recorded_at=now,
                    recorded_by=actor,
                )
        except IntegrityError:
            known = Payment.objects.select_for_update().get(order_key=order.key)
            if not order.is_that_of(known) or known.paid_at != paid_at:
                raise OrderDiffers("reference") from None
            return False
        _note(row, candidacy, "paid", now, actor, reason, paid_at=paid_at.isoformat())
    return True


def record_refunded(row: Payment, at: datetime, actor: str, now: datetime, reason: str = "") -> bool:
    """The price was given back: nothing can be booked any more. An appointment that stands is people's to see to.

    Returns:
        False when it was known.

    Raises:
        OrderDiffers: refunded at another instant, or before it was paid.
    """
    with transaction.atomic():
        candidacy = _hold(row.exam, row.user_id)
        row = Payment.objects.select_for_update().select_related("exam").get(pk=row.pk)
        if row.refunded_at is not None and row.refunded_at == at:
            return False
        if row.refunded_at is not None or at < row.paid_at:
            raise OrderDiffers("at")
        row.refunded_at = at
        row.save(update_fields=["refunded_at"])
        _note(row, candidacy, "refunded", now, actor, reason, refunded_at=at.isoformat())
        booked = candidacy.appointments.filter(active_key=candidacy.pk).first() if candidacy is not None else None
        if booked is not None:
            alerts.raise_alert("refunded_while_booked", now, appointment=booked, payment=row.pk)
    return True


def enter(order: Order, paid_at: datetime, actor: str, reason: str, now: datetime) -> bool:
    """Staff say that it is paid. A learner who has paid already is not charged twice: nothing happens.

    Args:
        order: with a reference of staff's own, or '' for a random one.

    Returns:
        False when a payment stands already.

    Raises:
        InvalidField: no reason, or an instant to come.
    """
    alerts.check_reason(reason)
    if paid_at > now:
        raise InvalidField("at", reason="out_of_range")
    with transaction.atomic():
        _hold(order.exam, order.user_id)
        known = _newest(order.exam, order.user_id, lock=True)
        if known is not None and known.refunded_at is None:
            return False
        reference = order.reference or uuid.uuid4().hex[:12]
        named = Order(order.exam, order.user_id, STAFF, reference)
        return record_paid(named, paid_at, actor, now, reason.strip())


def refund_by_hand(row: Payment, actor: str, reason: str, now: datetime) -> bool:
    """Staff say that the price was given back. Done already: nothing."""
    alerts.check_reason(reason)
    return row.refunded_at is None and record_refunded(row, now, actor, now, reason.strip())


def confirm_problem(
    exam: Exam, user_id: int, actor: str, reason: str, now: datetime, row: Payment | None = None
) -> bool:
    """The vendor confirmed a technical problem: the price may be given back, whatever else happened.

    Args:
        row: the order; the learner's present payment where it is None.

    Returns:
        False when it was known.

    Raises:
        UnknownOrder: this exam was never paid by this learner.
    """
    alerts.check_reason(reason)
    assert exam.current_version is not None
    policy = exams.snapshot(exam.current_version).policy
    with transaction.atomic():
        candidacy = _hold(exam, user_id)
        facts = standing(exam, user_id, policy, candidacy, lock=True) if row is None else None
        if facts is not None and facts.how == ENROLMENT and candidacy is not None:
            if not facts.problem_confirmed:
                audit.record(candidacy, PROBLEM, now, actor, reason=reason.strip())
            return not facts.problem_confirmed
        row = _newest(exam, user_id, lock=True) if row is None else Payment.objects.select_for_update().get(pk=row.pk)
        if row is None:
            raise UnknownOrder()
        if row.problem_confirmed_at is not None:
            return False
        row.problem_confirmed_at, row.problem_reason = now, reason.strip()
        row.save(update_fields=["problem_confirmed_at", "problem_reason"])
        _note(row, candidacy, PROBLEM, now, actor, reason.strip())
    return True


def _hold(exam: Exam, user_id: int) -> Candidacy | None:
    """The candidacy's lock, as every change of a candidate takes it first; the exam's where there is none, before any
    row is written that refers to the exam: two who share that lock could not both have it alone afterwards."""
    found = Candidacy.objects.select_for_update().filter(exam_id=exam.pk, user_id=user_id).first()
    if found is None:
        Exam.objects.select_for_update().get(pk=exam.pk)
    return found


def _note(
    row: Payment, candidacy: Candidacy | None, action: str, now: datetime, actor: str, reason: str, **more: Any
) -> None:
    told = {"payment": row.pk, "shop": row.shop, **more, **({"reason": reason} if reason else {})}
    if candidacy is not None:
        audit.record(candidacy, action, now, actor, **told)
    else:
        audit.record_exam(Exam.objects.select_for_update().get(pk=row.exam_id), action, now, actor, **told)
