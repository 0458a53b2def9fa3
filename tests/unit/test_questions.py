"""Papers survive their snapshot; layouts are reproducible; answers that are not the candidate's paper are refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctored_exam_xblock.domain.drawing import draw
from proctored_exam_xblock.domain.errors import UnknownAnswer
from proctored_exam_xblock.domain.questions import (
    Choice,
    Kind,
    Layout,
    Paper,
    Part,
    Question,
    clean_answers,
)
from proctored_exam_xblock.domain.snapshot import paper_from_json, paper_to_json
from tests.unit.papers import PAPER, question

SHUFFLED = Paper(
    (
        Part(
            "One",
            (
                Question(
                    "q1",
                    Kind.SINGLE,
                    "?",
                    (*(Choice(c, c, c == "a") for c in "abcde"), Choice("none", "None", False, fixed=True)),
                    shuffle=True,
                    explanation="because",
                ),
                question("q2"),
            ),
        ),
    )
)


@pytest.mark.parametrize("paper", [PAPER, SHUFFLED, Paper(())])
def test_a_paper_survives_its_snapshot(paper):
    assert paper_from_json(json.loads(json.dumps(paper_to_json(paper)))) == paper


def test_the_key_of_a_question_is_its_right_choices():
    assert question("q", Kind.MULTIPLE, "ac").key == {"a", "c"}


@given(st.integers(0, 2**63))
def test_a_seed_gives_one_layout_for_ever_and_shuffles_only_what_asks_for_it(seed):
    layout = draw(SHUFFLED, seed)
    (first, order), second = layout.parts[0]

    assert draw(SHUFFLED, seed) == layout
    assert first == "q1"
    assert sorted(order[:-1]) == list("abcde")
    assert order[-1] == "none"
    assert second == ("q2", tuple("abcd"))


def test_this_layout_never_changes_as_stored_attempts_rely_on_it():
    assert draw(SHUFFLED, 1789) == Layout(((("q1", ("d", "b", "c", "a", "e", "none")), ("q2", ("a", "b", "c", "d"))),))


def test_seeds_give_different_orders():
    assert len({draw(SHUFFLED, seed) for seed in range(20)}) > 10


def test_a_layout_has_no_trace_of_the_key():
    wrong = Paper((Part("One", (question("q1", right="d"), question("q2", Kind.MULTIPLE, "b"))), PAPER.parts[1]))

    assert draw(PAPER, 7) == draw(wrong, 7)


def test_answers_are_kept_in_authored_order_and_empty_ones_left_out():
    part = PAPER.parts[0]

    assert clean_answers(part, {"q2": ["c", "a"], "q1": []}) == {"q2": ("a", "c")}


def test_one_radio_button_or_all_the_checkboxes_may_be_chosen():
    every = {"q1": ["d"], "q2": ["a", "b", "c", "d"]}

    assert clean_answers(PAPER.parts[0], every) == {"q1": ("d",), "q2": ("a", "b", "c", "d")}


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "q1",
        {"q9": ["a"]},
        {"q3": ["b"]},
        {"q1": "a"},
        {"q1": None},
        {"q1": ["z"]},
        {"q1": [1]},
        {"q1": [["a"]]},
        {"q1": ["a", "b"]},
        {"q2": ["a", "a"]},
        {1: ["a"]},
    ],
    ids=repr,
)
def test_answers_that_are_not_of_this_part_are_refused(raw):
    with pytest.raises(UnknownAnswer):
        clean_answers(PAPER.parts[0], raw)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from(["a", "q1", "q2"]),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["q1", "q2", "x"]), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_any_json_is_cleaned_or_refused_and_cleaning_twice_changes_nothing(raw):
    part = PAPER.parts[0]
    try:
        cleaned = clean_answers(part, raw)
    except UnknownAnswer:
        return
    assert clean_answers(part, {key: list(value) for key, value in cleaned.items()}) == cleaned
