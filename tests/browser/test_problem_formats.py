"""Several answers under one number, tables, code and images: what a candidate sees and what the script counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from proctored_exam_xblock.domain.drawing import draw
from proctored_exam_xblock.domain.journey import Phase
from proctored_exam_xblock.olx import read_paper
from tests.unit import candidates as c

pytestmark = pytest.mark.browser
STATIC = Path(__file__).resolve().parents[2] / "proctored_exam_xblock/static/proctored_exam_xblock"
CELLS = "".join(f"<td>A rather long cell number {n}</td>" for n in range(6))
PAPER = f"""<part title="One"><problem><p>Two printers.</p><table><tbody><tr>{CELLS}</tr></tbody></table>
<multiplechoiceresponse><label>Faster?</label><choicegroup><choice correct="true">B</choice>
<choice correct="false"><img src="data:," alt="A" width="900" height="20"/></choice></choicegroup>
</multiplechoiceresponse>
<optionresponse><p>A: <optioninput options="('210','230')" correct="210"/> degrees.</p></optionresponse></problem>
<problem><pre><code>{"print(very, long, line) " * 8}</code></pre>
<choiceresponse><checkboxgroup><choice correct="true">x</choice></checkboxgroup></choiceresponse></problem></part>"""
COUNT = """() => {
  const panel = document.querySelector('[data-pex-panel]');
  const part = new ProctoredExam.Part({ section: document }, document.querySelector('[data-pex-part]'));
  return [part.total, part.done, part.unanswered()];
}"""


@pytest.mark.parametrize("language", ["fr", "en"])
def test_several_answers_share_a_number_and_nothing_is_wider_than_the_screen(chromium: Browser, language: str) -> None:
    paper = read_paper(PAPER)
    part = replace(c.PARTS[1], number=1, answers={})
    attempt = replace(c.SITTING, paper=paper, layout=draw(paper, 1), parts=(part,))
    html = c.Case(Phase.SITTING, c.in_attempt(attempt, holds_window=True), c.SITTING_AT).html(language)
    page = chromium.new_page(viewport={"width": 320, "height": 700})
    css, script = (STATIC / "css/exam.css").read_text(), (STATIC / "js/part.js").read_text()
    page.set_content(
        f"<!doctype html><style>body{{margin:0}}{css}</style><div class=pex>{html}</div><script>{script}</script>"
    )

    group = page.get_by_role("group", name="Question 1", exact=True)
    assert group.locator("[data-pex-question='1']").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.evaluate(COUNT) == [2, 0, [1, 2]]
    second = {"fr": "Réponse 2 sur 2 à la question 1", "en": "Answer 2 of 2 to question 1"}[language]
    assert group.get_by_label(second).count() == 1
    group.locator("[data-pex-question]").evaluate_all("all => all.forEach((q) => (q.dataset.state = 'answered'))")
    assert page.evaluate(COUNT) == [2, 1, [2]]
    page.close()
