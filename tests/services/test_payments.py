"""An exam that has its price: who has paid, by which of three ways, what is refused until then, the refund's answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from demo.models import Enrolment
from proctored_exam_xblock.domain.errors import (
    FileIncomplete,
    InvalidField,
    NotAllowedNow,
    OrderDiffers,
    PaymentMissing,
    UnknownOrder,
)
from proctored_exam_xblock.models import Alert, AuditEntry, Exam, Payment
from proctored_exam_xblock.services import audit, booking, enrolment, interventions, payments, shops, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.statements import Watch
from tests.world import NONCE, OTHER_SLOT, SLOT, START, USAGE, World

pytestmark = pytest.mark.django_db
SHOP_URL = "https://shop.example/buy?o={order}&e={exam}&back={return_url}&l={language}"
STAFF = ("staff:1", "paid by bank transfer")


@pytest.fixture
def exam(world: World) -> World:
    world.publish(payment_required=True, price="60 €", payment_url=SHOP_URL, paid_modes=["professional"])
    return world


def row() -> Exam:
    return Exam.objects.get(usage_key=USAGE)


def order(caller: Caller, reference: str = "A-1", shop: str = "atelier") -> payments.Order:
    assert caller.user_id is not None
    return payments.Order(row(), caller.user_id, shop, reference)


def pay(exam: World, caller: Caller, reference: str = "A-1", at: datetime | None = None) -> bool:
    return payments.record_paid(order(caller, reference), at or exam.clock(), "shop:atelier", exam.clock())


def answer(exam: World, caller: Caller) -> tuple[bool, list[str]]:
    assert caller.user_id is not None
    found = payments.refund_answer(row(), caller.user_id, exam.clock())
    return found.refundable, [reason.value for reason in found.reasons]


def trail(caller: Caller, exam: World) -> list[str]:
    return list(AuditEntry.objects.filter(candidacy=exam.candidacy(caller)).values_list("action", flat=True))


# --- the gate -------------------------------------------------------------------------------------------------------


def test_without_the_rule_nothing_is_asked_and_no_table_read(world: World) -> None:
    world.publish()
    alex, watch = world.person(), Watch()
    world.onboard(alex)
    with connection.execute_wrapper(watch):
        assert world.phase(alex) == "booking"
    assert not watch.touching("payment")


def test_booking_waits_for_the_payment_and_the_server_says_so(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    assert exam.phase(alex) == "onboarding"
    with pytest.raises(NotAllowedNow):
        booking.book(alex, SLOT, exam.clock())
    pay(exam, alex)
    assert exam.phase(alex) == "booking"
    assert exam.book(alex).journey.phase.value == "booked"


def test_the_steps_may_be_done_in_any_order(exam: World) -> None:
    alex = exam.person()
    exam.load(alex)
    pay(exam, alex)
    assert exam.phase(alex) == "onboarding"
    exam.onboard(alex)
    assert exam.phase(alex) == "booking"


def test_an_exam_without_appointments_is_not_entered_unpaid(world: World) -> None:
    world.publish(backend="none", unlock="none", appointments=False, payment_required=True)
    alex = world.person()
    world.clock.present = SLOT
    enrolment.accept_terms(alex, "1", world.clock())
    enrolment.confirm_name(alex, world.clock())
    with pytest.raises(NotAllowedNow):
        sitting.enter(alex, world.clock())
    pay(world, alex)
    sitting.enter(alex, world.clock())
    assert answer(world, alex) == (False, ["appointment_taken"]), "entering is what an appointment would have been"


def test_a_mode_that_counts_as_paid_needs_no_order(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    exam.publish(enrolment_modes=["verified", "professional"])
    alex, robin = exam.person("alex", "professional"), exam.person("robin")
    for caller in (alex, robin):
        exam.onboard(caller)
    assert (exam.phase(alex), exam.phase(robin)) == ("booking", "onboarding")
    assert answer(exam, alex) == (False, ["unknown_date"])
    monkeypatch.setattr("demo.host.Host.in_mode_since", lambda *_: START - timedelta(days=1))
    assert answer(exam, alex) == (True, ["within_period"])


def test_somebody_elses_payment_and_that_of_another_exam_open_nothing(exam: World) -> None:
    alex, robin = exam.person(), exam.person("robin")
    exam.onboard(alex)
    other = Exam.objects.create(usage_key="another", course_key="another", current_version=row().current_version)
    pay(exam, robin)
    assert alex.user_id is not None
    payments.record_paid(payments.Order(other, alex.user_id, "atelier", "A-2"), exam.clock(), "shop:x", exam.clock())
    assert exam.phase(alex) == "onboarding"


def test_the_screen_changes_when_the_shop_has_spoken(exam: World) -> None:
    alex = exam.person()
    before = exam.load(alex).fingerprint
    pay(exam, alex)
    assert exam.load(alex).fingerprint != before


def test_the_screen_changes_when_the_platform_changes_the_mode(exam: World) -> None:
    exam.publish(enrolment_modes=["verified", "professional"])
    alex = exam.person()
    before = exam.load(alex).fingerprint
    Enrolment.objects.filter(user_id=alex.user_id).update(mode="professional")
    assert exam.load(alex).fingerprint != before


def test_staff_book_nobody_who_has_not_paid_but_can_enter_the_payment(exam: World) -> None:
    alex = exam.person()
    exam.load(alex)
    pk = exam.candidacy(alex).pk
    with pytest.raises(FileIncomplete) as refused:
        interventions.book_for(pk, SLOT, *STAFF, exam.clock())
    assert refused.value.code == "file_incomplete", "the candidate has steps of their own"
    exam.onboard(alex)
    with pytest.raises(PaymentMissing):
        interventions.book_for(pk, SLOT, *STAFF, exam.clock())
    payments.enter(order(alex, ""), exam.clock(), *STAFF, exam.clock())
    assert interventions.book_for(pk, SLOT, *STAFF, exam.clock()).start == SLOT
    assert interventions.book_for(pk, OTHER_SLOT, *STAFF, exam.clock()).start == OTHER_SLOT


# --- orders ---------------------------------------------------------------------------------------------------------


def test_an_order_told_twice_is_one_order(exam: World) -> None:
    alex = exam.person()
    exam.load(alex)
    assert [pay(exam, alex, at=START) for _ in range(2)] == [True, False]
    assert Payment.objects.count() == 1
    assert trail(alex, exam) == ["paid"]


def test_the_same_reference_with_another_content_is_refused(exam: World) -> None:
    alex, robin = exam.person(), exam.person("robin")
    pay(exam, alex)
    for caller, at in ((robin, exam.clock()), (alex, exam.clock() - timedelta(seconds=1))):
        with pytest.raises(OrderDiffers):
            pay(exam, caller, at=at)
    assert Payment.objects.get().user_id == alex.user_id


def test_two_shops_may_use_the_same_number(exam: World) -> None:
    alex = exam.person()
    pay(exam, alex)
    assert payments.record_paid(order(alex, shop="other"), exam.clock(), "shop:other", exam.clock())


def test_a_late_repetition_of_paid_does_not_undo_the_refund(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    pay(exam, alex, at=START)
    assert payments.record_refunded(Payment.objects.get(), exam.clock(), "shop:atelier", exam.clock())
    assert not pay(exam, alex, at=START)
    assert exam.phase(alex) == "onboarding"
    assert answer(exam, alex) == (False, ["refunded"])
    pay(exam, alex, "A-2")
    assert exam.phase(alex) == "booking"


def test_a_refund_is_told_once_and_not_before_the_payment(exam: World) -> None:
    alex = exam.person()
    exam.load(alex)
    pay(exam, alex)
    known, now = Payment.objects.get(), exam.clock()
    with pytest.raises(OrderDiffers):
        payments.record_refunded(known, now - timedelta(seconds=1), "shop:atelier", now)
    assert [payments.record_refunded(known, now, "shop:atelier", now) for _ in range(2)] == [True, False]
    with pytest.raises(OrderDiffers):
        payments.record_refunded(known, now + timedelta(seconds=1), "shop:atelier", now)
    assert trail(alex, exam) == ["paid", "refunded"]


def test_an_appointment_that_stands_when_the_price_is_given_back_is_an_alert(exam: World) -> None:
    alex = exam.person()
    exam.load(alex)
    pay(exam, alex)
    exam.book(alex)
    payments.record_refunded(Payment.objects.get(), exam.clock(), "shop:atelier", exam.clock())
    assert exam.phase(alex) == "booked"
    assert Alert.objects.get().kind == "refunded_while_booked"


def test_who_pays_before_ever_looking_is_in_the_exams_trail(exam: World) -> None:
    alex = exam.person()
    pay(exam, alex)
    entry = AuditEntry.objects.get(action="paid")
    assert (entry.chain, entry.candidacy) == (f"exam:{row().pk}", None)
    assert audit.broken_link(AuditEntry.objects.filter(chain=entry.chain).order_by("sequence")) is None
    exam.onboard(alex)
    assert exam.phase(alex) == "booking"


def test_the_trail_has_no_personal_data(exam: World) -> None:
    alex = exam.person()
    exam.load(alex)
    pay(exam, alex, "ALEX-MARTIN-7")
    told = repr(list(AuditEntry.objects.values_list("action", "actor", "data")))
    assert not {"alex", "martin", "@"} & {word for word in ("alex", "martin", "@") if word in told.lower()}


# --- by hand --------------------------------------------------------------------------------------------------------


def test_what_staff_enter_has_a_reason_and_is_entered_once(exam: World) -> None:
    alex = exam.person()
    exam.load(alex)
    yesterday = exam.clock() - timedelta(days=1)
    entered = [payments.enter(order(alex, ""), yesterday, *STAFF, exam.clock()) for _ in range(2)]
    assert entered == [True, False]
    known = Payment.objects.get()
    assert (known.shop, known.paid_at, known.recorded_by) == ("staff", yesterday, "staff:1")
    assert AuditEntry.objects.get(action="paid").data["reason"] == STAFF[1]


@pytest.mark.parametrize(("reason", "ahead"), [(" ", 0), ("x" * 256, 0), ("fine", 1)])
def test_no_reason_or_a_day_to_come_is_refused(exam: World, reason: str, ahead: int) -> None:
    alex = exam.person()
    at = exam.clock() + timedelta(seconds=ahead)
    with pytest.raises(InvalidField):
        payments.enter(order(alex, ""), at, "staff:1", reason, exam.clock())
    assert not Payment.objects.exists()


def test_a_problem_that_the_vendor_confirmed_opens_the_refund_again(exam: World) -> None:
    alex = exam.person()
    exam.load(alex)
    pay(exam, alex)
    exam.book(alex)
    exam.clock.advance(days=40)
    assert answer(exam, alex) == (False, ["appointment_taken", "period_over"])
    assert alex.user_id is not None
    said = [payments.confirm_problem(row(), alex.user_id, *STAFF, exam.clock()) for _ in range(2)]
    assert said == [True, False]
    assert answer(exam, alex) == (True, ["problem_confirmed"])
    assert Payment.objects.get().problem_reason == STAFF[1]


def test_it_can_be_confirmed_for_who_paid_by_their_enrolment(exam: World) -> None:
    exam.publish(enrolment_modes=["professional"])
    alex = exam.person("alex", "professional")
    exam.book(alex)
    assert alex.user_id is not None
    said = [payments.confirm_problem(row(), alex.user_id, *STAFF, exam.clock()) for _ in range(2)]
    assert said == [True, False]
    assert answer(exam, alex) == (True, ["problem_confirmed"])


def test_a_problem_of_nobodys_payment_is_refused(exam: World) -> None:
    alex = exam.person()
    assert alex.user_id is not None
    with pytest.raises(UnknownOrder):
        payments.confirm_problem(row(), alex.user_id, *STAFF, exam.clock())


# --- appointments and the refund ------------------------------------------------------------------------------------


def paid_and_booked(exam: World) -> Caller:
    alex = exam.person()
    exam.load(alex)
    pay(exam, alex)
    assert answer(exam, alex) == (True, ["within_period"])
    exam.book(alex)
    return alex


def test_a_cancelled_appointment_counts(exam: World) -> None:
    alex = paid_and_booked(exam)
    assert answer(exam, alex) == (False, ["appointment_taken"])
    booking.cancel(alex, exam.clock())
    assert answer(exam, alex) == (False, ["appointment_taken"])


def test_a_missed_one_counts(exam: World) -> None:
    exam.publish(refund_days=100)
    alex = paid_and_booked(exam)
    exam.clock.present = SLOT + timedelta(hours=2)
    assert exam.phase(alex) == "missed"
    assert answer(exam, alex) == (False, ["appointment_taken"])


@pytest.mark.parametrize(("state", "counts"), [("refused", False), ("requested", True), ("used", True)])
def test_one_that_the_vendor_refused_never_was_one(exam: World, state: str, counts: bool) -> None:
    alex = paid_and_booked(exam)
    appointment = exam.appointment(alex)
    appointment.state = state
    appointment.save()
    assert answer(exam, alex)[0] is not counts


# --- the pay link ---------------------------------------------------------------------------------------------------


def test_the_link_names_the_learner_to_us_alone_and_runs_out(exam: World) -> None:
    alex = Caller(USAGE, exam.person().user_id, language="en")
    dossier = exam.load(alex)
    url = shops.pay_url(dossier)
    assert url.startswith("https://shop.example/buy?o=")
    assert f"&e={USAGE}&back=http%3A%2F%2Ftestserver%2Fcourses%2Fcartopro%2F&l=en" in url
    token = url.split("o=")[1].split("&")[0].replace("%3A", ":")
    assert "alex" not in url.lower()
    found, user_id = shops.find(shops.Subject(token=token), exam.clock() + timedelta(days=30))
    assert (found.usage_key, user_id) == (USAGE, alex.user_id)
    for forged, days in ((token, 31), (token[:-1] + "!", 0), ("1.1:x", 0), ("", 0)):
        with pytest.raises((shops.UnknownLearner, shops.BadRequest)):
            shops.find(shops.Subject(token=forged), exam.clock() + timedelta(days=days))


# --- statements -----------------------------------------------------------------------------------------------------


def counted(exam: World, caller: Caller) -> int:
    watch = Watch()
    with connection.execute_wrapper(watch):
        exam.load(caller)
    return len(watch.statements)


def test_a_price_costs_two_statements_until_the_exam_begins_and_none_then(world: World) -> None:
    def life(**rules: Any) -> list[int]:
        world.clock.present = START
        world.publish(**rules)
        alex = world.person("priced" if rules["payment_required"] else "free")
        world.load(alex)
        world.load(world.person("warm"))
        unpaid = counted(world, alex)
        if rules["payment_required"]:
            pay(world, alex)
        world.onboard(alex)
        paid = counted(world, alex)
        world.enter_room(alex)
        sitting.unlock(alex, world.code(alex), "", world.clock())
        sitting.start(alex, NONCE, world.clock())
        return [unpaid, paid, counted(world, alex)]

    free, priced = life(payment_required=False), life(payment_required=True)
    assert [more - less for more, less in zip(priced, free, strict=True)] == [1, 2, 0]
