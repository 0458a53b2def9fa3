"""The platform's instructor tools act on the block of one learner: they find our rows, the gradebook follows."""

from __future__ import annotations

import pytest
from submissions import api as submissions_api
from xblock.scorable import Score

from proctored_exam_xblock.services import review, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.campus import Campus
from tests.world import COURSE, USAGE

pytestmark = pytest.mark.django_db


@pytest.fixture
def alex(campus: Campus) -> Caller:
    """Somebody with a grade of 2 out of 3."""
    world = campus.world
    caller = world.person()
    world.sit(caller)
    sitting.submit_part(world.with_window(caller), 1, 1, world.answers(1), world.clock())
    sitting.finish(world.with_window(caller), {}, world.clock())
    review.release_due(world.clock())
    return caller


def points(campus: Campus, caller: Caller) -> int | None:
    score = submissions_api.get_scores(COURSE, campus.world.candidacy(caller).anonymous_id).get(USAGE)
    return int(score["points_earned"]) if score else None


def test_the_maximum_is_the_papers_for_everybody(campus: Campus, alex: Caller) -> None:
    assert campus.block().max_score() == campus.block(alex).max_score() == 3.0
    broken = campus.block()
    broken.paper = "<part>"
    assert broken.max_score() == 0.0


def test_the_learners_own_answers_are_found(campus: Campus, alex: Caller) -> None:
    robin = campus.world.person("robin")
    assert campus.block(alex).has_submitted_answer() is True
    assert campus.block(robin).has_submitted_answer() is False
    assert campus.block().has_submitted_answer() is False
    assert campus.block(alex).get_score() == Score(2.0, 3.0)
    assert campus.block(robin).get_score() is None


def test_a_rescore_reaches_the_gradebook(campus: Campus, alex: Caller, django_capture_on_commit_callbacks) -> None:
    attempt = campus.world.attempt(alex)
    attempt.score_earned = 0
    attempt.save()
    with django_capture_on_commit_callbacks(execute=True):
        campus.block(alex).rescore(only_if_higher=True)
    assert (points(campus, alex), campus.block(alex).get_score()) == (2, Score(2.0, 3.0))


def test_an_override_reaches_the_gradebook(campus: Campus, alex: Caller, django_capture_on_commit_callbacks) -> None:
    block = campus.block(alex)
    with django_capture_on_commit_callbacks(execute=True):
        block.set_score(Score(raw_earned=3.0, raw_possible=3.0))
    assert points(campus, alex) == 3
    block.publish_grade()
    assert points(campus, alex) == 3


@pytest.mark.parametrize("score", [Score(-1.0, 3.0), Score(4.0, 3.0), Score(float("nan"), 3.0), Score(1.0, -3.0)])
def test_an_impossible_override_changes_nothing(campus: Campus, alex: Caller, score: Score) -> None:
    with pytest.raises(ValueError, match="score"):
        campus.block(alex).set_score(score)
    assert campus.block(alex).get_score() == Score(2.0, 3.0)


def test_a_part_of_a_point_is_rounded_and_not_cut(campus: Campus, alex: Caller) -> None:
    campus.block(alex).set_score(Score(1.9999999, 3.0))
    assert campus.block(alex).get_score() == Score(2.0, 3.0)


def test_tools_on_a_learner_without_an_attempt_do_nothing(campus: Campus) -> None:
    block = campus.block(campus.world.person())
    block.rescore(only_if_higher=False)
    block.set_score(Score(1.0, 3.0))
    block.publish_grade()
    assert block.get_score() is None


def test_deleting_the_state_takes_the_grade_back_and_lets_book_again(campus: Campus, alex: Caller) -> None:
    anonymous = campus.world.candidacy(alex).anonymous_id
    campus.block().clear_student_state(
        user_id=anonymous, course_id=COURSE, item_id=USAGE, requesting_user_id="somebody"
    )
    assert (points(campus, alex), campus.world.phase(alex)) == (None, "booking")
    assert campus.block(alex).has_submitted_answer() is False
