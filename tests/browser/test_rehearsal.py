"""The rehearsal of a booked candidate: saved, then the network goes, then the page is loaded again."""

from __future__ import annotations

from playwright.sync_api import expect


def test_an_answer_given_without_network_is_back_after_a_reload(exam_day):
    alex, _ = exam_day()
    alex.open()
    alex.onboard()
    alex.book()
    rehearsal = alex.exam.locator("[data-pex-rehearsal]")
    note = rehearsal.get_by_role("status")
    rehearsal.locator("summary").click()
    rehearsal.locator("input").nth(0).check()
    expect(note).to_contain_text("Enregistré à")
    alex.page.context.set_offline(True)
    rehearsal.locator("input").nth(1).check()
    expect(note).to_contain_text("gardée sur cet ordinateur")
    alex.page.context.set_offline(False)
    alex.page.reload()
    alex.at("booked")
    expect(rehearsal.locator("input").nth(1)).to_be_checked()
    expect(note).to_contain_text("Votre réponse est revenue")
