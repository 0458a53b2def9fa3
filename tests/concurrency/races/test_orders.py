"""Shops that repeat themselves at the same instant, and a refund that meets a booking."""

from __future__ import annotations

from functools import partial

import pytest

from proctored_exam_xblock.models import Alert, AuditEntry, Exam, Payment, ShopCall
from proctored_exam_xblock.services import booking, payments, shops
from proctored_exam_xblock.services.dossier import Caller
from tests.concurrency.crowd import at_once, tally, trail
from tests.world import SLOT, USAGE, World


@pytest.fixture
def priced(exam: World) -> World:
    exam.publish(payment_required=True)
    return exam


def order(caller: Caller, reference: str = "A-1") -> payments.Order:
    assert caller.user_id is not None
    return payments.Order(Exam.objects.get(usage_key=USAGE), caller.user_id, "atelier", reference)


def paying(exam: World, caller: Caller, reference: str = "A-1") -> partial[bool]:
    now = exam.clock()
    return partial(payments.record_paid, order(caller, reference), now, "shop:atelier", now)


def test_ten_times_the_same_order_is_one(priced: World) -> None:
    alex = priced.person()
    priced.load(alex)
    assert sorted(at_once([paying(priced, alex)] * 10)) == [False] * 9 + [True]
    assert Payment.objects.count() == 1
    assert trail(priced.candidacy(alex)) == ["paid"]


def test_ten_learners_who_never_looked_pay_at_once(priced: World) -> None:
    people = [priced.person(f"candidate{number}") for number in range(10)]
    outcomes = at_once([paying(priced, person, f"A-{number}") for number, person in enumerate(people)])
    assert tally(outcomes) == {"ok": 10}
    assert AuditEntry.objects.filter(action="paid", candidacy=None).count() == 10


def test_the_same_call_ten_times_is_taken_once(priced: World) -> None:
    outcomes = at_once([partial(shops.take, "atelier", "nonce-of-one-call", priced.clock())] * 10)
    assert tally(outcomes) == {"ok": 1, "replayed": 9}
    assert ShopCall.objects.count() == 1


def test_a_refund_and_a_booking_at_once_come_one_after_the_other(priced: World) -> None:
    for number in range(5):
        alex = priced.person(f"candidate{number}")
        priced.load(alex)
        paying(priced, alex, f"A-{number}")()
        priced.onboard(alex)
        row, now = Payment.objects.get(order_key=f"atelier:A-{number}"), priced.clock()
        start = SLOT.replace(minute=15 * (number % 4), hour=15 + number // 4)
        refund = partial(payments.record_refunded, row, now, "shop:atelier", now)
        refunded, booked = at_once([refund, partial(booking.book, alex, start, now)])
        assert refunded is True
        alerts = Alert.objects.filter(appointment__candidacy=priced.candidacy(alex)).count()
        assert (tally([booked]), alerts) in [({"ok": 1}, 1), ({"not_allowed_now": 1}, 0)]
