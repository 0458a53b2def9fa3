"""The circuit breaker: a service that keeps failing is left alone, one request tries, and all goes on at once after."""

from __future__ import annotations

from datetime import timedelta

import pytest

from proctored_exam_xblock import compat
from proctored_exam_xblock.backends.base import Misconfigured, SlotGone, StaleRequest, Unavailable
from proctored_exam_xblock.domain.errors import VendorUnavailable
from proctored_exam_xblock.models import Alert, OutboxEntry, VendorHealth
from proctored_exam_xblock.services import booking, breaker, proctoring, room
from proctored_exam_xblock.services.dossier import Caller
from tests.world import OTHER_SLOT, SLOT, START, World

pytestmark = pytest.mark.django_db
SLUG = "fake"


@pytest.fixture
def exam(world: World) -> World:
    world.publish(seats_per_slot=20)
    return world


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    """What was asked of the task queue."""
    asked: list[tuple[str, float]] = []
    real = compat.host

    def host() -> object:
        found = real()
        monkeypatch.setattr(type(found), "later", lambda self, task, seconds: asked.append((task, seconds)))
        return found

    monkeypatch.setattr(compat, "host", host)
    return asked


def health() -> VendorHealth:
    return VendorHealth.objects.get(backend=SLUG)


def fail(times: int, now=START) -> None:  # type: ignore[no-untyped-def]
    for _ in range(times):
        breaker.failed(SLUG, "unavailable", now)


def booked(exam: World, count: int) -> list[Caller]:
    people = [exam.person(f"candidate{number}") for number in range(count)]
    for person in people:
        exam.onboard(person)
        booking.book(person, SLOT, exam.clock())
    return people


def test_it_opens_at_the_fifth_failure_in_a_row() -> None:
    fail(4)
    assert breaker.allow(SLUG, START)
    fail(1)
    assert not breaker.allow(SLUG, START)
    assert health().open_until == START + timedelta(seconds=30)


def test_an_answer_in_between_begins_the_count_anew() -> None:
    fail(4)
    breaker.succeeded(SLUG, START)
    fail(4)
    assert breaker.allow(SLUG, START)


def test_a_service_never_heard_of_may_be_asked() -> None:
    assert breaker.allow("another", START)
    breaker.succeeded("another", START)
    assert VendorHealth.objects.get(backend="another").last_ok_at == START


def test_after_the_pause_one_request_tries_and_only_one() -> None:
    fail(5)
    now = START + timedelta(seconds=30)
    assert not breaker.allow(SLUG, now - timedelta(microseconds=1))
    assert [breaker.allow(SLUG, now) for _ in range(3)] == [True, False, False]


def test_a_try_that_never_came_back_lets_another_one_in_after_a_minute() -> None:
    fail(5)
    tried = START + timedelta(seconds=30)
    assert breaker.allow(SLUG, tried)
    assert not breaker.allow(SLUG, tried + timedelta(seconds=59))
    assert breaker.allow(SLUG, tried + timedelta(seconds=60))


def test_the_pause_doubles_up_to_two_minutes() -> None:
    fail(5)
    pauses = []
    for _ in range(7):
        now = health().open_until
        assert now is not None
        assert breaker.allow(SLUG, now)
        breaker.failed(SLUG, "unavailable", now)
        until = health().open_until
        assert until is not None
        pauses.append((until - now).total_seconds())
    assert pauses == [60, 120, 120, 120, 120, 120, 120]


def test_requests_that_had_begun_before_do_not_make_the_pause_longer() -> None:
    fail(5)
    fail(20, START + timedelta(seconds=2))
    assert (health().failures, health().open_until) == (5, START + timedelta(seconds=30))


def test_one_alert_says_it_and_closes_when_the_service_answers() -> None:
    fail(25)
    alert = Alert.objects.get(kind="vendor_down")
    assert (alert.backend, alert.detail, alert.closed_at) == (SLUG, {"code": "unavailable", "failures": 5}, None)
    breaker.succeeded(SLUG, START + timedelta(minutes=1))
    alert.refresh_from_db()
    assert (alert.closed_by, alert.closed_at) == ("system", START + timedelta(minutes=1))
    assert (health().failures, health().open_until) == (0, None)


@pytest.mark.parametrize(("error", "counts"), [(Unavailable, 1), (StaleRequest, 1), (SlotGone, 0), (Misconfigured, 0)])
def test_a_refusal_shows_that_the_service_is_there(error: type[Exception], counts: int) -> None:
    with pytest.raises(error), breaker.watched(SLUG, START):
        raise error
    assert health().failures == counts


def test_a_bug_of_ours_says_nothing_of_the_service() -> None:
    fail(2)
    with pytest.raises(KeyError), breaker.watched(SLUG, START):
        raise KeyError
    assert health().failures == 2


# --- what goes through it ------------------------------------------------------------------------------------------


def test_a_clock_that_was_set_back_leaves_no_service_alone_for_days(exam: World) -> None:
    (alex,) = booked(exam, 1)
    fail(5, exam.clock() + timedelta(days=3))
    assert exam.drain() == 1
    assert exam.appointment(alex).state == "confirmed"
    assert health().open_until is None


def test_while_it_is_open_nothing_is_sent_and_no_try_is_counted(exam: World) -> None:
    booked(exam, 8)
    exam.ledger.fail = Unavailable()
    exam.drain()
    assert exam.ledger.calls.count("book") == 5
    assert sorted(OutboxEntry.objects.values_list("tries", flat=True)) == [0, 0, 0, 1, 1, 1, 1, 1]
    exam.clock.advance(seconds=29)
    exam.drain()
    assert exam.ledger.calls.count("book") == 5


def test_the_first_answer_makes_everything_due_at_once(exam: World) -> None:
    people = booked(exam, 8)
    exam.ledger.fail = Unavailable()
    exam.drain()
    tried = OutboxEntry.objects.filter(tries=1).order_by("pk")
    assert tried.count() == 5
    exam.clock.advance(seconds=30)
    OutboxEntry.objects.filter(tries=1).exclude(pk=tried[0].pk).update(next_try_at=exam.clock() + timedelta(hours=1))
    exam.ledger.fail = None
    assert exam.drain() == 8
    assert {exam.appointment(person).state for person in people} == {"confirmed"}


def test_an_answer_does_not_hurry_what_waits_for_an_operator(exam: World) -> None:
    booked(exam, 1)
    exam.ledger.fail = Misconfigured()
    exam.drain()
    due = OutboxEntry.objects.get().next_try_at
    fail(5, exam.clock())
    breaker.succeeded(SLUG, exam.clock())
    assert OutboxEntry.objects.get().next_try_at == due


def test_a_service_that_is_down_keeps_no_other_one_waiting(exam: World) -> None:
    (alex,) = booked(exam, 1)
    OutboxEntry.objects.update(backend="another")
    fail(5, exam.clock())
    robin = exam.person("robin")
    exam.onboard(robin)
    booking.book(robin, SLOT, exam.clock())
    assert exam.drain() == 1
    assert (exam.appointment(alex).state, exam.appointment(robin).state) == ("confirmed", "requested")


def test_a_claim_whose_probe_another_worker_won_is_given_back(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    booked(exam, 1)
    monkeypatch.setattr(breaker, "allow", lambda slug, now: False)
    proctoring.drain(exam.clock(), limit=1)
    entry = OutboxEntry.objects.get()
    assert (entry.state, entry.tries, entry.claimed_until, exam.ledger.calls) == ("pending", 0, None, [])


def test_the_calendar_fails_fast_and_without_a_call(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    fail(5, exam.clock())
    with pytest.raises(VendorUnavailable):
        booking.slots(alex, SLOT.date(), exam.clock())
    assert exam.ledger.calls == []


def test_calendars_that_cannot_be_read_open_it_and_one_that_can_closes_it(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    exam.ledger.fail = Unavailable()
    for _ in range(7):
        with pytest.raises(VendorUnavailable):
            booking.slots(alex, SLOT.date(), exam.clock())
    assert exam.ledger.calls == ["slots"] * 5
    exam.ledger.fail = None
    exam.clock.advance(seconds=30)
    assert booking.slots(alex, SLOT.date(), exam.clock())[1]
    assert health().open_until is None


def test_the_room_is_asked_for_even_while_it_is_open_and_closes_it(exam: World) -> None:
    alex = exam.person()
    exam.book(alex)
    exam.clock.present = SLOT
    fail(5, exam.clock())
    token = proctoring.launch_url(exam.load(alex)).rstrip("/").rpartition("/")[2]
    assert room.launch(token, alex.user_id or 0, exam.clock()).url
    assert breaker.allow(SLUG, exam.clock())


def test_what_the_clock_has_overtaken_is_closed_while_the_service_is_left_alone(exam: World) -> None:
    (alex,) = booked(exam, 1)
    exam.ledger.fail = Unavailable()
    exam.drain()
    exam.clock.present = SLOT + timedelta(hours=2)
    fail(5, exam.clock())
    exam.drain()
    assert (OutboxEntry.objects.get().state, exam.appointment(alex).state) == ("skipped", "missed")
    assert exam.ledger.calls == ["book"]
    assert Alert.objects.filter(kind="never_confirmed", appointment=exam.appointment(alex)).exists()


def test_what_the_clock_has_not_overtaken_stays_untouched(exam: World) -> None:
    (alex,) = booked(exam, 1)
    fail(5, exam.clock())
    exam.clock.present = SLOT + timedelta(minutes=1)
    OutboxEntry.objects.update(created_at=exam.clock())
    VendorHealth.objects.update(open_until=exam.clock() + timedelta(minutes=5))
    exam.drain()
    entry = OutboxEntry.objects.get()
    assert (entry.state, entry.tries, entry.claimed_until) == ("pending", 0, None)
    assert exam.appointment(alex).state == "requested"


# --- the next try is a task's, where there are tasks ---------------------------------------------------------------


def test_each_failed_entry_asks_for_its_next_try_and_the_breaker_for_its_own(
    exam: World, later: list[tuple[str, float]]
) -> None:
    booked(exam, 6)
    exam.ledger.fail = Unavailable()
    exam.drain()
    waits = [seconds for task, seconds in later if task == "drain_outbox"]
    assert len(waits) == 5 + 1
    assert waits.count(30.0) == 1
    assert all(3 <= wait <= 7 for wait in waits if wait != 30.0)
    later.clear()
    exam.drain()  # nothing may be sent: nothing more is asked for
    assert later == []
    exam.clock.advance(seconds=30)
    exam.ledger.fail = None
    exam.drain()
    assert later == [("drain_outbox", 0)]


def test_what_is_left_when_the_time_is_up_is_seen_to_later(exam: World, later: list[tuple[str, float]]) -> None:
    booked(exam, 3)
    proctoring.drain(exam.clock(), limit=2)
    assert later == [("drain_outbox", 0)]
    later.clear()
    assert proctoring.drain(exam.clock(), limit=2) == 1
    assert later == []


def test_a_second_slot_waits_for_the_first_one_of_the_same_service_only(exam: World) -> None:
    (alex,) = booked(exam, 1)
    fail(5, exam.clock())
    booking.cancel(alex, exam.clock())
    booking.book(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    assert exam.ledger.calls == []
    OutboxEntry.objects.filter(appointment=exam.appointment(alex)).update(backend="another")
    exam.drain()
    assert exam.appointment(alex).state == "confirmed"
