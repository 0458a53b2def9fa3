"""What a page may tell of the time spent on its questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctored_exam_xblock.domain.spent import LONGEST, clean_spent
from tests.unit.papers import PAPER

PART = PAPER.parts[0]


@pytest.mark.parametrize(
    "raw",
    [
        {"q3": 1},  # another part's
        {"q9": 1},
        {"q1": -1},
        {"q1": LONGEST + 1},
        {"q1": 10**4000},
        {"q1": 1.0},
        {"q1": "1"},
        {"q1": True},
        {"q1": None},
        {"q1": [1]},
        {1: 1},
    ],
)
def test_what_cannot_be_is_left_out_and_the_rest_is_kept(raw):
    assert clean_spent(PART, {**raw, "q2": 7}, 3600) == {"q2": 7}


@pytest.mark.parametrize("raw", [None, [], "q1", 5, True, [["q1", 5]]])
def test_what_is_no_mapping_tells_nothing(raw):
    assert clean_spent(PART, raw, 3600) is None


def test_seconds_are_kept_by_question_and_nothing_is_left_out_but_zero():
    assert clean_spent(PART, {"q2": 40, "q1": 20}, 60) == {"q1": 20, "q2": 40}
    assert clean_spent(PART, {"q2": 0}, 60) == {}
    assert clean_spent(PART, {}, 60) == {}


def test_more_than_the_time_since_the_start_is_shortened_alike():
    assert clean_spent(PART, {"q1": 100, "q2": 300}, 40.9) == {"q1": 10, "q2": 30}


def test_a_clock_that_stands_before_the_start_leaves_nothing():
    assert clean_spent(PART, {"q1": 5}, -3) == {}


@given(st.dictionaries(st.sampled_from(["q1", "q2"]), st.integers(0, LONGEST)), st.floats(0, 200_000))
def test_a_part_never_takes_longer_than_there_was_time(raw, elapsed):
    kept = clean_spent(PART, raw, elapsed)

    assert sum(kept.values()) <= elapsed
    assert all(0 < kept[name] <= raw[name] for name in kept)
    assert kept == clean_spent(PART, kept, elapsed)
