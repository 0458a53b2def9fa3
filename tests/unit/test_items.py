"""Figures of questions: by hand, against a second computation, and whatever the order of the attempts."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from math import sqrt
from statistics import correlation, fmean, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctored_exam_xblock.domain.items import LEAST_ATTEMPTS, Note, Survey, items, whole
from proctored_exam_xblock.domain.questions import Credit, Kind, Paper, Part, Ruling
from proctored_exam_xblock.domain.scoring import Scale, Scoring
from tests.unit.papers import PAPER, question

FOUR = Paper((Part("One", tuple(question(f"q{n}") for n in range(1, 5))),))
"""Four questions of a point each; "a" is right."""


def answered(right: str, wrong: str = "b") -> dict[str, tuple[str, ...]]:
    """``"1.0"``: the first right, the second without an answer, the third wrong."""
    chosen = {"1": ("a",), "0": (wrong,), ".": ()}
    return {f"q{place}": chosen[sign] for place, sign in enumerate(right, start=1) if chosen[sign]}


def surveyed(*papers: str, times: int = 1) -> Survey:
    survey = Survey()
    for right in papers * times:
        survey.add(FOUR, answered(right), rank=0)
    return survey


def of(survey: Survey, name: str, paper: Paper = FOUR):
    return next(item for item in items(survey, paper) if item.question.id == name)


# --- by hand --------------------------------------------------------------------------------------------------------


def test_facility_is_the_mean_share_of_the_points():
    survey = surveyed("11..", "10..", "1...", "0...")

    assert [of(survey, f"q{n}").facility for n in (1, 2, 3)] == [0.75, 0.25, 0.0]
    assert [of(survey, f"q{n}").answered for n in (1, 2, 3)] == [4, 2, 0]
    assert of(survey, "q2").unanswered == 2
    assert of(survey, "q1").right == 3


def test_facility_counts_partial_credit():
    first = question("q1", points=2, credit=Credit.POINTS)
    half = replace(first.choices[2], partial=Fraction(1, 2))
    paper, survey = Paper((Part("", (replace(first, choices=(*first.choices[:2], half)),)),)), Survey()
    for chosen in "abc":
        survey.add(paper, {"q1": (chosen,)}, rank=0)

    assert of(survey, "q1", paper).facility == 0.5


def test_choices_are_counted_in_authored_order():
    survey = Survey()
    for chosen in ("a", "c", "c", "d"):
        survey.add(FOUR, {"q1": (chosen,)}, rank=0)

    assert of(survey, "q1").choices == (1, 0, 2, 1)
    assert of(survey, "q2").choices == (0, 0, 0, 0)


def test_discrimination_is_the_correlation_with_the_rest_of_the_paper():
    # Of 40, 20 strong have three right elsewhere and 15 of them this one; 20 weak have one elsewhere and 5 this one.
    survey = surveyed(*["1111"] * 15, *["0111"] * 5, *["1100"] * 5, *["0100"] * 15)

    # Both halves are 50 %: phi of a 2 x 2 table, (15 * 15 - 5 * 5) / (20 * 20).
    assert of(survey, "q1").discrimination == pytest.approx(0.5)


def test_the_question_itself_is_not_in_the_rest():
    survey = surveyed("1...", "0...", times=20)  # nobody has anything elsewhere

    assert of(survey, "q1").discrimination is None


@pytest.mark.parametrize(("attempts", "told"), [(LEAST_ATTEMPTS - 2, False), (LEAST_ATTEMPTS, True)])
def test_discrimination_is_told_from_thirty_attempts_on(attempts, told):
    survey = surveyed("1111", "0000", times=attempts // 2)

    assert (of(survey, "q1").discrimination == pytest.approx(1)) is told
    assert (Note.FEW in of(survey, "q1").notes) is not told


def test_a_question_that_everybody_has_right_tells_nobody_apart():
    item = of(surveyed("1111", "1000", times=20), "q1")

    assert (item.discrimination, Note.EVERYBODY in item.notes) == (None, True)


def test_times_are_told_by_median_and_quartiles():
    survey = Survey()
    for seconds in (10, 20, 30, 40, 50):
        survey.add(FOUR, {}, rank=0, spent={"q1": seconds, "q2": 0})
    spent = of(survey, "q1").spent

    assert (spent.lower, spent.median, spent.upper, spent.attempts) == (20, 30, 40, 5)
    assert of(survey, "q2").spent is None
    survey.add(FOUR, {}, rank=0, spent={"q3": 7})
    assert of(survey, "q3").spent.median == 7


def test_the_whole_is_told_on_the_scale_that_candidates_read():
    survey = surveyed("1111", "1100", "1000", "1000")

    points, twenty = whole(survey, FOUR, Scale.POINTS), whole(survey, FOUR, Scale.TWENTY)

    assert (points.attempts, points.out_of, points.mean, points.highest, points.lowest) == (4, 4, 2, 4, 1)
    assert points.deviation == pytest.approx(sqrt((4 + 0 + 1 + 1) / 3))
    assert (twenty.out_of, twenty.mean, twenty.highest, twenty.lowest) == (20, 10, 20, 5)
    assert twenty.deviation == pytest.approx(5 * points.deviation)


def test_nothing_is_told_of_nobody():
    survey = Survey()
    survey.know(FOUR, 0)
    item, figures = of(survey, "q1"), whole(survey, FOUR, Scale.POINTS)

    assert (item.attempts, item.facility, item.discrimination, item.spent) == (0, None, None, None)
    assert item.notes == (Note.FEW,)
    assert (figures.attempts, figures.mean, figures.deviation) == (0, None, None)
    assert whole(surveyed("1111"), FOUR, Scale.POINTS).deviation is None


# --- notes ----------------------------------------------------------------------------------------------------------


def test_a_question_that_the_strong_fail_is_to_be_checked():
    item = of(surveyed("0111", "1000", times=20), "q1")

    assert item.discrimination == pytest.approx(-1)
    assert Note.NEGATIVE in item.notes
    assert item.to_check


@pytest.mark.parametrize(
    ("kind", "key", "chosen", "outdone"),
    [
        (Kind.SINGLE, "a", ["a", "b", "b"], True),
        (Kind.SINGLE, "a", ["a", "a", "b", "b"], False),
        (Kind.SINGLE, "ac", ["a", "c", "c", "b", "b"], False),  # either will do
        (Kind.SELECT, "a", ["b"], True),
        (Kind.MULTIPLE, "ac", ["a", "ab", "ac", "b"], True),  # more often than c
        (Kind.MULTIPLE, "ac", ["ac", "ac", "ab"], False),
        (Kind.MULTIPLE, "", ["a"], False),  # nothing is right
    ],
)
def test_a_wrong_choice_that_leads_is_noted(kind, key, chosen, outdone):
    paper, survey = Paper((Part("", (question("q1", kind, key),)),)), Survey()
    for choices in chosen:
        survey.add(paper, {"q1": tuple(choices)}, rank=0)
    item = of(survey, "q1", paper)

    assert (Note.DISTRACTOR in item.notes) is outdone
    assert not item.to_check or Note.NOBODY in item.notes  # so few may be chance


def test_nobody_right_and_a_choice_that_nobody_takes_are_noted():
    few, many = of(surveyed("0111"), "q1"), of(surveyed("0111", times=LEAST_ATTEMPTS), "q1")

    assert set(few.notes) == {Note.FEW, Note.NOBODY, Note.DISTRACTOR}
    assert set(many.notes) == {Note.NOBODY, Note.DISTRACTOR, Note.UNUSED}
    assert Note.NOBODY not in of(surveyed("...."), "q1").notes


@pytest.mark.parametrize(("ruling", "mean", "note"), [(Ruling.VOID, 0, Note.VOID), (Ruling.GIVEN, 1, Note.GIVEN)])
def test_a_ruling_changes_the_scores_and_not_how_the_question_did(ruling, mean, note):
    first, *others = FOUR.parts[0].questions
    ruled, survey = Paper((Part("", (replace(first, ruling=ruling), *others)),)), Survey()
    for right in ("1000", "0000"):
        survey.add(ruled, answered(right), rank=0)
    item = of(survey, "q1", ruled)

    assert (item.facility, note in item.notes) == (0.5, True)
    assert whole(survey, ruled, Scale.POINTS).mean == (0 if ruling is Ruling.VOID else mean)


# --- versions and pools ---------------------------------------------------------------------------------------------


def test_a_question_of_two_versions_counts_together_under_its_newest_wording():
    old, survey = FOUR.parts[0].questions, Survey()
    newer = Paper((Part("", (replace(old[0], prompt="Better said"), question("q2", choices="abc"))),))
    survey.add(newer, {"q1": ("a",), "q2": ("a",)}, rank=1)
    survey.add(FOUR, answered("0000"), rank=0)
    found = items(survey, newer)

    assert [(i.question.id, i.attempts, i.current) for i in found] == [
        ("q1", 2, True),
        ("q2", 1, True),
        ("q2", 1, False),  # other choices: another question
        ("q3", 1, False),
        ("q4", 1, False),
    ]
    assert found[0].question.prompt == "Better said"
    assert found[0].facility == 0.5
    assert [i.number for i in found] == [1, 2, 3, 4, 5]


def test_each_attempt_is_graded_by_the_key_of_its_version():
    other, survey = Paper((Part("", (question("q1", right="b"), *FOUR.parts[0].questions[1:])),)), Survey()
    survey.add(FOUR, {"q1": ("a",)}, rank=0)
    survey.add(other, {"q1": ("b",)}, rank=1)
    survey.add(other, {"q1": ("a",)}, rank=1)

    assert of(survey, "q1", other).facility == pytest.approx(2 / 3)


def test_of_a_pool_only_those_who_had_a_question_count():
    survey, questions = Survey(), FOUR.parts[0].questions
    for n in range(40):
        mine = (questions[n % 2], questions[2], questions[3])
        survey.add(Paper((Part("", mine),)), answered("1111" if n % 4 < 2 else "0000"), rank=0)

    assert [of(survey, f"q{n}").attempts for n in (1, 2, 3)] == [20, 20, 40]
    assert of(survey, "q1").discrimination is None
    assert of(survey, "q3").discrimination == pytest.approx(1)
    pool = Paper((Part("", questions, draw=3),))
    assert whole(survey, pool, Scale.POINTS).out_of == 3


def test_the_rest_is_a_share_so_that_papers_of_other_lengths_compare():
    survey, (first, *others) = Survey(), FOUR.parts[0].questions
    short, long = (Paper((Part("", (first, *others[:count])),)) for count in (1, 3))
    for _ in range(10):
        survey.add(short, answered("11"), rank=0)  # all of the rest
        survey.add(long, answered("1111"), rank=0)  # likewise
        survey.add(long, answered("0000"), rank=0)

    assert of(survey, "q1").discrimination == pytest.approx(1)


def test_the_inputs_of_a_problem_share_its_number():
    pair = tuple(question(f"q{n}", problem="p") for n in (1, 2))
    paper = Paper((Part("", (*pair, question("q3"))),))

    assert [(i.number, i.sub) for i in items(Survey(), paper)] == [(1, 1), (1, 2), (2, 0)]


# --- against a second computation -----------------------------------------------------------------------------------


def people(count: int, seed: int, paper: Paper = PAPER):
    rng = random.Random(seed)
    for _ in range(count):
        ability, found = rng.random(), {}
        for one in paper.questions:
            if rng.random() < 0.1:
                continue
            wrong = [c.id for c in one.choices if not c.correct]
            found[one.id] = tuple(sorted(one.key)) if rng.random() < ability else (rng.choice(wrong),)
        yield found


@pytest.mark.parametrize("scoring", [Scoring(), Scoring(penalty_percent=50)])
def test_the_figures_are_those_of_the_library_over_the_plain_lists(scoring):
    survey, counted = Survey(), list(people(200, 7))
    for answers in counted:
        survey.add(PAPER, answers, rank=0, scoring=scoring)
    points = {"q1": 1, "q2": 1, "q3": 2}

    def earned(one, answers):
        chosen = set(answers.get(one.id, ()))
        if chosen == set(one.key):
            return points[one.id]
        return -points[one.id] * scoring.penalty_percent / 100 if chosen else 0

    for one in PAPER.questions:
        own = [earned(one, answers) / points[one.id] for answers in counted]
        rest = [sum(earned(q, answers) for q in PAPER.questions if q is not one) for answers in counted]
        item = of(survey, one.id, PAPER)
        assert item.facility == pytest.approx(fmean(own))
        assert item.discrimination == pytest.approx(correlation(own, rest))
    if not scoring.penalty_percent:
        totals = [sum(earned(q, answers) for q in PAPER.questions) for answers in counted]
        figures = whole(survey, PAPER, Scale.POINTS)
        assert (figures.mean, figures.deviation) == (pytest.approx(fmean(totals)), pytest.approx(stdev(totals)))


# --- properties -----------------------------------------------------------------------------------------------------

ATTEMPTS = st.lists(
    st.tuples(
        st.text("10.", min_size=4, max_size=4), st.dictionaries(st.sampled_from(["q1", "q3"]), st.integers(0, 900))
    ),
    max_size=60,
)


def told(attempts) -> Survey:
    survey = Survey()
    for right, spent in attempts:
        survey.add(FOUR, answered(right), rank=0, spent=spent)
    return survey


def figures(survey: Survey):
    return items(survey, FOUR), whole(survey, FOUR, Scale.PERCENT)


@settings(max_examples=60, deadline=None)
@given(ATTEMPTS, st.randoms(use_true_random=False))
def test_the_order_of_the_attempts_does_not_matter(attempts, rng):
    mixed = list(attempts)
    rng.shuffle(mixed)

    assert figures(told(attempts)) == figures(told(mixed))


@settings(max_examples=60, deadline=None)
@given(ATTEMPTS, st.integers(0, 60))
def test_two_halves_merged_are_the_whole(attempts, cut):
    first = told(attempts[:cut])
    first.merge(told(attempts[cut:]))

    assert figures(first) == figures(told(attempts))


@settings(max_examples=60, deadline=None)
@given(ATTEMPTS)
def test_counts_add_up_and_figures_stay_in_their_ranges(attempts):
    for item in figures(told(attempts))[0]:
        assert item.attempts == len(attempts) or not attempts
        assert sum(item.choices) == item.answered == item.attempts - item.unanswered
        assert item.facility is None or 0 <= item.facility <= 1
        assert item.discrimination is None or -1 <= item.discrimination <= 1


def test_memory_grows_with_what_is_different_and_not_with_the_attempts():
    survey = surveyed("1111", "1000", "0110", times=500)

    assert all(len(tally.results) <= 3 for tally in survey.tallies.values())
    assert len(survey.scores) == 3
