"""What the rows of a sitting let its candidate see again, through releases, reviews, windows and second chances."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from proctored_exam_xblock import screens
from proctored_exam_xblock.domain.errors import NotAllowedNow
from proctored_exam_xblock.domain.looking_back import everybody_is_through
from proctored_exam_xblock.domain.policy_json import policy_from_json
from proctored_exam_xblock.services import decisions, grading, interventions, practice, review, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.statements import Watch
from tests.world import CANARY, NONCE, SLOT, World

pytestmark = pytest.mark.django_db
BOARD, WHY = "staff:1", "because"
ALL = ["answers", "correctness", "explanations", "part_scores"]
OVER = datetime(2017, 3, 14, 22, tzinfo=SLOT.tzinfo)
"""Two hours after the window's end at 21:00 in Paris: nobody sits the exam any more."""
EARLY = datetime(2017, 2, 20, 9, tzinfo=SLOT.tzinfo)
NOTHING: set[str] = set()
OWN, SCORES, KEYS, EVERYTHING = {"own"}, {"own", "scores"}, {"own", "keys"}, {"own", "keys", "scores"}


def sat(exam: World, name: str = "alex", **rules: Any) -> Caller:
    """Part 1 verified, all wrong; part 2 a draft that does not count; nothing filed yet."""
    exam.publish(**{"review_released": ALL, **rules})
    alex = exam.person(name)
    exam.sit(alex)
    holder = exam.with_window(alex)
    sitting.submit_part(holder, 1, 1, exam.answers(1, right=False), exam.clock())
    sitting.finish(holder, {"2": {"revision": 1, "answers": exam.answers(2)}}, exam.clock())
    return alex


def seen(exam: World, caller: Caller, at: datetime | None = None) -> set[str]:
    """What the page shows of the answers, from now on at ``at``."""
    exam.clock.present = at or exam.clock.present
    html = screens.html(exam.load(caller))
    signs = {"own": "data-pex-chosen", "keys": "Bonne réponse", "scores": "data-pex-part-score"}
    found = {name for name, sign in signs.items() if sign in html}
    assert (CANARY in html) is ("keys" in found)
    return found


def decide(exam: World, caller: Caller, verdict: str) -> None:
    decisions.decide(exam.attempt(caller).pk, verdict, BOARD, WHY, exam.clock())
    review.release_due(exam.clock())


def test_own_answers_at_once_and_keys_when_the_window_is_over(world: World) -> None:
    alex = sat(world)
    assert everybody_is_through(policy_from_json({**world.policy, "title": "x"})) == OVER
    assert seen(world, alex) == SCORES
    before = world.load(alex).fingerprint
    assert seen(world, alex, OVER - timedelta(seconds=1)) == SCORES
    assert world.load(alex).fingerprint == before
    assert seen(world, alex, OVER) == EVERYTHING
    assert world.load(alex).fingerprint != before


@pytest.mark.parametrize(
    ("released", "expected"),
    [
        ([], NOTHING),
        (["answers"], OWN),
        (["answers", "correctness", "explanations"], KEYS),
        (["part_scores"], {"scores"}),
    ],
)
def test_each_option_is_the_course_teams(world: World, released: list[str], expected: set[str]) -> None:
    assert seen(world, sat(world, review_released=released), OVER) == expected


def test_keys_that_need_not_wait_are_out_with_the_score(world: World) -> None:
    alex = sat(world, release="manual", keys_wait_for_window=False, review_after=["answers"])
    assert seen(world, alex, OVER) == OWN
    review.release(world.attempt(alex).pk, world.clock(), BOARD)
    assert seen(world, alex, SLOT + timedelta(hours=1)) == EVERYTHING


def test_a_release_on_a_date_lets_nothing_out_before_it(world: World) -> None:
    alex = sat(world, release="on_date", release_at="2017-03-20T12:00:00+00:00")
    at = datetime(2017, 3, 20, 12, tzinfo=SLOT.tzinfo)
    for moment, expected in ((OVER, NOTHING), (at - timedelta(seconds=1), NOTHING), (at, EVERYTHING)):
        world.clock.present = moment
        review.release_due(moment)
        assert seen(world, alex) == expected


def test_a_prolonged_window_keeps_the_keys_back_again(world: World) -> None:
    alex = sat(world)
    assert seen(world, alex, OVER) == EVERYTHING
    world.publish(last_day="2017-03-21")
    assert seen(world, alex) == SCORES
    assert "mardi 21 mars 2017 à 23:00" in screens.html(world.load(alex))
    assert seen(world, alex, OVER + timedelta(days=7)) == EVERYTHING
    world.publish(last_day="2017-03-10")
    assert seen(world, alex, OVER - timedelta(seconds=1)) == SCORES, "others booked under the longer window"


def test_keys_wait_for_who_booked_under_rules_in_between(world: World) -> None:
    alex = sat(world)
    world.publish(last_day="2017-03-21")
    robin = world.person("robin")
    world.book(robin, datetime(2017, 3, 20, 15, tzinfo=SLOT.tzinfo))
    world.publish(last_day="2017-03-14")

    assert seen(world, alex, OVER) == SCORES
    assert "dès que plus personne ne passera cet examen" in screens.html(world.load(alex))

    world.clock.present = datetime(2017, 3, 20, 18, tzinfo=SLOT.tzinfo)
    world.load(robin)  # missed
    assert seen(world, alex) == EVERYTHING


def test_keys_wait_for_who_is_paused_beyond_every_window(world: World) -> None:
    alex, robin = sat(world), world.person("robin")
    world.clock.present = EARLY
    world.sit(robin)
    interventions.pause(world.candidacy(robin).pk, BOARD, WHY, world.clock())

    assert seen(world, alex, OVER) == SCORES

    interventions.close_by_hand(world.candidacy(robin).pk, BOARD, WHY, world.clock())
    assert seen(world, alex) == EVERYTHING


def test_who_entered_without_an_appointment_and_did_not_start_in_time_keeps_no_key_back(world: World) -> None:
    rules = {"backend": "none", "unlock": "none", "appointments": False, "expiry": "discard"}
    world.publish(review_released=ALL, **rules)
    alex, kim = world.person("alex"), world.person("kim")
    world.clock.present = SLOT
    for caller in (alex, kim):
        world.onboard(caller)
        sitting.enter(caller, SLOT)
    world.windows[alex.user_id or 0] = sitting.start(alex, NONCE, SLOT)[1]
    sitting.submit_part(world.with_window(alex), 1, 1, world.answers(1, right=False), SLOT)
    sitting.finish(world.with_window(alex), {}, SLOT)

    world.clock.present = OVER - timedelta(hours=1, seconds=1)
    assert world.phase(kim) == "unlocked"
    world.clock.present += timedelta(seconds=1)
    assert world.phase(kim) == "closed"
    with pytest.raises(NotAllowedNow):
        sitting.start(kim, NONCE, world.clock())
    assert "keys" in seen(world, alex, OVER)


def test_the_rules_are_those_that_the_exam_was_begun_under(world: World) -> None:
    alex = sat(world, review_released=["answers"])
    world.publish(review_released=ALL, keys_wait_for_window=False)
    assert seen(world, alex, OVER) == OWN


def test_an_open_review_holds_what_is_not_out_and_the_board_decides(world: World) -> None:
    alex = sat(world, keys_wait_for_window=False, review_after=["answers"])
    decisions.decide(world.attempt(alex).pk, "reopen", BOARD, WHY, world.clock())
    assert seen(world, alex) == NOTHING
    decide(world, alex, "validate")
    assert seen(world, alex) == EVERYTHING
    decide(world, alex, "reopen")
    assert seen(world, alex) == EVERYTHING, "a grade that was sent stays out while the review is open"
    decide(world, alex, "invalidate")
    assert (seen(world, alex), world.phase(alex)) == (NOTHING, "invalidated")
    decide(world, alex, "reopen")
    assert (seen(world, alex), world.phase(alex)) == (NOTHING, "submitted")
    decide(world, alex, "validate")
    assert seen(world, alex) == EVERYTHING


def test_an_interrupted_sitting_shows_nothing(world: World) -> None:
    world.publish(review_after=["answers"], review_released=ALL, keys_wait_for_window=False)
    alex = world.person()
    world.sit(alex)
    sitting.submit_part(world.with_window(alex), 1, 1, world.answers(1), world.clock())
    interventions.interrupt(world.candidacy(alex).pk, BOARD, WHY, world.clock())
    assert (seen(world, alex, OVER), world.phase(alex)) == (NOTHING, "interrupted")


@pytest.mark.parametrize("way", ["second appointment", "state deleted"])
def test_a_sitting_that_was_given_up_is_not_shown_any_more(world: World, way: str) -> None:
    alex = sat(world, keys_wait_for_window=False)
    assert seen(world, alex) == EVERYTHING
    if way == "second appointment":
        interventions.grant_second_appointment(world.candidacy(alex).pk, BOARD, WHY, world.clock())
    else:
        candidacy = world.candidacy(alex)
        grading.clear_state(candidacy.exam.usage_key, candidacy.anonymous_id, world.clock())
    assert (seen(world, alex), world.phase(alex)) == (NOTHING, "booking")


def test_somebody_elses_answers_are_nobodys(world: World) -> None:
    sat(world, keys_wait_for_window=False)
    robin, teacher = world.person("robin"), world.person("dominique", None, staff=True)
    for other in (robin, teacher):
        assert seen(world, other) == NOTHING


def test_a_practice_is_looked_back_on_at_its_end_and_its_next_try_begins_without_it(world: World) -> None:
    rules = {"backend": "none", "practice": True, "lead_time_hours": 0, "expiry": "discard"}
    world.publish(review_released=ALL, keys_wait_for_window=False, **rules)
    alex = world.person()
    world.book(alex)
    world.clock.present = SLOT
    sitting.enter(alex, SLOT)
    sitting.unlock(alex, world.code(alex), "", SLOT)
    world.windows[alex.user_id or 0] = sitting.start(alex, NONCE, SLOT)[1]
    sitting.submit_part(world.with_window(alex), 1, 1, world.answers(1), SLOT)
    assert seen(world, world.with_window(alex)) == NOTHING
    sitting.finish(world.with_window(alex), {}, SLOT)
    assert (seen(world, alex), world.phase(alex)) == (EVERYTHING, "submitted")
    practice.try_again(alex, SLOT)
    assert seen(world, alex) == NOTHING


def test_a_score_by_hand_is_told_beside_the_parts(world: World) -> None:
    alex = sat(world)
    assert "équipe pédagogique : ce" not in screens.html(world.load(alex)).replace("\xa0", " ")
    grading.override(alex, 3, 3, world.clock())
    assert "équipe pédagogique : ce" in screens.html(world.load(alex)).replace("\xa0", " ")


def test_looking_back_costs_no_statement_but_the_question_whether_others_sit(world: World) -> None:
    costs = []
    for name, rules in (("alex", {"review_released": []}), ("robin", {"review_released": ALL})):
        caller = sat(world, name, **rules)
        world.clock.present = OVER
        assert seen(world, caller) == (EVERYTHING if name == "robin" else NOTHING)
        watch = Watch()
        with connection.execute_wrapper(watch):
            screens.html(world.load(caller))
        costs.append(len(watch.statements))
        world.clock.present = EARLY
    assert costs[1] == costs[0] + 2
