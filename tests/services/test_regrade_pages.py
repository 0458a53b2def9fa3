"""The page of corrections over HTTP: what it shows, and decisions by POST."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client

from demo.models import CourseRole
from proctored_exam_xblock.models import Exam, Regrade
from proctored_exam_xblock.olx import read_paper
from proctored_exam_xblock.services import exams, grading, regrading, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.world import COURSE, PAPER, USAGE, World

pytestmark = pytest.mark.django_db
WORDS = read_paper(PAPER).questions[0].words


@pytest.fixture
def exam(world: World) -> World:
    world.publish(show_result_in_exam=True, pass_percent=60)
    return world


@pytest.fixture
def team(exam: World) -> Client:
    caller = exam.person("dominique", None)
    CourseRole.objects.create(user_id=caller.user_id, course_key=COURSE, role="staff")
    found = Client()
    found.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    found.force_login(get_user_model().objects.get(pk=caller.user_id))
    return found


def sat(exam: World, name: str = "alex", *, right: bool = True) -> Caller:
    caller = exam.person(name)
    exam.clock.present = exam.clock.present.replace(month=2, day=20)
    exam.sit(caller)
    for part in (1, 2):
        sitting.submit_part(exam.with_window(caller), part, 1, exam.answers(part, right=right), exam.clock())
    sitting.finish(exam.with_window(caller), {}, exam.clock())
    return caller


def address(part: str = "") -> str:
    return f"/proctored_exam/regrade/{Exam.objects.get(usage_key=USAGE).pk}/{part}"


def send(team: Client, part: str, **body: Any) -> HttpResponse:
    return team.post(address(f"{part}/"), json.dumps(body), content_type="application/json")


def shown(team: Client, query: str = "") -> str:
    return " ".join(team.get(address() + query).content.decode().split())


def first_question() -> Any:
    version = Exam.objects.get(usage_key=USAGE).current_version
    assert version is not None
    return exams.snapshot(version).paper.questions[0]


def wrong_one() -> dict[str, Any]:
    asked = first_question()
    return {
        "question": asked.id,
        "words": asked.words,
        "key": [choice.id for choice in asked.choices if not choice.correct],
    }


def test_every_question_is_there_with_its_key_and_the_one_that_was_asked_for(exam: World, team: Client) -> None:
    page = shown(team, "?question=q2")
    assert page.count("data-regrade-question=") == 3
    assert 'data-wanted="q2"' in page
    assert "Vendre · Acheter" in page
    assert 'data-wanted=""' in shown(team, "?question=stranger")
    assert 'data-wanted=""' in shown(team, "?question=%22%3E%3Cscript%3E")


def test_a_question_of_an_earlier_version_and_a_key_that_the_author_changed_since_are_told(
    exam: World, team: Client
) -> None:
    sat(exam)
    changed = PAPER.replace('correct="true">Vrai', 'correct="false">Vrai').replace(
        'correct="false">Faux', 'correct="true">Faux'
    )
    exam.publish(changed.replace('url_name="q3"', 'url_name="q9"'))
    page = shown(team)
    assert page.count("data-regrade-question=") == 4
    assert "Question 3 of an earlier version" in page
    assert "in an earlier version, which some candidates had, it is “Vrai”" in page


def test_each_wording_of_a_question_has_its_row_and_the_link_picks_the_newest(exam: World, team: Client) -> None:
    sat(exam)
    sat(exam, "robin")
    former = first_question().words
    exam.publish(PAPER.replace("est un rectangle", "est un cercle"))
    page = shown(team, "?question=q1")
    assert page.count('<li class="regrade-question" data-regrade-question="q1"') == 2
    newer, older = page.index(first_question().words), page.index(former)
    assert newer < older, "the script picks the first"
    assert "Earlier wording: 2 candidates had that version of the exam." in page[older:]
    assert "Earlier wording" not in page[newer:older]
    sent = {"question": "q1", "ruling": "void"}
    assert send(team, "preview", corrections=[{**sent, "words": former}]).json()["changed"] == 2
    assert send(team, "preview", corrections=[{**sent, "words": first_question().words}]).json()["changed"] == 0
    refused = send(team, "preview", corrections=[{**sent, "words": "stranger"}]).json()
    assert (refused["field"], refused["words"]) == ("q1", "stranger")
    assert "in no version" in refused["message"]


def test_powers_indexes_and_images_are_shown_as_candidates_see_them(exam: World, team: Client) -> None:
    plan = '<img src="/static/plan.png" alt="{alt}"/>'
    exam.publish(
        PAPER.replace(">Vrai<", ">10<sup>2</sup><")
        .replace(">Faux<", ">10<sub>2</sub><")
        .replace(">Vendre<", f">{plan.format(alt='A plan')}<")
        .replace(">Acheter<", f">{plan.format(alt='')}<")
    )
    page = shown(team)
    assert "Counted as right:</span> 10<sup>2</sup></div>" in page
    assert "10<sub>2</sub></span></label>" in page
    assert page.count('aria-label="Choice') == 1
    assert 'aria-label="Choice 2 (an image)"' in page
    sat(exam)
    assert send(team, "apply", corrections=[wrong_one()], reason="The book.", mark=0).json()["ok"]
    assert 'right: <span class="regrade-rich">10<sub>2</sub></span>' in shown(team)


def test_the_key_in_force_is_no_correction(exam: World, team: Client) -> None:
    same = {**wrong_one(), "key": sorted(first_question().key)}
    refused = send(team, "apply", corrections=[same], reason="The book.", mark=0)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_correction")
    assert "counts as right already" in refused.json()["message"]


def test_a_preview_counts_and_lists_and_an_apply_with_its_mark_is_done_once(exam: World, team: Client) -> None:
    sat(exam)
    sat(exam, "robin", right=False)
    seen = send(team, "preview", corrections=[wrong_one()], raise_only=False).json()
    assert (seen["ok"], seen["mark"], seen["changed"]) == (True, 0, 2)
    assert seen["html"].count("data-regrade-row=") == 2
    body = {"corrections": [wrong_one()], "raise_only": False, "reason": "The book.", "mark": seen["mark"]}
    assert send(team, "apply", **body).json() == {"ok": True, "number": 1, "left": 0}
    again = send(team, "apply", **body)
    assert (again.status_code, again.json()["code"]) == (409, "changed_meanwhile")
    assert Regrade.objects.get().made_by == f"staff:{get_user_model().objects.get(username='dominique').pk}"
    assert "Dominique Martin, on" in shown(team)
    assert team.get(address("left/")).json() == {"ok": True, "left": 0, "text": ""}


def test_undoing_has_a_preview_of_its_own_and_stays_in_the_history(exam: World, team: Client) -> None:
    sat(exam)
    send(team, "apply", corrections=[wrong_one()], reason="The book.", mark=0)
    seen = send(team, "preview", undo=1).json()
    assert (seen["mark"], seen["changed"]) == (1, 1)
    assert send(team, "undo", number=1, mark=1, reason="Misread.").json()["ok"]
    page = shown(team)
    assert "Misread." in page
    assert "data-regrade-undo=" not in page.partition("data-regrade-dialog")[0]
    assert send(team, "undo", number=1, mark=2, reason="Again.").json()["code"] == "not_allowed_now"


def test_the_scale_of_the_exam_and_scores_put_by_hand_are_in_the_preview(exam: World, team: Client) -> None:
    exam.publish(score_scale="twenty")
    alex = sat(exam)
    html = send(team, "preview", corrections=[wrong_one()]).json()["html"]
    assert ">20 / 20<" in html
    assert "13.33 / 20" in html
    grading.override(alex, 3, 3, exam.clock())
    seen = send(team, "preview", corrections=[wrong_one()]).json()
    assert seen["changed"] == 0
    assert "1 score was put by hand: it stays as it is." in seen["html"]
    assert "put by hand, stays" in seen["html"]


def test_nobody_changing_is_said(exam: World, team: Client) -> None:
    assert "Nobody has finished this exam yet." in send(team, "preview", corrections=[wrong_one()]).json()["summary"]
    sat(exam)
    seen = send(team, "preview", corrections=[wrong_one()], raise_only=True).json()
    assert "Nobody's score changes." in seen["summary"]


def test_what_a_question_says_is_text_in_the_page(exam: World, team: Client) -> None:
    exam.publish(PAPER.replace("Vrai<", "&lt;script&gt;alert(1)&lt;/script&gt;<"))
    assert "<script>alert" not in shown(team)


@pytest.mark.parametrize(
    ("part", "body", "code"),
    [
        ("preview", {}, "invalid_correction"),
        ("preview", {"corrections": []}, "invalid_correction"),
        (
            "preview",
            {"corrections": [{"question": "stranger", "words": WORDS, "ruling": "void"}]},
            "invalid_correction",
        ),
        (
            "preview",
            {"corrections": [{"question": "q1", "words": WORDS, "ruling": "void"}], "raise_only": 1},
            "bad_request",
        ),
        ("preview", {"undo": True}, "bad_request"),
        ("preview", {"undo": 2**63}, "bad_request"),
        ("preview", {"undo": 3}, "not_found"),
        ("apply", {"corrections": [{"question": "q1", "words": WORDS, "ruling": "void"}], "mark": 0}, "invalid_field"),
        (
            "apply",
            {"corrections": [{"question": "q1", "words": WORDS, "ruling": "void"}], "mark": 0, "reason": "x" * 501},
            "invalid_field",
        ),
        (
            "apply",
            {"corrections": [{"question": "q1", "words": WORDS, "ruling": "void"}], "mark": 0, "reason": "x" * 2001},
            "bad_request",
        ),
        (
            "apply",
            {"corrections": [{"question": "q1", "words": WORDS, "ruling": "void"}], "mark": 0, "reason": 3},
            "bad_request",
        ),
        (
            "apply",
            {"corrections": [{"question": "q1", "words": WORDS, "ruling": "void"}], "mark": "0", "reason": "x"},
            "bad_request",
        ),
        (
            "apply",
            {"corrections": [{"question": "q1", "words": WORDS, "ruling": "void"}], "reason": "x"},
            "bad_request",
        ),
        (
            "apply",
            {"corrections": [{"question": "q1", "words": WORDS, "key": []}], "mark": 0, "reason": "x"},
            "invalid_correction",
        ),
        (
            "apply",
            {"corrections": [{"question": "q1", "words": WORDS, "ruling": "void"}], "mark": 7, "reason": "x"},
            "changed_meanwhile",
        ),
        ("undo", {"number": 1, "mark": 0, "reason": "x"}, "not_found"),
        ("undo", {"number": 1, "mark": 0}, "invalid_field"),
        ("undo", {"number": -1, "mark": 0, "reason": "x"}, "bad_request"),
    ],
)
def test_every_refusal_has_a_code_and_a_sentence_and_changes_nothing(
    exam: World, team: Client, part: str, body: dict[str, Any], code: str
) -> None:
    answer = send(team, part, **body)
    found = answer.json()
    assert (found["ok"], found["code"]) == (False, code)
    assert 400 <= answer.status_code < 500
    assert found["message"]
    assert (Regrade.objects.count(), Exam.objects.get(usage_key=USAGE).regrade_mark) == (0, 0)


def test_what_is_still_to_be_computed_is_said(exam: World, team: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sat(exam)
    sat(exam, "robin")
    monkeypatch.setattr(regrading, "AT_ONCE", 1)
    assert send(team, "apply", corrections=[wrong_one()], reason="The book.", mark=0).json()["left"] == 1
    assert team.get(address("left/")).json()["left"] == 1
    assert "1 score is still being computed" in shown(team)
    assert "1 score is still being computed" in send(team, "preview", undo=1).json()["html"]
