"""Double clicks, two tabs and retries, twenty at a time: one result (and a trail that is whole)."""

from __future__ import annotations

from functools import partial

import pytest
from submissions import api as submissions_api
from submissions.models import Score, Submission

from proctored_exam_xblock.domain.gate import FREE_TRIES
from proctored_exam_xblock.models import Attempt, AuditEntry, PartResponse
from proctored_exam_xblock.services import (
    drafts,
    ending,
    entry,
    interventions,
    practice,
    proctoring,
    review,
    room,
    sitting,
)
from proctored_exam_xblock.services.dossier import Caller
from tests.concurrency.crowd import at_once, in_between, tally, trail
from tests.world import COURSE, NONCE, SLOT, World

MANY = 20


def launch(exam: World, caller: Caller) -> object:
    token = proctoring.launch_url(exam.load(caller)).rstrip("/").rpartition("/")[2]
    assert caller.user_id is not None
    return room.launch(token, caller.user_id, exam.clock())


def test_launches_give_one_attempt(exam: World) -> None:
    alex = exam.person()
    exam.book(alex)
    exam.clock.present = SLOT
    assert tally(at_once([partial(launch, exam, alex)] * MANY)) == {"ok": MANY}
    assert Attempt.objects.count() == 1
    assert trail(exam.candidacy(alex)).count("room_opened") == 1


def test_entries_without_a_room_or_an_appointment_give_one_attempt(exam: World) -> None:
    exam.publish(backend="none", unlock="none", appointments=False)
    alex = exam.person()
    exam.onboard(alex)
    assert tally(at_once([partial(sitting.enter, alex, exam.clock())] * MANY)) == {"ok": MANY}
    assert Attempt.objects.count() == 1
    assert exam.candidacy(alex).appointments.count() == 1


def test_clicks_on_start_again_archive_one_try_and_open_one(exam: World) -> None:
    exam.publish(backend="none", unlock="none", appointments=False, practice=True)
    alex = exam.person()
    exam.onboard(alex)
    sitting.enter(alex, exam.clock())
    _, exam.windows[alex.user_id or 0] = sitting.start(alex, NONCE, exam.clock())
    sitting.finish(exam.with_window(alex), {}, exam.clock())
    assert tally(at_once([partial(practice.try_again, alex, exam.clock())] * MANY)) == {"ok": MANY}
    assert trail(exam.candidacy(alex)).count("practice_again") == 1
    assert exam.phase(alex) == "available"


def test_starts_of_one_page_give_one_deadline_and_one_window(exam: World) -> None:
    alex = exam.person()
    exam.unlock(alex)
    moments = [exam.clock.advance(seconds=1) for _ in range(MANY)]
    outcomes = at_once([partial(sitting.start, alex, NONCE, moment) for moment in moments])
    assert tally(outcomes) == {"ok": MANY}
    assert len({(dossier.attempt.deadline, token) for dossier, token in outcomes}) == 1
    attempt = exam.attempt(alex)
    assert list(attempt.parts.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert trail(exam.candidacy(alex)).count("started") == 1


def test_starts_of_many_pages_give_the_window_to_one(exam: World) -> None:
    alex = exam.person()
    exam.unlock(alex)
    outcomes = at_once([partial(sitting.start, alex, f"{NONCE}-{page}", exam.clock()) for page in range(MANY)])
    assert tally(outcomes) == {"ok": 1, "window_lost": MANY - 1}
    assert exam.attempt(alex).parts.count() == 2


def test_a_predecessor_is_traded_for_one_window(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    old = exam.windows[alex.user_id or 0]
    pages = [partial(sitting.open_window, alex, old, f"{NONCE}-{page}", exam.clock()) for page in range(MANY)]
    tokens = [token for _, token in at_once(pages)]
    assert len([token for token in tokens if token]) == 1
    assert trail(exam.candidacy(alex)).count("window_opened") == 1


def test_one_verification_is_written_once(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    holder = exam.with_window(alex)
    verify = partial(sitting.submit_part, holder, 1, 3, exam.answers(1), exam.clock())
    assert tally(at_once([verify] * MANY)) == {"ok": MANY}
    assert trail(exam.candidacy(alex)).count("part_submitted") == 1


def test_of_many_verifications_one_counts_and_the_trail_says_which(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    holder = exam.with_window(alex)
    verifications = [
        partial(sitting.submit_part, holder, 1, revision, exam.answers(1, right=bool(revision % 2)), exam.clock())
        for revision in range(1, MANY + 1)
    ]
    assert tally(at_once(verifications)) == {"ok": 1, "part_closed": MANY - 1}
    part = PartResponse.objects.get(attempt=exam.attempt(alex), number=1)
    assert part.answers == exam.answers(1, right=bool(part.revision % 2))
    assert trail(exam.candidacy(alex)).count("part_submitted") == 1
    said = AuditEntry.objects.get(action="part_submitted")
    assert said.data["answers"] == ending.digest(part.answers)


def test_finishes_give_one_grade(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    holder = exam.with_window(alex)
    sitting.submit_part(holder, 1, 1, exam.answers(1), exam.clock())
    finishes = [partial(sitting.finish, holder, {}, exam.clock())] * (MANY // 2)
    assert tally(at_once([*finishes, *[partial(review.release_due, exam.clock())] * (MANY // 2)])) == {"ok": MANY}
    assert (Submission.objects.count(), Score.objects.count()) == (1, 1)
    assert Score.objects.get().points_earned == 2
    assert trail(exam.candidacy(alex)).count("finished") == 1


@pytest.mark.parametrize("expiry", ["discard", "submit_drafts"])
def test_visitors_and_sweepers_close_an_overdue_attempt_once(exam: World, expiry: str) -> None:
    exam.publish(expiry=expiry)
    alex = exam.person()
    exam.sit(alex)
    holder = exam.with_window(alex)
    drafts.save_draft(holder, 1, 1, exam.answers(1), exam.clock())
    exam.minutes(31)
    visits = [partial(entry.load, alex, exam.clock())] * 8
    sweeps = [partial(entry.close_all, exam.clock())] * 4
    late = [partial(sitting.finish, holder, {}, exam.clock())] * 4
    assert tally(at_once([*visits, *sweeps, *late])) == {"ok": 16}
    attempt = exam.attempt(alex)
    assert (attempt.state, attempt.ended_at) == ("expired", attempt.deadline)
    assert attempt.score_earned == (0 if expiry == "discard" else 2)
    assert trail(exam.candidacy(alex)).count("expired") == 1
    assert (Submission.objects.count(), Score.objects.count()) == (1, 1)


def test_a_candidate_is_late_for_an_appointment_once(exam: World) -> None:
    alex = exam.person()
    exam.book(alex)
    exam.clock.present = SLOT
    exam.minutes(200)
    visits = [partial(entry.load, alex, exam.clock())] * 8
    assert tally(at_once([*visits, *[partial(entry.close_all, exam.clock())] * 4])) == {"ok": 12}
    assert trail(exam.candidacy(alex)).count("appointment_missed") == 1


def test_no_wrong_password_escapes_the_count(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    outcomes = at_once([partial(sitting.unlock, alex, "BBBBBBBB", "", exam.clock())] * MANY)
    assert tally(outcomes) == {"wrong_password": FREE_TRIES, "password_locked": MANY - FREE_TRIES}
    row = exam.appointment(alex)
    assert row.wrong_tries == FREE_TRIES
    assert row.locked_until is not None
    assert trail(exam.candidacy(alex)).count("password_wrong") == FREE_TRIES


def test_the_right_password_opens_once(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    code = exam.code(alex)
    assert tally(at_once([partial(sitting.unlock, alex, code, "", exam.clock())] * MANY)) == {"ok": MANY}
    assert trail(exam.candidacy(alex)).count("unlocked") == 1


def test_a_grade_on_its_way_does_not_outlive_a_second_appointment(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alex = exam.person()
    exam.sit(alex)
    holder, candidacy = exam.with_window(alex), exam.candidacy(alex)
    sitting.submit_part(holder, 1, 1, exam.answers(1), exam.clock())
    grant = partial(interventions.grant_second_appointment, candidacy.pk, "staff:1", "a fire alarm rang", exam.clock())
    with in_between(monkeypatch, review, "student_item", grant) as people:
        sitting.finish(holder, {}, exam.clock())
    assert tally([people[0].outcome]) == {"ok": 1}
    assert exam.phase(alex) in ("booking", "closed")
    review.release_due(exam.clock())
    assert submissions_api.get_scores(COURSE, candidacy.anonymous_id) == {}
