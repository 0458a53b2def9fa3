"""What staff do by hand, while the proctoring service is down all along and after it came back (R-X-7)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from proctored_exam_xblock.backends.base import Unavailable
from proctored_exam_xblock.domain.errors import FileIncomplete, NotAllowedNow, SlotFull, SlotNotOffered
from proctored_exam_xblock.models import Appointment, OutboxEntry, Seat
from proctored_exam_xblock.services import booking, equipment, interventions, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.world import CHECK, NONCE, OTHER_SLOT, SLOT, World

pytestmark = pytest.mark.django_db
STAFF = "staff:7"
WHY = "the service is down"


@pytest.fixture
def exam(world: World) -> World:
    world.publish()
    return world


@pytest.fixture
def down(exam: World) -> World:
    exam.ledger.fail = Unavailable()
    return exam


def book(exam: World, caller: Caller, start: datetime = SLOT, **options: bool) -> Appointment:
    row = interventions.book_for(exam.candidacy(caller).pk, start, STAFF, WHY, exam.clock(), **options)
    exam.drain()
    return row


def unlock(exam: World, caller: Caller) -> None:
    interventions.unlock_by_hand(exam.candidacy(caller).pk, STAFF, WHY, exam.clock())


def close(exam: World, caller: Caller, **options: bool) -> str:
    return interventions.close_by_hand(exam.candidacy(caller).pk, STAFF, WHY, exam.clock(), **options).value


def back(exam: World) -> None:
    """The vendor answers again, and enough time has passed for every next try."""
    exam.ledger.fail = None
    for _ in range(4):
        exam.minutes(20)
        exam.drain()


def seats() -> dict[datetime, int]:
    return {row.start: row.taken for row in Seat.objects.all() if row.taken}


def test_with_the_vendor_down_all_along_staff_book_and_unlock_and_the_candidate_sits(down: World) -> None:
    alex = down.person()
    down.onboard(alex)
    down.clock.present = SLOT - timedelta(minutes=20)
    book(down, alex)
    assert (down.phase(alex), down.appointment(alex).state) == ("booked", "confirmed")

    down.clock.present = SLOT
    unlock(down, alex)
    assert down.phase(alex) == "unlocked"
    _, token = sitting.start(alex, NONCE, down.clock())
    down.windows[alex.user_id or 0] = token
    sitting.submit_part(down.with_window(alex), 1, 1, down.answers(1), down.clock())
    sitting.finish(down.with_window(alex), {}, down.clock())

    assert (down.attempt(alex).state, down.attempt(alex).score_earned) == ("submitted", 2)
    assert down.ledger.reservations == {}
    assert OutboxEntry.objects.get().state == "pending"


def test_the_vendor_learns_of_a_booking_by_hand_when_it_is_back_once(down: World) -> None:
    alex = down.person()
    down.onboard(alex)
    book(down, alex)
    book(down, alex)
    assert Appointment.objects.count() == OutboxEntry.objects.count() == 1

    back(down)

    assert list(down.ledger.scheduled.values()) == [SLOT]
    assert down.appointment(alex).vendor_ref
    assert OutboxEntry.objects.get().state == "done"
    assert seats() == {SLOT: 1}


def test_a_booking_that_waits_for_the_vendor_is_made_sure_and_is_sent_once(down: World) -> None:
    alex = down.person()
    down.onboard(alex)
    booking.book(alex, SLOT, down.clock())
    down.drain()
    assert down.appointment(alex).state == "requested"

    book(down, alex)

    assert down.appointment(alex).state == "confirmed"
    back(down)
    assert list(down.ledger.scheduled.values()) == [SLOT]
    assert seats() == {SLOT: 1}


@pytest.mark.parametrize("asked", [None, SLOT + timedelta(days=1, minutes=15), OTHER_SLOT])
def test_an_appointment_is_moved_at_once_whatever_was_asked_for_before(exam: World, asked: datetime | None) -> None:
    alex = exam.person()
    exam.book(alex)
    exam.ledger.fail = Unavailable()
    if asked is not None:
        booking.move(alex, asked, exam.clock())
        exam.drain()

    row = book(exam, alex, OTHER_SLOT)

    assert (row.state, row.start, row.pending_start) == ("confirmed", OTHER_SLOT, None)
    assert seats() == {OTHER_SLOT: 1}
    back(exam)
    assert list(exam.ledger.scheduled.values()) == [OTHER_SLOT]
    assert exam.appointment(alex).state == "confirmed"


def test_an_appointment_can_be_brought_back_to_the_slot_it_had(exam: World) -> None:
    alex = exam.person()
    exam.book(alex)
    exam.ledger.lose_answer = Unavailable()  # the vendor moves it and cannot say so
    booking.move(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    exam.ledger.lose_answer = None

    row = book(exam, alex, SLOT)

    assert (row.state, row.start, seats()) == ("confirmed", SLOT, {SLOT: 1})
    back(exam)
    assert list(exam.ledger.scheduled.values()) == [SLOT]


def test_what_is_asked_for_since_the_booking_keeps_nobody_from_being_moved(exam: World) -> None:
    exam.publish(equipment_required=True)
    alex = exam.person()
    exam.onboard(alex)
    equipment.record_equipment(alex, CHECK, exam.clock())
    exam.book(alex)
    equipment.record_equipment(alex, {**CHECK, "camera": "busy"}, exam.clock())

    assert book(exam, alex, OTHER_SLOT).start == OTHER_SLOT


def test_a_seat_whose_hold_ran_out_is_there_for_staff(exam: World) -> None:
    exam.publish(seats_per_slot=1)
    robin, alex = exam.person("robin"), exam.person()
    exam.onboard(robin)
    exam.onboard(alex)
    booking.hold_slot(robin, SLOT, exam.clock())
    exam.minutes(6)

    assert book(exam, alex).start == SLOT
    assert seats() == {SLOT: 1}


def test_moves_by_hand_ignore_the_limit_and_use_none_of_it_up(exam: World) -> None:
    exam.publish(max_moves=0)
    alex = exam.person()
    exam.book(alex)

    book(exam, alex, OTHER_SLOT)

    assert (exam.appointment(alex).start, exam.appointment(alex).moves) == (OTHER_SLOT, 0)


def test_the_candidate_is_told_who_made_the_appointment(exam: World) -> None:
    alex = exam.person()
    exam.book(alex)

    book(exam, alex, OTHER_SLOT)

    facts = exam.load(alex).facts.appointment
    assert facts is not None
    assert facts.notice == "by_staff"


def test_what_was_told_by_telephone_is_not_sent(down: World) -> None:
    alex = down.person()
    down.onboard(alex)
    booking.book(alex, SLOT, down.clock())

    book(down, alex, OTHER_SLOT, tell_vendor=False)

    back(down)
    assert down.ledger.reservations == {}
    entry = OutboxEntry.objects.get()
    assert (entry.state, entry.reason) == ("by_hand", WHY)


def test_the_last_seat_is_kept_unless_staff_insist(exam: World) -> None:
    exam.publish(seats_per_slot=1)
    exam.book(exam.person("robin"))
    alex = exam.person()
    exam.onboard(alex)

    with pytest.raises(SlotFull):
        book(exam, alex)
    assert seats() == {SLOT: 1}
    book(exam, alex, overbook=True)

    assert seats() == {SLOT: 2}


def test_the_slot_that_has_just_begun_can_be_had_and_not_the_one_before(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    exam.clock.present = SLOT + timedelta(minutes=14)
    with pytest.raises(SlotNotOffered):
        book(exam, alex, SLOT - timedelta(minutes=15))
    book(exam, alex)
    assert exam.phase(alex) == "available"


@pytest.mark.parametrize("start", [SLOT + timedelta(minutes=5), SLOT - timedelta(hours=3), SLOT - timedelta(days=1)])
def test_the_exams_own_hours_stay(exam: World, start: datetime) -> None:
    alex = exam.person()
    exam.onboard(alex)

    with pytest.raises(SlotNotOffered):
        book(exam, alex, start)

    assert not Appointment.objects.exists()


def test_nobody_confirms_a_name_or_accepts_terms_for_a_candidate(exam: World) -> None:
    alex = exam.person()
    exam.load(alex)

    with pytest.raises(FileIncomplete):
        book(exam, alex)

    assert not Appointment.objects.exists()


def test_a_missed_appointment_can_be_made_good_by_hand(exam: World) -> None:
    alex = exam.person()
    exam.book(alex)
    exam.clock.present = SLOT + timedelta(hours=2)
    assert exam.phase(alex) == "missed"

    book(exam, alex, OTHER_SLOT)

    assert (exam.phase(alex), Appointment.objects.count()) == ("booked", 2)


def test_who_sits_or_has_sat_is_not_booked(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    with pytest.raises(NotAllowedNow):
        book(exam, alex, OTHER_SLOT)
    close(exam, alex)
    with pytest.raises(NotAllowedNow):
        book(exam, alex, OTHER_SLOT)
