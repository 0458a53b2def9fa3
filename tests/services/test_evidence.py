"""Evidence goes after six weeks, by itself, once, the verdict copied first; an open review holds it (R-FUN-24)."""

from __future__ import annotations

import io
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from proctored_exam_xblock.backends.base import Incident, Misconfigured, NotFound, Review, Unavailable, Verdict
from proctored_exam_xblock.models import Alert, AuditEntry, EquipmentCheck, OutboxEntry, VendorReview
from proctored_exam_xblock.models import Incident as Report
from proctored_exam_xblock.services import decisions, entry, equipment, evidence, interventions, rooms, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.campus import all_rows
from tests.world import SLOT, World

pytestmark = pytest.mark.django_db
CANARY = "canary-of-a-proctor-7d31"
OPINION = Review(Verdict.CLEAR, incidents=(Incident("phone", CANARY),), comment=CANARY)
BOARD = ("staff:7", "a complaint")


@pytest.fixture
def exam(world: World) -> World:
    world.publish(backend="live", unlock="exam_password", seats_per_slot=9)
    return world


def sat(exam: World, name: str = "alex") -> Caller:
    """A sitting that is over, reviewed, with the computer's check on file."""
    exam.clock.present = SLOT - timedelta(days=4)
    caller = exam.person(name)
    exam.onboard(caller)
    equipment.record_equipment(caller, {"system_version": CANARY, "camera": "missing"}, exam.clock())
    exam.enter_room(caller)
    with_gate(exam, caller)
    exam.windows[caller.user_id or 0] = sitting.start(caller, f"nonce-of-the-page-of-{name}", exam.clock())[1]
    sitting.finish(exam.with_window(caller), {}, exam.clock())
    exam.ledger.opinion = OPINION
    rooms.look(exam.candidacy(caller).pk, exam.clock())
    return caller


def with_gate(exam: World, caller: Caller) -> None:
    with entry.locked(caller, exam.clock()) as dossier:
        sitting.open_gate(dossier, "staff:1")


def days(exam: World, count: float) -> int:
    exam.minutes(count * 24 * 60)
    return evidence.erase_due(exam.clock())


def erased(exam: World, caller: Caller) -> bool:
    return exam.attempt(caller).evidence_erased_at is not None


def test_after_six_weeks_the_evidence_goes_and_the_verdict_stays(exam: World) -> None:
    alex = sat(exam)
    assert CANARY in repr(all_rows())
    assert (days(exam, 41.9), erased(exam, alex)) == (0, False)
    assert (days(exam, 0.1), exam.attempt(alex).evidence_erased_at) == (1, exam.clock())
    exam.drain()
    assert CANARY not in repr(all_rows())
    assert exam.ledger.erased == [exam.appointment(alex).reservation_id]
    (row,) = VendorReview.objects.all()
    assert (row.verdict, row.incidents, row.comment, bool(row.digest)) == ("clear", [], "", True)
    assert exam.candidacy(alex).equipment == {}
    (check,) = EquipmentCheck.objects.all()
    assert (check.result, check.warnings) == ({}, [])
    assert exam.candidacy(alex).equipment_checked_at is not None, "that it was checked is no evidence"
    (entry,) = AuditEntry.objects.filter(action="evidence_erased")
    assert (entry.actor, entry.data) == ("system", {"opinions": 1, "at_vendor": True})


def test_a_second_run_does_nothing(exam: World) -> None:
    sat(exam)
    days(exam, 42)
    exam.drain()
    before, calls = all_rows(), list(exam.ledger.calls)
    assert evidence.erase_due(exam.clock()) == 0
    assert (all_rows(), exam.ledger.calls) == (before, calls)


def test_the_number_of_days_is_a_setting(exam: World, settings: Any) -> None:
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "EVIDENCE_DAYS": 7}
    sat(exam)
    assert (days(exam, 6), days(exam, 1)) == (0, 1)


def test_an_open_review_holds_it_until_it_is_closed(exam: World) -> None:
    alex = sat(exam)
    decisions.decide(exam.attempt(alex).pk, "reopen", *BOARD, exam.clock())
    exam.ledger.calls.clear()
    assert (days(exam, 60), erased(exam, alex), exam.ledger.calls) == (0, False, [])
    assert VendorReview.objects.get().comment == CANARY
    decisions.decide(exam.attempt(alex).pk, "validate", *BOARD, exam.clock())
    assert (days(exam, 0), erased(exam, alex)) == (1, True)


def test_the_last_word_is_copied_first_and_may_hold_it(exam: World) -> None:
    alex = sat(exam)
    exam.ledger.opinion = Review(Verdict.FRAUD)
    assert (days(exam, 42), erased(exam, alex)) == (0, False)
    assert [row.verdict for row in VendorReview.objects.order_by("id")] == ["clear", "fraud"]
    assert exam.attempt(alex).review == "pending"


def test_the_last_word_stays_without_its_words(exam: World) -> None:
    sat(exam)
    exam.ledger.opinion = Review(Verdict.CLEAR, comment=f"{CANARY} again")
    days(exam, 42)
    assert [row.comment for row in VendorReview.objects.all()] == ["", ""]


@pytest.mark.parametrize("error", [Unavailable, Misconfigured])
def test_while_the_vendor_cannot_say_its_last_word_it_waits(exam: World, error: type[Unavailable]) -> None:
    alex = sat(exam)
    exam.ledger.fail = error()
    assert (days(exam, 42), erased(exam, alex)) == (0, False)
    assert Alert.objects.get(kind="evidence_waits").closed_at is None
    exam.ledger.fail = None
    assert (days(exam, 1), erased(exam, alex)) == (1, True)
    assert Alert.objects.get(kind="evidence_waits").closed_at == exam.clock()


def test_what_the_vendor_no_longer_has_holds_nothing_up(exam: World) -> None:
    alex = sat(exam)
    exam.ledger.fail = NotFound()
    assert (days(exam, 42), erased(exam, alex)) == (1, True)


def test_an_opinion_that_comes_afterwards_brings_no_words_back(exam: World) -> None:
    alex = sat(exam)
    days(exam, 42)
    exam.ledger.opinion = Review(Verdict.SUSPICIOUS, incidents=(Incident("phone", CANARY),), comment=CANARY)
    rooms.look(exam.candidacy(alex).pk, exam.clock())
    assert CANARY not in repr(all_rows())
    assert VendorReview.objects.count() == 2
    assert exam.appointment(alex).look_at is None, "nobody is asked again"


def test_photographs_that_were_deleted_on_demand_accuse_nobody(exam: World, settings: Any) -> None:
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "EVIDENCE_DAYS": 14}
    alex = sat(exam)
    VendorReview.objects.all().delete()
    days(exam, 14)
    exam.ledger.opinion = Review(Verdict.PENDING, ("document", "face"))
    assert rooms.look(exam.candidacy(alex).pk, exam.clock())
    assert exam.attempt(alex).review == "none"


def test_what_was_reported_at_the_door_is_held_by_the_review_too(exam: World) -> None:
    robin = exam.person("robin")
    exam.onboard(robin)
    interventions.report_incident(exam.candidacy(robin).pk, "identity", CANARY, "invigilator:7", exam.clock())
    alex = exam.person()
    exam.onboard(alex)
    interventions.report_incident(exam.candidacy(alex).pk, "identity", CANARY, "invigilator:7", exam.clock())
    sat(exam)
    decisions.decide(exam.attempt(alex).pk, "reopen", *BOARD, exam.clock())
    days(exam, 60)
    found = dict(Report.objects.values_list("candidacy__user_id", "text"))
    assert found == {robin.user_id: "", alex.user_id: CANARY}
    decisions.decide(exam.attempt(alex).pk, "validate", *BOARD, exam.clock())
    days(exam, 0)
    assert set(Report.objects.values_list("text", flat=True)) == {""}


def test_one_failure_does_not_stop_the_others(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [sat(exam, name) for name in ("alex", "robin", "sam")]
    broken, real = exam.attempt(people[1]).pk, evidence._destroy

    def destroy(dossier: Any, attempt: Any, backend: Any) -> None:
        if attempt.pk == broken:
            raise ZeroDivisionError
        real(dossier, attempt, backend)

    monkeypatch.setattr(evidence, "_destroy", destroy)
    assert days(exam, 42) == 2
    assert [erased(exam, person) for person in people] == [True, False, True]


def test_a_vendor_that_is_down_is_asked_once(exam: World) -> None:
    for name in ("alex", "robin", "sam"):
        sat(exam, name)
    exam.ledger.fail = Unavailable()
    exam.ledger.calls.clear()
    days(exam, 42)
    assert exam.ledger.calls == ["review"]


def test_every_attempt_is_concerned_whatever_became_of_it(exam: World) -> None:
    alex = sat(exam)
    interventions.grant_second_appointment(exam.candidacy(alex).pk, *BOARD, exam.clock())
    robin = exam.person("robin")
    exam.clock.present = SLOT - timedelta(days=4)
    exam.enter_room(robin)
    with_gate(exam, robin)
    sitting.start(robin, "nonce-of-the-page-of-robin", exam.clock())
    interventions.interrupt(exam.candidacy(robin).pk, *BOARD, exam.clock())
    assert days(exam, 42) == 2


def test_a_service_that_keeps_nothing_is_not_told(world: World) -> None:
    world.publish(backend="reporting")
    alex = world.person()
    world.sit(alex)
    sitting.finish(world.with_window(alex), {}, world.clock())
    assert days(world, 42) == 1
    assert not OutboxEntry.objects.filter(kind="erase").exists()
    assert AuditEntry.objects.get(action="evidence_erased").data["at_vendor"] is False


def test_it_runs_by_command_and_says_how_many(exam: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    sat(exam)
    exam.minutes(42 * 24 * 60)
    out = io.StringIO()
    call_command("erase_evidence", stdout=out)
    assert out.getvalue().strip() == "erased: 1"
    assert "evidence: 1 erased, 0 held, 0 waiting, 0 failed" in caplog.text
    assert CANARY not in caplog.text
