"""Exams that are over, to look back on: one answer of each fate, and what the rules let see of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from proctored_exam_xblock.domain.clock import window_end
from proctored_exam_xblock.domain.drawing import draw
from proctored_exam_xblock.domain.journey import AttemptFacts, PartFacts, Phase
from proctored_exam_xblock.domain.policy import ExamPolicy, Review
from proctored_exam_xblock.domain.questions import Paper, Ruling
from proctored_exam_xblock.olx import read_paper
from tests.unit import candidates as c

PAPER = read_paper(r"""
<part title="Notions">
  <problem url_name="right"><multiplechoiceresponse><label>Where does \(E=mc^2\) lead?</label><choicegroup>
    <choice correct="true">KEY-right<choicehint>HINT-right</choicehint></choice><choice correct="false">no</choice>
  </choicegroup></multiplechoiceresponse><solution><p>WHY-right</p></solution>
  <demandhint><hint>ADVICE-right</hint></demandhint></problem>
  <problem url_name="wrong"><multiplechoiceresponse><label>Which one?</label><choicegroup>
    <choice correct="true">KEY-wrong<choicehint>HINT-not-chosen</choicehint></choice>
    <choice correct="false">mine<choicehint label="Alas">HINT-wrong</choicehint></choice>
  </choicegroup></multiplechoiceresponse><solution><p>WHY-wrong</p></solution></problem>
  <problem url_name="boxes"><choiceresponse partial_credit="EDC"><label>Which ones?</label><checkboxgroup>
    <choice correct="true">A<choicehint selected="true">HINT-box</choicehint></choice>
    <choice correct="true">B<choicehint selected="false">HINT-left-out</choicehint></choice>
    <choice correct="false">C</choice><compoundhint value="A B">HINT-both</compoundhint>
  </checkboxgroup></choiceresponse></problem>
  <problem url_name="none"><multiplechoiceresponse><label>Nothing said?</label><choicegroup>
    <choice correct="true">x</choice><choice correct="false">y</choice></choicegroup></multiplechoiceresponse></problem>
  <problem url_name="void"><multiplechoiceresponse><label>Taken out?</label><choicegroup>
    <choice correct="true">p</choice><choice correct="false">q</choice></choicegroup></multiplechoiceresponse>
    <solution><p>WHY-void</p></solution></problem>
  <problem url_name="given"><multiplechoiceresponse><label>Given?</label><choicegroup>
    <choice correct="true">r</choice><choice correct="false">s</choice></choicegroup></multiplechoiceresponse></problem>
</part>
<part title="Modèles">
  <problem url_name="two"><p>Two printers.</p>
    <multiplechoiceresponse><label>Faster?</label><choicegroup><choice correct="true">P</choice>
    <choice correct="false">Q</choice></choicegroup></multiplechoiceresponse>
    <optionresponse><p>It prints at <optioninput options="('210','230')" correct="210"/> degrees.</p></optionresponse>
  </problem>
</part>
""")
"""Choices are found by their words, questions by their problem's name."""


def choice(name: str, words: str, sub: int = 0) -> tuple[str, str]:
    """Ids of a question and of its choice with these words."""
    question = [q for q in PAPER.questions if q.id.split("-")[0] == name or q.problem == name][sub]
    return question.id, next(one.id for one in question.choices if words in one.html)


def _answers(*chosen: tuple[str, str]) -> dict[str, tuple[str, ...]]:
    return {question: (name,) for question, name in chosen}


FIRST = _answers(
    choice("right", "KEY-right"),
    choice("wrong", "mine"),
    choice("boxes", "A"),
    choice("void", "q"),
    choice("given", "s"),
)
SECOND = _answers(choice("two", "P", 0))
_NOW = c.SITTING_AT
PARTS = (
    PartFacts(1, "submitted", 4, FIRST, _NOW, _NOW, 1),
    PartFacts(2, "discarded", 2, SECOND, _NOW, None, 0),
)
OVER = replace(c.SUBMITTED, paper=PAPER, layout=draw(PAPER, 1), parts=PARTS)
OUT = replace(OVER, released=True, score_earned=2, score_possible=6, passed=False)
AT_WORK = replace(c.SITTING, paper=PAPER, layout=draw(PAPER, 1), parts=(PARTS[0], replace(PARTS[1], state="draft")))
AFTER_WINDOW = window_end(c.POLICY) + timedelta(hours=1)
EVERYTHING = tuple(Review)


def ruled(**rulings: Ruling) -> Paper:
    """The paper with what was decided of some questions."""
    return Paper(
        tuple(
            replace(
                part,
                questions=tuple(
                    replace(q, ruling=next((r for n, r in rulings.items() if q.id == choice(n, "")[0]), q.ruling))
                    for q in part.questions
                ),
            )
            for part in PAPER.parts
        )
    )


def rules(*released: Review, **more: object) -> ExamPolicy:
    """The rules with what is shown after the release."""
    return replace(c.POLICY, review_released=released, **more)


def case(attempt: AttemptFacts = OUT, policy: ExamPolicy | None = None, **more: object) -> c.Case:
    """A candidate who looks back, everything allowed and the window over unless said otherwise."""
    rules_in_force = policy or rules(*EVERYTHING)
    shown = attempt.released and rules_in_force.show_result_in_exam
    phase = more.pop("phase", Phase.RESULT if shown else Phase.SUBMITTED)
    now = more.pop("now", AFTER_WINDOW)
    return c.Case(phase, c.in_attempt(attempt, **more), now, rules_in_force)


RULED = replace(OUT, paper=ruled(void=Ruling.VOID, given=Ruling.GIVEN))
