"""Our appointments held against the vendor's list: each difference is mended or reported, none is silent."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command

from proctored_exam_xblock.backends import registry
from proctored_exam_xblock.backends.base import (
    Misconfigured,
    NotFound,
    Reservation,
    SessionState,
    SlotGone,
    Unavailable,
)
from proctored_exam_xblock.models import Alert, OutboxEntry, VendorHealth
from proctored_exam_xblock.services import booking, breaker, mending, proctoring, reconciliation, room
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


def trail(exam: World, caller: Caller) -> list[str]:
    return list(exam.candidacy(caller).audit.order_by("sequence").values_list("action", flat=True))


def lose(exam: World, caller: Caller) -> None:
    del exam.ledger.reservations[exam.appointment(caller).reservation_id]


def change(exam: World, caller: Caller, *, ref: str = "", start: datetime | None = None, alive: bool = True) -> None:
    """The vendor does something by itself."""
    ours = exam.appointment(caller).reservation_id
    known = exam.ledger.reservations[ours]
    exam.ledger.reservations[ours] = (ref or known[0], start or known[1], alive)


def listed(monkeypatch: pytest.MonkeyPatch, *lines: Reservation) -> None:
    """The vendor's list is this, whatever it holds."""
    monkeypatch.setattr(registry.backend_class("fake"), "reservations", lambda self, first, last: lines)


def test_when_both_agree_nothing_happens(exam: World, alex: Caller) -> None:
    before = trail(exam, alex)
    assert compare(exam) == {}
    assert reconciliation.reconcile_all(exam.clock()) == 0
    assert (trail(exam, alex), open_alerts(), OutboxEntry.objects.count()) == (before, set(), 1)


def test_a_lost_booking_is_made_again_under_the_same_id(exam: World, alex: Caller) -> None:
    ours = exam.appointment(alex).reservation_id
    lose(exam, alex)
    assert compare(exam) == {"rebooked": 1}
    row = exam.appointment(alex)
    assert (row.state, row.start, row.reservation_id) == ("confirmed", SLOT, ours)
    assert exam.ledger.scheduled == {ours: SLOT}
    assert row.vendor_ref == exam.ledger.reservations[ours][0]
    assert trail(exam, alex)[-2:] == ["rebooked", "rebooked_there"]
    assert exam.ledger.bookings[-1].vendor_ref == ""
    exam.minutes(60)
    assert compare(exam) == {}


def test_a_lost_booking_that_cannot_be_made_again_is_told_to_the_candidate(exam: World, alex: Caller) -> None:
    lose(exam, alex)
    exam.ledger.calls.clear()
    vendor = registry.backend_class("fake")
    honest = vendor.book
    try:
        vendor.book = lambda self, wanted: (_ for _ in ()).throw(SlotGone())  # type: ignore[method-assign]
        compare(exam)
    finally:
        vendor.book = honest  # type: ignore[method-assign]
    row, candidacy = exam.appointment(alex), exam.candidacy(alex)
    assert (row.state, row.notice, row.active_key) == ("refused", "vendor_cancelled", None)
    assert candidacy.lead_time_waived
    assert candidacy.exam.seats.get(start=SLOT).taken == 0
    assert open_alerts() == {"book_refused", "vendor_cancelled"}
    assert exam.phase(alex) == "booking"


def test_what_is_lost_again_the_same_day_is_an_operators(exam: World, alex: Caller) -> None:
    lose(exam, alex)
    compare(exam)
    exam.minutes(60)
    lose(exam, alex)
    assert compare(exam) == {"reservation_missing": 1}
    assert exam.ledger.scheduled == {}
    assert open_alerts() == {"reservation_missing"}
    exam.clock.advance(hours=24)
    assert compare(exam) == {"rebooked": 1}
    exam.minutes(60)
    compare(exam)
    assert open_alerts() == set()  # it is there again


def test_shortly_before_the_hour_nothing_is_booked_again(exam: World, alex: Caller) -> None:
    lose(exam, alex)
    exam.clock.present = SLOT - timedelta(minutes=30)
    assert compare(exam) == {"reservation_missing": 1}
    assert exam.ledger.calls.count("book") == 1


def test_what_the_vendor_cancelled_is_cancelled_and_the_candidate_books_without_the_lead_time(
    exam: World, alex: Caller
) -> None:
    change(exam, alex, alive=False)
    assert compare(exam) == {"vendor_cancelled": 1}
    assert exam.appointment(alex).state == "refused"
    assert trail(exam, alex)[-1] == "vendor_cancelled"
    assert open_alerts() == {"vendor_cancelled"}
    exam.clock.present = OTHER_SLOT - timedelta(hours=1)
    booking.book(alex, OTHER_SLOT, exam.clock())
    assert exam.appointment(alex).start == OTHER_SLOT


def test_a_cancelled_number_that_is_no_longer_ours_cancels_nothing(
    exam: World, alex: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = exam.appointment(alex)
    old = Reservation(row.reservation_id, "1", SLOT, SessionState.CANCELLED)
    new = Reservation(row.reservation_id, row.vendor_ref, SLOT, SessionState.SCHEDULED)
    for lines in ((old, new), (new, old)):
        listed(monkeypatch, *lines)
        assert compare(exam) == {}
    listed(monkeypatch, old)
    assert compare(exam) == {"rebooked": 1}


def test_a_start_that_the_vendor_changed_is_changed_back(exam: World, alex: Caller) -> None:
    change(exam, alex, start=OTHER_SLOT)
    assert compare(exam) == {"moved_back": 1}
    row = exam.appointment(alex)
    assert (row.state, row.start) == ("confirmed", SLOT)
    assert exam.ledger.scheduled == {row.reservation_id: SLOT}
    assert row.vendor_ref == exam.ledger.reservations[row.reservation_id][0]
    assert open_alerts() == {"other_start"}
    exam.minutes(60)
    compare(exam)
    assert open_alerts() == set()


def test_a_number_that_the_vendor_changed_is_adopted(exam: World, alex: Caller) -> None:
    change(exam, alex, ref="4242")
    assert compare(exam) == {"adopted": 1}
    assert (exam.appointment(alex).vendor_ref, trail(exam, alex)[-1]) == ("4242", "vendor_ref_adopted")


def test_what_we_cancelled_and_the_vendor_still_has_is_cancelled_again_once(exam: World, alex: Caller) -> None:
    booking.cancel(alex, exam.clock())
    exam.drain()
    exam.minutes(30)
    change(exam, alex, alive=True)
    assert compare(exam) == {"cancel_sent": 1}
    assert exam.ledger.scheduled == {}
    exam.minutes(60)
    change(exam, alex, alive=True)
    assert compare(exam) == {"still_booked": 1}
    assert open_alerts() == {"still_booked"}


def test_a_cancelled_appointment_whose_list_entry_lies_elsewhere_is_found(exam: World, alex: Caller) -> None:
    booking.cancel(alex, exam.clock())
    exam.drain()
    exam.clock.present = SLOT + timedelta(hours=2)  # ours is in the past, theirs is not
    change(exam, alex, alive=True, start=OTHER_SLOT)
    assert compare(exam) == {"cancel_sent": 1}
    assert exam.ledger.scheduled == {}


def test_reservations_of_others_are_reported_and_left_alone(exam: World, alex: Caller) -> None:
    exam.ledger.reservations["another-campus"] = ("7", SLOT, True)
    assert compare(exam) == {"unknown": 1}
    assert exam.ledger.scheduled.keys() >= {"another-campus"}
    assert Alert.objects.get(kind="unknown_reservation").detail == {"reservations": 1, "some": ["7"]}
    del exam.ledger.reservations["another-campus"]
    compare(exam)
    assert open_alerts() == set()


@pytest.mark.parametrize("error", [Unavailable(), Misconfigured(), NotFound()])
def test_a_list_that_cannot_be_read_changes_nothing_but_is_reported(
    exam: World, alex: Caller, error: Exception
) -> None:
    change(exam, alex, alive=False)
    exam.ledger.fail = error  # type: ignore[assignment]
    assert compare(exam) == {"unreadable": 1}
    assert exam.appointment(alex).state == "confirmed"
    assert open_alerts() == {"list_unreadable"}
    exam.ledger.fail = None
    compare(exam)
    assert "list_unreadable" not in open_alerts()


def test_a_service_that_is_left_alone_is_not_asked(exam: World, alex: Caller) -> None:
    for _ in range(5):
        breaker.failed("fake", "unavailable", exam.clock())
    exam.ledger.calls.clear()
    assert compare(exam) == {"resting": 1}
    assert exam.ledger.calls == []
    VendorHealth.objects.all().delete()


def test_a_list_that_lost_most_is_believed_the_second_time(exam: World) -> None:
    people = [exam.person(f"candidate{number}") for number in range(9)]
    for person in people:
        exam.book(person)
    exam.minutes(30)
    for person in people[:5]:
        lose(exam, person)
    change(exam, people[5], alive=False)
    assert compare(exam) == {"doubtful": 6}
    assert {exam.appointment(person).state for person in people} == {"confirmed"}  # nothing at all was done
    assert exam.ledger.calls.count("book") == 9
    assert open_alerts() == {"list_doubtful"}
    exam.minutes(10)
    assert compare(exam) == {"doubtful": 6}  # asked too soon
    exam.minutes(50)
    assert compare(exam) == {"rebooked": 5, "vendor_cancelled": 1}
    exam.minutes(60)
    compare(exam)
    assert "list_doubtful" not in open_alerts()


def test_few_losses_among_many_are_mended_at_once(exam: World) -> None:
    people = [exam.person(f"candidate{number}") for number in range(11)]
    for person in people:
        exam.book(person)
    exam.minutes(30)
    for person in people[:5]:
        lose(exam, person)
    assert compare(exam) == {"rebooked": 5}


# --- what is being worked on is left alone -------------------------------------------------------------------------


def test_what_was_written_just_now_may_not_be_listed_yet(exam: World) -> None:
    alex = exam.person()
    exam.book(alex)
    lose(exam, alex)
    exam.minutes(9)
    assert compare(exam) == {"in_flight": 1}
    exam.minutes(2)
    assert compare(exam) == {"rebooked": 1}


def test_a_move_under_way_is_no_difference(exam: World, alex: Caller) -> None:
    booking.move(alex, OTHER_SLOT, exam.clock())
    change(exam, alex, start=OTHER_SLOT)
    assert compare(exam)["in_flight"] == 1
    assert exam.ledger.calls.count("move") <= 1


def test_what_the_candidate_does_while_the_list_is_read_wins(
    exam: World, alex: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = registry.backend_class("fake")
    honest = vendor.reservations

    def slow(self: object, first: datetime, last: datetime) -> object:
        found = honest(self, first, last)  # type: ignore[arg-type]
        booking.cancel(alex, exam.clock())
        exam.drain()
        return found

    change(exam, alex, start=OTHER_SLOT)
    monkeypatch.setattr(vendor, "reservations", slow)
    assert compare(exam) == {"in_flight": 1}
    assert (exam.appointment(alex).state, exam.ledger.scheduled) == ("cancelled", {})


def test_what_happens_while_others_are_mended_wins_too(
    exam: World, alex: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entering the room writes nothing to the vendor, so no entry of the queue tells of it."""
    honest = reconciliation._settle_agreed

    def meanwhile(*arguments: object) -> None:
        exam.clock.present = SLOT
        token = proctoring.launch_url(exam.load(alex)).rstrip("/").rpartition("/")[2]
        room.launch(token, alex.user_id or 0, exam.clock())
        honest(*arguments)  # type: ignore[arg-type]

    change(exam, alex, alive=False)
    monkeypatch.setattr(reconciliation, "_settle_agreed", meanwhile)
    assert compare(exam) == {"in_flight": 1}
    assert exam.appointment(alex).state == "used"
    assert open_alerts() == set()


def test_a_booking_whose_answers_were_all_lost_is_found_on_the_list(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    exam.ledger.lose_answer = Unavailable()
    booking.book(alex, SLOT, exam.clock())
    exam.drain()
    OutboxEntry.objects.update(state="stuck")
    assert exam.appointment(alex).state == "requested"
    exam.minutes(30)
    assert compare(exam) == {"confirmed_there": 1}
    row = exam.appointment(alex)
    assert (row.state, row.vendor_ref) == ("confirmed", exam.ledger.reservations[row.reservation_id][0])
    assert OutboxEntry.objects.get().state == "done"


def test_a_move_whose_answers_were_all_lost_is_found_on_the_list(exam: World, alex: Caller) -> None:
    exam.ledger.lose_answer = Unavailable()
    booking.move(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    OutboxEntry.objects.filter(kind="move").update(state="stuck")
    exam.ledger.lose_answer = None
    exam.minutes(30)
    assert compare(exam) == {"confirmed_there": 1}
    assert (exam.appointment(alex).state, exam.appointment(alex).start) == ("confirmed", OTHER_SLOT)


@pytest.mark.parametrize("state", [SessionState.ENDED, SessionState.UNKNOWN])
def test_a_state_that_makes_no_sense_is_reported(
    exam: World, alex: Caller, monkeypatch: pytest.MonkeyPatch, state: SessionState
) -> None:
    row = exam.appointment(alex)
    listed(monkeypatch, Reservation(row.reservation_id, row.vendor_ref, SLOT, state))
    assert compare(exam) == {"odd_state": 1}
    assert exam.appointment(alex).state == "confirmed"
    assert open_alerts() == {"odd_state"}


def test_lines_without_our_id_are_known_by_their_number(
    exam: World, alex: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = exam.appointment(alex)
    listed(monkeypatch, Reservation("", row.vendor_ref, SLOT, SessionState.SCHEDULED))
    assert compare(exam) == {}
    assert open_alerts() == set()


def test_one_candidate_who_cannot_be_mended_stops_no_other(
    exam: World, alex: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    robin = exam.person("robin")
    exam.book(robin)
    exam.minutes(30)
    lose(exam, alex)
    lose(exam, robin)
    honest = mending.locked

    def broken(caller: Caller, now: datetime):  # type: ignore[no-untyped-def]
        if caller.user_id == alex.user_id:
            raise KeyError("a broken dossier")
        return honest(caller, now)

    with monkeypatch.context() as patch:
        patch.setattr(mending, "locked", broken)
        assert compare(exam) == {"not_mended": 1, "rebooked": 1}
    assert "not_mended" in open_alerts()


def test_the_command_says_what_was_found(exam: World, alex: Caller) -> None:
    lose(exam, alex)
    out = io.StringIO()
    call_command("reconcile_vendors", stdout=out)
    assert "fake: agreed: 0, in_flight: 0, rebooked: 1" in out.getvalue()


def test_appointments_that_no_vendor_knows_of_are_not_compared(exam: World) -> None:
    exam.publish(backend="none", unlock="none", appointments=True)
    exam.book(exam.person())
    assert "none" not in reconciliation.compare_all(exam.clock())
