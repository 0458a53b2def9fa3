"""A key corrected after the fact, for every attempt, and taken back."""

from __future__ import annotations

from functools import partial

import pytest

from proctored_exam_xblock.domain.corrections import Correction
from proctored_exam_xblock.domain.errors import ChangedMeanwhile, Gone, InvalidCorrection, InvalidField, NotAllowedNow
from proctored_exam_xblock.domain.questions import Ruling
from proctored_exam_xblock.models import Attempt, AuditEntry, Mail, Regrade
from proctored_exam_xblock.services import (
    decisions,
    grading,
    interventions,
    letters,
    practice,
    regrade_preview,
    regrading,
    sitting,
)
from tests.regrades import (
    EVERYTHING,
    TEAM,
    WHY,
    apply,
    asked,
    filed,
    finish,
    other_key,
    points,
    row,
    rows_of,
    ruled,
    sat,
    settle,
    undo,
    whole,
)
from tests.world import NONCE, PAPER, SLOT, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(world: World) -> World:
    world.publish(show_result_in_exam=True, pass_percent=60, seats_per_slot=9)
    return world


# --- applying -------------------------------------------------------------------------------------------------------


def test_applied_it_writes_scores_trail_and_gradebook_and_tells_those_who_change(exam: World) -> None:
    alex, robin = sat(exam, "alex"), sat(exam, "robin", right=False)
    assert (filed(exam, alex), filed(exam, robin)) == ((3, 3), (0, 3))
    corrected = [other_key(1)]
    exam.minutes(5)

    done = apply(exam, *corrected)
    settle(exam)

    assert (done.number, done.mark, done.left) == (1, 1, 0)
    assert (filed(exam, alex), filed(exam, robin)) == ((2, 3), (1, 3))
    decision = AuditEntry.objects.get(chain=f"exam:{row().pk}", action="regraded")
    assert (decision.actor, decision.data["reason"], decision.data["number"]) == (TEAM, WHY, 1)
    entry = AuditEntry.objects.get(attempt=exam.attempt(alex), action="regraded")
    assert entry.data == {
        "mark": 1,
        "reason": WHY,
        "before": {"earned": 3, "possible": 3},
        "after": {"earned": 2, "possible": 3},
    }
    assert whole(alex, exam)
    assert sorted(Mail.objects.filter(kind="corrected").values_list("attempt_id", flat=True)) == sorted(
        [exam.attempt(alex).pk, exam.attempt(robin).pk]
    )


def test_who_does_not_change_is_told_nothing_and_has_no_entry(exam: World) -> None:
    alex, robin = sat(exam, "alex"), sat(exam, "robin", right=False)
    apply(exam, other_key(1), raise_only=True)
    assert not AuditEntry.objects.filter(attempt=exam.attempt(alex), action="regraded").exists()
    assert list(Mail.objects.filter(kind="corrected").values_list("attempt_id", flat=True)) == [exam.attempt(robin).pk]
    assert exam.attempt(alex).regrade_mark == 1
    assert exam.attempt(alex).score_sent_at is not None


def test_of_two_corrections_before_an_e_mail_left_the_last_is_told_once_it_is_filed(exam: World) -> None:
    sat(exam)
    apply(exam, other_key(1))
    apply(exam, other_key(3))
    first, second = Mail.objects.filter(kind="corrected").order_by("pk")
    assert letters.read(first, exam.clock(), "exam@example.org") == letters.Unsaid("overtaken")
    Attempt.objects.update(score_sent_at=None)
    waits = letters.read(Mail.objects.get(pk=second.pk), exam.clock(), "exam@example.org")
    assert isinstance(waits, letters.Unsaid)
    assert waits.reason == "not_filed"
    settle(exam)
    said = letters.read(Mail.objects.get(pk=second.pk), exam.clock(), "exam@example.org")
    assert isinstance(said, letters.Said)


def test_a_void_question_leaves_fewer_points_and_a_given_one_is_everybodys(exam: World) -> None:
    alex, robin = sat(exam, "alex"), sat(exam, "robin", right=False)
    apply(exam, ruled(Ruling.VOID, 1), ruled(Ruling.GIVEN, 3))
    settle(exam)
    assert (points(exam, alex), points(exam, robin)) == ((2, 2), (1, 2))
    assert (filed(exam, alex), filed(exam, robin)) == ((2, 2), (1, 2))


def test_the_result_shows_the_corrected_paper_and_score(exam: World) -> None:
    alex = sat(exam)
    apply(exam, other_key(1))
    settle(exam)
    facts = exam.load(alex).facts.attempt
    assert facts is not None
    assert facts.paper is not None
    assert facts.paper.questions[0].key == set(other_key(1).key or ())
    assert (facts.score_earned, facts.score_possible) == (2, 3)


def test_it_holds_for_who_ends_later_for_rescoring_and_for_drafts_that_come_to_count(exam: World) -> None:
    alex, robin = sat(exam, "alex", ended=False), exam.person("robin")
    apply(exam, other_key(1))
    finish(exam, alex)
    assert (points(exam, alex), exam.attempt(alex).regrade_mark) == ((2, 3), 1)
    grading.override(alex, 0, 3, exam.clock())
    grading.rescore(alex, False, exam.clock())
    assert points(exam, alex) == (2, 3)
    exam.clock.present = exam.clock.present.replace(month=2, day=20)
    exam.sit(robin)
    sitting.finish(exam.with_window(robin), {"1": {"revision": 1, "answers": exam.answers(1)}}, exam.clock())
    decisions.count_drafts(exam.attempt(robin).pk, TEAM, "a power cut", exam.clock())
    assert (points(exam, robin), exam.attempt(robin).regrade_mark) == ((1, 3), 1)


def test_every_version_that_has_the_question_is_corrected(exam: World) -> None:
    alex, wanted = sat(exam), other_key(1)
    exam.publish(PAPER.replace("norme ISO", "norme"))
    robin = sat(exam, "robin")
    assert exam.attempt(alex).version_id != exam.attempt(robin).version_id
    apply(exam, wanted)
    assert (points(exam, alex), points(exam, robin)) == ((2, 3), (2, 3))


def test_a_question_that_was_reworded_under_its_name_keeps_its_own_key(exam: World) -> None:
    alex, key, void = sat(exam), other_key(1), ruled(Ruling.VOID, 2)
    exam.publish(
        PAPER.replace("est un rectangle", "n’est pas un rectangle").replace("Lesquels sont", "Lesquels seraient")
    )
    robin = sat(exam, "robin")
    assert [c.certification_number for c in regrade_preview.of(row(), [key]).changes] == [
        exam.attempt(alex).certification_number
    ]
    apply(exam, key, void)
    assert (points(exam, alex), points(exam, robin)) == ((1, 2), (3, 3))
    with pytest.raises(InvalidCorrection) as refused:
        apply(exam, Correction(key.question_id, "of another world", ruling=Ruling.VOID))
    assert refused.value.params["reason"] == "unknown_question"


def test_a_question_of_a_version_that_is_being_sat_or_is_booked_can_be_corrected(exam: World) -> None:
    alex, sitting_now = sat(exam, ended=False), ruled(Ruling.VOID, 3)
    exam.publish(PAPER.replace('url_name="q3"', 'url_name="q8"'))
    booked = ruled(Ruling.VOID, 3)
    robin = exam.person("robin")
    exam.clock.present = exam.clock.present.replace(month=2, day=20)
    exam.book(robin, SLOT)
    exam.publish(PAPER.replace('url_name="q3"', 'url_name="q9"'))
    assert len(regrading.papers(row())) == 3
    apply(exam, sitting_now, booked)
    finish(exam, alex)
    assert points(exam, alex) == (2, 2)


def test_a_question_that_only_an_earlier_version_has_can_be_corrected(exam: World) -> None:
    alex, wanted = sat(exam), ruled(Ruling.VOID, 3)
    exam.publish(PAPER.replace('url_name="q3"', 'url_name="q9"'))
    apply(exam, wanted)
    assert points(exam, alex) == (2, 2)


def test_a_former_sitting_stays_as_it_was(exam: World) -> None:
    alex = sat(exam)
    former = exam.attempt(alex).pk
    interventions.grant_second_appointment(exam.candidacy(alex).pk, TEAM, "noise", exam.clock())
    before = Attempt.objects.filter(pk=former).values().get()
    assert regrade_preview.of(row(), [other_key(1)]).attempts == 0
    apply(exam, other_key(1))
    settle(exam)
    assert Attempt.objects.filter(pk=former).values().get() == before


def test_a_score_put_by_hand_stays_and_the_preview_says_so(exam: World) -> None:
    alex = sat(exam)
    grading.override(alex, 1, 3, exam.clock())
    (change,) = regrade_preview.of(row(), [other_key(1)]).changes
    assert (change.by_hand, change.before, change.after) == (True, change.after, change.before)
    apply(exam, other_key(1))
    settle(exam)
    assert (points(exam, alex), filed(exam, alex)) == ((1, 3), (1, 3))
    assert regrading.left(row()) == 0
    assert not AuditEntry.objects.filter(attempt=exam.attempt(alex), action="regraded").exists()


def test_who_had_none_of_the_questions_keeps_a_score_that_grading_would_not_give_today(exam: World) -> None:
    alex = sat(exam)
    Attempt.objects.update(score_earned=1)  # as an earlier release graded
    exam.publish(PAPER.replace('url_name="q3"', 'url_name="q9"'))
    apply(exam, ruled(Ruling.VOID, 3))
    assert points(exam, alex) == (1, 3)


def test_an_invalidated_sitting_is_corrected_and_its_grade_stays_taken_back(exam: World) -> None:
    alex = sat(exam)
    decisions.decide(exam.attempt(alex).pk, "invalidate", TEAM, "fraud", exam.clock())
    apply(exam, other_key(1))
    settle(exam)
    assert (points(exam, alex), filed(exam, alex)) == ((2, 3), None)
    assert not Mail.objects.filter(kind="corrected").exists()
    decisions.decide(exam.attempt(alex).pk, "validate", TEAM, "mistaken", exam.clock())
    settle(exam)
    assert filed(exam, alex) == (2, 3)


def test_a_score_that_was_told_stays_told_while_its_review_is_open_and_is_filed_by_the_decision(exam: World) -> None:
    alex = sat(exam)
    attempt = exam.attempt(alex).pk
    decisions.decide(attempt, "reopen", TEAM, "a complaint", exam.clock())

    apply(exam, other_key(1))
    settle(exam)

    told = exam.load(alex).facts.attempt
    assert told is not None
    assert (told.released, told.score_earned, exam.phase(alex)) == (True, 2, "result")
    assert filed(exam, alex) == (3, 3), "the gradebook waits for the decision"
    decisions.decide(attempt, "validate", TEAM, "nothing in it", exam.clock())
    settle(exam)
    assert filed(exam, alex) == (2, 3)


def test_undone_while_the_review_is_open_the_score_that_was_told_is_back(exam: World) -> None:
    alex = sat(exam)
    attempt = exam.attempt(alex).pk
    decisions.decide(attempt, "reopen", TEAM, "a complaint", exam.clock())
    apply(exam, other_key(1))
    undo(exam, 1)
    settle(exam)
    told = exam.load(alex).facts.attempt
    assert told is not None
    assert (told.released, told.score_earned, filed(exam, alex)) == (True, 3, (3, 3))
    decisions.decide(attempt, "validate", TEAM, "nothing in it", exam.clock())
    settle(exam)
    assert (points(exam, alex), filed(exam, alex)) == ((3, 3), (3, 3))


def test_a_grade_that_was_taken_back_and_is_examined_again_is_not_told(exam: World) -> None:
    alex = sat(exam)
    attempt = exam.attempt(alex).pk
    for verdict in ("reopen", "invalidate", "reopen"):
        decisions.decide(attempt, verdict, TEAM, "because", exam.clock())
    apply(exam, other_key(1))
    settle(exam)
    told = exam.load(alex).facts.attempt
    assert told is not None
    assert (told.released, filed(exam, alex)) == (False, None)
    decisions.decide(attempt, "validate", TEAM, "after all", exam.clock())
    settle(exam)
    assert filed(exam, alex) == (2, 3)


def test_what_is_not_released_is_corrected_without_a_word(exam: World) -> None:
    exam.publish(release="manual")
    alex = sat(exam)
    apply(exam, other_key(1))
    settle(exam)
    assert (points(exam, alex), filed(exam, alex)) == ((2, 3), None)
    assert not Mail.objects.filter(kind="corrected").exists()


def test_a_practice_is_corrected_and_nothing_of_it_is_filed(world: World) -> None:
    world.publish(backend="none", unlock="none", appointments=False, practice=True, show_result_in_exam=True)
    alex = world.person()
    world.onboard(alex)
    world.clock.present = SLOT
    sitting.enter(alex, world.clock())
    world.windows[alex.user_id or 0] = sitting.start(alex, NONCE, world.clock())[1]
    sitting.submit_part(world.with_window(alex), 1, 1, world.answers(1), world.clock())
    sitting.finish(world.with_window(alex), {}, world.clock())
    apply(world, other_key(1))
    settle(world)
    assert (points(world, alex), filed(world, alex)) == ((1, 3), None)
    assert world.attempt(alex).score_sent_at is not None, "no round looks at it again"
    practice.try_again(alex, world.clock())


def test_a_correction_that_makes_the_gradebooks_own_scale_cross_the_pass_mark(exam: World) -> None:
    exam.publish(lms_points=20, pass_percent=66)
    alex = sat(exam)
    apply(exam, other_key(1))
    settle(exam)
    assert filed(exam, alex) == (14, 20)


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 501])
def test_without_a_reason_nothing_is_decided(exam: World, reason: str) -> None:
    sat(exam)
    apply(exam, other_key(1))
    before = rows_of(*EVERYTHING)
    for deed in (
        partial(regrading.apply, row(), [other_key(2)], reason, TEAM, known_mark=1, now=exam.clock()),
        partial(regrading.undo, row(), 1, reason, TEAM, known_mark=1, now=exam.clock()),
    ):
        with pytest.raises(InvalidField):
            deed()
    assert rows_of(*EVERYTHING) == before


def test_what_fits_no_version_is_refused(exam: World) -> None:
    sat(exam)
    strange = Correction("stranger", asked().words, ruling=Ruling.VOID)
    for wanted in ([strange], [Correction(asked().id, asked().words, key=("no such",))], []):
        with pytest.raises(InvalidCorrection):
            apply(exam, *wanted)
        with pytest.raises(InvalidCorrection):
            regrade_preview.of(row(), wanted)
    apply(exam, ruled(Ruling.VOID, 1), ruled(Ruling.VOID, 2))
    with pytest.raises(InvalidCorrection):
        apply(exam, ruled(Ruling.VOID, 3))
    assert row().regrade_mark == 1


def test_a_preview_that_was_overtaken_decides_nothing(exam: World) -> None:
    sat(exam)
    found = row()
    apply(exam, other_key(1))
    before = rows_of(*EVERYTHING)
    with pytest.raises(ChangedMeanwhile):
        regrading.apply(found, [other_key(2)], WHY, TEAM, known_mark=0, now=exam.clock())
    with pytest.raises(ChangedMeanwhile):
        regrading.undo(found, 1, WHY, TEAM, known_mark=0, now=exam.clock())
    assert rows_of(*EVERYTHING) == before


def test_a_regrade_is_undone_once_and_an_unknown_one_never(exam: World) -> None:
    sat(exam)
    apply(exam, other_key(1))
    undo(exam, 1)
    with pytest.raises(NotAllowedNow):
        undo(exam, 1)
    with pytest.raises(NotAllowedNow):
        regrade_preview.of_undoing(row(), 1)
    with pytest.raises(Gone):
        undo(exam, 9)
    with pytest.raises(Gone):
        regrade_preview.of_undoing(row(), 9)


# --- undoing --------------------------------------------------------------------------------------------------------


def test_undoing_restores_scores_and_gradebook_and_the_trail_keeps_both(exam: World) -> None:
    alex, robin = sat(exam, "alex"), sat(exam, "robin", right=False)
    scored = {who.user_id: (points(exam, who), exam.attempt(who).score_unit) for who in (alex, robin)}
    apply(exam, other_key(1))
    settle(exam)
    (first, second) = regrade_preview.of_undoing(row(), 1).changes
    assert [(first.before.earned, first.after.earned), (second.before.earned, second.after.earned)] == [(2, 3), (1, 0)]

    done = undo(exam, 1)
    settle(exam)

    assert (done.number, done.mark, done.left) == (1, 2, 0)
    assert {who.user_id: (points(exam, who), exam.attempt(who).score_unit) for who in (alex, robin)} == scored
    assert (filed(exam, alex), filed(exam, robin)) == ((3, 3), (0, 3))
    regrade = Regrade.objects.get()
    assert (regrade.undone_by, regrade.undone_reason, regrade.undone_mark) == (TEAM, "Right after all.", 2)
    assert [
        entry.data["reason"] for entry in AuditEntry.objects.filter(attempt=exam.attempt(alex), action="regraded")
    ] == [
        WHY,
        "Right after all.",
    ]
    assert whole(alex, exam)


def test_undoing_an_earlier_one_leaves_the_later_in_force(exam: World) -> None:
    alex = sat(exam)
    apply(exam, other_key(1))
    apply(exam, other_key(3))
    assert points(exam, alex) == (1, 3)
    undo(exam, 1)
    assert points(exam, alex) == (2, 3)
