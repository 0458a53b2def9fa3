"""Pools: everybody gets other questions, the same mix of them and the same points; a seed gives the same for ever."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctored_exam_xblock.domain.drawing import draw, drawn, length, mix, possible, shared
from proctored_exam_xblock.domain.questions import Paper, Part, Question
from proctored_exam_xblock.domain.snapshot import paper_from_json, paper_to_json
from proctored_exam_xblock.olx import read_paper, write_paper
from tests.unit.papers import PAPER, question
from tests.unit.test_olx import RADIO, mc, part, problem, refusal

EASY = tuple(question(f"e{number}", difficulty="easy", tags=("bpmn",)) for number in range(6))
HARD = tuple(question(f"h{number}", difficulty="hard", points=2) for number in range(3))
POOL = Part("Pool", EASY + HARD, draw=3)
MIXED = Paper((POOL, Part("Fixed", (question("f1"), question("f2")))))


def ids(paper: Paper, seed: int, number: int = 0) -> list[str]:
    """Questions of one candidate's part, in their order."""
    return [name for name, _order in draw(paper, seed).parts[number]]


def in_pairs(*names: str) -> tuple[Question, ...]:
    """Problems of two inputs each."""
    return tuple(question(f"{name}.{sub}", problem=name) for name in names for sub in (1, 2))


def whole(a_part: Part, **changes: object) -> Paper:
    return Paper((replace(a_part, **changes),))


# What is drawn -------------------------------------------------------------------------------------------------------


def test_everybody_gets_the_same_mix_and_the_same_points_of_different_questions():
    candidates = [drawn(MIXED, draw(MIXED, seed)) for seed in range(40)]
    mixes = {tuple(Counter(q.difficulty for q in own.parts[0].questions).items()) for own in candidates}

    assert mixes == {(("easy", 2), ("hard", 1))}
    assert {sum(q.points for q in own.questions) for own in candidates} == {6} == {possible(MIXED)}
    assert {len(own.questions) for own in candidates} == {5} == {length(MIXED)}
    assert {q.id for own in candidates for q in own.parts[0].questions} == {q.id for q in EASY + HARD}
    assert {own.parts[1] for own in candidates} == {MIXED.parts[1]}


def test_a_layout_never_changes():
    """Attempts of years ago are graded and shown by it: a release that draws otherwise breaks them."""
    shaken = Part("Pool", tuple(replace(q, shuffle=True) for q in POOL.questions), draw=3, shuffle=True)

    assert draw(Paper((shaken,)), 20270216).parts == (PINNED,)


def test_without_a_random_order_the_authors_order_stays():
    order = [q.id for q in POOL.questions]

    assert all(ids(MIXED, seed) == sorted(ids(MIXED, seed), key=order.index) for seed in range(20))


def test_a_random_order_moves_all_but_those_that_keep_their_place():
    questions = [question(f"q{number}", fixed=number in (0, 4)) for number in range(6)]
    orders = {tuple(ids(whole(Part("One", tuple(questions)), shuffle=True), seed)) for seed in range(60)}

    assert len(orders) > 10
    assert {(order[0], order[4]) for order in orders} == {("q0", "q4")}
    assert {tuple(sorted(order)) for order in orders} == {("q0", "q1", "q2", "q3", "q4", "q5")}


def test_the_inputs_of_a_problem_stay_together_and_count_as_one():
    pool = whole(Part("One", in_pairs("a", "b", "c", "d")), draw=2, shuffle=True)

    for seed in range(30):
        names = ids(pool, seed)
        assert names[0::2] == [name.replace(".2", ".1") for name in names[1::2]]
        assert len(drawn(pool, draw(pool, seed)).parts[0].problems) == 2


@pytest.mark.parametrize("count", [9, 10, 500])
def test_who_draws_as_many_as_there_are_gets_all_of_them(count):
    pool = whole(POOL, draw=count)

    assert ids(pool, 1) == [q.id for q in POOL.questions]
    assert not pool.parts[0].is_pool
    assert (pool.parts[0].drawn, possible(pool)) == (9, 12)


def test_what_cannot_be_drawn_is_a_stratum_of_none():
    strata = mix(replace(POOL, draw=1))

    assert [(s.difficulty, s.points, s.taken, len(s.problems)) for s in strata] == [
        ("easy", 1, 1, 6),
        ("hard", 2, 0, 3),
    ]


def test_places_left_over_go_to_the_kinds_that_lack_most_of_one():
    few, many = (tuple(question(f"{n}{i}", difficulty=n) for i in range(size)) for n, size in (("a", 3), ("b", 5)))

    assert [s.taken for s in mix(Part("One", few + many, draw=3))] == [1, 2]


def test_tags_are_alike_in_any_order():
    assert len(mix(Part("One", (question("a", tags=("x", "y")), question("b", tags=("y", "x")))))) == 1


def test_the_overlap_is_what_pairs_of_candidates_have_in_common_on_average():
    """Over all layouts that can be drawn, each as often as any other."""
    easy = [set(chosen) for chosen in combinations(range(6), 2)]
    hard = [set(chosen) for chosen in combinations(range(3), 1)]
    every = [(a, b) for a in easy for b in hard]
    common = sum(len(a & c) + len(b & d) for a, b in every for c, d in every)

    assert shared(whole(POOL)) == (Fraction(common, len(every) ** 2), 3)
    assert shared(MIXED) == (Fraction(common, len(every) ** 2) + 2, 5)


def test_the_seeds_draw_every_question_of_a_stratum_about_as_often():
    often = Counter(name for seed in range(3000) for name in ids(whole(POOL), seed))

    assert all(abs(often[q.id] - 1000) < 120 for q in POOL.questions)


SIZES = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 3)), min_size=1, max_size=4)


@given(sizes=SIZES, count=st.integers(1, 30), shuffle=st.booleans(), seed=st.integers(0, 2**63))
def test_any_layout_has_exactly_the_mix(sizes, count, shuffle, seed):
    questions = tuple(
        question(f"q{kind}.{number}", difficulty=str(kind), points=points)
        for kind, (size, points) in enumerate(sizes)
        for number in range(size)
    )
    pool = whole(Part("Pool", questions, count, shuffle))
    own = drawn(pool, draw(pool, seed))
    chosen = [pool.questions.index(q) for q in own.questions]

    assert [len(set(s.problems) & set(chosen)) for s in mix(pool.parts[0])] == [s.taken for s in mix(pool.parts[0])]
    assert len(set(chosen)) == len(chosen) == min(count, len(questions)) == length(pool)
    assert sum(q.points for q in own.questions) == possible(pool)
    ideal = [Fraction(len(chosen) * len(s.problems), len(questions)) for s in mix(pool.parts[0])]
    assert all(abs(s.taken - share) < 1 for s, share in zip(mix(pool.parts[0]), ideal, strict=True))


# How it is written ---------------------------------------------------------------------------------------------------

WRITTEN = part(
    problem("<p>A</p>" + mc(RADIO), 'url_name="a" tags="risk, bpmn &amp; co" difficulty="hard" fixed="true"')
    + problem("<p>B</p>" + mc(RADIO) + mc(RADIO), 'url_name="b" tags="risk"')
).replace("<part", '<part draw="1" shuffle="true"')


def test_what_a_part_and_a_problem_say_of_drawing_is_read():
    (one,) = read_paper(WRITTEN).parts
    a, b, again = one.questions

    assert (one.draw, one.shuffle, one.is_pool) == (1, True, True)
    assert (a.tags, a.difficulty, a.fixed) == (("risk", "bpmn & co"), "hard", True)
    assert (b.tags, b.difficulty, b.fixed) == (again.tags, again.difficulty, again.fixed) == (("risk",), "", False)


def test_it_survives_course_xml_byte_for_byte_and_the_snapshot():
    paper = read_paper(WRITTEN)
    text = write_paper(paper)

    assert read_paper(text) == paper
    assert write_paper(read_paper(text)) == text
    assert paper_from_json(paper_to_json(paper)) == paper
    assert 'draw="1" shuffle="true"' in text


def test_versions_from_before_pools_are_read_and_written_as_they_were():
    old = paper_to_json(PAPER)
    keys = {key for one in old["parts"] for key in one} | {key for q in old["parts"][0]["questions"] for key in q}

    assert not keys & {"draw", "tags", "difficulty"}
    assert "shuffle" not in old["parts"][0]
    assert paper_from_json(old) == PAPER


def test_a_tag_stands_once_and_blanks_do_not_count():
    written = part(problem("<p>A</p>" + mc(RADIO), 'tags=" a ,, b\n c ,a" difficulty="  very   hard "'))
    (only,) = read_paper(written).questions

    assert (only.tags, only.difficulty) == (("a", "b c"), "very hard")


@pytest.mark.parametrize("count", ["0", "-1", "ten", "1.5", "5001", "99999", "١"])
def test_a_draw_that_is_no_number_of_questions_is_refused(count):
    wrong = part(problem("<p>A</p>" + mc(RADIO))).replace("<part", f'<part draw="{count}"')

    assert refusal(wrong).params["reason"] == "bad_draw"


@pytest.mark.parametrize(
    "attributes",
    [f'tags="{",".join(map(str, range(21)))}"', f'tags="{"x" * 61}"', f'difficulty="{"x" * 61}"'],
    ids=["too many", "too long", "too hard"],
)
def test_tags_without_measure_are_refused(attributes):
    assert refusal(part(problem("<p>A</p>" + mc(RADIO), attributes))).params["reason"] == "bad_tags"


def test_an_empty_draw_is_none():
    written = part(problem("<p>A</p>" + mc(RADIO))).replace("<part", '<part draw=" "')

    assert read_paper(written).parts[0].draw == 0


PINNED = (("h1", ("b", "a", "c", "d")), ("e0", ("a", "d", "b", "c")), ("e2", ("b", "c", "d", "a")))
