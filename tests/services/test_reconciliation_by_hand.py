"""What people arranged with a vendor by telephone, and what they know already, is left to them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from proctored_exam_xblock.backends.base import Unavailable
from proctored_exam_xblock.models import Alert, OutboxEntry
from proctored_exam_xblock.services import alerts, booking, by_hand, interventions, reconciliation
from proctored_exam_xblock.services.dossier import Caller
from tests.world import OTHER_SLOT, SLOT, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(world: World, settings) -> World:  # type: ignore[no-untyped-def]
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "BACKENDS": {"none": {}, "fake": {}}}
    world.publish(seats_per_slot=20)
    return world


@pytest.fixture
def alex(exam: World) -> Caller:
    """Somebody whose appointment the vendor confirmed a while ago."""
    caller = exam.person()
    exam.book(caller)
    exam.minutes(30)
    return caller


def compare(exam: World) -> dict[str, int]:
    """What was found, without what agreed."""
    found = reconciliation.compare_all(exam.clock())["fake"]
    return {name: count for name, count in found.items() if count and name != "agreed"}


def open_alerts() -> set[str]:
    return set(Alert.objects.filter(closed_at=None).values_list("kind", flat=True))


def test_what_was_booked_by_hand_is_never_booked_again(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    exam.ledger.fail = Unavailable()
    booking.book(alex, SLOT, exam.clock())
    by_hand.done(OutboxEntry.objects.get().pk, "staff:7", "by telephone", exam.clock(), "4711")
    exam.ledger.fail = None
    exam.minutes(30)
    assert compare(exam) == {"reservation_missing": 1}
    assert exam.appointment(alex).state == "confirmed"
    exam.ledger.reservations["an id of theirs"] = ("4711", SLOT, True)
    assert compare(exam) == {}  # known by its number
    assert open_alerts() == set()


def test_the_end_of_an_old_number_does_not_end_what_was_arranged_by_telephone(exam: World, alex: Caller) -> None:
    interventions.book_for(
        exam.candidacy(alex).pk, OTHER_SLOT, "staff:7", "by telephone", exam.clock(), tell_vendor=False
    )
    ours = exam.appointment(alex)
    exam.ledger.reservations[ours.reservation_id] = (ours.vendor_ref, SLOT, False)
    exam.ledger.reservations["an id of theirs"] = ("4711", OTHER_SLOT, True)
    exam.minutes(30)
    assert compare(exam) == {"odd_state": 1, "unknown": 1}
    assert exam.appointment(alex).state == "confirmed"


def test_what_was_still_booked_and_is_no_more_closes_its_alert(exam: World, alex: Caller) -> None:
    ours = exam.appointment(alex)
    booking.cancel(alex, exam.clock())
    exam.drain()
    OutboxEntry.objects.filter(kind="cancel").update(state="by_hand")
    exam.ledger.reservations[ours.reservation_id] = (ours.vendor_ref, SLOT, True)
    exam.minutes(30)
    assert (compare(exam), open_alerts()) == ({"still_booked": 1}, {"still_booked"})
    exam.ledger.reservations[ours.reservation_id] = (ours.vendor_ref, SLOT, False)  # somebody telephoned
    assert (compare(exam), open_alerts()) == ({}, set())


@pytest.mark.parametrize(("shift", "alive"), [(0, False), (60, True)])
def test_a_list_that_cancels_or_shifts_most_is_believed_the_second_time(exam: World, shift: int, alive: bool) -> None:
    people = [exam.person(f"candidate{number}") for number in range(6)]
    for person in people:
        exam.book(person)
    exam.minutes(30)
    true = dict(exam.ledger.reservations)
    moved = timedelta(minutes=shift)
    exam.ledger.reservations = {ours: (ref, start + moved, alive) for ours, (ref, start, _) in true.items()}
    assert (compare(exam), open_alerts()) == ({"doubtful": 6}, {"list_doubtful"})
    assert {exam.appointment(person).state for person in people} == {"confirmed"}
    exam.ledger.reservations = true
    exam.minutes(60)
    assert (compare(exam), open_alerts()) == ({}, set())


def test_what_an_operator_knows_is_not_said_again_until_it_changes(exam: World, alex: Caller) -> None:
    exam.ledger.reservations["another-campus"] = ("7", SLOT, True)
    del exam.ledger.reservations[exam.appointment(alex).reservation_id]
    exam.clock.present = SLOT - timedelta(minutes=20)
    compare(exam)
    assert open_alerts() == {"unknown_reservation", "reservation_missing"}
    for alert in Alert.objects.all():
        alerts.close_alert(alert.pk, "staff:7", "we know", exam.clock())
    exam.minutes(5)
    assert compare(exam) == {"unknown": 1, "reservation_missing": 1}
    assert open_alerts() == set()
    exam.ledger.reservations["a third campus"] = ("8", SLOT, True)
    compare(exam)
    assert open_alerts() == {"unknown_reservation"}
