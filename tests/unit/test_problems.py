"""Problems with several answers, partial credit and feedback: read, weighted and written as the platform means."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctored_exam_xblock.domain.errors import InvalidPaper
from proctored_exam_xblock.domain.grading import Score, credit, grade, passed, unit
from proctored_exam_xblock.domain.questions import Credit, Hint, Kind, Paper, Part, Question
from proctored_exam_xblock.domain.snapshot import paper_from_json, paper_to_json
from proctored_exam_xblock.olx import markdown_to_olx, read_paper, write_markdown, write_paper
from proctored_exam_xblock.olx.richtext import escape
from tests.unit.papers import question
from tests.unit.test_olx import RADIO, mc, part, problem, refusal

SELECT = "<optionresponse>{}<optioninput options=\"('a','b')\" correct=\"b\"/></optionresponse>"


def read(inside: str, attributes: str = "") -> tuple[Question, ...]:
    return read_paper(part(problem(inside, attributes))).questions


def boxes(keys: str, attributes: str = "") -> Question:
    """Checkboxes by their marks: ``t`` right, ``f`` wrong, ``p`` neither."""
    words = {"t": "true", "f": "false", "p": "partial"}
    inside = "".join(f'<choice correct="{words[key]}">{number}</choice>' for number, key in enumerate(keys))
    (only,) = read(f"<p>Q</p><choiceresponse {attributes}><checkboxgroup>{inside}</checkboxgroup></choiceresponse>")
    return only


def picked(only: Question, places: str) -> tuple[str, ...]:
    return tuple(only.choices[int(place)].id for place in places)


# Several answers -----------------------------------------------------------------------------------------------------


def test_a_problem_with_several_responses_is_several_questions_of_one_problem():
    first, second = read("<p>Intro</p>" + mc("<label>A?</label>" + RADIO) + "<p>More</p>" + mc(RADIO), 'url_name="p"')

    assert (first.id, first.problem, first.lead, first.prompt) == ("p.1", "p", "<p>Intro</p>", "A?")
    assert (second.id, second.problem, second.lead, second.prompt) == ("p.2", "p", "", "<p>More</p>")


def test_lists_in_the_midst_of_a_sentence_leave_their_numbers_there():
    entry = "<optioninput options=\"('a','b')\" correct=\"b\"/>"
    first, second = read(f"<optionresponse><p>The sky is {entry}, grass is {entry}.</p></optionresponse>")

    assert (first.lead, first.prompt) == ("<p>The sky is (1), grass is (2).</p>", "(1)")
    assert (second.lead, second.prompt) == ("", "(2)")


def test_what_follows_the_last_answer_is_not_lost():
    first, second = read(mc("<label>A</label>" + RADIO) + mc("<label>B</label>" + RADIO) + "<p>Source</p>")

    assert (first.prompt, second.prompt) == ("A", "B\n<p>Source</p>")


@pytest.mark.parametrize(
    ("attributes", "points"),
    [("", (1, 1)), ('weight="1"', (Fraction(1, 2), Fraction(1, 2))), ('weight="3"', (Fraction(3, 2), Fraction(3, 2)))],
)
def test_the_weight_is_shared_as_the_platform_scales(attributes, points):
    assert tuple(q.points for q in read("<p>Q</p>" + SELECT.format("") * 2, attributes)) == points


def test_the_points_of_an_input_are_its_share():
    heavy = SELECT.format("").replace("<optioninput", '<optioninput points="3"')

    assert [q.points for q in read("<p>Q</p>" + heavy + SELECT.format(""), 'weight="2"')] == [
        Fraction(3, 2),
        Fraction(1, 2),
    ]


def test_a_solution_goes_with_its_response_or_with_the_answer_before_it():
    inside = mc("<label>A</label>" + RADIO) + "<solution>one</solution>" + mc(RADIO + "<solution>two</solution>")

    assert [q.explanation for q in read(inside)] == ["one", "two"]


def test_ids_of_several_answers_do_not_depend_on_the_key():
    pair = part(problem("<p>Q</p>" + mc(RADIO) + mc(RADIO)))
    turned = pair.replace('"true"', '"x"').replace('"false"', '"true"').replace('"x"', '"false"')

    assert [q.id for q in read_paper(pair).questions] == [q.id for q in read_paper(turned).questions]
    assert len({q.id for q in read_paper(pair + pair).questions}) == 4


# Partial credit ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "places", "earned"),
    [
        ("ttff", "01", 1),
        ("ttff", "0", Fraction("0.75")),
        ("ttf", "2", 0),
        ("ttf", "0", Fraction("0.67")),
        ("tff", "12", 0),
        ("ttff", "", 0),
        ("tp", "01", 1),
    ],
)
def test_every_decision_counts(keys, places, earned):
    only = boxes(keys, 'partial_credit="EDC"')

    assert credit(only, picked(only, places)) == earned


@pytest.mark.parametrize(
    ("keys", "places", "earned"),
    [
        ("ttf", "01", 1),
        ("ttf", "0", Fraction("0.5")),
        ("tf", "01", 0),
        ("ttfff", "02", Fraction("0.25")),
        ("ttff", "02", 0),
        ("ttfff", "234", 0),
        ("ttfff", "", 0),
    ],
)
def test_halves(keys, places, earned):
    only = boxes(keys, 'partial_credit="halves"')

    assert credit(only, picked(only, places)) == earned


def test_a_box_that_is_neither_right_nor_wrong_spoils_the_exact_set_only():
    only = boxes("tp")

    assert [credit(only, picked(only, places)) for places in ("0", "01")] == [1, 0]


def test_points_of_a_choice():
    (only,) = read(
        '<p>Q</p><multiplechoiceresponse partial_credit="points"><choicegroup><choice correct="true">a</choice>'
        '<choice correct="partial">b</choice><choice correct="partial" point_value=".3">c</choice>'
        '<choice correct="false">d</choice></choicegroup></multiplechoiceresponse>',
        'weight="2"',
    )

    assert [credit(only, picked(only, place)) for place in "0123"] == [1, Fraction(1, 2), Fraction(3, 10), 0]
    assert grade(Paper((Part("", (only,)),)), {only.id: picked(only, "2")}) == Score(Fraction(3, 5), 2)


@pytest.mark.parametrize(
    ("reason", "xml"),
    [
        ("bad_point_value", '<choice correct="true">a</choice>\n<choice correct="partial" point_value="x">b</choice>'),
        (
            "bad_point_value",
            '<choice correct="true">a</choice>\n<choice correct="partial" point_value="inf">b</choice>',
        ),
        ("bad_names", '\n<choice correct="true" name="0">a</choice><choice correct="false">b</choice>'),
        ("bad_names", '\n<choice correct="true" name="$seed">a</choice>'),
    ],
)
def test_credit_and_names_that_mean_nothing_are_refused(reason, xml):
    group = f"<choicegroup>{xml}</choicegroup>"
    error = refusal(
        part(problem(f'<p>Q</p><multiplechoiceresponse partial_credit="points">{group}</multiplechoiceresponse>'))
    )

    assert (error.params["reason"], error.params["line"]) == (reason, 2 if reason == "bad_point_value" else 1)


def test_a_score_is_never_below_nothing():
    (only,) = read(
        '<p>Q</p><multiplechoiceresponse partial_credit="points"><choicegroup><choice correct="true">a</choice>'
        '<choice correct="partial" point_value="-1">b</choice></choicegroup></multiplechoiceresponse>'
    )

    assert credit(only, picked(only, "1")) == -1
    assert grade(Paper((Part("", (only,)),)), {only.id: picked(only, "1")}) == Score(0, 1)


def test_the_unit_makes_every_score_whole_and_is_one_without_need():
    thirds = read("<p>Q</p>" + SELECT.format("") * 3, 'weight="1"')
    paper = Paper((Part("", (*thirds, boxes("ttf", 'partial_credit="EDC"'))),))

    assert unit(Paper((Part("", (question("q"),)),))) == 1
    assert unit(paper) == 300


def test_a_pass_mark_is_met_by_thirds_exactly():
    assert passed(Score(Fraction(2, 3) + Fraction(1, 3), 1), 100)
    assert not passed(Score(Fraction(2, 3), 1), 67)


# Feedback ------------------------------------------------------------------------------------------------------------

FEEDBACK = (
    "<choiceresponse><label>Q</label><checkboxgroup>"
    '<choice correct="true">a<choicehint selected="true">Yes</choicehint>'
    '<choicehint selected="false">No</choicehint></choice>'
    '<choice correct="false">b</choice><compoundhint value="A B">Both</compoundhint></checkboxgroup></choiceresponse>'
    "<demandhint><hint>Think</hint><hint>Harder</hint></demandhint>"
)


def test_feedback_is_kept_beside_the_question():
    (only,) = read(FEEDBACK)

    assert only.choices[0].hints == (Hint("Yes", when="true"), Hint("No", when="false"))
    assert only.hints == (Hint("Both", when="A B"),)
    assert only.demand_hints == ("Think", "Harder")
    assert "Yes" not in only.prompt + "".join(choice.html for choice in only.choices)


# There and back ------------------------------------------------------------------------------------------------------

WORDS = st.text("abcé ?<&>'\"\\(,)=", min_size=1, max_size=8).filter(lambda t: t.strip())
WRITTEN = WORDS.map(escape)
HINTS = st.sampled_from(["", '<choicehint label="Hm">Because</choicehint>'])


@st.composite
def problems(draw: st.DrawFn, plain: bool = False) -> str:
    """One problem; ``plain`` ones say nothing that Studio's Markdown has no word for."""

    def group(kind: str) -> str:
        count = draw(st.integers(2, 4))
        right = draw(st.integers(0, count - 1))
        extra = [""] if plain else ["", ' points="2"']
        if kind == "optionresponse":
            inside = "".join(f'<option correct="{n == right}">{draw(WRITTEN)} {n}</option>' for n in range(count))
            return f"<{kind}><label>{draw(WRITTEN)}</label><optioninput>{inside}</optioninput></{kind}>"
        single = kind == "multiplechoiceresponse"
        wrong = st.sampled_from(["false"] if plain else ["false", "partial"])
        tag = "choicegroup" if single else "checkboxgroup"
        schemes = ["points"] if single else ["EDC", "halves"]
        credit_ = "" if plain else draw(st.sampled_from(["", *(f' partial_credit="{c}"' for c in schemes)]))
        inside = "".join(
            f'<choice correct="{"true" if n == right else draw(wrong)}">'
            f"{draw(WRITTEN)} {n}{draw(HINTS) if single else ''}</choice>"
            for n in range(count)
        )
        shuffle = draw(st.sampled_from(["", ' shuffle="true"'])) if single else ""
        return (
            f"<{kind}{credit_}><label>{draw(WRITTEN)}</label><{tag}{shuffle}{draw(st.sampled_from(extra))}>{inside}</{tag}>"
            f"{draw(st.sampled_from(['', '<solution><p>So</p></solution>']))}</{kind}>"
        )

    kinds = st.sampled_from(["multiplechoiceresponse", "choiceresponse", "optionresponse"])
    lead = st.sampled_from(["", "<p>Lead</p>", "<table><tbody><tr><td>1</td></tr></tbody></table>"])
    inside = "".join(draw(lead) + group(draw(kinds)) for _ in range(draw(st.integers(1, 3))))
    weight = "" if plain else draw(st.sampled_from(["", 'weight="1"', 'weight="0.5"', 'weight="7"']))
    return problem(inside, weight)


def scores(paper: Paper) -> list[Score]:
    """What each choice alone, and all right ones together, earn."""
    alone = [grade(paper, {q.id: (choice.id,)}) for q in paper.questions for choice in q.choices]
    return [*alone, grade(paper, {q.id: tuple(q.key) for q in paper.questions})]


@given(problems())
def test_any_problem_survives_course_xml_and_the_snapshot_and_grades_the_same(xml):
    paper = read_paper(part(xml))
    written = write_paper(paper)
    again = read_paper(written)

    assert again == paper
    assert write_paper(again) == written
    assert paper_from_json(json.loads(json.dumps(paper_to_json(paper)))) == paper
    assert scores(again) == scores(paper)


@settings(max_examples=40)
@given(problems(plain=True))
def test_a_problem_that_markdown_can_say_survives_it(xml):
    paper = read_paper(part(xml))
    text = write_markdown(paper.questions)
    if text is None:  # words that the language takes for its own signs
        assert any(sign in xml for sign in ("(", "=", "&", "'", '"', "\\", ","))
        return
    (again,) = [read_markdown(text, paper.questions)]

    assert scores(again) == scores(paper)


def read_markdown(text: str, like: tuple[Question, ...]) -> Paper:
    name = like[0].problem or like[0].id
    return read_paper(part(markdown_to_olx(text).replace("<problem>", f'<problem url_name="{name}">', 1)))


def test_partial_credit_has_no_word_in_markdown():
    assert write_markdown((boxes("ttf", 'partial_credit="EDC"'),)) is None


# Papers of before ----------------------------------------------------------------------------------------------------


def test_a_snapshot_of_an_earlier_release_is_read():
    old = {
        "parts": [
            {
                "title": "One",
                "questions": [
                    {
                        "id": "q",
                        "kind": "multiple",
                        "prompt": "?",
                        "points": 2,
                        "shuffle": True,
                        "explanation": "",
                        "choices": [{"id": "a", "html": "A", "correct": True, "fixed": False}],
                    }
                ],
            }
        ]
    }
    paper = paper_from_json(old)

    assert (paper.questions[0].kind, paper.questions[0].points, paper.questions[0].credit) == (
        Kind.MULTIPLE,
        2,
        Credit.NONE,
    )
    assert paper_to_json(paper) == old


def test_a_markdown_text_of_any_size_is_refused_before_it_is_read() -> None:
    with pytest.raises(InvalidPaper) as caught:
        markdown_to_olx(">>a\n" * 1_000_000)
    assert caught.value.params["reason"] == "too_large"


@pytest.mark.parametrize(
    "above",
    [">>Which of\nthese two?<<\n", ">>Q<<\n[code]\n\na\nb\n\n[/code]\n", ">>a\n\nb||c\nd<<\n[code]\n\n[/code]\n"],
)
def test_a_mistake_below_several_lines_keeps_its_line(above) -> None:
    text = above + "(x) a\n( )\n"
    with pytest.raises(InvalidPaper) as caught:
        read_paper(f"<part>{markdown_to_olx(text)}</part>")
    assert (caught.value.params["reason"], caught.value.params["line"]) == ("empty_choice", text.count("\n"))
