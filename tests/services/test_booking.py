"""Appointments: which slots there are, book, move, cancel, a second one; the vendor answers, is down, or refuses."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from proctored_exam_xblock.backends import registry
from proctored_exam_xblock.backends.base import SlotGone, SlotQuery, Unavailable
from proctored_exam_xblock.domain.errors import (
    AwaitingConfirmation,
    EmailAlias,
    NotAllowedNow,
    NotEligible,
    SlotFull,
    SlotNotOffered,
    TooLate,
    VendorUnavailable,
)
from proctored_exam_xblock.models import Appointment, OutboxEntry, Seat
from proctored_exam_xblock.services import booking, interventions
from proctored_exam_xblock.services.dossier import Caller
from tests.world import OTHER_SLOT, SLOT, START, World

pytestmark = pytest.mark.django_db
DAY = date(2017, 3, 2)
STEP = timedelta(minutes=15)


@pytest.fixture
def exam(world: World) -> World:
    world.publish()
    return world


@pytest.fixture
def alex(exam: World) -> Caller:
    caller = exam.person()
    exam.onboard(caller)
    return caller


def starts(exam: World, caller: Caller, day: date = DAY) -> list[datetime]:
    _, offers = booking.slots(caller, day, exam.clock())
    return [offer.start for offer in offers]


def taken(start: datetime = SLOT) -> int:
    return sum(Seat.objects.filter(start=start).values_list("taken", flat=True))


def kinds(**conditions: object) -> list[str]:
    return list(OutboxEntry.objects.filter(**conditions).order_by("id").values_list("kind", flat=True))


# --- which slots ----------------------------------------------------------------------------------------------------


def test_slots_are_the_rules_and_the_vendors_and_those_with_a_seat(exam: World, alex: Caller) -> None:
    assert (starts(exam, alex)[0], starts(exam, alex)[-1]) == (
        datetime.fromisoformat("2017-03-02T14:00Z"),
        datetime.fromisoformat("2017-03-02T19:30Z"),
    )
    outside = datetime.fromisoformat("2017-03-02T13:45Z")
    exam.ledger.offered = lambda query: (outside, SLOT, SLOT + STEP, SLOT + STEP + timedelta(minutes=7))
    assert starts(exam, alex) == [SLOT, SLOT + STEP]
    exam.book(exam.person("robin"))
    _, offers = booking.slots(alex, DAY, exam.clock())
    assert [(offer.start, offer.seats_left) for offer in offers] == [(SLOT, 1), (SLOT + STEP, 2)]
    exam.book(exam.person("sam"))
    assert starts(exam, alex) == [SLOT + STEP]


def test_the_vendor_is_asked_for_the_whole_time_of_this_candidate(exam: World, alex: Caller) -> None:
    asked: list[SlotQuery] = []
    candidacy = exam.candidacy(alex)
    candidacy.extra_time_percent = 33
    candidacy.save()
    exam.ledger.offered = lambda query: asked.append(query) or ()  # type: ignore[func-returns-value]
    assert starts(exam, alex) == []
    assert (asked[0].duration_minutes, asked[0].time_zone) == (40, "Europe/Paris")
    assert asked[0].last - asked[0].first == timedelta(hours=5, minutes=16)  # the last start leaves 40 minutes


@pytest.mark.parametrize("day", [date(2017, 3, 1), date(2017, 2, 28), date(2017, 3, 15), date(1, 1, 1), date.max])
def test_a_day_without_slots_asks_the_vendor_nothing(exam: World, alex: Caller, day: date) -> None:
    assert starts(exam, alex, day) == []
    assert exam.ledger.calls == []


def test_slots_inside_the_lead_time_are_not_shown(exam: World, alex: Caller) -> None:
    exam.clock.present = SLOT - timedelta(hours=72)
    assert starts(exam, alex)[0] == SLOT


def test_a_vendor_that_is_down_says_so_and_nothing_is_lost(exam: World, alex: Caller) -> None:
    exam.ledger.fail = Unavailable()
    with pytest.raises(VendorUnavailable):
        starts(exam, alex)
    assert exam.phase(alex) == "booking"


def test_slots_need_a_phase_that_has_a_calendar(exam: World) -> None:
    with pytest.raises(NotAllowedNow):
        starts(exam, exam.person())
    with pytest.raises(NotEligible):
        starts(exam, exam.person("camille", "audit"))


# --- booking --------------------------------------------------------------------------------------------------------


def test_a_booking_is_confirmed_by_the_vendor(exam: World, alex: Caller) -> None:
    exam.book(alex)
    row = exam.appointment(alex)
    assert (row.state, row.vendor_ref, row.active_key) == ("confirmed", "901", exam.candidacy(alex).pk)
    assert exam.ledger.scheduled == {row.reservation_id: SLOT}
    assert exam.phase(alex) == "booked"
    sent = exam.ledger.bookings[0]
    assert (sent.person.first_name, sent.duration_minutes, sent.person.phone) == ("Alex", 30, "+33 6 12 34 56 78")
    assert sent.person.student_id == exam.candidacy(alex).anonymous_id
    assert sent.return_url == "http://testserver/courses/cartopro/"


def test_the_vendor_hears_of_it_right_after_the_commit(
    exam: World, alex: Caller, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        booking.book(alex, SLOT, exam.clock())
        assert exam.ledger.calls == []
    assert (len(callbacks), exam.ledger.calls) == (2, ["book"]), "the vendor, and then the e-mail"
    assert exam.appointment(alex).state == "confirmed"


def test_a_double_click_gives_one_appointment(exam: World, alex: Caller) -> None:
    booking.book(alex, SLOT, exam.clock())
    booking.book(alex, SLOT, exam.clock())
    assert (Appointment.objects.count(), taken(), kinds()) == (1, 1, ["book"])
    with pytest.raises(NotAllowedNow):
        booking.book(alex, OTHER_SLOT, exam.clock())
    assert (Appointment.objects.count(), taken(OTHER_SLOT)) == (1, 0)


@pytest.mark.parametrize(
    ("start", "refusal"),
    [
        (START, SlotNotOffered),
        (SLOT + timedelta(minutes=1), SlotNotOffered),
        (SLOT + timedelta(seconds=1), SlotNotOffered),
        (SLOT.replace(hour=13), SlotNotOffered),
        (SLOT.replace(day=8), SlotNotOffered),  # Wednesday
        (SLOT.replace(day=15), SlotNotOffered),
        (SLOT.replace(tzinfo=None), SlotNotOffered),
    ],
)
def test_a_start_that_the_rules_do_not_offer_is_refused(
    exam: World, alex: Caller, start: datetime, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        booking.book(alex, start, exam.clock())
    assert (Appointment.objects.count(), Seat.objects.count(), exam.ledger.calls) == (0, 0, [])


def test_the_lead_time_is_hard_to_the_second(exam: World, alex: Caller) -> None:
    exam.clock.present = SLOT - timedelta(hours=72) + timedelta(seconds=1)
    with pytest.raises(TooLate) as refused:
        booking.book(alex, SLOT, exam.clock())
    assert refused.value.params["hours"] == 72
    exam.clock.present = SLOT - timedelta(hours=72)
    booking.book(alex, SLOT, exam.clock())


def test_a_full_slot_is_refused_and_takes_nothing(exam: World, alex: Caller) -> None:
    exam.book(exam.person("robin"))
    exam.book(exam.person("sam"))
    with pytest.raises(SlotFull):
        booking.book(alex, SLOT, exam.clock())
    assert (taken(), exam.phase(alex)) == (2, "booking")


def test_a_booking_made_while_the_vendor_is_down_is_confirmed_later(exam: World, alex: Caller) -> None:
    exam.ledger.fail = Unavailable()
    exam.book(alex)
    facts = exam.load(alex).facts.appointment
    assert facts is not None
    assert (facts.state, facts.vendor_last_error, exam.phase(alex)) == ("requested", "unavailable", "booked")
    assert (kinds(state="pending"), taken()) == (["book"], 1)
    with pytest.raises(AwaitingConfirmation):
        booking.move(alex, OTHER_SLOT, exam.clock())
    exam.ledger.fail = None
    exam.minutes(1)
    exam.drain()
    assert exam.appointment(alex).state == "confirmed"
    assert kinds(state="pending") == []


def test_the_screen_changes_when_the_vendor_does_not_answer(exam: World, alex: Caller) -> None:
    booking.book(alex, SLOT, exam.clock())
    before = exam.load(alex).fingerprint
    exam.ledger.fail = Unavailable()
    exam.drain()
    assert exam.load(alex).fingerprint != before


def test_a_lost_answer_gives_one_reservation(exam: World, alex: Caller) -> None:
    exam.ledger.lose_answer = Unavailable()
    exam.book(alex)
    assert exam.appointment(alex).state == "requested"
    exam.ledger.lose_answer = None
    exam.minutes(1)
    exam.drain()
    assert exam.ledger.calls == ["book", "book"]
    assert exam.ledger.scheduled == {exam.appointment(alex).reservation_id: SLOT}
    assert exam.appointment(alex).vendor_ref == "901"


def test_a_refused_booking_frees_the_seat_and_the_candidate_chooses_again(exam: World, alex: Caller) -> None:
    exam.ledger.fail = SlotGone()
    exam.book(alex)
    row = exam.appointment(alex)
    assert (row.state, row.notice, row.active_key, taken()) == ("refused", "refused", None, 0)
    assert (exam.phase(alex), kinds(state="refused")) == ("booking", ["book"])
    exam.ledger.fail = None
    exam.book(alex, OTHER_SLOT)
    assert (exam.appointment(alex).number, exam.appointment(alex).state) == (2, "confirmed")


def test_without_a_vendors_calendar_a_booking_is_sure_at_once(world: World) -> None:
    world.publish(backend="none", unlock="none")
    alex = world.person()
    world.onboard(alex)
    booking.book(alex, SLOT, world.clock())
    assert (world.appointment(alex).state, kinds()) == ("confirmed", [])
    booking.move(alex, OTHER_SLOT, world.clock())
    assert (world.appointment(alex).start, taken(), taken(OTHER_SLOT)) == (OTHER_SLOT, 0, 1)
    booking.cancel(alex, world.clock())
    assert (world.appointment(alex).state, taken(OTHER_SLOT), kinds()) == ("cancelled", 0, [])


def test_an_appointment_keeps_the_rules_it_was_booked_under(exam: World, alex: Caller) -> None:
    exam.book(alex)
    exam.publish(duration_minutes=45, launch_lead_minutes=60)
    assert exam.load(alex).policy.duration_minutes == 30
    exam.clock.present = SLOT - timedelta(minutes=30)
    assert exam.phase(alex) == "booked"


# --- the second appointment -----------------------------------------------------------------------------------------


def test_a_missed_appointment_leads_nowhere_until_staff_grant_a_second(exam: World, alex: Caller) -> None:
    exam.book(alex)
    exam.clock.present = SLOT + timedelta(minutes=60)
    assert exam.phase(alex) == "missed"
    with pytest.raises(NotAllowedNow):
        booking.book(alex, OTHER_SLOT, exam.clock())
    interventions.grant_second_appointment(exam.candidacy(alex).pk, "staff:1", "ill", exam.clock())
    assert exam.phase(alex) == "booking"
    with pytest.raises(TooLate):
        booking.book(alex, OTHER_SLOT, exam.clock())


def test_a_waived_lead_time_survives_a_refusal_and_ends_in_the_room(exam: World, alex: Caller) -> None:
    exam.book(alex)
    exam.clock.present = SLOT + timedelta(minutes=60)
    exam.load(alex)
    candidacy = exam.candidacy(alex)
    interventions.grant_second_appointment(candidacy.pk, "staff:1", "ill", exam.clock(), waive_lead_time=True)
    exam.ledger.fail = SlotGone()
    exam.book(alex, OTHER_SLOT)
    assert exam.phase(alex) == "booking"
    exam.ledger.fail = None
    exam.enter_room(alex, OTHER_SLOT + STEP)
    assert (exam.phase(alex), exam.candidacy(alex).lead_time_waived) == ("room", False)


def test_a_second_appointment_is_not_granted_while_one_is_under_way(exam: World, alex: Caller) -> None:
    exam.book(alex)
    with pytest.raises(NotAllowedNow):
        interventions.grant_second_appointment(exam.candidacy(alex).pk, "staff:1", "why not", exam.clock())
    exam.clock.present = SLOT
    exam.load(alex)


# --- addresses that a service cannot write to -------------------------------------------------------------------------


def write_to(caller: Caller, email: str) -> None:
    get_user_model().objects.filter(pk=caller.user_id).update(email=email)


def test_an_address_with_an_alias_is_refused_where_the_service_cannot_write_to_it(exam: World, alex: Caller) -> None:
    registry.backend_class("fake").refuses_email_aliases = True
    write_to(alex, "alex+mooc@example.org")
    with pytest.raises(EmailAlias) as refused:
        booking.book(alex, SLOT, exam.clock())
    assert (refused.value.code, refused.value.field) == ("email_alias", "email")
    with pytest.raises(EmailAlias):
        interventions.book_for(exam.candidacy(alex).pk, SLOT, "staff:1", "by telephone", exam.clock())
    assert not Appointment.objects.exists()
    assert taken() == 0
    write_to(alex, "alex@exam+ple.org")
    assert booking.book(alex, SLOT, exam.clock()).journey.phase == "booked"


def test_an_alias_is_fine_where_the_service_has_nothing_against_it(exam: World, alex: Caller) -> None:
    write_to(alex, "alex+mooc@example.org")
    assert booking.book(alex, SLOT, exam.clock()).journey.phase == "booked"
