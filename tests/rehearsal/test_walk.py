"""A rehearsal says go where all is well, and no-go, by the right name, where the exam or the software is broken."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from proctored_exam_xblock.domain.clock import cut_off
from proctored_exam_xblock.domain.errors import Gone
from proctored_exam_xblock.models import Appointment, AuditEntry, OutboxEntry
from proctored_exam_xblock.rehearsal import cast, play
from proctored_exam_xblock.rehearsal.plan import Plan
from proctored_exam_xblock.rehearsal.report import Level, is_go
from proctored_exam_xblock.services import audit, drafts, gate, overdue, review, scores, seats, sitting
from tests.rehearsal.conftest import Walk, plan

WALKED = {
    "seats", "booked_once", "crashes", "stopped", "rooms", "let_in", "codes_apart", "one_window", "answers_kept",
    "late_refused", "deadlines", "ended", "scores", "grades", "absences", "trail", "queue_empty", "speed",
}  # fmt: skip
TEN_MINUTES = timedelta(minutes=10)


def wrong(found: dict[str, Any]) -> set[str]:
    return {code for code, finding in found.items() if finding.level is Level.NO_GO}


@pytest.mark.parametrize(
    "rules",
    [
        {"expiry": "submit_drafts", "payment_required": True},
        {"backend": "onsite", "unlock": "appointment_code"},
        {"backend": "onsite", "unlock": "session_code"},
        {"unlock": "exam_password", "release": "manual"},
        {"release": "on_date", "release_at": "2027-06-01T09:00:00+02:00"},
    ],
    ids=lambda rules: " ".join(map(str, rules.values())),
)
def test_a_sound_exam_without_a_vendor_is_go(walk: Walk, rules: dict[str, Any]) -> None:
    acts: list[str] = []
    found = walk(plan(**rules), acts)
    assert wrong(found) == set()
    assert set(found) == WALKED
    assert acts == ["appointments", "exam_days", "settled"]
    assert (found["booked_once"].done, found["let_in"].done, found["absences"].of) == (6, 5, 1)


@pytest.mark.parametrize(
    "rules",
    [
        {"wrong_answer_percent": 25, "score_floor": "part"},
        {"question_points": 3, "wrong_answer_percent": 33, "partial_credit": False, "lms_points": 20},
    ],
    ids=["penalties", "points"],
)
def test_pools_penalties_and_points_are_go(walk: Walk, rules: dict[str, Any]) -> None:
    found = walk(with_pools(plan(**rules)))
    assert wrong(found) == set()
    assert found["scores"].of == 5


def with_pools(what: Plan) -> Plan:
    """Four questions of each part, in a random order; one in three is called hard."""
    paper = copy.deepcopy(what.paper)
    for part in paper["parts"]:
        part |= {"draw": 4, "shuffle": True}
        for place, question in enumerate(part["questions"]):
            question["difficulty"] = "" if place % 3 else "hard"
    return replace(what, paper=paper)


def test_an_exam_without_appointments_is_walked_too(walk: Walk) -> None:
    found = walk(plan("practice", practice=False, appointments=False, release="immediate"))
    assert wrong(found) == set()
    assert found["scores"].of == 6
    assert "booked_once" not in found


@pytest.mark.parametrize(
    "rules",
    [
        {"backend": "proctoru", "unlock": "appointment_code"},
        {"backend": "proctorexam", "vendor_exam": "7"},
        {"backend": "proctorexam_lti", "vendor_exam": "7"},
    ],
    ids=lambda rules: rules["backend"],
)
def test_a_vendor_with_a_simulator_is_played_with_faults_and_keeps_the_same_list(
    walk: Walk, rules: dict[str, str]
) -> None:
    found = walk(plan(**rules), faults=15)
    assert wrong(found) == set()
    assert found["let_in"].done == found["rooms"].of == 5
    if rules["backend"] != "proctorexam_lti":  # whose sessions begin with the launch
        assert found["vendor_agrees"].of == found["booked_once"].of == 6


def test_a_service_that_cannot_be_played_is_left_out_and_the_report_says_so(walk: Walk) -> None:
    found = walk(replace(plan(), policy={**plan().policy, "backend": "somebody", "unlock": "appointment_code"}))
    assert found["service_rehearsed"].level is Level.WARNING
    assert found["service_rehearsed"].detail == ("somebody",)
    assert is_go(found.values())


def test_too_few_seats_are_no_go(walk: Walk) -> None:
    few = plan(opens_at="15:00", closes_at="15:45", seats_per_slot=1)
    few = replace(few, policy={**few.policy, "last_day": few.policy["first_day"]})
    found = walk(few)
    assert wrong(found) == {"seats"}
    assert found["seats"].done < found["seats"].of == 6


def test_the_same_seed_draws_the_same_candidates_and_every_habit_among_the_first() -> None:
    drawn = cast.draw(6, 1)
    assert drawn == cast.draw(200, 1)[:6]
    assert drawn != cast.draw(6, 2)
    for habit in (*cast.Change, *cast.Day, *cast.Network, *cast.Ending):
        assert [role for role in drawn if habit in (role.change, role.day, role.network, role.ending)]


# --- broken software ------------------------------------------------------------------------------------------------


def loses_an_answer(patch: pytest.MonkeyPatch) -> None:
    def write(attempt: Any, number: int, revision: int, cleaned: dict[str, list[str]], *given: Any) -> bool:
        return real(attempt, number, revision, dict(list(cleaned.items())[1:]), *given)

    real = drafts._write
    patch.setattr(drafts, "_write", write)


def grades_too_kindly(patch: pytest.MonkeyPatch) -> None:
    real = scores.marked
    patch.setattr(scores, "marked", lambda *given: replace(real(*given), earned=real(*given).earned + 1))


def files_no_grade(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(review, "publish_grade", lambda *given: False)


def takes_late_answers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(drafts.clock, "is_over", lambda deadline, policy, now: now > cut_off(deadline, policy) + TEN_MINUTES)


def forgets_extra_time(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sitting.clock, "first_deadline", lambda started, policy, extra: started + policy.duration)


def opens_with_any_code(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gate, "_is_right", lambda dossier, appointment, typed: True)


def lets_two_windows_write(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(drafts, "holds_window", lambda attempt, token: True)


def tears_the_trail(patch: pytest.MonkeyPatch) -> None:
    real = audit._append

    def append(chain: str, action: str, *given: Any, **named: Any) -> AuditEntry:
        entry = real(chain, action, *given, **named)
        if action == "finished":
            AuditEntry.objects.filter(pk=entry.pk).update(actor="nobody")
        return entry

    patch.setattr(audit, "_append", append)


def crashes_at_the_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(scores, "marked", lambda *given: 1 / 0)


def lets_nobody_start(patch: pytest.MonkeyPatch) -> None:
    def start(*given: Any) -> None:
        raise sitting.NotAllowedNow(phase="unlocked")

    patch.setattr(sitting, "start", start)


def doubles_an_appointment(patch: pytest.MonkeyPatch) -> None:
    real = seats.take

    def take(*given: Any) -> None:
        real(*given)
        for row in Appointment.objects.filter(state="confirmed", number=1)[:1]:
            row.pk, row.number, row.active_key, row.reservation_id = None, 99, None, uuid.uuid4().hex
            row.save()

    patch.setattr(seats, "take", take)


def lets_nobody_in(patch: pytest.MonkeyPatch) -> None:
    def enter(*given: Any) -> None:
        raise Gone()

    patch.setattr(sitting, "enter", enter)


def has_a_vendor_that_lost_everything(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(play.Play, "_list", lambda self: [])


def leaves_something_unsent(patch: pytest.MonkeyPatch) -> None:
    def release_due(now: Any) -> int:
        row = Appointment.objects.order_by("pk")[0]
        values = {"kind": "cancel", "state": "stuck", "next_try_at": now, "created_at": now}
        OutboxEntry.objects.get_or_create(appointment=row, idempotency_key="unsent", defaults=values)
        return real(now)

    real = review.release_due
    patch.setattr(review, "release_due", release_due)


BROKEN: list[tuple[Callable[[pytest.MonkeyPatch], None], set[str]]] = [
    (loses_an_answer, {"answers_kept"}),
    (grades_too_kindly, {"scores"}),
    (files_no_grade, {"grades"}),
    (takes_late_answers, {"late_refused"}),
    (forgets_extra_time, {"deadlines"}),
    (opens_with_any_code, {"codes_apart"}),
    (lets_two_windows_write, {"one_window"}),
    (tears_the_trail, {"trail"}),
    (crashes_at_the_end, {"crashes"}),
    (lets_nobody_start, {"let_in"}),
    (doubles_an_appointment, {"booked_once"}),
    (lets_nobody_in, {"rooms", "stopped"}),
    (has_a_vendor_that_lost_everything, {"vendor_agrees"}),
    (leaves_something_unsent, {"queue_empty"}),
]


@pytest.mark.parametrize(("fault", "codes"), BROKEN, ids=[fault.__name__ for fault, _ in BROKEN])
def test_software_that(
    walk: Walk, monkeypatch: pytest.MonkeyPatch, fault: Callable[[pytest.MonkeyPatch], None], codes: set[str]
) -> None:
    fault(monkeypatch)
    found = walk(plan(backend="onsite", unlock="appointment_code", candidates=4))
    assert codes <= wrong(found)


def test_a_question_nobody_can_answer_is_worth_nothing_in_the_walk(walk: Walk) -> None:
    broken = copy.deepcopy(plan())
    for choice in broken.paper["parts"][0]["questions"][0]["choices"]:
        choice["correct"] = False
    found = walk(broken)
    assert wrong(found) == set(), "what it does to the exam is said by the configuration's checks"
    assert found["scores"].of == 5


def test_a_clock_that_ends_nothing_is_found(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overdue, "due", lambda dossier: None)
    found = walk(plan())
    assert {"ended", "absences"} <= wrong(found)
