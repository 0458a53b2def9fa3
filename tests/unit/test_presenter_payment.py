"""The payment step and what is said of refunds, in both languages and at each moment (R-FUN-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from proctored_exam_xblock.domain.attempt import AppointmentState
from proctored_exam_xblock.domain.journey import OnboardingFacts, Phase
from proctored_exam_xblock.domain.refunds import PaymentFacts
from tests.unit import candidates as c
from tests.unit.candidates import tree, words

PRICED = replace(c.POLICY, payment_required=True, price="60 €", payment_url="https://shop.example/?o={order}")
NOW = c.BOOKED_AT
PAID = PaymentFacts("shop", NOW - timedelta(days=1))
LINKS = replace(c.LINKS, payment="https://shop.example/?o=token")


def case(payment: PaymentFacts, phase: Phase = Phase.ONBOARDING, **more) -> c.Case:
    facts = replace(c.READY, payment=payment, **more)
    return c.Case(phase, facts, NOW, PRICED, LINKS)


def step(payment: PaymentFacts, language: str = "fr", **more):
    more = {"onboarding": OnboardingFacts(), **more}
    found = tree(case(payment, **more), language).xpath('.//*[@data-pex-step="payment"]')
    assert len(found) == 1
    return found[0]


def test_an_exam_without_a_price_has_no_such_step():
    screen = tree(c.Case(Phase.ONBOARDING, replace(c.READY, onboarding=OnboardingFacts()), NOW))
    assert "payment" not in screen.xpath(".//@data-pex-step")
    assert not tree(c.BOOKING).xpath('.//*[contains(@class, "pex-paid")]')


@pytest.mark.parametrize(("language", "label", "rule"), [("fr", "Payer", "14 jours"), ("en", "Pay", "14 days")])
def test_to_be_paid_the_price_as_written_a_link_and_the_rule(language, label, rule):
    found = step(PaymentFacts(), language)
    (link,) = found.xpath('.//a[@data-pex-action="pay"]')
    assert (link.get("href"), link.get("target"), words(link)) == (LINKS.payment, "_top", label)
    assert "60 €" in words(found)
    assert rule in words(found.xpath(".//details")[0])
    assert found.get("data-done") == "false"
    (waiting,) = found.xpath(".//*[@data-pex-awaiting-payment]")
    assert "hidden" in waiting.attrib


def test_without_a_shop_the_course_team_is_named():
    found = tree(replace(case(PaymentFacts(), onboarding=OnboardingFacts()), links=c.LINKS))
    assert not found.xpath('.//*[@data-pex-action="pay"]')
    assert "équipe pédagogique comment payer" in words(found)


def test_paid_its_day_and_until_when_it_may_be_given_back():
    found = step(PAID)
    assert found.get("data-done") == "true"
    assert "Paiement enregistré le 27 janvier 2017 à 10:48" in words(found)
    assert "jusqu’au 10 février 2017 à 10:48" in words(found)
    assert not found.xpath('.//*[@data-pex-action="pay"]')


def test_paid_by_the_enrolment_on_a_day_nobody_knows():
    found = words(step(PaymentFacts("enrolment")))
    assert "Votre inscription comprend le paiement." in found
    assert "écrivez à l’adresse ci-dessous" in found


def test_given_back_it_can_be_paid_again():
    found = step(replace(PAID, refunded_at=NOW))
    assert "remboursé le 28 janvier 2017" in words(found)
    assert found.xpath('.//*[@data-pex-action="pay"]')
    assert not found.xpath(".//*[@data-pex-refund]")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_before_booking_the_consequence_is_said_as_long_as_there_is_one(language):
    said = {"fr": "Dès qu’un rendez-vous est pris", "en": "As soon as an appointment is taken"}[language]
    assert said in words(tree(case(PAID, Phase.BOOKING), language))
    taken = words(tree(case(replace(PAID, appointment_taken=True), Phase.BOOKING), language))
    assert said not in taken
    assert {"fr": "Un rendez-vous a été pris", "en": "An appointment was taken"}[language] in taken


def test_a_booked_candidate_reads_it_too():
    appointment = replace(c.APPOINTMENT, state=AppointmentState.CONFIRMED)
    found = tree(case(replace(PAID, appointment_taken=True), Phase.BOOKED, appointment=appointment))
    assert "le remboursement n’est plus possible" in words(found)
    assert not found.xpath(".//*[@data-pex-refund-ends]")


def test_the_page_asks_again_by_itself_while_it_waits_for_the_shop_and_no_longer():
    waiting = case(PaymentFacts(), onboarding=OnboardingFacts())
    assert tree(waiting).get("data-poll") == "20"
    assert tree(case(PAID, onboarding=OnboardingFacts())).get("data-poll") == "0"
    by_hand = replace(waiting, policy=replace(PRICED, payment_url=""))
    assert tree(by_hand).get("data-poll") == "0"


def test_a_year_later_the_period_is_over():
    late = replace(case(PaymentFacts("staff", datetime(2016, 1, 5, tzinfo=UTC))), phase=Phase.BOOKING)
    assert "Le délai de remboursement est écoulé." in words(tree(late))
