"""A score as its candidate reads it: on the scale chosen, in their language, on the right side of the pass mark."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from proctored_exam_xblock.domain.journey import Phase
from proctored_exam_xblock.domain.scoring import Scale, legible, on_scale
from proctored_exam_xblock.presenter.marks import mark
from tests.unit.candidates import POLICY, SITTING_AT, SUBMITTED, Case, in_attempt, tree, words

FRENCH, ENGLISH = Locale("fr"), Locale("en")


@pytest.mark.parametrize(
    ("scale", "french", "english", "needed"),
    [
        ("points", "29 sur 40 (73 %)", "29 of 40 (73 %)", "50 %."),
        ("percent", "72,5 %", "72.5 %", "50 %."),
        ("twenty", "14,5 / 20", "14.5 / 20", "10 / 20."),
        ("thousand", "725 / 1000", "725 / 1000", "500 / 1000."),
    ],
)
def test_the_result_is_read_on_its_scale(scale: str, french: str, english: str, needed: str) -> None:
    scored = replace(SUBMITTED, released=True, score_earned=29, score_possible=40, passed=True)
    rules = replace(POLICY, show_result_in_exam=True, score_scale=Scale(scale))
    case = Case(Phase.RESULT, in_attempt(scored), SITTING_AT, rules)

    for language, expected in (("fr", french), ("en", english)):
        (score,) = tree(case, language).xpath('//p[@class="pex-score"]')
        assert words(score) == expected
        assert words(score.getnext()).endswith(needed)


def test_what_did_not_pass_never_looks_passed() -> None:
    almost = Fraction(9_999_200, 200_000)  # 49.996 of 100

    assert mark(almost, 100, Scale.PERCENT, 50, ENGLISH).value == "49.99"
    assert mark(almost, 100, Scale.POINTS, 50, ENGLISH).percent == "49"
    assert mark(Fraction(1999, 200), 20, Scale.TWENTY, 50, FRENCH).value == "9,99"
    assert mark(Fraction(1, 3), 1, Scale.POINTS, 50, FRENCH).value == "0,33"


def test_what_passed_never_looks_failed() -> None:
    assert legible(Fraction(1003, 3000), Fraction(1003, 3000)) == Fraction(34, 100)


@given(
    possible=st.fractions(Fraction(1, 7), 2000, max_denominator=400),
    share=st.fractions(0, 1, max_denominator=30_000),
    percent=st.integers(0, 100),
    scale=st.sampled_from(Scale),
    decimals=st.sampled_from([0, 2]),
)
def test_any_score_stays_on_its_side_and_near(possible, share, percent, scale, decimals) -> None:
    value, out_of = on_scale(share * possible, possible, scale)
    bar = Fraction(out_of) * percent / 100
    shown = legible(value, bar, decimals)

    assert (shown >= bar) == (value >= bar)
    assert abs(shown - value) < Fraction(1, 10**decimals)
