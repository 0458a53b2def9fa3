"""The check of the computer is judged here, kept with its history, and blocks only where the course team says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from proctored_exam_xblock.domain.errors import NotAllowedNow, TooManyRequests
from proctored_exam_xblock.models import AuditEntry, Candidacy, EquipmentCheck
from proctored_exam_xblock.services import booking, enrolment, equipment
from proctored_exam_xblock.services.dossier import Caller, Dossier
from tests.world import CHECK, SLOT, START, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(world: World) -> World:
    world.publish()
    return world


def check(exam: World, caller: Caller, **changes: Any) -> Dossier:
    return equipment.record_equipment(caller, {**CHECK, **changes}, exam.clock())


def trail() -> list[list[str]]:
    entries = AuditEntry.objects.filter(action="equipment_checked").order_by("sequence")
    return [entry.data["warnings"] for entry in entries]


def test_a_failure_is_recorded_and_blocks_nothing(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    dossier = check(exam, alex, camera="missing", down_kbps=100)
    assert dossier.journey.phase.value == "booking"
    assert dossier.facts.onboarding.equipment_warnings == ("camera", "down")
    assert {item.point for item in dossier.facts.onboarding.equipment_findings} >= {"camera", "up", "clock"}
    row = exam.candidacy(alex)
    assert (row.equipment_checked_at, row.equipment["down_kbps"]) == (exam.clock(), 100)
    (kept,) = EquipmentCheck.objects.all()
    assert (kept.candidacy, kept.checked_at, kept.warnings) == (row, exam.clock(), ["camera", "down"])
    assert kept.result == row.equipment


def test_the_trail_holds_codes_and_nothing_of_the_computer(exam: World) -> None:
    check(exam, exam.person(), system="linux", system_version="6.1-private", camera="refused")
    (entry,) = AuditEntry.objects.filter(action="equipment_checked")
    assert entry.data == {"warnings": ["camera_refused"]}


def test_the_page_does_not_decide_what_its_values_mean(exam: World) -> None:
    dossier = check(exam, exam.person(), down_kbps=1, warnings=[], findings=[])
    assert dossier.facts.onboarding.equipment_warnings == ("down",)


def test_a_later_test_of_the_same_check_completes_its_row(exam: World) -> None:
    alex = exam.person()
    check(exam, alex, speakers="unasked", camera="waiting")
    exam.minutes(1)
    check(exam, alex)
    (kept,) = EquipmentCheck.objects.all()
    assert (kept.warnings, kept.checked_at) == ([], exam.clock())
    assert trail() == [["camera_waiting"], []], "what was found first stays told"


def test_each_check_has_a_row_and_the_last_stands_in_the_file(exam: World) -> None:
    alex = exam.person()
    for number, camera in enumerate(("missing", "busy", "ok")):
        check(exam, alex, check=f"check {number}", camera=camera)
        exam.minutes(1)
    assert [row.warnings for row in EquipmentCheck.objects.order_by("checked_at")] == [["camera"], ["camera_busy"], []]
    assert exam.load(alex).facts.onboarding.equipment_warnings == ()


def test_the_history_of_one_candidate_is_bounded_and_the_others_is_theirs(exam: World) -> None:
    alex, robin = exam.person(), exam.person("robin")
    check(exam, robin)
    for number in range(equipment.MOST_CHECKS_KEPT + 5):
        check(exam, alex, check=f"check {number}")
        exam.minutes(1)
    kept = EquipmentCheck.objects.filter(candidacy=exam.candidacy(alex)).order_by("checked_at")
    assert [row.result["check"] for row in kept] == [f"check {n}" for n in range(5, equipment.MOST_CHECKS_KEPT + 5)]
    assert EquipmentCheck.objects.exclude(candidacy=exam.candidacy(alex)).count() == 1


def test_the_check_can_be_repeated_until_the_room_opens_and_not_after(exam: World) -> None:
    alex = exam.person()
    check(exam, alex)
    exam.onboard(alex)
    assert check(exam, alex).journey.phase.value == "booking"
    exam.book(alex)
    assert check(exam, alex).journey.phase.value == "booked"
    exam.clock.present = SLOT
    assert check(exam, alex).journey.phase.value == "available"
    exam.clock.present = START
    exam.enter_room(exam.person("robin"))
    for deed in (lambda: check(exam, exam.person("robin")), lambda: equipment.measure(exam.person("robin"), SLOT)):
        with pytest.raises(NotAllowedNow):
            deed()


# --- where the course team requires it ------------------------------------------------------------------------------


def test_where_it_is_required_nobody_books_before_a_check_that_found_nothing(exam: World) -> None:
    exam.publish(equipment_required=True)
    alex = exam.person()
    assert exam.onboard(alex).journey.phase.value == "onboarding"
    assert check(exam, alex, camera="missing").journey.phase.value == "onboarding"
    with pytest.raises(NotAllowedNow):
        booking.book(alex, SLOT, exam.clock())
    assert check(exam, alex, check="again").journey.phase.value == "booking"


def test_where_it_is_required_a_skipped_camera_is_not_a_check(exam: World) -> None:
    exam.publish(equipment_required=True)
    alex = exam.person()
    exam.onboard(alex)
    assert check(exam, alex, camera="skipped").journey.phase.value == "onboarding"


def test_a_failure_after_the_booking_takes_no_appointment_away(exam: World) -> None:
    exam.publish(equipment_required=True)
    alex = exam.person()
    check(exam, alex)
    exam.book(alex)
    assert check(exam, alex, check="later", camera="missing").journey.phase.value == "booked"


def test_each_service_has_its_own_needs(exam: World) -> None:
    alex = exam.person()
    poor = {"camera": "missing", "microphone": "missing", "system": "linux", "down_kbps": 400}
    assert check(exam, alex, **poor).facts.onboarding.equipment_warnings == ("camera", "microphone", "down")
    exam.publish(backend="none", unlock="none")
    assert check(exam, alex, check="of the other", **poor).facts.onboarding.equipment_warnings == ()


def test_a_check_of_an_earlier_release_is_still_read(exam: World) -> None:
    alex = exam.person()
    exam.load(alex)
    old = {"browser": "Firefox 130", "system": "Windows", "camera": False, "warnings": ["camera"]}
    Candidacy.objects.update(equipment=old, equipment_checked_at=exam.clock())
    assert exam.load(alex).facts.onboarding.equipment_warnings == ("camera",)
    check(exam, alex)
    assert EquipmentCheck.objects.count() == 1


# --- the bodies that the upload is measured with --------------------------------------------------------------------


def test_so_many_bodies_and_no_more_until_the_window_is_over(exam: World) -> None:
    alex = exam.person()
    for _ in range(equipment.MOST_MEASURES):
        equipment.measure(alex, exam.clock())
    with pytest.raises(TooManyRequests) as refused:
        equipment.measure(alex, exam.clock())
    seconds = refused.value.params["seconds"]
    assert isinstance(seconds, int)
    assert 0 < seconds <= equipment.WINDOW_SECONDS
    with pytest.raises(TooManyRequests):
        equipment.measure(alex, exam.clock() + timedelta(seconds=seconds - 1))
    equipment.measure(alex, exam.clock() + timedelta(seconds=seconds))


def test_one_candidate_does_not_use_up_another_ones_bodies(exam: World) -> None:
    alex = exam.person()
    for _ in range(equipment.MOST_MEASURES):
        equipment.measure(alex, exam.clock())
    equipment.measure(exam.person("robin"), exam.clock())


def test_a_body_leaves_no_trace(exam: World) -> None:
    alex = exam.person()
    revision = exam.load(alex).own.revision
    assert equipment.measure(alex, exam.clock()).own.revision == revision
    assert enrolment.confirm_name(alex, exam.clock()).own.revision == revision + 1
