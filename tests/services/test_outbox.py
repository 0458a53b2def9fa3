"""The queue of writes to the vendor: in order, one worker at a time, tried again, never stuck, without any code."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.apps import apps

from proctored_exam_xblock import conf
from proctored_exam_xblock.backends import registry
from proctored_exam_xblock.backends.base import Booking, Misconfigured, StaleRequest, Unavailable
from proctored_exam_xblock.domain.errors import NotConfigured
from proctored_exam_xblock.models import OutboxEntry
from proctored_exam_xblock.services import booking, gate, outbox, proctoring, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.world import OTHER_SLOT, SLOT, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(world: World) -> World:
    world.publish()
    return world


@pytest.fixture
def alex(exam: World) -> Caller:
    caller = exam.person()
    exam.onboard(caller)
    return caller


def entry() -> OutboxEntry:
    return OutboxEntry.objects.latest("id")


def test_two_workers_never_send_the_same(exam: World, alex: Caller) -> None:
    booking.book(alex, SLOT, exam.clock())
    assert outbox.claim(exam.clock()) is not None
    assert outbox.claim(exam.clock()) is None
    assert exam.drain() == 0


def test_a_lease_that_ran_out_is_taken_again(exam: World, alex: Caller) -> None:
    booking.book(alex, SLOT, exam.clock())
    outbox.claim(exam.clock())
    exam.clock.advance(seconds=60)
    assert exam.drain() == 0
    exam.clock.advance(milliseconds=1)
    assert exam.drain() == 1
    assert (entry().state, entry().tries) == ("done", 2)


def test_entries_of_one_candidate_go_in_order_and_those_of_others_do_not_wait(exam: World, alex: Caller) -> None:
    booking.book(alex, SLOT, exam.clock())
    first = outbox.claim(exam.clock())
    assert first is not None
    booking.cancel(alex, exam.clock())
    assert outbox.claim(exam.clock(), exam.candidacy(alex).pk) is None
    robin = exam.person("robin")
    exam.onboard(robin)
    booking.book(robin, SLOT, exam.clock())
    second = outbox.claim(exam.clock())
    assert second is not None
    assert (second.appointment.candidacy_id, second.kind) == (exam.candidacy(robin).pk, "book")


def test_what_fails_is_tried_again_later_and_later(exam: World, alex: Caller) -> None:
    exam.ledger.fail = Unavailable()
    booking.book(alex, SLOT, exam.clock())
    waits = []
    for _ in range(4):
        exam.drain()
        waits.append((entry().next_try_at - exam.clock()).total_seconds())
        assert exam.drain() == 0  # not due
        exam.clock.present = entry().next_try_at
    for wait, base in zip(waits, (5, 10, 20, 40), strict=True):
        assert 0.75 * base <= wait <= 1.25 * base
    assert (entry().tries, entry().last_error, entry().claimed_until) == (4, "unavailable", None)


def test_the_wait_has_an_end_and_jitter() -> None:
    rng = random.Random(7)
    waits = [outbox.wait_after(500, rng) for _ in range(20)]
    assert timedelta(minutes=45) <= min(waits) < max(waits) <= timedelta(minutes=75)


@pytest.mark.parametrize("error", [StaleRequest(), Misconfigured()])
def test_what_an_operator_can_mend_is_kept_and_said_loudly(
    exam: World, alex: Caller, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    exam.ledger.fail = error  # type: ignore[assignment]
    exam.book(alex)
    assert (exam.appointment(alex).state, entry().state) == ("requested", "pending")
    assert "ERROR" in {record.levelname for record in caplog.records}
    exam.ledger.fail = None
    exam.minutes(1)
    exam.drain()
    assert exam.appointment(alex).state == "confirmed"


def test_a_crash_between_the_vendors_answer_and_our_record_gives_one_reservation(
    exam: World, alex: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*args: object, **kwargs: object) -> bool:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(proctoring, "_record", crash)
        exam.book(alex)
    assert exam.appointment(alex).state == "requested"
    exam.minutes(2)
    exam.drain()
    assert exam.appointment(alex).state == "confirmed"
    assert exam.ledger.scheduled == {exam.appointment(alex).reservation_id: SLOT}


def test_a_record_made_by_a_faster_worker_stands(exam: World, alex: Caller) -> None:
    booking.book(alex, SLOT, exam.clock())
    slow = outbox.claim(exam.clock())
    assert slow is not None
    exam.minutes(2)
    exam.drain()
    assert proctoring._send(slow, exam.clock()) is False
    assert (exam.appointment(alex).state, entry().state) == ("confirmed", "done")


def test_one_broken_entry_does_not_keep_the_others(
    exam: World, alex: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    booking.book(alex, SLOT, exam.clock())
    robin = exam.person("robin")
    exam.onboard(robin)
    booking.book(robin, SLOT, exam.clock())
    vendor = registry.backend_class("fake")
    honest = vendor.book

    def moody(self: object, wanted: Booking) -> object:
        if wanted.person.first_name == "Alex":
            raise KeyError("a bug of this backend")
        return honest(self, wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(vendor, "book", moody)
    exam.drain()
    assert (exam.appointment(alex).state, exam.appointment(robin).state) == ("requested", "confirmed")
    assert OutboxEntry.objects.get(state="pending").last_error == "crashed"
    assert "could not be sent" in caplog.text


def test_a_service_that_is_no_longer_set_up_postpones_and_stops_nobody(
    exam: World, alex: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking.book(alex, SLOT, exam.clock())
    with monkeypatch.context() as broken:
        broken.setattr(registry, "backend_class", lambda slug: (_ for _ in ()).throw(NotConfigured(setting=slug)))
        assert exam.drain() == 0
    assert (entry().state, entry().last_error) == ("pending", "not_configured")
    exam.minutes(1)
    assert exam.drain() == 1


def test_an_appointment_is_cancelled_where_it_was_booked_whatever_the_exam_uses_today(
    exam: World, alex: Caller
) -> None:
    exam.book(alex)
    booking.cancel(alex, exam.clock())
    exam.publish(backend="none", unlock="none")
    exam.drain()
    assert (exam.ledger.scheduled, exam.ledger.calls) == ({}, ["book", "cancel"])


def test_a_cancellation_needs_no_key(exam: World, alex: Caller, settings) -> None:
    exam.book(alex)
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "KEYS": ["a new key, the old one is gone"]}
    booking.cancel(alex, exam.clock())
    exam.drain()
    assert exam.ledger.scheduled == {}


def test_a_booking_that_nobody_confirmed_in_time_is_given_up(exam: World, alex: Caller) -> None:
    exam.ledger.fail = Unavailable()
    exam.book(alex)
    exam.clock.present = SLOT + timedelta(hours=2)
    exam.ledger.fail = None
    exam.drain()
    assert (exam.appointment(alex).state, entry().state, exam.ledger.calls) == ("missed", "skipped", ["book"])


def test_the_drain_stops_in_time_and_leaves_no_lease(
    exam: World, alex: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking.book(alex, SLOT, exam.clock())
    monkeypatch.setitem(conf.DEFAULTS, "DRAIN_SECONDS", -1)  # type: ignore[arg-type]
    assert exam.drain() == 0
    assert (entry().tries, entry().claimed_until) == (0, None)


# --- the proctor's code ---------------------------------------------------------------------------------------------


def everything_stored() -> str:
    """Every column of every row of every table, as one text."""
    rows = [list(model.objects.values_list()) for model in apps.get_models()]
    return repr(rows).casefold()


def test_the_code_is_sent_with_the_booking_and_stored_nowhere(exam: World, alex: Caller) -> None:
    exam.sit(alex)
    code = exam.code(alex)
    assert [sent.code for sent in exam.ledger.bookings] == [code]
    assert (len(code), code.isupper()) == (8, True)
    sitting.finish(exam.with_window(alex), {}, exam.clock())
    stored = everything_stored()
    assert exam.appointment(alex).reservation_id in stored  # the search sees what is there
    assert code.casefold() not in stored


def test_the_code_stays_over_a_move_and_a_key_rotation_and_differs_for_each_appointment(
    exam: World, alex: Caller, settings
) -> None:
    exam.book(alex)
    before = exam.code(alex)
    booking.move(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "KEYS": ["a newer key", *settings.PROCTORED_EXAM["KEYS"]]}
    assert exam.code(alex) == before
    booking.cancel(alex, exam.clock())
    exam.book(alex)
    assert exam.code(alex) != before
    assert exam.appointment(alex).key_id == gate.newest_key_id() != ""


def test_a_code_whose_key_is_gone_is_said_not_guessed(exam: World, alex: Caller, settings) -> None:
    exam.enter_room(alex)
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "KEYS": ["another key"]}
    with pytest.raises(NotConfigured):
        sitting.unlock(alex, "BCDEFGHJ", "", exam.clock())
    assert exam.appointment(alex).wrong_tries == 0
