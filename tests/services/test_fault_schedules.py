"""Any schedule of faults at the vendor: once it is back, both sides agree and nobody was kept out.

Hypothesis writes the schedule: what candidates do, when the worker runs, and what becomes of each single call
(answered, not done, done but not answered). The vendor also loses bookings and cancels them by itself. Then it is well
again, the queue and the hourly comparison run, and the vendor's record has to be the same as ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, repeat
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as schedules
from hypothesis import strategies as st

from proctored_exam_xblock.backends.base import BackendError, SessionState, Unavailable
from proctored_exam_xblock.domain.attempt import APPOINTMENT_ACTIVE, AppointmentState
from proctored_exam_xblock.domain.errors import ExamError
from proctored_exam_xblock.models import Alert, Appointment, OutboxEntry, Seat
from proctored_exam_xblock.services import booking, interventions, proctoring, reconciliation, rooms
from proctored_exam_xblock.services.dossier import Caller
from tests.world import SLOT, START, World

pytestmark = pytest.mark.django_db
SLOTS = [SLOT, SLOT + timedelta(minutes=15), SLOT + timedelta(days=1)]
NAMES = ("alex", "robin", "sam")

CALLS = st.lists(st.sampled_from(["ok", "ok", "not done", "not answered"]), min_size=4, max_size=30)
CANDIDATES_AND_VENDOR = (
    st.tuples(st.just("book"), st.sampled_from(NAMES), st.sampled_from(SLOTS)),
    st.tuples(st.just("move"), st.sampled_from(NAMES), st.sampled_from(SLOTS)),
    st.tuples(st.just("cancel"), st.sampled_from(NAMES)),
    st.tuples(st.just("work"), st.sampled_from([1, 30, 600, 3700])),
    st.tuples(st.just("compare")),
    st.tuples(st.just("lose"), st.sampled_from(NAMES)),
    st.tuples(st.just("vendor_cancels"), st.sampled_from(NAMES)),
)
STAFF = st.tuples(st.just("by_hand"), st.sampled_from(NAMES), st.sampled_from(SLOTS))
DEEDS = st.lists(st.one_of(*CANDIDATES_AND_VENDOR), min_size=4, max_size=16)
DEEDS_WITH_STAFF = st.lists(st.one_of(*CANDIDATES_AND_VENDOR, STAFF), min_size=4, max_size=16)
ROOMS = st.lists(
    st.one_of(
        st.tuples(st.just("says"), st.sampled_from(["unknown", "scheduled", "waiting", "open", "ended"])),
        st.tuples(st.just("screen"), st.integers(1, 90)),
        st.tuples(st.just("worker"), st.integers(1, 90)),
    ),
    max_size=20,
)


class Schedule:
    """The fate of each call to the vendor, in order; all is well once it is used up."""

    def __init__(self, world: World, calls: list[str]) -> None:
        self.ledger = world.ledger
        self.fates: Iterator[str] = chain(calls, repeat("ok"))

    def begin(self) -> None:
        fate = next(self.fates)
        self.ledger.fail = Unavailable() if fate == "not done" else None
        self.ledger.lose_answer = Unavailable() if fate == "not answered" else None

    def over(self) -> None:
        self.fates = repeat("ok")

    def rule(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Ask for the next fate at each call."""
        answer = self.ledger.answer

        def fated(call: str) -> None:
            self.begin()
            answer(call)

        monkeypatch.setattr(self.ledger, "answer", fated)


class Story:
    """Three candidates, one vendor, one clock."""

    def __init__(
        self, world: World, people: dict[str, Caller], calls: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.world, self.people = world, people
        self.lost: set[int] = set()
        world.clock.present = START
        world.ledger.reservations.clear()
        self.schedule = Schedule(world, calls)
        self.schedule.rule(monkeypatch)

    def do(self, deed: str, *args: object) -> None:
        getattr(self, deed)(*args)

    def book(self, name: str, start: object) -> None:
        self._try(lambda: booking.book(self.people[name], start, self.world.clock()))  # type: ignore[arg-type]

    def move(self, name: str, start: object) -> None:
        self._try(lambda: booking.move(self.people[name], start, self.world.clock()))  # type: ignore[arg-type]

    def cancel(self, name: str) -> None:
        self._try(lambda: booking.cancel(self.people[name], self.world.clock()))

    def by_hand(self, name: str, start: object) -> None:
        """Staff book or move, whatever the candidate asked for before; the vendor is told like of any other."""
        who = self.world.candidacy(self.people[name]).pk
        self._try(lambda: interventions.book_for(who, start, "staff:1", "asked by telephone", self.world.clock()))  # type: ignore[arg-type]

    def work(self, seconds: int) -> None:
        self.world.clock.advance(seconds=seconds)
        proctoring.drain(self.world.clock())

    def compare(self) -> None:
        reconciliation.reconcile_all(self.world.clock())

    def lose(self, name: str) -> None:
        """Once per appointment: what is lost again after it was mended is an operator's matter, and an alert."""
        row = self._last(self.people[name])
        if row is not None and row.pk not in self.lost:
            self.lost.add(row.pk)
            self.world.ledger.reservations.pop(row.reservation_id, None)

    def vendor_cancels(self, name: str) -> None:
        row = self._last(self.people[name])
        known = self.world.ledger.reservations.get(row.reservation_id) if row is not None else None
        if row is not None and known is not None:
            self.world.ledger.reservations[row.reservation_id] = (known[0], known[1], False)

    def recover(self) -> None:
        """The vendor is well; the worker runs every minute, the comparison every hour, for some hours."""
        self.schedule.over()
        for _ in range(4):
            for minutes in (1, 20, 41):
                self.world.clock.advance(minutes=minutes)
                proctoring.drain(self.world.clock())
            reconciliation.reconcile_all(self.world.clock())
        proctoring.drain(self.world.clock())

    def _try(self, deed: object) -> None:
        try:
            deed()  # type: ignore[operator]
        except (ExamError, BackendError):
            return
        proctoring.drain(self.world.clock())  # as after the commit

    def _last(self, caller: Caller) -> Appointment | None:
        return Appointment.objects.filter(candidacy__user_id=caller.user_id).order_by("-number").first()


@pytest.fixture
def people(world: World, settings: Any) -> dict[str, Caller]:
    """Three candidates ready to book: made once, each schedule is rolled back to here."""
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "BACKENDS": {"fake": {}}}
    world.publish(lead_time_hours=0, seats_per_slot=2, max_moves=50)
    found = {name: world.person(name) for name in NAMES}
    for caller in found.values():
        world.onboard(caller)
    return found


@schedules(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(deeds=DEEDS, calls=CALLS)
def test_once_the_vendor_is_back_both_sides_agree(
    world: World,
    people: dict[str, Caller],
    monkeypatch: pytest.MonkeyPatch,
    deeds: list[tuple[object, ...]],
    calls: list[str],
) -> None:
    with transaction.atomic(), monkeypatch.context() as patches:
        tell(Story(world, people, calls, patches), deeds)
        check_ours()
        ours = active()
        assert {row.reservation_id: row.start for row in ours} == world.ledger.scheduled
        for row in ours:
            assert row.vendor_ref == world.ledger.reservations[row.reservation_id][0]
        assert not OutboxEntry.objects.filter(state__in=["pending", "stuck"]).exists()
        assert not Alert.objects.filter(closed_at=None).exclude(kind="vendor_cancelled").exists()
        transaction.set_rollback(True)


@schedules(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(deeds=DEEDS_WITH_STAFF, calls=CALLS)
def test_with_staff_in_between_both_sides_agree_or_an_operator_is_told(
    world: World,
    people: dict[str, Caller],
    monkeypatch: pytest.MonkeyPatch,
    deeds: list[tuple[object, ...]],
    calls: list[str],
) -> None:
    """What staff decided is not undone by a machine: such a difference may end as an alert that names it."""
    with transaction.atomic(), monkeypatch.context() as patches:
        tell(Story(world, people, calls, patches), deeds)
        check_ours()
        told = set(Alert.objects.filter(closed_at=None).values_list("appointment__reservation_id", flat=True))
        ours = {row.reservation_id: row.start for row in active()}
        assert {key: at for key, at in ours.items() if key not in told} == {
            key: at for key, at in world.ledger.scheduled.items() if key not in told
        }
        transaction.set_rollback(True)


def tell(story: Story, deeds: list[tuple[object, ...]]) -> None:
    """Everybody has asked for an appointment; then the schedule, then all is well again."""
    for name, start in zip(NAMES, SLOTS, strict=True):
        story.book(name, start)
    for deed in deeds:
        story.do(*deed)  # type: ignore[arg-type]
    story.recover()


def active() -> list[Appointment]:
    return list(Appointment.objects.filter(state__in=[state.value for state in APPOINTMENT_ACTIVE]))


def check_ours() -> None:
    """Nobody waits for an answer, nobody has two appointments, and each has the seat that is counted."""
    ours = Appointment.objects.filter(state__in=[state.value for state in APPOINTMENT_ACTIVE])
    assert not ours.exclude(state=AppointmentState.CONFIRMED.value).exists(), "somebody still waits for an answer"
    people = list(ours.values_list("candidacy_id", flat=True))
    assert len(people) == len(set(people))
    taken = {seat.start: seat.taken for seat in Seat.objects.filter(taken__gt=0)}
    assert taken == {start: [row.start for row in ours].count(start) for start in {row.start for row in ours}}


@schedules(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(deeds=ROOMS, calls=CALLS)
def test_who_the_proctor_let_in_gets_in_and_nobody_before(
    world: World,
    people: dict[str, Caller],
    monkeypatch: pytest.MonkeyPatch,
    deeds: list[tuple[str, object]],
    calls: list[str],
) -> None:
    with transaction.atomic(), monkeypatch.context() as patches:
        world.clock.present = START
        world.ledger.reservations.clear()
        world.publish(backend="live", unlock="none")
        alex = people["alex"]
        world.ledger.room = SessionState.SCHEDULED
        world.enter_room(alex)
        schedule = Schedule(world, calls)
        schedule.rule(patches)
        said_open = False
        for deed, value in deeds:
            if deed == "says":
                world.ledger.room = SessionState(str(value))
                said_open |= value == "open"
            else:
                world.clock.advance(seconds=int(str(value)))
                pass_by(world, alex, deed)
            assert said_open or world.phase(alex) == "room"
        schedule.over()
        world.ledger.room = SessionState.OPEN
        for _ in range(12):  # the page asks every ten seconds; the vendor's last pause is two minutes
            world.clock.advance(seconds=10)
            pass_by(world, alex, "screen")
        assert world.phase(alex) == "unlocked"
        transaction.set_rollback(True)


def pass_by(world: World, caller: Caller, who: str) -> None:
    """The candidate's page asks for its screen, or the worker makes its round."""
    if who == "screen":
        rooms.refreshed(world.load(caller))
    else:
        rooms.look_all(world.clock())
