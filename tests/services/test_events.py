"""Webhooks once they are in: kept once, acted on by asking the vendor, whatever their order (R-X-7)."""

from __future__ import annotations

import io
import itertools
import random
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proctored_exam_xblock.backends import registry
from proctored_exam_xblock.backends.base import EventKind, Review, SessionState, Unavailable, VendorEvent, Verdict
from proctored_exam_xblock.models import AuditEntry, VendorReview, WebhookEvent
from proctored_exam_xblock.services import entry, events, rooms, sitting
from tests.world import SLOT, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(world: World) -> World:
    world.publish(backend="live", unlock="none")
    return world


def told(exam: World, key: str = "k1", kind: EventKind = EventKind.SESSION, **more: Any) -> bool:
    """The vendor calls about Alex's reservation."""
    by = more or {"reservation_id": exam.appointment(exam.person()).reservation_id}
    return events.receive(registry.get("live"), VendorEvent(key, kind, **by), exam.clock())


def handle(exam: World) -> int:
    return events.handle_all(exam.clock(), random.Random(1))


def outcome(key: str = "k1") -> str:
    return WebhookEvent.objects.get(key=key).outcome


def test_an_event_makes_us_ask_and_the_answer_decides(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    assert told(exam)
    assert exam.phase(alex) == "room", "nothing is believed"
    assert (handle(exam), outcome(), exam.phase(alex)) == (1, "looked", "room")
    exam.ledger.room = SessionState.OPEN
    told(exam, "k2")
    assert (handle(exam), exam.phase(alex)) == (1, "unlocked")


def test_an_event_claiming_anything_opens_nothing_that_the_vendor_does_not(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    exam.ledger.room = SessionState.WAITING
    for number, kind in enumerate(EventKind):
        told(exam, f"k{number}", kind)
    handle(exam)
    assert exam.phase(alex) == "room"


def test_an_event_is_found_by_the_vendors_number_then_by_ours(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    row = exam.appointment(alex)
    assert row.vendor_ref
    told(exam, "by theirs", vendor_ref=row.vendor_ref)
    told(exam, "by ours", vendor_ref="unheard of", reservation_id=row.reservation_id)
    assert handle(exam) == 2
    assert {outcome("by theirs"), outcome("by ours")} == {"looked"}


def test_another_vendors_number_is_not_ours(world: World) -> None:
    world.publish(backend="reporting")
    alex = world.person()
    world.enter_room(alex)
    world.ledger.calls.clear()
    told(world, vendor_ref=world.appointment(alex).vendor_ref)
    for _ in range(5):
        handle(world)
        world.minutes(5)
    assert (outcome(), world.ledger.calls) == ("unknown_reservation", [])


def test_an_event_that_overtook_our_own_record_is_tried_again(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    row = exam.appointment(alex)
    ref, row.vendor_ref = row.vendor_ref, ""
    row.save()
    told(exam, vendor_ref=ref)
    assert (handle(exam), outcome()) == (0, "")
    row.vendor_ref = ref
    row.save()
    exam.minutes(1)
    assert (handle(exam), outcome()) == (1, "looked")


def test_the_same_event_again_has_no_second_effect(exam: World) -> None:
    exam.enter_room(exam.person())
    assert (told(exam), told(exam)) == (True, False)
    handle(exam)
    exam.ledger.calls.clear()
    assert told(exam) is False
    assert (handle(exam), exam.ledger.calls, WebhookEvent.objects.count()) == (0, [], 1)


def test_the_same_key_of_two_vendors_is_two_events(exam: World) -> None:
    exam.enter_room(exam.person())
    told(exam)
    assert events.receive(registry.get("reporting"), VendorEvent("k1", EventKind.OTHER), exam.clock())


def test_while_the_vendor_is_silent_an_event_waits_and_is_not_lost(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    exam.ledger.room = SessionState.OPEN
    told(exam)
    exam.ledger.fail = Unavailable()
    waits = []
    for _ in range(6):
        assert handle(exam) == 0
        due = WebhookEvent.objects.get().next_try_at
        assert due is not None
        waits.append(due - exam.clock())
        exam.clock.present = due
    assert waits == sorted(waits)
    assert waits[-1] > 10 * waits[0]
    exam.ledger.fail = None
    exam.minutes(10)
    assert (handle(exam), outcome(), exam.phase(alex)) == (1, "looked", "unlocked")


def test_after_three_days_of_silence_it_is_given_up(exam: World) -> None:
    exam.enter_room(exam.person())
    told(exam)
    exam.ledger.fail = Unavailable()
    handle(exam)
    exam.minutes(72 * 60)
    assert (handle(exam), outcome()) == (1, "gave_up")


def test_what_was_asked_since_is_not_asked_again(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    told(exam)
    exam.clock.advance(seconds=1)
    rooms.look(exam.candidacy(alex).pk, exam.clock())
    exam.ledger.calls.clear()
    assert (handle(exam), outcome(), exam.ledger.calls) == (1, "known", [])


def test_events_about_nothing_of_ours_are_closed_unasked(exam: World) -> None:
    exam.enter_room(exam.person())
    exam.ledger.calls.clear()
    told(exam, kind=EventKind.OTHER)
    assert (handle(exam), outcome(), exam.ledger.calls) == (1, "ignored", [])


@pytest.mark.parametrize(("hours", "is_stale"), [(0, False), (-71, False), (-73, True), (0.9, False), (1.1, True)])
def test_events_of_another_day_are_refused(exam: World, hours: float, is_stale: bool) -> None:
    event = VendorEvent("k1", EventKind.SESSION, at=exam.clock() + timedelta(hours=hours))
    try:
        events.receive(registry.get("live"), event, exam.clock())
    except events.Stale:
        assert is_stale
    else:
        assert not is_stale
    assert WebhookEvent.objects.exists() is not is_stale


def test_the_age_is_a_setting_of_the_service(exam: World, settings: Any) -> None:
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "BACKENDS": {"live": {"webhook_max_age_hours": 1}}}
    event = VendorEvent("k1", EventKind.SESSION, at=exam.clock() - timedelta(hours=2))
    with pytest.raises(events.Stale):
        events.receive(registry.get("live"), event, exam.clock())


def test_one_event_that_breaks_does_not_keep_the_others(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    exam.enter_room(exam.person())
    told(exam, "k1")
    told(exam, "k2", EventKind.REVIEW)
    real = events._appointment
    monkeypatch.setattr(events, "_appointment", lambda event: 1 / 0 if event.key == "k1" else real(event))
    assert handle(exam) == 1
    assert (outcome("k1"), outcome("k2")) == ("", "looked")


def test_a_long_queue_is_left_to_the_next_run(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    exam.enter_room(exam.person())
    for key in ("k1", "k2", "k3"):
        told(exam, key)
    passed = itertools.count(0, rooms.LONGEST_RUN * 0.6)  # each event takes long
    monkeypatch.setattr(events.time, "monotonic", lambda: next(passed))
    assert handle(exam) == 1
    assert [outcome(key) for key in ("k1", "k2", "k3")] == ["looked", "", ""]


def test_keys_longer_than_their_column_are_kept_apart(exam: World) -> None:
    exam.enter_room(exam.person())
    assert told(exam, "x" * 100)
    assert told(exam, "x" * 101)
    assert not told(exam, "x" * 100)


# --- order ----------------------------------------------------------------------------------------------------------


def final(exam: World, name: str) -> tuple[Any, ...]:
    person = exam.person(name)
    row, attempt = exam.appointment(person), exam.attempt(person)
    reviews = VendorReview.objects.filter(attempt=attempt).count()
    return row.state, row.room_state, attempt.state, attempt.review, reviews


STORY = ((EventKind.BOOKING, SessionState.WAITING), (EventKind.SESSION, SessionState.OPEN), (EventKind.REVIEW, None))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(order=st.permutations([0, 1, 2, 0, 1, 2]))
def test_duplicates_and_any_order_end_alike(world: World, order: list[int]) -> None:
    """A whole life is over when the calls arrive, each twice, in any order: one review, one trail."""
    world.clock.present = SLOT - timedelta(days=4)
    world.publish(backend="live", unlock="none", seats_per_slot=500)
    name = f"candidate-{'-'.join(map(str, order))}-{AuditEntry.objects.count()}"
    alex = world.person(name)
    world.ledger.room, world.ledger.opinion = SessionState.OPEN, None
    world.enter_room(alex)
    rooms.look(world.candidacy(alex).pk, world.clock())
    holder = sitting.start(alex, "nonce-of-the-only-page", world.clock())[1]
    world.windows[alex.user_id or 0] = holder
    sitting.finish(world.with_window(alex), {}, world.clock())
    world.ledger.opinion = Review(Verdict.FRAUD)
    row = world.appointment(alex)
    for number in order:
        key = f"{row.reservation_id[:20]}-{number}"
        by = VendorEvent(key, STORY[number][0], reservation_id=row.reservation_id)
        events.receive(registry.get("live"), by, world.clock())
        handle(world)
        world.minutes(1)
    assert final(world, name) == ("used", "open", "submitted", "pending", 1)
    kept = AuditEntry.objects.filter(candidacy=world.candidacy(alex), action__in=["vendor_review", "review_changed"])
    assert kept.count() == 2


def test_in_whatever_order_they_come_a_waiting_room_opens_once(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    exam.ledger.room = SessionState.OPEN
    for order in itertools.permutations(range(3)):
        for number in order:
            told(exam, f"{number}", STORY[number][0])
        handle(exam)
        entry.load(alex, exam.clock())
    assert AuditEntry.objects.filter(action="unlocked").count() == 1


def test_the_command_handles_events_then_looks(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    told(exam, kind=EventKind.OTHER)
    exam.ledger.room = SessionState.OPEN
    out = io.StringIO()
    call_command("poll_vendors", stdout=out)
    assert (out.getvalue().strip(), exam.phase(alex)) == ("events: 1, looks: 1", "unlocked")
