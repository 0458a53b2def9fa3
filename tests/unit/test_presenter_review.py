"""What candidates read when they look back: own answers, right ones, reasons and scores, each where it is allowed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import chain, combinations

import pytest
from lxml.html import HtmlElement

from proctored_exam_xblock.domain.attempt import ReviewState, State
from proctored_exam_xblock.domain.drawing import draw
from proctored_exam_xblock.domain.grading import grade
from proctored_exam_xblock.domain.journey import Phase
from proctored_exam_xblock.domain.looking_back import everybody_is_through
from proctored_exam_xblock.domain.policy import Review
from proctored_exam_xblock.domain.questions import Paper, Ruling
from proctored_exam_xblock.domain.scoring import Floor, Scale
from tests.unit import answered as a
from tests.unit import candidates as c
from tests.unit.candidates import tree, words

A, C, E, S = a.EVERYTHING
WAITING = a.AFTER_WINDOW - timedelta(days=3)


def back(case: c.Case, language: str = "fr") -> HtmlElement:
    (section,) = tree(case, language).xpath(".//*[@data-pex-review]")
    return section


def question(section: HtmlElement, number: int) -> HtmlElement:
    (found,) = section.xpath(f".//*[@data-pex-review-question='{number}']")
    return found


def number_of(section: HtmlElement, prompt: str) -> HtmlElement:
    (found,) = [one for one in section.xpath(".//*[@data-pex-review-question]") if prompt in words(one)]
    return found


def verdicts(element: HtmlElement) -> list[str]:
    return [words(one).lstrip("✓✗≈– ") for one in element.xpath(".//*[@data-pex-verdict]")]


def flipped(paper: Paper) -> Paper:
    def flip(question):
        return replace(question, choices=tuple(replace(x, correct=not x.correct) for x in question.choices))

    return replace(paper, parts=tuple(replace(p, questions=tuple(map(flip, p.questions))) for p in paper.parts))


# What is allowed, and nothing else.


@pytest.mark.parametrize("allowed", list(chain.from_iterable(combinations(a.EVERYTHING, n) for n in range(1, 5))))
def test_each_option_shows_its_own_and_nothing_else(allowed: tuple[Review, ...]) -> None:
    text = a.case(policy=a.rules(*allowed)).html()
    section = back(a.case(policy=a.rules(*allowed)))
    assert bool(section.xpath(".//*[@data-pex-review-question]")) is bool({A, C, E} & {*allowed})
    assert bool(section.xpath(".//*[@data-pex-chosen]")) is (A in allowed)
    for said in ("Votre réponse", "Réponses : 5 sur 6"):
        assert (said in words(section)) is (A in allowed)
    for said in ("Bonne réponse", "Juste", "Faux", "Points : 0,67 sur 1"):
        assert (said in words(section)) is (C in allowed)
    for said in ("WHY-right", "WHY-wrong", "ADVICE-right"):
        assert (said in text) is (E in allowed)
    for said in ("HINT-right", "HINT-wrong", "Alas"):
        assert (said in text) is ({A, E} <= {*allowed})
    assert "HINT-not-chosen" not in text
    assert bool(section.xpath(".//*[@data-pex-part-score]")) is (S in allowed)


@pytest.mark.parametrize(
    "case",
    [
        a.case(a.OVER, a.rules(*a.EVERYTHING, review_after=(A,))),
        a.case(policy=a.rules(*a.EVERYTHING), now=WAITING),
        a.case(policy=a.rules(*a.EVERYTHING, show_result_in_exam=True), now=WAITING),
        a.case(policy=a.rules(A)),
        a.case(a.AT_WORK, a.rules(*a.EVERYTHING), phase=Phase.SITTING, now=c.SITTING_AT, holds_window=True),
    ],
    ids=["before the release", "window open", "result, window open", "own answers only", "during"],
)
def test_what_is_seen_before_the_keys_does_not_depend_on_them(case: c.Case) -> None:
    attempt = case.facts.attempt
    assert attempt is not None
    if S in case.policy.review_released:
        case = replace(case, policy=replace(case.policy, review_released=(A, C, E)))
    other = replace(attempt, paper=flipped(attempt.paper))
    assert replace(case, facts=replace(case.facts, attempt=other)).html() == case.html()
    assert "<li" in case.html()
    for secret in ("WHY", "HINT", "ADVICE", "Alas"):
        assert secret not in case.html()


def test_before_the_release_own_answers_are_marked_and_nothing_is_said_of_them() -> None:
    section = back(a.case(a.OVER, a.rules(*a.EVERYTHING, review_after=(A,))))
    assert [words(one) for one in section.xpath(".//*[@data-pex-chosen]/div")] == [
        "KEY-right",
        "mine",
        "A",
        "q",
        "s",
        "P",
    ]
    assert verdicts(section) == ["Sans réponse", "Réponse non comptée", "Sans réponse"]
    assert not section.xpath(".//*[@data-pex-points] | .//*[@data-pex-part-score] | .//*[@data-pex-explanation]")


@pytest.mark.parametrize(
    ("attempt", "rules"),
    [
        (a.OVER, a.rules(*a.EVERYTHING)),
        (a.OUT, a.rules()),
        (replace(a.OVER, review=ReviewState.PENDING), a.rules(*a.EVERYTHING, review_after=(A,))),
        (replace(a.OUT, state=State.INTERRUPTED), a.rules(*a.EVERYTHING, review_after=(A,))),
        (replace(a.OUT, review=ReviewState.INVALIDATED), a.rules(*a.EVERYTHING, review_after=(A,))),
    ],
    ids=["nothing after", "nothing released", "held", "interrupted", "invalidated"],
)
def test_where_nothing_is_allowed_there_is_no_section(attempt, rules) -> None:
    phases = {State.INTERRUPTED: Phase.INTERRUPTED}
    phase = (
        Phase.INVALIDATED if attempt.review is ReviewState.INVALIDATED else phases.get(attempt.state, Phase.SUBMITTED)
    )
    html = a.case(attempt, rules, phase=phase).html()
    assert "data-pex-review" not in html
    for word in ("KEY-right", "WHY", "HINT", "Votre réponse,"):
        assert word not in html


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "seront affichées ici à partir du mardi 14 mars 2017 à 23:00"),
        ("en", "will be shown here from Tuesday 14 March 2017 at 23:00"),
    ],
)
def test_keys_that_wait_say_until_when_and_the_page_asks_again_then(language: str, sentence: str) -> None:
    waiting = a.case(now=WAITING)
    section = back(waiting, language)
    assert sentence in words(section)
    assert section.xpath(".//*[@data-pex-chosen]")
    assert tree(waiting).get("data-next") == "2017-03-14T22:00:00.000Z"
    assert not back(a.case(now=everybody_is_through(c.POLICY))).xpath(".//*[@data-pex-keys-from]")


# How it reads.


def test_each_fate_of_an_answer_has_its_words() -> None:
    section = back(a.case(a.RULED))
    assert verdicts(section) == [
        *("Juste", "Faux", "En partie juste", "Sans réponse"),
        *("Question annulée : elle ne compte pour personne", "Points accordés à tous"),
        *("Réponse non comptée", "Sans réponse"),
    ]
    tags = [words(one).lstrip("✓✗≈– ") for one in number_of(section, "Which ones?").xpath(".//li/span[2]")]
    assert tags == ["Votre réponse, juste", "Bonne réponse"]
    wrong = number_of(section, "Which one?")
    assert {words(one).lstrip("✓✗≈– ") for one in wrong.xpath(".//li/span[2]")} == {
        "Bonne réponse", "Votre réponse, fausse",
    }  # fmt: skip


def test_a_question_that_was_ruled_on_tells_no_key_and_no_reason() -> None:
    section = back(a.case(a.RULED))
    for prompt in ("Taken out?", "Given?"):
        one = number_of(section, prompt)
        assert [words(tag) for tag in one.xpath(".//li/span[2]")] == ["– Votre réponse"]
        assert not one.xpath(".//*[@data-pex-explanation]")
    assert "WHY-void" not in a.case(a.RULED).html()
    points = [words(one) for one in section.xpath(".//*[@data-pex-points]")]
    assert points == ["Points : 1 sur 1", "Points : 0 sur 1", "Points : 0,67 sur 1", "Points : 0 sur 1",
                      "Points : 1 sur 1", "Points : 0 sur 2"]  # fmt: skip
    assert [words(one) for one in section.xpath(".//*[@data-pex-part-score]")] == ["2,67 sur 5", "0 sur 2"]


def test_what_was_ruled_is_not_told_before_the_score_is_out() -> None:
    section = back(a.case(replace(a.OVER, paper=a.RULED.paper), a.rules(review_after=(A,))))
    assert "annulée" not in words(section)
    assert "accordés" not in words(section)


@pytest.mark.parametrize(
    ("scale", "language", "scores"),
    [
        (Scale.POINTS, "fr", ["1,67 sur 6", "0 sur 2"]),
        (Scale.PERCENT, "fr", ["27,83 %", "0 %"]),
        (Scale.TWENTY, "en", ["5.57 of 20", "0 of 20"]),
        (Scale.THOUSAND, "en", ["278.33 of 1000", "0 of 1000"]),
    ],
)
def test_parts_are_scored_on_the_scale_of_the_exam(scale: Scale, language: str, scores: list[str]) -> None:
    section = back(a.case(policy=a.rules(S, score_scale=scale)), language)
    found = [words(one) for one in section.xpath(".//*[@data-pex-part-score]")]
    assert found == scores


def test_a_part_whose_questions_are_all_cancelled_has_nothing_to_earn() -> None:
    paper = a.ruled(**dict.fromkeys(("right", "wrong", "boxes", "none", "void", "given"), Ruling.VOID))
    section = back(a.case(replace(a.OUT, paper=paper), a.rules(S)))
    assert words(section.xpath(".//*[@data-pex-part-score]")[0]) == "aucun point à gagner"


@pytest.mark.parametrize(
    ("floor", "points", "score"),
    [(Floor.QUESTION, "Points : 0 sur 1", "1,67 sur 6"), (Floor.PART, "Points : -0,5 sur 1", "0,17 sur 6")],
)
def test_the_points_of_a_question_are_those_that_its_part_adds_up(floor: Floor, points: str, score: str) -> None:
    rules = a.rules(*a.EVERYTHING, wrong_answer_percent=50, score_floor=floor)
    section = back(a.case(policy=rules))
    assert words(number_of(section, "Which one?").xpath(".//*[@data-pex-points]")[0]) == points
    assert words(section.xpath(".//*[@data-pex-part-score]")[0]) == score  # three are wrong


def test_without_partial_credit_nothing_is_partly_right() -> None:
    section = back(a.case(policy=a.rules(*a.EVERYTHING, partial_credit=False)))
    assert verdicts(number_of(section, "Which ones?")) == ["Faux"]


def test_a_better_score_that_was_kept_is_said_not_to_be_the_sum() -> None:
    said = "vous gardez la meilleure note"
    now = grade(a.PAPER, a.FIRST)
    as_graded = replace(a.OUT, score_earned=now.earned, score_possible=now.possible)
    assert said not in words(back(a.case(as_graded)))
    assert said in words(back(a.case(replace(as_graded, score_earned=now.earned + 1))))
    assert said not in words(back(a.case(replace(as_graded, score_earned=now.earned + 1), a.rules(A))))


def test_a_score_by_hand_is_said_not_to_be_the_sum() -> None:
    said = "Votre note a été fixée par l’équipe pédagogique : ce n’est pas la somme des parties."
    assert said in words(back(a.case(replace(a.OUT, score_by_hand=True))))
    assert said not in words(back(a.case()))
    assert said not in words(back(a.case(replace(a.OUT, score_by_hand=True), a.rules(A))))


@pytest.mark.parametrize("seed", range(4))
def test_questions_and_choices_stand_in_the_order_drawn(seed: int) -> None:
    shuffling = replace(
        a.PAPER,
        parts=tuple(
            replace(part, shuffle=True, questions=tuple(replace(q, shuffle=True) for q in part.questions))
            for part in a.PAPER.parts
        ),
    )
    layout = draw(shuffling, seed)
    section = back(a.case(replace(a.OUT, layout=layout), a.rules(A)))
    texts = {(q.id, x.id): x.html for q in a.PAPER.questions for x in q.choices}
    drawn = [texts[question, name] for part in layout.parts for question, order in part for name in order]
    assert [words(one) for one in section.xpath(".//li/div")] == drawn
    numbers = section.xpath(".//@data-pex-review-question")
    assert numbers == [str(number) for number in range(1, 8)]


def test_two_answers_of_one_problem_share_its_number_and_are_told_apart() -> None:
    seventh = question(back(a.case(), "en"), 7)
    assert seventh.get("aria-label") == "Question 7"
    names = seventh.xpath(".//*[@role='group']/@aria-label")
    assert names == ["Question 7, answer 1 of 2.", "Question 7, answer 2 of 2."]
    assert len(seventh.xpath(".//*[@data-pex-points]")) == 1


def test_every_part_is_folded_and_named() -> None:
    summaries = back(a.case(policy=a.rules(A, S)), "en").xpath(".//details[not(@open)]/summary")
    assert [words(one) for one in summaries] == [
        "Part 1 Notions 5 of 6 answered 1.67 of 6",
        "Part 2 Modèles 0 of 1 answered, not counted 0 of 2",
    ]


# During the exam.


def sitting(*during: Review, state: str = "submitted") -> HtmlElement:
    parts = (replace(a.AT_WORK.parts[0], state=state), a.AT_WORK.parts[1])
    case = a.case(
        replace(a.AT_WORK, parts=parts), a.rules(review_during=during), phase=Phase.SITTING, now=c.SITTING_AT,
        holds_window=True,
    )  # fmt: skip
    return tree(case)


def test_a_verified_part_that_is_not_shown_any_more_says_how_much_was_answered() -> None:
    first, second = sitting().xpath(".//*[@role='tabpanel']")
    assert "Réponses données : 5 sur 6." in words(first)
    assert (first.get("data-done"), first.get("data-total")) == ("5", "6")
    assert "Which one?" not in words(first)
    assert not first.xpath(".//input | .//select | .//*[@data-pex-question]")
    assert second.xpath(".//input")
    assert second.get("data-total") is None


def test_a_verified_part_is_read_again_where_the_rules_let_it_and_a_draft_always() -> None:
    for screen in (sitting(A), sitting(state="draft")):
        first = screen.xpath(".//*[@role='tabpanel']")[0]
        assert len(first.xpath(".//fieldset")) == 6
        assert len(first.xpath(".//input[@checked]")) == 5
        assert first.get("data-total") is None
    assert [tab.get("data-state") for tab in sitting().xpath(".//*[@role='tab']")] == ["submitted", "draft"]
