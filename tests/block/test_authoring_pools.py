"""Pools on the author's page: what they mean is told while they are written, mistakes stand where they are made."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lxml import html as lxml_html

from proctored_exam_xblock import authoring
from proctored_exam_xblock.block import ProctoredExamXBlock
from tests.block import test_authoring
from tests.block.test_authoring import ONE, POLICY_TEXT, ask, save
from tests.campus import all_rows
from tests.unit.candidates import words

pytestmark = pytest.mark.django_db
block = test_authoring.block
BAD = "<problem><customresponse/></problem>"
EASY = [ONE.replace("<problem>", f'<problem url_name="e{n}" tags="bpmn" difficulty="easy">') for n in range(6)]
HARD = [ONE.replace("<problem>", f'<problem url_name="h{n}" difficulty="hard" weight="2">') for n in range(3)]


def pool(draw: str = "3", *problems: str) -> dict[str, Any]:
    return {"title": "Pool", "attributes": {"draw": draw}, "problems": list(problems) or EASY + HARD}


def told(block: ProctoredExamXBlock, *parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    status, answer = ask(block, "describe_pools", {"parts": list(parts), **more})
    assert status == 200
    return answer


def tree(html: str) -> lxml_html.HtmlElement:
    return lxml_html.fromstring(f"<div>{html}</div>")


def read(html: str) -> str:
    return words(tree(html))


def test_the_mix_the_points_and_what_two_candidates_share(block: ProctoredExamXBlock) -> None:
    fixed = {"title": "Fixed", "attributes": {}, "problems": [ONE, ONE]}
    answer = told(block, pool(), fixed)
    rows = tree(answer["parts"][0]["html"]).xpath(".//tbody/tr")

    assert "3 questions sur 9, 4 points pour chaque candidat." in read(answer["parts"][0]["html"])
    assert "Deux candidats en ont en moyenne 1 sur 3 en commun (33 %)." in read(answer["parts"][0]["html"])
    assert [words(row) for row in rows] == ["bpmn easy 1 point 2 sur 6", "hard 2 points 1 sur 3"]
    assert "Chaque candidat a 5 questions, 6 points." in read(answer["paper"])
    assert "3 sur 5 en commun (60 %)" in read(answer["paper"])
    assert (answer["parts"][1], answer["parts"][0]["error"]) == ({"html": "", "error": ""}, "")


def test_points_of_the_exams_own_rule_count(block: ProctoredExamXBlock) -> None:
    assert "6 points" in read(told(block, pool(), question_points=2)["parts"][0]["html"])
    assert "4 points" in read(told(block, pool(), question_points="many")["parts"][0]["html"])


def test_what_can_never_be_drawn_and_what_is_too_small_is_told(block: ProctoredExamXBlock) -> None:
    assert "Jamais tirée" in told(block, pool("1"))["parts"][0]["html"]
    assert "La banque n’a que 9 questions" in told(block, pool("10"))["parts"][0]["html"]
    assert "Le tirage prend toute la banque" in told(block, pool("9"))["parts"][0]["html"]


def test_questions_that_cannot_be_read_yet_are_left_out_and_counted(block: ProctoredExamXBlock) -> None:
    answer = told(block, pool("2", EASY[0], BAD, EASY[0], EASY[2]))

    assert "1 question n’est pas encore lisible" in answer["parts"][0]["html"]
    assert "2 questions sur 3" in read(answer["parts"][0]["html"])
    assert answer["paper"] == ""


def test_no_number_of_questions_is_said_beside_the_number(block: ProctoredExamXBlock) -> None:
    (_good, live) = told(block, pool(), pool("some"))["parts"]
    parts = [{**pool(), "problems": EASY}, {**pool("0"), "problems": HARD}]
    status, refused = save(block, {"display_name": "x", "policy": POLICY_TEXT, "parts": parts})

    assert live["error"] == "le nombre de questions tirées (draw) doit être un nombre entier, 1 ou plus."
    assert status == 422
    assert refused["mistakes"] == [{"part": 2, "question": 0, "line": None, "field": "draw", "text": live["error"]}]


def test_what_a_part_draws_is_written_and_comes_back(block: ProctoredExamXBlock) -> None:
    part = pool()
    part["attributes"]["shuffle"] = "true"
    assert save(block, {"display_name": "x", "policy": POLICY_TEXT, "parts": [part]})[0] == 200
    (back,) = authoring.arguments(block)["parts"]

    assert back["attributes"] == {"draw": "3", "shuffle": "true"}
    assert [(one["tags"], one["difficulty"], one["fixed"]) for one in back["problems"][5:7]] == [
        (["bpmn"], "easy", False),
        ([], "hard", False),
    ]
    assert "3 questions sur 9" in authoring.summary(block)


@pytest.mark.parametrize(
    ("rules", "most"),
    [
        ({}, 4),
        ({"question_points": 2}, 6),
        ({"question_points": 2, "lms_points": 20}, 20),
        ({"wrong_answer_percent": 25}, 16),
    ],
)
def test_the_gradebooks_maximum_is_that_of_every_candidates_own_questions(
    block: ProctoredExamXBlock, rules: dict[str, Any], most: int
) -> None:
    policy = json.dumps({**json.loads(POLICY_TEXT), **rules})
    assert save(block, {"display_name": "x", "policy": policy, "parts": [pool()]})[0] == 200

    assert block.max_score() == most


def test_statistics_hold_no_key_and_write_nothing(block: ProctoredExamXBlock) -> None:
    before = all_rows()
    assert "correct" not in json.dumps(told(block, pool()))
    assert all_rows() == before


@pytest.mark.parametrize("body", [{}, {"parts": "x"}, {"parts": [{"title": 1}]}])
def test_what_is_no_paper_is_refused(block: ProctoredExamXBlock, body: dict[str, Any]) -> None:
    assert ask(block, "describe_pools", body)[1]["code"] == "bad_request"


def test_the_preview_is_drawn_as_a_candidates_would_be(block: ProctoredExamXBlock) -> None:
    parts = [pool()]
    _, answer = ask(block, "preview_exam", {"display_name": "x", "policy": POLICY_TEXT, "parts": parts})

    assert answer["screens"]["sitting"].count("data-pex-question=") == 3
    assert "3 questions" in read(answer["screens"]["unlocked"])


def test_checks_name_questions_by_their_number_and_first_words(block: ProctoredExamXBlock) -> None:
    body = {"display_name": "x", "policy": POLICY_TEXT, "parts": [pool("1")]}
    _, answer = ask(block, "check_exam", body)
    _, short = ask(block, "check_exam", {**body, "parts": [pool("10")]})

    assert 'data-pex-author-finding="pools_drawn_from" data-severity="warning"' in answer["html"]
    assert "<li>7. Oui ?</li>" in answer["html"]
    assert short["stops"] == 1
    assert "Pool (10 / 9)" in short["html"]


PARTIAL = """<problem weight="2">
<multiplechoiceresponse partial_credit="points"><label>Q</label><choicegroup>
<choice correct="true">A<choicehint label="Oui">bravo</choicehint></choice>
<choice correct="partial" point_value="0.25">B</choice><choice correct="false">C</choice></choicegroup>
</multiplechoiceresponse><demandhint><hint>indice</hint></demandhint></problem>"""
BOXES = """<problem>
<choiceresponse partial_credit="halves"><label>Q</label><checkboxgroup>
<choice correct="true">A<choicehint selected="false">sans A</choicehint></choice><choice correct="false">B</choice>
<choice correct="false">C</choice><compoundhint value="A B">ensemble</compoundhint></checkboxgroup>
</choiceresponse></problem>"""


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (PARTIAL, ["2 points", "Points partiels : B (0,5 point)", "A → Oui bravo", "Indices : indice"]),
        (BOXES, ["la moitié des points pour une erreur", "A, non cochée → sans A", "A + B → ensemble"]),
        (BOXES.replace("halves", "EDC"), ["chaque case cochée ou laissée à bon escient compte"]),
    ],
    ids=["points", "halves", "EDC"],
)
def test_the_key_tells_partial_credit_and_hints(block: ProctoredExamXBlock, source: str, said: list[str]) -> None:
    _, answer = ask(block, "try_question", {"source": source, "answers": True, "language": "fr"})
    (key,) = lxml_html.fromstring(answer["html"]).xpath("//*[@data-pex-author-key]")
    text = words(key)

    assert [sentence for sentence in said if sentence not in text] == []
    _, plain = ask(block, "try_question", {"source": source, "language": "fr"})
    assert not {word for word in ("bravo", "indice", "ensemble", "sans A", "0,5") if word in plain["html"]}
