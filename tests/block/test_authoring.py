"""Studio's form: all that is valid is written together, or nothing; only authors may write."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from lxml import html as lxml_html
from opaque_keys.edx.keys import UsageKey
from webob import Request, Response

from proctored_exam_xblock import authoring, compat
from proctored_exam_xblock.block import ProctoredExamXBlock
from proctored_exam_xblock.domain.policy import ExamPolicy
from proctored_exam_xblock.models import AuditEntry, Exam
from proctored_exam_xblock.presenter.author import words
from tests.campus import Campus, all_rows
from tests.world import CANARY, PAPER, POLICY

pytestmark = pytest.mark.django_db
POLICY_TEXT = json.dumps({**POLICY, "backend": "none", "unlock": "none"})
GOOD = {"display_name": "  Nouvel examen  ", "policy": POLICY_TEXT, "paper": PAPER}
ONE = """<problem>
<multiplechoiceresponse><label>Oui ?</label>
<choicegroup><choice correct="true">Oui</choice><choice correct="false">Non</choice></choicegroup>
</multiplechoiceresponse></problem>"""
TWO = ONE + ONE
KEY = UsageKey.from_string("block-v1:IAE-Lyon3+CARTOPRO+2027+type@proctored_exam+block@x")


class Rights:
    """Studio's service that says who may write."""

    def __init__(self, writes: bool) -> None:
        self.writes = writes
        self.asked: list[str] = []

    def can_write(self, course_key: object) -> bool:
        self.asked.append(str(course_key))
        return self.writes


@pytest.fixture
def block(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> ProctoredExamXBlock:
    """The block in Studio, for an author."""
    monkeypatch.setattr(compat, "in_studio", lambda: True)
    return in_studio(campus, Rights(True))


def in_studio(campus: Campus, rights: Rights | None) -> ProctoredExamXBlock:
    block = campus.block()
    fields(block)  # the sdk reads them by its own kind of key
    block.runtime._services["studio_user_permissions"] = rights
    block.scope_ids = block.scope_ids._replace(usage_id=KEY)
    block.save = lambda: None
    return block


def ask(block: ProctoredExamXBlock, name: str, body: Any) -> tuple[int, dict[str, Any]]:
    request = Request.blank("/", method="POST", content_type="application/json", body=json.dumps(body).encode())
    answer: Response = getattr(block, name)(request)
    return answer.status_int, json.loads(answer.body)


def save(block: ProctoredExamXBlock, body: Any) -> tuple[int, dict[str, Any]]:
    """With the revision that the page was opened with, unless the body says another."""
    known = {"revision": authoring.revision_of(block)}
    return ask(block, "save_content", known | body if isinstance(body, dict) else body)


def fields(block: ProctoredExamXBlock) -> tuple[object, ...]:
    return block.display_name, dict(block.policy), block.paper


def test_a_valid_form_is_written(block: ProctoredExamXBlock) -> None:
    status, answer = save(block, GOOD)
    assert (status, answer) == (200, {"ok": True, "revision": authoring.revision_of(block)})
    assert fields(block) == ("Nouvel examen", json.loads(POLICY_TEXT), PAPER)


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"display_name": "   "}, "invalid_exam", "display_name"),
        ({"display_name": "x" * 256}, "invalid_exam", "display_name"),
        ({"policy": "{"}, "invalid_exam", "policy"),
        ({"policy": "[]"}, "invalid_exam", "policy"),
        ({"policy": "[" * 50_000}, "invalid_exam", "policy"),
        ({"policy": '{"duration_minutes": 0}'}, "invalid_exam", "duration_minutes"),
        ({"policy": '{"backend": "nobody"}'}, "invalid_exam", "backend"),
        ({"policy": '{"password": "open sesame"}'}, "invalid_exam", "password"),
        ({"policy": '{"title": "Another"}'}, "invalid_exam", "title"),
        ({"paper": "<part>"}, "invalid_exam", "paper"),
        ({"paper": PAPER.replace("multiplechoiceresponse", "customresponse")}, "invalid_exam", "paper"),
        ({"paper": "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><part>&e;</part>"}, "invalid_exam", "paper"),
        ({"paper": None}, "bad_request", "paper"),
        ({"policy": {}}, "bad_request", "policy"),
        ({"display_name": 5}, "bad_request", "display_name"),
        ({"revision": 5}, "bad_request", "revision"),
        ({"parts": {}}, "bad_request", "parts"),
        ({"parts": [{"title": "x", "problems": [3]}]}, "bad_request", "parts"),
        ({"parts": [{"title": "x", "problems": [], "attributes": {"a b": "c"}}]}, "bad_request", "parts"),
        ({"parts": [{"title": "x", "problems": []}]}, "invalid_exam", "paper"),
        ({"parts": [{"title": "x", "problems": [TWO]}]}, "invalid_exam", "paper"),
        ({"parts": [{"title": "x", "problems": [f"{ONE}</part><part>{ONE}"]}]}, "invalid_exam", "paper"),
    ],
)
def test_a_half_valid_form_changes_nothing_and_names_the_field(
    block: ProctoredExamXBlock, wrong: dict[str, Any], code: str, field: str
) -> None:
    before = fields(block)
    status, answer = save(block, {**GOOD, **wrong})
    assert (status in (400, 422), answer["code"], answer["ok"]) == (True, code, False)
    assert [*answer["fields"]] == [field]
    assert answer["fields"][field]
    assert fields(block) == before


def test_all_that_is_wrong_is_said_at_once(block: ProctoredExamXBlock) -> None:
    rules = {"duration_minutes": "thirty", "seats_per_slot": 0, "time_zone": "Mars", "unlock": "appointment_code"}
    parts = [
        {"title": "A", "problems": [ONE, "<problem>\n<customresponse/></problem>"]},
        {"title": "B", "problems": []},
    ]
    body = {"display_name": " ", "policy": json.dumps({"backend": "none", **rules}), "parts": parts}
    _, answer = save(block, body)
    assert {*answer["fields"]} == {*rules, "display_name", "paper"}
    assert [(m["part"], m["question"], m["line"]) for m in answer["mistakes"]] == [(1, 2, 2), (2, 0, None)]
    assert all(mistake["text"] for mistake in answer["mistakes"])


def test_a_rule_that_reads_an_unreadable_one_is_not_blamed(block: ProctoredExamXBlock) -> None:
    _, answer = save(block, {**GOOD, "policy": json.dumps({"first_day": "?", "last_day": "2016-01-01"})})
    assert {*answer["fields"]} == {"first_day"}


def test_a_mistake_in_the_paper_says_its_line(block: ProctoredExamXBlock) -> None:
    _, answer = save(block, {**GOOD, "paper": "<part title='x'>\n<problem>\n<customresponse/></problem></part>"})
    assert "3" in answer["fields"]["paper"]


def test_a_mistake_between_problems_is_placed_in_the_later_one(block: ProctoredExamXBlock) -> None:
    named = ONE.replace("<problem>", "\n<problem url_name='same'>")
    parts = [{"title": "A", "problems": [named]}, {"title": "B", "problems": [ONE, named]}]
    _, answer = save(block, {**GOOD, "parts": parts})
    assert [(m["part"], m["question"], m["line"]) for m in answer["mistakes"]] == [(2, 2, 1)]


def test_parts_are_written_as_they_were_typed_with_their_other_attributes(block: ProctoredExamXBlock) -> None:
    typed = "<?xml version='1.0'?>\n" + ONE.replace("Oui", "<!-- yes -->Oui")
    part = {"title": 'Un "titre" & <un>', "attributes": {"draw": "1"}, "problems": [typed]}
    assert save(block, {**GOOD, "parts": [part]})[0] == 200
    assert block.paper.count("<!-- yes -->Oui") == 2
    shown = authoring.arguments(block)["parts"]
    assert [(p["title"], p["attributes"], len(p["problems"])) for p in shown] == [
        ('Un "titre" & <un>', {"draw": "1"}, 1)
    ]


def test_a_paper_not_sent_stays_to_the_letter(block: ProctoredExamXBlock) -> None:
    assert save(block, {name: GOOD[name] for name in ("display_name", "policy")})[0] == 200
    assert block.paper == PAPER


def test_a_paper_not_begun_can_be_saved_with_its_rules(block: ProctoredExamXBlock) -> None:
    assert save(block, {**GOOD, "parts": []})[0] == 200
    assert block.paper == ""


def test_an_author_who_was_overtaken_overwrites_nobody(block: ProctoredExamXBlock) -> None:
    opened = authoring.revision_of(block)
    assert save(block, {**GOOD, "display_name": "Theirs", "revision": opened})[0] == 200
    before = fields(block)
    status, answer = save(block, {**GOOD, "display_name": "Mine", "revision": opened})
    assert (status, answer["code"]) == (409, "changed_meanwhile")
    assert fields(block) == before


def test_a_date_of_release_is_a_wall_time_of_the_exams_zone(block: ProctoredExamXBlock) -> None:
    rules = {"release": "on_date", "release_at": "2017-03-20T12:00", "time_zone": "Europe/Paris"}
    assert save(block, {**GOOD, "policy": json.dumps(rules)})[0] == 200
    assert block.policy["release_at"] == "2017-03-20T12:00:00+01:00"
    assert 'value="2017-03-20T12:00"' in authoring.form(block)


def test_every_rule_is_on_the_form_under_a_name_of_its_own(block: ProctoredExamXBlock) -> None:
    html = authoring.form(block)
    for field in dataclasses.fields(ExamPolicy):
        assert field.name == "title" or f'data-pex-author-error="{field.name}"' in html, field.name
    assert {*words.words()} | {"title"} == {field.name for field in dataclasses.fields(ExamPolicy)}


def test_a_stored_value_that_cannot_be_read_is_shown_as_it_is_with_its_reason(block: ProctoredExamXBlock) -> None:
    block.policy = {"duration_minutes": "thirty", "backend": "none"}
    form = lxml_html.fromstring(authoring.form(block))
    assert form.xpath('//input[@name="duration_minutes"]/@value') == ["thirty"]
    assert form.xpath('//p[@data-pex-author-error="duration_minutes"]/text()')


def test_studios_window_leaves_the_buttons_to_the_form(block: ProctoredExamXBlock) -> None:
    """It hides its own for ``editor-with-buttons``, and would act on clicks of its classes in place of the form."""
    classes = " ".join(lxml_html.fromstring(authoring.form(block)).xpath("//@class")).split()
    assert "editor-with-buttons" in classes
    assert not {"action-save", "action-cancel", "editor-with-tabs", "wrapper-comp-editor"} & set(classes)


def test_rules_that_are_no_json_are_there_to_be_mended(block: ProctoredExamXBlock) -> None:
    block.policy = authoring.import_policy("{oh")
    assert authoring.arguments(block)["unread_policy"] == "{oh"
    assert save(block, GOOD)[0] == 200


def test_a_paper_that_cannot_be_taken_apart_is_edited_as_text(block: ProctoredExamXBlock) -> None:
    block.paper = "<part>\n<problem>"
    shown = authoring.arguments(block)
    assert (shown["parts"], shown["paper"], shown["mistakes"][0]["line"]) == (None, block.paper, 2)


# --- trying ---------------------------------------------------------------------------------------------------------


def test_a_question_is_shown_as_to_a_candidate_and_its_key_only_when_asked_for(block: ProctoredExamXBlock) -> None:
    source = ONE.replace("</problem>", f"<solution>{CANARY}</solution></problem>")
    _, plain = ask(block, "try_question", {"source": source, "language": "en", "number": 7})
    _, told = ask(block, "try_question", {"source": source, "answers": True, "language": "en"})
    assert 'type="radio"' in plain["html"]
    assert 'data-pex-question="7"' in plain["html"]
    assert (plain["excerpt"], plain["points"], plain["mistakes"]) == ("Oui ?", 1, [])
    for secret in (CANARY, "data-pex-author-key", "correct"):
        assert secret not in json.dumps(plain)
    assert CANARY in told["html"]
    assert "data-pex-author-key" in told["html"]


def test_a_question_that_cannot_be_read_says_why_and_where(block: ProctoredExamXBlock) -> None:
    status, answer = ask(block, "try_question", {"source": ONE.replace("true", "false")})
    assert (status, answer["html"]) == (200, "")
    assert answer["mistakes"][0]["line"] == 3


def test_the_draft_is_seen_as_a_candidate_without_a_row_or_a_key(block: ProctoredExamXBlock) -> None:
    before = all_rows()
    for language, word in (("fr", "Temps restant"), ("en", "Time remaining")):
        status, answer = ask(block, "preview_exam", {**GOOD, "language": language})
        assert status == 200
        assert [*answer["screens"]] == [
            *("onboarding", "booking", "booked", "unlocked", "sitting", "submitted", "result"),
        ]
        assert word in answer["screens"]["sitting"]
        assert answer["screens"]["sitting"].count("data-pex-question=") == 3
        for phase, html in answer["screens"].items():
            shown = "submitted" if phase == "result" else phase  # this exam keeps its result out of its page
            assert f'data-pex-phase="{shown}"' in html
        assert CANARY not in json.dumps(answer)
        assert "correct" not in answer["screens"]["sitting"]
    assert all_rows() == before


TOLD = {
    "waits for a hand": (
        {"release": "manual", "review_after": ["answers"], "show_result_in_exam": True},
        {"submitted": ("submitted", "own"), "result": ("result", "keys")},
    ),
    "at once, elsewhere": ({}, {"submitted": ("submitted", "later"), "result": ("submitted", "keys")}),
    "at once, in the page": ({"show_result_in_exam": True}, {"result": ("result", "keys")}),
    "practice": ({"practice": True}, {"submitted": ("submitted", "keys")}),
}


@pytest.mark.parametrize("name", TOLD)
def test_a_course_team_sees_what_candidates_will_see_of_their_answers(block: ProctoredExamXBlock, name: str) -> None:
    rules, expected = TOLD[name]
    allowed = ["answers", "correctness", "explanations", "part_scores"]
    policy = json.dumps({**json.loads(POLICY_TEXT), "review_released": allowed, **rules})
    _, answer = ask(block, "preview_exam", {**GOOD, "policy": policy, "language": "en"})
    found = {}
    for screen in ("submitted", "result"):
        html = answer["screens"].get(screen)
        if html:
            found[screen] = (lxml_html.fromstring(html).get("data-pex-phase"), _told(html))
    assert found == expected


def _told(html: str) -> str:
    assert "data-pex-chosen" in html
    if CANARY in html:
        assert "Right answer" in html
        return "keys"
    return "later" if "data-pex-keys-from" in html else "own"


@pytest.mark.parametrize(
    "rules",
    [
        {"payment_required": True, "price": "60 €", "payment_url": "/shop/"},
        {"appointments": False},
        {"practice": True},
        {"equipment_required": True, "second_after": ["missed"]},
        {"backend": "onsite", "unlock": "session_code"},
        {"backend": "proctoru", "unlock": "exam_password"},
        {"first_day": "2015-01-01", "last_day": "2015-01-02"},
    ],
)
def test_every_kind_of_exam_has_a_preview(block: ProctoredExamXBlock, rules: dict[str, Any]) -> None:
    rules = {**POLICY, "backend": "none", "unlock": "none", **rules}
    before = all_rows()
    status, answer = ask(block, "preview_exam", {**GOOD, "policy": json.dumps(rules)})
    assert (status, "sitting" in answer["screens"]) == (200, True)
    assert ("booking" in answer["screens"]) == rules.get("appointments", True)
    assert all_rows() == before


def test_a_draft_with_mistakes_has_no_preview_but_its_mistakes(block: ProctoredExamXBlock) -> None:
    status, answer = ask(block, "preview_exam", {**GOOD, "policy": '{"seats_per_slot": 0}'})
    assert (status, [*answer["fields"]]) == (422, ["seats_per_slot"])


def test_the_checks_lead_to_what_stops_the_exam(block: ProctoredExamXBlock) -> None:
    rules = {**POLICY, "backend": "none", "unlock": "exam_password", "opens_at": "x"}
    _, answer = ask(block, "check_exam", {**GOOD, "policy": json.dumps(rules)})
    fixes = lxml_html.fromstring(f"<div>{answer['html']}</div>").xpath("//@data-pex-author-fix")
    assert {"password", "opens_at"} <= {*fixes}


@pytest.mark.parametrize(
    "rules",
    [
        {"time_zone": "Mars"},
        {"slot_step_minutes": 0},
        {"duration_minutes": -5},
        {"first_day": "2027-01-01", "last_day": "2026-01-01"},
        {"first_day": "0001-01-01", "last_day": "9999-12-31"},
        {"lead_time_hours": 10**12},
        {"backend": "nobody", "practice_exam": "x" * 300},
    ],
)
def test_rules_that_make_no_sense_are_said_by_the_checks_and_shown_on_the_form(
    block: ProctoredExamXBlock, rules: dict[str, Any]
) -> None:
    status, answer = ask(block, "check_exam", {**GOOD, "policy": json.dumps({"backend": "none", **rules})})
    assert (status, answer["stops"] > 0) == (200, True)
    block.policy = {"backend": "none", **rules}
    assert "data-pex-author-error" in authoring.form(block)
    assert authoring.arguments(block)["services"]
    assert authoring.summary(block)


def test_a_file_comes_apart_with_its_mistakes(block: ProctoredExamXBlock) -> None:
    bad = "<problem><customresponse/></problem>"
    _, answer = ask(block, "import_paper", {"text": f"<?xml version='1.0'?>{ONE}{bad}"})
    [part] = answer["parts"]
    assert [piece["text"] for piece in part["problems"]] == [ONE, bad]
    assert [len(piece["mistakes"]) for piece in part["problems"]] == [0, 1]
    status, answer = ask(block, "import_paper", {"text": "<html/>"})
    assert (status, bool(answer["fields"]["paper"])) == (422, True)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("try_question", {}),
        ("try_question", {"source": ONE, "answers": "yes"}),
        ("try_question", {"source": ONE, "language": "xx"}),
        ("try_question", {"source": ONE, "number": 0}),
        ("preview_exam", {}),
        ("preview_exam", {"display_name": "x", "policy": "{}", "language": 3}),
        ("check_exam", {"display_name": "x"}),
        ("import_paper", {"text": None}),
        ("describe_paper", {"parts": "x"}),
        ("set_exam_password", {"password": 12345678}),
    ],
)
def test_what_is_no_request_of_the_page_is_refused(block: ProctoredExamXBlock, name: str, body: dict[str, Any]) -> None:
    assert ask(block, name, body)[1]["code"] == "bad_request"


def test_a_large_paper_is_taken_from_authors_and_a_larger_one_is_not(block: ProctoredExamXBlock) -> None:
    assert save(block, {**GOOD, "paper": PAPER + " " * 1_000_000})[0] == 200
    assert save(block, {**GOOD, "paper": " " * 13_000_000})[1]["code"] == "payload_too_large"


# --- the password ---------------------------------------------------------------------------------------------------


def test_the_password_is_set_before_the_exam_was_ever_shown_and_is_nowhere_to_be_read(
    block: ProctoredExamXBlock, caplog: pytest.LogCaptureFixture
) -> None:
    status, answer = ask(block, "set_exam_password", {"password": "correct horse"})
    assert status == 200
    exam = Exam.objects.get(usage_key=str(KEY))
    assert check_password("correct horse", exam.password_hash)
    shown = [json.dumps(answer), repr(fields(block)), authoring.form(block)]
    shown += [json.dumps(authoring.arguments(block)), caplog.text, repr([*AuditEntry.objects.values()])]
    for text in shown:
        assert "correct horse" not in text
        assert exam.password_hash not in text


def test_a_short_password_is_refused_at_its_field(block: ProctoredExamXBlock) -> None:
    status, answer = ask(block, "set_exam_password", {"password": "short"})
    assert (status, [*answer["fields"]]) == (422, ["password"])
    assert not Exam.objects.filter(usage_key=str(KEY)).exists()


# --- who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rights", [None, Rights(False)])
def test_studio_calls_a_handler_for_whoever_is_signed_in_so_rights_are_asked(
    campus: Campus, monkeypatch: pytest.MonkeyPatch, rights: Rights | None
) -> None:
    monkeypatch.setattr(compat, "in_studio", lambda: True)
    block = in_studio(campus, rights)
    before = fields(block)
    status, answer = save(block, GOOD)
    assert (status, answer["code"]) == (409, "not_allowed_now")
    assert fields(block) == before
    if rights is not None:
        assert rights.asked == ["course-v1:IAE-Lyon3+CARTOPRO+2027"]


@pytest.mark.parametrize(
    ("authoring", "role", "status"), [(False, "staff", 409), (True, "learner", 409), (True, "staff", 200)]
)
def test_outside_studio_only_staff_on_an_authoring_page_write(
    campus: Campus, monkeypatch: pytest.MonkeyPatch, authoring: bool, role: str, status: int
) -> None:
    block = campus.block(campus.teacher() if role == "staff" else campus.world.person())
    monkeypatch.setattr(type(block.runtime), "is_author_mode", authoring)
    assert save(block, GOOD)[0] == status


@pytest.mark.parametrize("name", ProctoredExamXBlock.AUTHORING)
def test_every_handler_of_the_page_asks_for_the_right_to_write(
    campus: Campus, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(compat, "in_studio", lambda: True)
    block = in_studio(campus, Rights(False))
    before = all_rows()
    body = {**GOOD, "source": ONE, "text": ONE, "parts": [], "password": "correct horse"}
    assert ask(block, name, body) == (409, ask(block, name, {})[1])
    assert ask(block, name, body)[1]["code"] == "not_allowed_now"
    assert all_rows() == before


def test_a_form_that_is_no_object_is_refused(block: ProctoredExamXBlock) -> None:
    assert save(block, [])[1]["code"] == "bad_request"


def test_a_problem_with_several_answers_is_one_line_with_the_points_of_all(block: ProctoredExamXBlock) -> None:
    second = ONE.replace("<problem>", '<problem weight="0.5">').replace("</problem>", "")
    both = second + ONE.replace("<problem>", "").replace("Oui ?", "Non ?")
    _, answer = ask(block, "describe_paper", {"parts": [{"title": "A", "problems": [both, ONE]}]})
    told = [(one["excerpt"], one["points"], one["mistakes"]) for one in answer["parts"][0]["problems"]]
    assert told == [("Oui ?", 0.5, []), ("Oui ?", 1, [])]


def test_a_pasted_text_in_markdown_becomes_a_problem(block: ProctoredExamXBlock) -> None:
    _, answer = ask(block, "import_paper", {"text": "\n>>Capitale ?<<\n( ) Lyon\n(x) Paris\n"})
    ((problem,),) = [part["problems"] for part in answer["parts"]]
    assert (problem["excerpt"], problem["mistakes"]) == ("Capitale ?", [])
    assert problem["text"].startswith("<problem>")
