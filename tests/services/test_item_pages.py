"""The page of the questions' figures and its file over HTTP: who is let in, what is shown, what a spreadsheet gets."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from demo.crowd import fill
from demo.models import CourseRole
from proctored_exam_xblock.console import item_table, plot
from proctored_exam_xblock.exports.tables import write_csv
from proctored_exam_xblock.models import Attempt, Exam
from proctored_exam_xblock.services import sitting
from tests.world import CANARY, COURSE, PAPER, World

pytestmark = pytest.mark.django_db
PLACES = ("", "csv/")
FORMULAS = PAPER.replace("Une tâche est un rectangle.", "=HYPERLINK(&quot;x&quot;)").replace(
    "Lesquels sont des processus ?", "@SUM(A1)"
)


@pytest.fixture
def site(world: World) -> World:
    world.publish(seats_per_slot=100)
    return world


def the_exam() -> Exam:
    return Exam.objects.select_related("current_version").get()


def get(
    site: World, part: str = "", role: str = "staff", language: str = "fr", name: str = "dominique"
) -> HttpResponse:
    caller = site.person(name, None)
    if role:
        CourseRole.objects.get_or_create(user_id=caller.user_id, course_key=COURSE, role=role)
    client = Client()
    client.force_login(get_user_model().objects.get(pk=caller.user_id))
    client.cookies["django_language"] = language
    return client.get(f"/proctored_exam/items/{the_exam().pk}/{part}")


def text(answer: HttpResponse) -> str:
    assert answer.status_code == 200, answer.content[:300]
    return answer.content.decode()


def table(answer: HttpResponse, delimiter: str) -> list[dict[str, str]]:
    raw = text(answer)
    assert raw.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(raw[1:]), delimiter=delimiter))


# --- who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PLACES)
@pytest.mark.parametrize(("role", "status"), [("staff", 200), ("invigilator", 404), ("", 404)])
def test_only_the_course_team_sees_keys_and_figures(site: World, role: str, status: int, part: str) -> None:
    fill(the_exam(), 3, site.clock())
    answer = get(site, part, role)

    assert answer.status_code == status
    assert ("rectangle" in answer.content.decode()) == (status == 200)


@pytest.mark.parametrize("part", PLACES)
def test_candidates_visitors_and_other_courses_staff_get_nothing(site: World, part: str) -> None:
    alex = site.person()
    site.sit(alex)
    sitting.finish(site.with_window(alex), {}, site.clock())
    elsewhere = site.person("nadia", None)
    CourseRole.objects.create(user_id=elsewhere.user_id, course_key="other", role="staff")

    for name in ("alex", "nadia"):
        answer = get(site, part, "", name=name)
        assert (answer.status_code, "rectangle" in answer.content.decode()) == (404, False)
    answer = Client().get(f"/proctored_exam/items/{the_exam().pk}/{part}")
    assert (answer.status_code, "rectangle" in answer.content.decode()) == (403, False)


@pytest.mark.parametrize("part", PLACES)
def test_there_is_nothing_of_an_unknown_exam_and_nothing_by_post(site: World, part: str) -> None:
    get(site)
    client = Client()
    client.force_login(get_user_model().objects.get(username="dominique"))

    assert client.get(f"/proctored_exam/items/987654/{part}").status_code == 404
    assert client.post(f"/proctored_exam/items/{the_exam().pk}/{part}").status_code == 405


@pytest.mark.parametrize("part", PLACES)
def test_nobody_is_named_and_no_cache_keeps_it(site: World, part: str) -> None:
    alex = site.person()
    site.sit(alex)
    sitting.finish(site.with_window(alex), {}, site.clock())
    answer, attempt = get(site, part), Attempt.objects.get()

    assert "no-store" in answer["Cache-Control"]
    for personal in ("alex", attempt.certification_number, site.candidacy(alex).anonymous_id):
        assert personal.lower() not in text(answer).lower()


# --- the page -------------------------------------------------------------------------------------------------------


def test_before_the_first_paper_the_page_says_so(site: World) -> None:
    page = text(get(site, language="en"))
    assert "No paper has been handed in yet" in page
    assert "<table" not in page


@pytest.mark.parametrize(("count", "kind"), [(8, "items-bar"), (60, "items-mark")])
def test_every_point_leads_to_its_row_and_has_its_figures_in_words(site: World, count: int, kind: str) -> None:
    fill(the_exam(), count, site.clock())
    page = text(get(site, language="en"))
    marks = re.findall(rf'<a href="#([\w-]+)" class="{kind}[^"]*" aria-label="([^"]+)">', page)

    assert marks
    for anchor, said in marks:
        assert f'id="{anchor}"' in page
        assert re.match(r"Question \d: facility \d+%, discrimination ", said)
    assert '<title id="items-plot-title">' in page
    assert '<desc id="items-plot-about">' in page


def test_the_plots_attributes_have_a_point_in_every_language(site: World) -> None:
    fill(the_exam(), 60, site.clock())
    svg = re.search(r"<svg class=\"items-svg.*?</section>", text(get(site)), re.DOTALL)

    assert svg is not None
    assert not re.search(r' (?:x|y|x1|x2|y1|y2|width|height)="[^"]*,', svg[0])


def test_a_question_is_shown_with_its_key_its_counts_and_nothing_more(site: World) -> None:
    for name, right in (("alex", True), ("robin", False)):
        caller = site.person(name)
        site.clock.present = site.clock.present.replace(month=2, day=20)
        site.sit(caller)
        sitting.submit_part(site.with_window(caller), 1, 1, site.answers(1, right=right), site.clock())
        sitting.finish(site.with_window(caller), {}, site.clock())
    page = text(get(site, language="en"))
    first = page[page.index('id="question-1"') : page.index('id="question-2"')]

    assert len(re.findall(r"right answer\b", first)) == 1
    assert re.search(r"Vrai.*right answer.*<b>1</b> · 50%.*Faux.*<b>1</b> · 50%.*No answer.*<b>0</b>", first, re.DOTALL)
    assert CANARY not in page
    assert "2 papers, right answers: 1" in first
    assert "2 copies, réponses justes\xa0: 1" in text(get(site))


def test_each_question_leads_to_the_correction_of_its_key(site: World) -> None:
    fill(the_exam(), 2, site.clock())

    assert f'{reverse("proctored_exam:regrade", args=[the_exam().pk])}?question=q1"' in text(get(site))


@pytest.mark.parametrize(
    ("language", "shown"), [("fr", "Comment lire ces chiffres"), ("en", "How to read these figures")]
)
def test_the_page_speaks_the_readers_language(site: World, language: str, shown: str) -> None:
    fill(the_exam(), 1, site.clock())
    page = text(get(site, language=language))
    assert f'<html lang="{language}">' in page
    assert shown in page


# --- the file -------------------------------------------------------------------------------------------------------


def test_a_french_excel_gets_semicolons_commas_and_words(site: World) -> None:
    fill(the_exam(), 60, site.clock())
    answer = get(site, "csv/")
    rows = table(answer, ";")

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="examen-final-questions-2017-02-\d\d\.csv"', answer["Content-Disposition"]
    )
    assert [row["Identifiant"] for row in rows] == ["q1", "q2", "q3"]
    assert re.fullmatch(r"[01](,\d{1,4})?", rows[0]["Facilité"])
    assert sum(int(rows[0][f"Choix {n}"]) for n in (1, 2)) + int(rows[0]["Sans réponse"]) == 60
    assert rows[0]["Choix 3"] == ""


def test_english_and_programs_get_commas_and_points(site: World) -> None:
    fill(the_exam(), 60, site.clock())
    english, coded = table(get(site, "csv/", language="en"), ","), table(get(site, "csv/?header=codes"), ",")

    assert re.fullmatch(r"[01](\.\d{1,4})?", english[0]["Facility"])
    assert list(coded[0])[:3] == ["number", "id", "question"]
    assert (coded[0]["key"], coded[1]["key"], coded[0]["attempts"]) == ("1", "1 2", "60")
    assert float(coded[0]["discrimination"]) == pytest.approx(float(english[0]["Discrimination"]))


def test_a_spreadsheet_runs_nothing_that_an_author_wrote(site: World) -> None:
    site.publish(FORMULAS)
    fill(the_exam(), 2, site.clock())
    rows = table(get(site, "csv/"), ";")

    assert rows[0]["Question"] == '\'=HYPERLINK("x")'
    assert rows[1]["Question"] == "'@SUM(A1)"


def test_a_negative_number_stays_a_number(site: World) -> None:
    sink = io.StringIO()
    write_csv(sink, ["a", "b", "c", "d"], [[-0.12345678, "-1", None, 7]], delimiter=";", decimal=",")
    assert sink.getvalue().splitlines()[1] == "-0,1235;'-1;;7"


def test_the_codes_of_the_columns_never_change() -> None:
    assert item_table.columns([], coded=True) == [
        *("number", "id", "question", "current", "attempts", "answered", "no_answer", "right"),
        *("facility", "discrimination", "time_median", "time_lower", "time_upper", "time_attempts", "notes", "key"),
    ]


# --- the plot's numbers ---------------------------------------------------------------------------------------------


def test_points_stand_where_their_figures_say() -> None:
    found = plot.scatter([(0.0, 0.6), (1.0, 0.0), (0.5, -0.2)])
    left, right, middle = found.marks

    assert left.x < middle.x < right.x
    assert left.y < right.y < middle.y  # from the top
    assert right.y == found.zero


def test_points_on_the_same_place_stand_side_by_side() -> None:
    marks = plot.scatter([(0.5, 0.3)] * 6).marks

    assert len({(mark.x, mark.y) for mark in marks}) == 6


def test_what_lies_outside_is_drawn_at_the_edge() -> None:
    assert plot.bars([-0.4, 0.5, 1.2])[0].x == 0
    assert [mark.x for mark in plot.bars([-0.4, 0.5, 1.2])] == [0, 50, 100]
    assert plot.scatter([(-0.5, 0.1)]).marks[0].x == plot.scatter([(0.0, 0.1)]).marks[0].x
    assert all(0 <= mark.y <= plot.HEIGHT for mark in plot.scatter([(0.5, -1.0), (0.5, 1.0)]).marks)
