"""An exam that has its price, in two languages: the step, the shop elsewhere, the way back, the refund's answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.candidate import INFORMATION, Candidate

UNIT = "/courses/cartopro-payant/unit/"
COURSE = "/courses/cartopro-payant/"
SAYS = {
    "fr": {
        "pay": "Payer",
        "waiting": "En attente du paiement",
        "paid": "Paiement enregistré le 15 février 2027",
        "ends": "Dès qu’un rendez-vous est pris, le remboursement n’est plus possible",
        "over": "Un rendez-vous a été pris",
        "again": "Votre paiement a été remboursé",
        "dates": "1er mars 2027",
    },
    "en": {
        "pay": "Pay",
        "waiting": "Waiting for the payment",
        "paid": "Payment recorded on 15 February 2027",
        "ends": "As soon as an appointment is taken, a refund is no longer possible",
        "over": "An appointment was taken",
        "again": "Your payment was refunded",
        "dates": "1 March 2027",
    },
}


class Nadia(Candidate):
    """A candidate of the course that has its price, at the course page and in the shop."""

    def open(self) -> Candidate:
        self.page.goto(COURSE if self.framed else UNIT)
        return self

    @property
    def step(self) -> Any:
        return self.exam.locator('[data-pex-step="payment"]')

    def to_the_shop(self) -> None:
        self.do("pay")
        expect(self.page.locator("[data-demo-order]")).to_have_attribute("data-demo-order", "open")

    def in_the_shop(self, action: str) -> None:
        self.page.locator(f'[data-demo-action="{action}"]').click()

    def shop_says(self, answer: str) -> None:
        self.page.goto("/demo/shop/")
        expect(self.page.locator("[data-demo-refundable]")).to_have_attribute("data-demo-refundable", answer)

    def all_but_the_payment(self) -> None:
        for action in ("accept-terms", "confirm-name"):
            self.do(action)
            expect(self.exam.locator(f'[data-pex-action="{action}"]')).to_have_count(0)
        for field, value in INFORMATION.items():
            self.fill(field, value)
        self.do("save-information")
        expect(self.exam.locator('[data-pex-step="information"]')).to_have_attribute("data-done", "true")


def accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_nadia_pays_in_the_shop_comes_back_and_books_and_the_refund_is_over(campus_factory, visitor, language):
    site, says = campus_factory(), SAYS[language]
    nadia = Nadia(site, visitor(site, "nadia", language, viewport={"width": 320, "height": 800}), framed=True)
    nadia.open().at("onboarding")
    expect(nadia.step.get_by_role("link", name=says["pay"])).to_be_visible()
    expect(nadia.step.locator("[data-pex-awaiting-payment]")).to_be_hidden()
    accessible(nadia.page)
    nadia.all_but_the_payment()

    nadia.to_the_shop()
    accessible(nadia.page)
    nadia.page.go_back()
    expect(nadia.step).to_contain_text(says["waiting"])
    expect(nadia.step.locator("[data-pex-awaiting-payment]")).to_be_visible()

    nadia.to_the_shop()
    nadia.in_the_shop("pay")
    booking = nadia.at("booking")
    expect(booking).to_contain_text(says["paid"])
    expect(booking).to_contain_text(says["dates"])
    expect(booking.locator("[data-pex-refund-ends]")).to_contain_text(says["ends"])
    accessible(nadia.page)
    assert nadia.page.evaluate("document.documentElement.scrollWidth") <= 320
    nadia.shop_says("true")

    nadia.open().book()
    expect(nadia.at("booked")).to_contain_text(says["over"])
    nadia.shop_says("false")
    expect(nadia.page.locator('[data-demo-action="refund"]')).to_be_disabled()


def test_given_back_before_any_appointment_it_is_to_be_paid_again(campus_factory, visitor):
    site = campus_factory()
    nadia = Nadia(site, visitor(site, "nadia"))
    nadia.open().at("onboarding")
    nadia.to_the_shop()
    nadia.in_the_shop("pay")
    framed = Nadia(site, nadia.page, framed=True)
    expect(framed.step).to_have_attribute("data-done", "true")

    nadia.shop_says("true")
    nadia.in_the_shop("refund")
    expect(nadia.page.locator("[data-demo-order]")).to_have_attribute("data-demo-order", "refunded")

    nadia.open()
    expect(nadia.step).to_contain_text(SAYS["fr"]["again"])
    expect(nadia.step).to_have_attribute("data-done", "false")


def test_the_page_that_stayed_open_shows_the_payment_by_itself(campus_factory, visitor):
    site = campus_factory()
    nadia = Nadia(site, visitor(site, "nadia"))
    nadia.open().at("onboarding")
    second = Nadia(site, nadia.page.context.new_page())
    second.open().at("onboarding")
    second.to_the_shop()
    second.in_the_shop("pay")
    expect(second.page).to_have_url(site.url(COURSE))

    nadia.page.bring_to_front()
    nadia.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(nadia.step).to_have_attribute("data-done", "true")


def test_after_fourteen_days_the_shop_is_told_no(campus_factory, visitor):
    site = campus_factory()
    nadia = Nadia(site, visitor(site, "nadia"))
    nadia.open().at("onboarding")
    nadia.to_the_shop()
    nadia.in_the_shop("pay")
    expect(nadia.page).to_have_url(site.url(COURSE))

    nadia.pass_time(days=13, hours=23)
    nadia.shop_says("true")
    site.advance(timedelta(hours=2).total_seconds())
    nadia.shop_says("false")


def test_the_course_that_has_its_price_is_nobody_elses(campus, visitor):
    page = visitor(campus, "alex")
    page.goto("/dashboard/")
    slugs = page.locator("[data-demo-course]").evaluate_all("cards => cards.map(card => card.dataset.demoCourse)")
    assert slugs == ["cartopro", "cartopro-pe", "cartopro-site"]
    expect(page.get_by_role("link", name="Boutique")).to_have_count(0)
    page.goto("/")
    slugs = page.locator("[data-demo-course]").evaluate_all("cards => cards.map(card => card.dataset.demoCourse)")
    assert slugs == ["cartopro", "cartopro-pe", "cartopro-site"]
    page.goto("/demo/sign-in/nadia/")
    page.goto("/dashboard/")
    expect(page.locator("[data-demo-course]")).to_have_attribute("data-demo-course", "cartopro-payant")
