"""Corrections after the fact: which hold, what they make of a paper, and that undoing one leaves no trace."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctored_exam_xblock.domain.corrections import (
    Correction,
    Regrade,
    check,
    corrected,
    from_json,
    in_force,
    marked,
    to_json,
)
from proctored_exam_xblock.domain.errors import InvalidCorrection
from proctored_exam_xblock.domain.grading import Score, credit, fine_enough, grade, unit
from proctored_exam_xblock.domain.questions import Choice, Credit, Hint, Kind, Paper, Part, Question, Ruling
from proctored_exam_xblock.domain.scoring import PLATFORM
from tests.unit.papers import PAPER, question

WORDS = {one.id: one.words for one in PAPER.questions}


def of(name: str, key: str | None = None, ruling: Ruling = Ruling.NONE) -> Correction:
    """Of a question of ``PAPER``."""
    return Correction(name, WORDS.get(name, "unheard of"), None if key is None else tuple(key), ruling)


B = of("q1", "b")
VOID = of("q1", ruling=Ruling.VOID)
GIVEN = of("q1", ruling=Ruling.GIVEN)


def only(*questions: Question) -> Paper:
    return Paper((Part("One", questions),))


def keys(paper: Paper) -> dict[str, frozenset[str]]:
    return {one.id: one.key for one in paper.questions}


def test_another_key_holds_for_its_question_alone():
    assert keys(corrected(PAPER, [B])) == {"q1": frozenset("b"), "q2": frozenset("ac"), "q3": frozenset("b")}


@pytest.mark.parametrize(("ruling", "score"), [(Ruling.VOID, Score(0, 3)), (Ruling.GIVEN, Score(1, 4))])
def test_a_void_question_counts_for_nobody_and_a_given_one_is_everybodys(ruling, score):
    assert grade(corrected(PAPER, [of("q1", ruling=ruling)]), {}) == score


def test_the_last_correction_of_a_question_holds_alone():
    assert keys(corrected(PAPER, [VOID, B]))["q1"] == frozenset("b")
    assert corrected(PAPER, [VOID, B]).questions[0].ruling is Ruling.NONE
    assert keys(corrected(PAPER, [B, VOID]))["q1"] == frozenset("a")


def reworded(asked: Question, what: str) -> Question:
    """The same id, and something else to read."""
    first, *others = asked.choices
    return {
        "kind": replace(asked, kind=Kind.SELECT),
        "lead": replace(asked, lead="Look at the plan."),
        "prompt": replace(asked, prompt="Which is not?"),
        "choice": replace(asked, choices=(replace(first, html="<b>A</b>"), *others)),
        "choices": replace(asked, choices=(first, *others[:-1])),
    }[what]


@pytest.mark.parametrize("what", ["kind", "lead", "prompt", "choice", "choices"])
@pytest.mark.parametrize("correction", [B, VOID, GIVEN])
def test_a_question_that_kept_its_id_and_not_its_words_is_another_question(correction, what):
    fresh = only(reworded(question("q1"), what))
    assert corrected(fresh, [correction]) is fresh
    assert marked(fresh, {"q1": ("a",)}, PLATFORM, [Regrade(1, (correction,))]) == Score(1, 1)
    assert reason_of([correction], [fresh]) == "unknown_question"
    meant = replace(correction, words=fresh.questions[0].words)
    assert keys(corrected(PAPER, [B, meant]))["q1"] == frozenset("b")


def test_key_points_and_the_order_of_the_choices_are_not_the_words():
    asked = question("q1")
    same = replace(question("q1", right="c", points=9, explanation="why"), choices=question("q1").choices[::-1])
    assert same.words == asked.words == question("q1", right="bc").words
    assert len({reworded(asked, what).words for what in ("kind", "lead", "prompt", "choice", "choices")}) == 5


def test_what_was_said_of_answers_goes_with_the_key_that_it_was_said_for():
    said = replace(
        question("q1", explanation="because"), hints=(Hint("both", when="A B"),), demand_hints=("look twice",)
    )
    said = replace(said, choices=tuple(replace(choice, hints=(Hint("so"),)) for choice in said.choices))
    (other,) = corrected(only(said), [B]).questions
    assert (other.explanation, other.hints, other.demand_hints) == ("", (), ())
    assert not any(choice.hints for choice in other.choices)
    (same,) = corrected(only(said), [B, of("q1", "a")]).questions
    assert same == said


def test_a_paper_without_the_question_is_the_same_paper():
    assert corrected(PAPER, [of("stranger", ruling=Ruling.VOID)]) is PAPER


# --- partial credit -------------------------------------------------------------------------------------------------


def choices(*written: tuple[str, bool, Fraction | None]) -> tuple[Choice, ...]:
    return tuple(Choice(name, name.upper(), right, partial=partial) for name, right, partial in written)


HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
IN_PARTS = Question(
    "q", Kind.SINGLE, "?", choices(("a", True, None), ("b", False, HALF), ("c", False, QUARTER), ("d", False, None))
)


@pytest.mark.parametrize(
    ("chosen", "before", "after"), [("a", 1, 0), ("b", HALF, 1), ("c", QUARTER, QUARTER), ("d", 0, 0)]
)
def test_with_points_a_choice_that_becomes_right_earns_all_and_the_former_right_one_nothing(chosen, before, after):
    asked = replace(IN_PARTS, credit=Credit.POINTS)
    (fresh,) = corrected(only(asked), [Correction("q", asked.words, key=("b",))]).questions
    assert (credit(asked, [chosen]), credit(fresh, [chosen])) == (before, after)
    assert [choice.partial for choice in fresh.choices] == [None, None, QUARTER, None]


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (Credit.EDC, {"a": Fraction(1, 4), "ac": HALF, "c": Fraction(3, 4), "cd": 1}),
        (Credit.HALVES, {"a": 0, "ac": 0, "c": HALF, "cd": 1}),
        (Credit.NONE, {"a": 0, "ac": 0, "c": 0, "cd": 1}),
    ],
)
def test_with_checkboxes_one_that_was_neither_right_nor_wrong_is_right_now(scheme, expected):
    undecided = choices(("a", True, None), ("b", False, None), ("c", False, HALF), ("d", False, None))
    asked = Question("q", Kind.MULTIPLE, "?", undecided, credit=scheme)
    (fresh,) = corrected(only(asked), [Correction("q", asked.words, key=("c", "d"))]).questions
    assert {chosen: credit(fresh, [*chosen]) for chosen in expected} == expected


def test_a_score_that_needs_finer_parts_of_a_point_gets_them():
    undecided = choices(("a", True, None), ("b", False, None), ("c", False, HALF), ("d", True, None))
    paper = only(Question("q", Kind.MULTIPLE, "?", undecided, credit=Credit.EDC))
    wanted = Correction("q", paper.questions[0].words, key=("a", "c", "d"))
    score = grade(corrected(paper, [wanted]), {"q": ("a",)})
    assert (unit(paper), score) == (100, Score(HALF, 1))
    assert fine_enough(3, score) == 6
    assert fine_enough(100, score) == 100
    assert fine_enough(9_999, score) == 9_999, "no finer than rows can keep"


# --- regrade by regrade ---------------------------------------------------------------------------------------------


def test_regrades_hold_from_their_mark_until_they_are_undone():
    made = [Regrade(2, (VOID,), undone_mark=3), Regrade(1, (B,)), Regrade(4, (GIVEN,))]
    assert [[r.number for r in in_force(made, mark)] for mark in range(5)] == [[], [1], [1, 2], [1], [1, 4]]


def test_who_had_the_old_key_keeps_the_points_where_nobody_loses():
    answers = {"q1": ("a",)}
    assert marked(PAPER, answers, PLATFORM, [Regrade(1, (B,))]) == Score(0, 4)
    assert marked(PAPER, answers, PLATFORM, [Regrade(1, (B,), raise_only=True)]) == Score(1, 4)


def test_the_better_share_stays_and_an_equal_one_changes_nothing():
    right, wrong = {"q1": ("a",)}, {"q2": ("a", "c")}
    void = [Regrade(1, (VOID,), raise_only=True)]
    assert marked(PAPER, right, PLATFORM, void) == Score(1, 4)
    assert marked(PAPER, wrong, PLATFORM, void) == Score(1, 3)
    assert marked(PAPER, {}, PLATFORM, void) == Score(0, 4)


def test_what_was_only_raised_is_not_kept_from_a_later_regrade_that_lowers():
    raised = Regrade(1, (B,), raise_only=True)
    assert marked(PAPER, {"q1": ("a",)}, PLATFORM, [raised, Regrade(2, (B,))]) == Score(0, 4)


def test_who_has_no_question_left_keeps_the_score_they_had():
    assert marked(only(question("q1")), {"q1": ("a",)}, PLATFORM, [Regrade(1, (VOID,))]) == Score(1, 1)


NAMES = ("q1", "q2", "q3")
some_corrections = st.builds(
    lambda name, key, ruling: of(name, ruling=ruling) if ruling else of(name, "".join(sorted(key))),
    st.sampled_from(NAMES),
    st.sets(st.sampled_from("abcd"), min_size=1, max_size=3),
    st.sampled_from([Ruling.NONE, Ruling.NONE, Ruling.VOID, Ruling.GIVEN]),
)
some_answers = st.dictionaries(
    st.sampled_from(NAMES), st.sets(st.sampled_from("abcd"), min_size=1).map(lambda found: tuple(sorted(found)))
)
some_regrades = st.lists(st.tuples(st.lists(some_corrections, min_size=1, max_size=3), st.booleans()), max_size=5).map(
    lambda made: [Regrade(n, tuple(found), raises) for n, (found, raises) in enumerate(made, start=1)]
)


@given(some_regrades, some_answers, st.data())
def test_undoing_restores_the_score_that_there_was_without_it(regrades, answers, data):
    undone = data.draw(st.sets(st.sampled_from([r.number for r in regrades]) if regrades else st.nothing()))
    last = len(regrades) + 1
    rows = [replace(r, undone_mark=last) if r.number in undone else r for r in regrades]
    without = [r for r in regrades if r.number not in undone]
    assert marked(PAPER, answers, PLATFORM, in_force(rows, last)) == marked(PAPER, answers, PLATFORM, without)


@given(some_regrades, some_answers)
def test_where_nobody_loses_no_step_lowers_a_share(regrades, answers):
    raising = [replace(regrade, raise_only=True) for regrade in regrades]
    steps = [marked(PAPER, answers, PLATFORM, raising[:count]) for count in range(len(raising) + 1)]
    shares = [Fraction(step.earned) / Fraction(step.possible) for step in steps]
    assert shares == sorted(shares)


@given(some_regrades, some_answers)
def test_what_counts_is_the_last_word_on_each_question_where_all_may_lose(regrades, answers):
    lowering = [replace(regrade, raise_only=False) for regrade in regrades]
    found = marked(PAPER, answers, PLATFORM, lowering)
    words = [correction for regrade in lowering for correction in regrade.corrections]
    at_once = grade(corrected(PAPER, words), answers)
    assert found == at_once or not at_once.possible


@given(st.lists(some_corrections, max_size=4))
def test_json_gives_the_same_corrections_back(found):
    assert from_json(to_json(found)) == tuple(found)


# --- refusals -------------------------------------------------------------------------------------------------------


def reason_of(wanted: list[Correction], papers: list[Paper] | None = None) -> str:
    with pytest.raises(InvalidCorrection) as refused:
        check(wanted, papers or [PAPER])
    return str(refused.value.params["reason"])


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ([], "no_correction"),
        ([B] * 51, "too_many_corrections"),
        ([B, VOID], "question_twice"),
        ([of("stranger", "a")], "unknown_question"),
        ([of("q1", "")], "empty_key"),
        ([of("q1", "az")], "unknown_choice"),
        ([of("q1", "abcd")], "all_choices"),
        ([of("q3", "abcd")], "all_choices"),
        ([of("q2", "ca")], "same_key"),
        ([of(name, ruling=Ruling.VOID) for name in NAMES], "nothing_left"),
    ],
)
def test_what_fits_no_version_is_refused_with_its_reason(wanted, reason):
    assert reason_of(wanted) == reason


def test_all_checkboxes_may_be_right_and_one_version_that_fits_is_enough():
    check([of("q2", "abcd")], [PAPER])
    check([Correction("old", question("old").words, key=("b",))], [PAPER, only(question("old"), question("q1"))])


def test_the_key_in_force_is_a_correction_where_another_version_or_a_ruling_says_otherwise():
    check([B], [only(question("q1", right="b")), PAPER])
    check([of("q1", "a")], [corrected(PAPER, [VOID])])
    assert reason_of([B], [corrected(PAPER, [B])]) == "same_key"
    check(
        [B, replace(VOID, words=question("q1", choices="abc").words)],
        [PAPER, only(question("q1", choices="abc"), question("q2"))],
    )


@pytest.mark.parametrize(
    "written",
    [
        None,
        {},
        "x",
        [1],
        [[]],
        [{}],
        [{"words": "w", "question": "q1"}],
        [{"question": "q1", "ruling": "void"}],
        [{"words": "", "question": "q1", "ruling": "void"}],
        [{"words": "w" * 201, "question": "q1", "ruling": "void"}],
        [{"words": None, "question": "q1", "key": ["a"]}],
        [{"words": "w", "question": "q1", "key": ["a"], "ruling": "void"}],
        [{"words": "w", "question": "q1", "ruling": ""}],
        [{"words": "w", "question": "q1", "ruling": []}],
        [{"words": "w", "question": "q1", "ruling": "free"}],
        [{"words": "w", "question": "", "ruling": "void"}],
        [{"words": "w", "question": 3, "ruling": "void"}],
        [{"words": "w", "question": "q" * 201, "ruling": "void"}],
        [{"words": "w", "question": "q1", "key": "a"}],
        [{"words": "w", "question": "q1", "key": [1]}],
        [{"words": "w", "question": "q1", "key": [[]]}],
        [{"words": "w", "question": "q1", "key": ["a", "a"]}],
        [{"words": "w", "question": "q1", "key": ["a"], "more": 1}],
    ],
)
def test_what_is_no_list_of_corrections_is_refused(written):
    with pytest.raises(InvalidCorrection):
        from_json(written)
