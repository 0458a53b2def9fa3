"""What reviewers say and what the board decides: the grade follows, the candidate is told, the trail keeps it all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from submissions import api as submissions_api
from xblock.scorable import Score

from proctored_exam_xblock.backends.base import Incident, Review, Verdict
from proctored_exam_xblock.domain.errors import BadRequest, IllegalTransition, InvalidField, NotAllowedNow
from proctored_exam_xblock.models import AuditEntry, PartResponse, VendorReview
from proctored_exam_xblock.services import audit, decisions, grading, interventions, review, rooms, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.world import COURSE, NONCE, USAGE, World

pytestmark = pytest.mark.django_db
BOARD = "staff:7"
NO_PHOTO = Review(Verdict.CLEAR, ("document",))
FRAUD = Review(Verdict.FRAUD, incidents=(Incident("second_person", "Somebody whispers."),), comment="See minute 12.")
CLEAR = Review(Verdict.CLEAR)


@pytest.fixture
def exam(world: World) -> World:
    world.publish(backend="reporting", show_result_in_exam=True)
    return world


def sat(exam: World, name: str = "alex", *, graded: bool = True) -> Caller:
    """Two points of three, or three once drafts count."""
    caller = exam.person(name)
    exam.sit(caller)
    holder = exam.with_window(caller)
    sitting.submit_part(holder, 1, 1, exam.answers(1), exam.clock())
    sitting.finish(holder, {"2": {"revision": 1, "answers": exam.answers(2)}}, exam.clock())
    if graded:
        settle(exam)
    return caller


def settle(exam: World) -> None:
    """What runs after each commit and every minute."""
    review.release_due(exam.clock())


def points(exam: World, caller: Caller) -> tuple[int, int] | None:
    score = submissions_api.get_scores(COURSE, exam.candidacy(caller).anonymous_id).get(USAGE)
    return (score["points_earned"], score["points_possible"]) if score else None


def opinion(exam: World, caller: Caller, said: Review) -> str:
    """The vendor is looked at and says so; the review's state after it."""
    exam.minutes(1)
    exam.ledger.opinion = said
    assert rooms.look(exam.candidacy(caller).pk, exam.clock())
    settle(exam)
    return exam.attempt(caller).review


def decide(exam: World, caller: Caller, verdict: str, reason: str = "as seen on the recording") -> str:
    exam.minutes(1)
    decisions.decide(exam.attempt(caller).pk, verdict, BOARD, reason, exam.clock())
    settle(exam)
    return exam.attempt(caller).review


def trail(action: str) -> list[dict[str, Any]]:
    return [row.data for row in AuditEntry.objects.filter(action=action).order_by("id")]


# --- what a reviewer says -------------------------------------------------------------------------------------------


def test_a_missing_photo_invalidates_whatever_the_score(exam: World) -> None:
    alex = sat(exam)
    assert points(exam, alex) == (2, 3)
    assert opinion(exam, alex, NO_PHOTO) == "invalidated"
    assert (points(exam, alex), exam.phase(alex)) == (None, "invalidated")
    assert exam.attempt(alex).review_reason == "identity_missing"
    (changed,) = trail("review_changed")
    assert changed == {"before": "none", "after": "invalidated", "reason": "identity_missing"}
    assert (exam.attempt(alex).score_earned, exam.attempt(alex).score_possible) == (2, 3), "the score is on file"


def test_the_board_may_validate_in_spite_of_a_missing_photo(exam: World) -> None:
    alex = sat(exam)
    opinion(exam, alex, NO_PHOTO)
    assert decide(exam, alex, "validate", "identified by the invigilator") == "validated"
    assert (points(exam, alex), exam.phase(alex)) == ((2, 3), "result")
    assert opinion(exam, alex, Review(Verdict.FRAUD, ("face",))) == "validated"
    assert points(exam, alex) == (2, 3)


def test_a_photo_that_turns_up_leaves_the_last_word_to_a_person(exam: World) -> None:
    alex = sat(exam)
    opinion(exam, alex, NO_PHOTO)
    assert opinion(exam, alex, CLEAR) == "pending"
    assert points(exam, alex) is None
    assert decide(exam, alex, "validate") == "validated"
    assert points(exam, alex) == (2, 3)


def test_a_photo_that_a_reviewer_had_is_not_missing(exam: World) -> None:
    alex = sat(exam)
    assert opinion(exam, alex, CLEAR) == "none"
    assert opinion(exam, alex, NO_PHOTO) == "pending"
    assert points(exam, alex) == (2, 3), "what is out stays"


def test_a_photo_accuses_nobody_whom_staff_let_in_themselves(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    interventions.unlock_by_hand(exam.candidacy(alex).pk, BOARD, "the service is down, seen at the door", exam.clock())
    exam.windows[alex.user_id or 0] = sitting.start(alex, NONCE, exam.clock())[1]
    sitting.finish(exam.with_window(alex), {}, exam.clock())
    settle(exam)
    assert opinion(exam, alex, NO_PHOTO) == "pending"


def test_a_photo_that_is_missing_after_weeks_may_have_been_deleted(exam: World) -> None:
    alex = sat(exam)
    exam.minutes(31 * 24 * 60)
    assert opinion(exam, alex, NO_PHOTO) == "pending"


@pytest.mark.parametrize("verdict", [Verdict.SUSPICIOUS, Verdict.FRAUD])
def test_a_suspicion_opens_the_review_and_invalidates_nothing(exam: World, verdict: Verdict) -> None:
    alex = sat(exam, graded=False)
    assert opinion(exam, alex, Review(verdict)) == "pending"
    assert (points(exam, alex), exam.phase(alex)) == (None, "submitted"), "not out yet, so it waits"
    assert decide(exam, alex, "validate") == "validated"
    assert (points(exam, alex), exam.phase(alex)) == ((2, 3), "result")


def test_a_grade_that_is_out_stays_while_the_review_is_open(exam: World) -> None:
    alex = sat(exam)
    assert opinion(exam, alex, FRAUD) == "pending"
    assert (points(exam, alex), exam.phase(alex)) == ((2, 3), "result")


@pytest.mark.parametrize("said", [CLEAR, Review(Verdict.PENDING, incidents=(Incident("noise"),))])
def test_a_clear_or_unfinished_opinion_decides_nothing(exam: World, said: Review) -> None:
    alex = sat(exam)
    assert opinion(exam, alex, said) == "none"
    assert points(exam, alex) == (2, 3)


def test_a_suspicion_taken_back_still_waits_for_a_person(exam: World) -> None:
    alex = sat(exam, graded=False)
    opinion(exam, alex, FRAUD)
    assert opinion(exam, alex, CLEAR) == "pending"


def test_each_opinion_is_kept_once_and_its_words_are_not_in_the_trail(exam: World) -> None:
    alex = sat(exam)
    for said in (FRAUD, FRAUD, CLEAR, FRAUD):
        opinion(exam, alex, said)
    rows = VendorReview.objects.order_by("id")
    assert [row.verdict for row in rows] == ["fraud", "clear"]
    assert (rows[0].comment, rows[0].incidents[0]["text"]) == ("See minute 12.", "Somebody whispers.")
    assert [row["verdict"] for row in trail("vendor_review")] == ["fraud", "clear"]
    assert "whispers" not in repr(trail("vendor_review"))


def test_an_opinion_of_a_former_sitting_is_kept_and_acts_on_nothing(exam: World) -> None:
    alex = sat(exam)
    former = exam.appointment(alex).pk
    interventions.grant_second_appointment(exam.candidacy(alex).pk, BOARD, "power cut", exam.clock())
    exam.ledger.opinion = NO_PHOTO
    rooms.look_at(former, exam.clock())
    assert VendorReview.objects.count() == 1
    assert (exam.attempt(alex).review, exam.phase(alex)) == ("none", "booking")


def test_reviews_are_asked_for_less_and_less_and_not_for_ever(exam: World) -> None:
    alex = sat(exam)
    ended = exam.attempt(alex).ended_at
    assert ended is not None
    exam.ledger.calls.clear()
    looks = []
    while (due := exam.appointment(alex).look_at) is not None:
        exam.clock.present = max(due, exam.clock())
        rooms.look_all(exam.clock())
        looks.append((exam.clock() - ended).total_seconds() / 3600)
        assert len(looks) < 200
    assert [round(hours, 1) for hours in looks[:6]] == [0.2, 0.5, 1.0, 2.0, 8.0, 14.0]
    assert 29 * 24 < looks[-1] <= 30 * 24 + 0.1
    assert exam.ledger.calls.count("review") == len(looks)


def test_with_an_opinion_it_is_daily_for_a_week(exam: World) -> None:
    alex = sat(exam)
    opinion(exam, alex, CLEAR)
    looks = 0
    while (due := exam.appointment(alex).look_at) is not None:
        exam.clock.present = due
        rooms.look_all(exam.clock())
        looks += 1
    assert 5 <= looks <= 7


# --- what the board decides -----------------------------------------------------------------------------------------


def test_a_grade_is_withdrawn_and_given_back_with_the_decision(exam: World) -> None:
    alex = sat(exam)
    assert decide(exam, alex, "invalidate", "A second person was in the room.") == "invalidated"
    assert (points(exam, alex), exam.phase(alex)) == (None, "invalidated")
    assert exam.attempt(alex).review_reason == "A second person was in the room."
    assert decide(exam, alex, "validate", "It was the proctor.") == "validated"
    assert (points(exam, alex), exam.attempt(alex).review_reason) == ((2, 3), "")
    assert decide(exam, alex, "reopen", "A complaint.") == "pending"
    assert points(exam, alex) == (2, 3)
    assert decide(exam, alex, "invalidate", "After all.") == "invalidated"
    assert points(exam, alex) is None
    assert [row["verdict"] for row in trail("review_decided")] == ["invalidate", "validate", "reopen", "invalidate"]
    rows = AuditEntry.objects.filter(chain=f"candidacy:{exam.candidacy(alex).pk}").order_by("sequence")
    assert audit.broken_link(rows) is None


def test_once_staff_decided_the_vendor_is_only_heard(exam: World) -> None:
    alex = sat(exam)
    for verdict, state in (("invalidate", "invalidated"), ("reopen", "pending")):
        decide(exam, alex, verdict)
        for said in (CLEAR, NO_PHOTO, FRAUD):
            assert opinion(exam, alex, said) == state
    assert VendorReview.objects.count() == 3
    assert trail("review_changed") == []


@pytest.mark.parametrize("what", ["before release", "invalidated before it"])
def test_nothing_is_sent_that_is_not_released(world: World, what: str) -> None:
    world.publish(backend="reporting", release="manual")
    alex = sat(world)
    if what == "invalidated before it":
        decide(world, alex, "invalidate")
        review.release(world.attempt(alex).pk, world.clock(), BOARD)
        settle(world)
        assert points(world, alex) is None
    assert decide(world, alex, "validate") == "validated"
    assert points(world, alex) == (None if what == "before release" else (2, 3))


@pytest.mark.parametrize(
    ("verdict", "reason", "error"),
    [("validate", " ", InvalidField), ("void", "because", BadRequest), ("reopen", "", InvalidField)],
)
def test_a_decision_needs_a_reason_and_a_name(exam: World, verdict: str, reason: str, error: type[Exception]) -> None:
    alex = sat(exam)
    with pytest.raises(error):
        decide(exam, alex, verdict, reason)
    assert (exam.attempt(alex).review, trail("review_decided")) == ("none", [])


def test_what_is_not_over_or_given_up_is_not_decided(exam: World) -> None:
    robin = exam.person("robin")
    exam.sit(robin)
    with pytest.raises(NotAllowedNow):
        decide(exam, robin, "invalidate")
    with pytest.raises(NotAllowedNow):
        decisions.count_drafts(exam.attempt(robin).pk, BOARD, "because", exam.clock())
    exam.clock.present -= timedelta(days=10)
    alex = sat(exam)
    decide(exam, alex, "invalidate")
    with pytest.raises(IllegalTransition):
        decide(exam, alex, "invalidate")
    interventions.grant_second_appointment(exam.candidacy(alex).pk, BOARD, "a second try", exam.clock())
    with pytest.raises(NotAllowedNow):
        decide(exam, alex, "validate")
    assert points(exam, alex) is None


# --- drafts ---------------------------------------------------------------------------------------------------------


def test_staff_may_count_drafts(exam: World) -> None:
    alex = sat(exam)
    assert points(exam, alex) == (2, 3)
    decisions.count_drafts(exam.attempt(alex).pk, BOARD, "the page had frozen", exam.clock())
    settle(exam)
    assert points(exam, alex) == (3, 3)
    assert [part.counted for part in PartResponse.objects.order_by("number")] == [True, True]
    (told,) = trail("drafts_counted")
    assert (told["parts"], told["before"], told["earned"], told["reason"]) == ([2], 2, 3, "the page had frozen")
    assert len(told["answers"]) == 64
    assert PartResponse.objects.get(number=2).submitted_at is None, "it is still no final check"
    with pytest.raises(NotAllowedNow):
        decisions.count_drafts(exam.attempt(alex).pk, BOARD, "again", exam.clock())


def test_drafts_of_an_invalidated_sitting_change_the_score_and_send_nothing(exam: World) -> None:
    alex = sat(exam)
    decide(exam, alex, "invalidate")
    decisions.count_drafts(exam.attempt(alex).pk, BOARD, "the page had frozen", exam.clock())
    settle(exam)
    assert (exam.attempt(alex).score_earned, points(exam, alex)) == (3, None)
    decide(exam, alex, "validate")
    assert points(exam, alex) == (3, 3)


# --- no back door to the gradebook ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["invalidated", "pending"])
@pytest.mark.parametrize("tool", ["rescore", "override", "publish_again", "sweep"])
def test_the_platforms_tools_do_not_send_a_withheld_grade(exam: World, state: str, tool: str) -> None:
    alex = sat(exam, graded=False)
    opinion(exam, alex, FRAUD if state == "pending" else NO_PHOTO)
    if tool == "rescore":
        grading.rescore(alex, only_if_higher=False, now=exam.clock())
    elif tool == "override":
        grading.override(alex, 3, 3, exam.clock())
        assert grading.score(alex) == Score(3.0, 3.0)
    elif tool == "publish_again":
        grading.publish_again(alex, exam.clock())
    settle(exam)
    assert (points(exam, alex), exam.attempt(alex).score_sent_at) == (None, None)


def test_withheld_grades_are_not_tried_again_every_minute(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alex = sat(exam)
    decide(exam, alex, "invalidate")
    tried: list[int] = []
    monkeypatch.setattr(review, "publish_grade", lambda pk, now: bool(tried.append(pk)))
    settle(exam)
    assert tried == []
