"""A candidate looks back: on nothing during the exam, on own answers after it, on the keys once the window is over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.course_team import change_rules, rules_of
from tests.browser.test_screens import LOOKS, Inspector

RULES = {
    "show_result_in_exam": True,
    "review_during": [],
    "review_released": ["answers", "correctness", "explanations", "part_scores"],
    "keys_wait_for_window": True,
}
WORDS = {
    "fr": {"own": "Votre réponse", "right": "Bonne réponse", "later": "seront affichées ici à partir du"},
    "en": {"own": "Your answer", "right": "Right answer", "later": "will be shown here from"},
}
MATHJAX = "window.typeset = []; window.MathJax = {typesetPromise: async ([one]) => window.typeset.push(one.dataset)}"

TYPESET = "window.typeset.map(part => part.pexReviewPart).filter(Boolean)"


@pytest.mark.parametrize("language", LOOKS)
def test_a_candidate_looks_back_on_the_exam(exam_day, visitor, language):
    alex, proctor = exam_day("alex", language=language)
    author = visitor(alex.campus, "dominique")
    change_rules(author, **RULES)
    last_day = date.fromisoformat(rules_of(author)["last_day"])
    said, seen = WORDS[language], Inspector(language)
    alex.page.add_init_script(MATHJAX)
    alex.start(proctor)

    # During: what was verified is put away, and what is told of it stays right.
    alex.answer_part(1)
    alex.verify_part(1)
    panel = alex.exam.locator('[data-pex-panel="1"]')
    expect(panel).to_be_visible()
    assert panel.locator("[data-pex-question]").count() == 0
    seen.look(alex.page, "a verified part that is put away")
    alex.part(2).click()
    alex.choose(11, 1)
    alex.do("finish")
    lines = alex.exam.locator('[data-pex-dialog="finish"][open] li')
    expect(lines.first).to_contain_text("10")
    expect(alex.exam.locator('[data-pex-dialog="finish"] [data-pex-fill="missing"]')).to_contain_text("12-30")
    alex.do("confirm")

    # After: own answers and the score of each part; the keys wait.
    alex.at("result")
    review = alex.exam.locator("[data-pex-review]")
    expect(review.locator("[data-pex-keys-from]")).to_contain_text(said["later"])
    first = review.locator('[data-pex-review-part="1"]')
    assert review.locator("details[open]").count() == 0
    first.locator("summary").focus()
    alex.page.keyboard.press("Enter")
    expect(first.locator("[data-pex-review-question='1']")).to_be_visible()
    assert first.locator("[data-pex-chosen]").count() == 10
    expect(first.locator("[data-pex-chosen]").first).to_contain_text(said["own"])
    expect(first.locator("[data-pex-part-score]")).to_contain_text("10")
    assert said["right"] not in first.inner_text()
    assert review.locator("[data-pex-points]").count() == 0
    assert alex.page.evaluate(TYPESET) == ["1"]
    seen.look(alex.page, "own answers")

    # Once the window is over: what was right, and why. The page that stayed open gets it too, its part still unfolded.
    alex.campus.set_clock(f"{last_day + timedelta(days=1)}T00:00:00Z")
    alex.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(first.locator("[data-pex-verdict]")).to_have_count(10)
    assert first.get_attribute("open") is not None
    expect(first.locator("summary")).to_be_focused()
    assert alex.page.evaluate(TYPESET) == ["1", "1"]
    expect(first.locator("[data-pex-points]").first).to_be_visible()
    expect(first).to_contain_text(said["right"])
    assert review.locator("[data-pex-keys-from]").count() == 0
    seen.look(alex.page, "right answers")

    # On paper every part is open.
    alex.page.emulate_media(media="print")
    alex.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert review.locator("details[open]").count() == 3
    expect(review.locator("[data-pex-review-question='30']")).to_be_visible()
    alex.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert review.locator("details[open]").count() == 1
    assert not seen.found, "\n\n".join(seen.found)
