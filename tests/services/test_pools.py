"""An exam drawn from pools, with points, penalties and a scale of its own, from the start to the gradebook."""

from __future__ import annotations

from fractions import Fraction

import pytest
from submissions import api as submissions_api

from proctored_exam_xblock import screens
from proctored_exam_xblock.domain.errors import UnknownAnswer
from proctored_exam_xblock.domain.grading import Score
from proctored_exam_xblock.domain.questions import Paper
from proctored_exam_xblock.models import PartResponse
from proctored_exam_xblock.services import decisions, drafts, exams, grading, proctoring, review, room, scores, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.world import COURSE, NONCE, SLOT, USAGE, World

pytestmark = pytest.mark.django_db


def problem(name: str, difficulty: str, weight: int) -> str:
    return f"""<problem url_name="{name}" difficulty="{difficulty}" weight="{weight}">
      <optionresponse><label>{name}</label><optioninput options="('a','b')" correct="b"/></optionresponse></problem>"""


POOL = (
    '<part title="Pool" draw="3" shuffle="true">'
    + "".join(problem(f"e{number}", "easy", 1) for number in range(8))
    + "".join(problem(f"h{number}", "hard", 2) for number in range(4))
    + "</part>"
)


@pytest.fixture
def exam(world: World) -> World:
    world.publish(POOL, show_result_in_exam=True)
    return world


def own(exam: World, *names: str) -> dict[str, Paper]:
    """What each of them gets, all at the same hour."""
    for name in names:
        exam.book(exam.person(name))
    exam.clock.present = SLOT
    return {name: _begin(exam, exam.person(name)) for name in names}


def _begin(exam: World, caller: Caller) -> Paper:
    token = proctoring.launch_url(exam.load(caller)).rstrip("/").rpartition("/")[2]
    room.launch(token, caller.user_id or 0, exam.clock())
    sitting.unlock(caller, exam.code(caller), "", exam.clock())
    dossier, exam.windows[caller.user_id or 0] = sitting.start(caller, NONCE, exam.clock())
    return dossier.paper


def chosen(paper: Paper, *, right: int = 99) -> dict[str, list[str]]:
    """Answers to all of a candidate's questions, the first ``right`` of them right, the others wrong."""
    return {
        question.id: [choice.id for choice in question.choices if choice.correct is (place < right)]
        for place, question in enumerate(paper.questions)
    }


def hand_in(exam: World, name: str, answers: dict[str, list[str]]) -> None:
    caller = exam.with_window(exam.person(name))
    sitting.submit_part(caller, 1, 1, answers, exam.clock())
    sitting.finish(caller, {}, exam.clock())


def filed(exam: World, name: str) -> tuple[int, int]:
    """What the gradebook has."""
    review.release_due(exam.clock())
    found = submissions_api.get_scores(COURSE, exam.candidacy(exam.person(name)).anonymous_id)[USAGE]
    return found["points_earned"], found["points_possible"]


def test_candidates_get_different_questions_of_the_same_mix_and_the_same_points(exam: World) -> None:
    papers = own(exam, "alex", "robin").values()
    alex, robin = ([q.id for q in paper.questions] for paper in papers)

    assert set(alex) != set(robin)
    assert [sorted(q.difficulty for q in paper.questions) for paper in papers] == [["easy", "easy", "hard"]] * 2
    assert [sum(q.points for q in paper.questions) for paper in papers] == [4, 4]


def test_the_screen_shows_the_questions_that_were_drawn_and_no_others(exam: World) -> None:
    (paper,) = own(exam, "alex").values()
    html = screens.html(exam.load(exam.with_window(exam.person())))

    assert html.count("data-pex-question=") == 3
    assert [html.index(f'data-question-id="{q.id}"') for q in paper.questions] == sorted(
        html.index(f'data-question-id="{q.id}"') for q in paper.questions
    )
    assert [f'data-question-id="{q.id}"' in html for q in _others(exam, paper)] == [False] * 9


def test_answers_to_a_question_that_was_not_drawn_are_refused_and_change_nothing(exam: World) -> None:
    (paper,) = own(exam, "alex").values()
    caller, now = exam.with_window(exam.person()), exam.clock()
    drafts.save_draft(caller, 1, 1, chosen(paper), now)
    stranger = next(iter(_others(exam, paper)))
    sent = {**chosen(paper), stranger.id: [stranger.choices[0].id]}

    for refused in (
        lambda: drafts.save_draft(caller, 1, 2, sent, now),
        lambda: sitting.submit_part(caller, 1, 2, sent, now),
        lambda: sitting.finish(caller, {"1": {"revision": 2, "answers": sent}}, now),
    ):
        with pytest.raises(UnknownAnswer):
            refused()
    row = PartResponse.objects.get(attempt=exam.attempt(exam.person()))
    assert (row.revision, row.answers, row.closed_at) == (1, chosen(paper), None)
    assert exam.phase(exam.person()) == "sitting"


def test_a_second_start_draws_nothing_new(exam: World) -> None:
    (paper,) = own(exam, "alex").values()
    layout = exam.attempt(exam.person()).layout
    again, _token = sitting.start(exam.with_window(exam.person()), NONCE, exam.clock())

    assert exam.attempt(exam.person()).layout == layout
    assert again.paper == paper


def test_who_has_begun_keeps_their_questions_and_their_grade_when_the_pool_is_edited(exam: World) -> None:
    (paper,) = own(exam, "alex").values()
    exam.publish(POOL.replace('draw="3"', 'draw="5"').replace("e0", "z0").replace("h3", "z3"))

    assert exam.load(exam.with_window(exam.person())).paper == paper
    hand_in(exam, "alex", chosen(paper))
    assert filed(exam, "alex") == (4, 4)


def test_drafts_and_counted_drafts_are_graded_with_the_candidates_own_questions(exam: World) -> None:
    exam.publish(POOL, expiry="discard")
    (paper,) = own(exam, "alex").values()
    drafts.save_draft(exam.with_window(exam.person()), 1, 1, chosen(paper), exam.clock())
    exam.minutes(31)
    assert exam.phase(exam.person()) == "result"
    assert scores.read(exam.attempt(exam.person())) == Score(0, 4)

    decisions.count_drafts(exam.attempt(exam.person()).pk, "staff", "special case", exam.clock())
    assert scores.read(exam.attempt(exam.person())) == Score(4, 4)


@pytest.mark.parametrize(
    ("rules", "right", "score", "grade"),
    [
        ({}, 2, None, None),
        ({"question_points": 2}, 2, Score(4, 6), (4, 6)),
        ({"question_points": 2, "lms_points": 20}, 2, Score(4, 6), (13, 20)),
        (
            {"question_points": 2, "wrong_answer_percent": 25, "score_floor": "part"},
            2,
            Score(Fraction(7, 2), 6),
            (7, 12),
        ),
        ({"question_points": 2, "wrong_answer_percent": 100, "score_floor": "part"}, 1, Score(0, 6), (0, 6)),
        ({"question_points": 2, "wrong_answer_percent": 100}, 1, Score(2, 6), (2, 6)),
    ],
)
def test_points_penalties_and_the_gradebooks_own_points_are_filed(
    exam: World, rules: dict[str, object], right: int, score: Score | None, grade: tuple[int, int] | None
) -> None:
    exam.publish(POOL, **rules)
    (paper,) = own(exam, "alex").values()
    hand_in(exam, "alex", chosen(paper, right=right))

    if score is None:  # points as the problems say: whichever two were right
        score = Score(sum(q.points for q in paper.questions[:right]), 4)
        grade = (score.earned, 4)
    assert scores.read(exam.attempt(exam.person())) == score
    assert filed(exam, "alex") == grade
    told = grading.score(exam.person())
    assert (told.raw_earned, told.raw_possible) == grade


def test_a_score_put_by_hand_is_in_the_gradebooks_numbers(exam: World) -> None:
    exam.publish(POOL, question_points=2, lms_points=20)
    (paper,) = own(exam, "alex").values()
    hand_in(exam, "alex", chosen(paper, right=0))
    grading.override(exam.person(), 15, 20, exam.clock())

    told = grading.score(exam.person())
    assert (told.raw_earned, told.raw_possible) == (15, 20)
    assert filed(exam, "alex") == (15, 20)


def _others(exam: World, paper: Paper) -> list:
    """The pool's questions that this candidate did not get."""
    version = exam.attempt(exam.person()).version
    known = {question.id for question in paper.questions}
    return [question for question in exams.snapshot(version).paper.questions if question.id not in known]


def test_the_rows_finest_parts_do_not_lift_a_score_over_the_mark(exam: World) -> None:
    exam.publish(POOL, pass_percent=50)
    (paper,) = own(exam, "alex").values()
    hand_in(exam, "alex", chosen(paper))
    attempt = exam.attempt(exam.person())
    scores.put(attempt, Score(Fraction(20_013, 10_007), 4))  # below 2, in finer parts than a row may keep

    assert (attempt.score_earned, attempt.score_possible, attempt.score_unit) == (1, 4, 1)
