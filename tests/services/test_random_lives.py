"""Random lives over real rows, with clock jumps and a moody vendor: what must hold whatever happens, holds.

Lives are drawn from seeds and not by a rule-based machine, whose first examples rarely get as far as a sitting.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings

from proctored_exam_xblock.backends.base import Overlap, Unavailable
from proctored_exam_xblock.domain.attempt import APPOINTMENT_ACTIVE, OVER, TRANSITIONS, AppointmentState, State
from proctored_exam_xblock.domain.errors import ExamError, Gone
from proctored_exam_xblock.domain.grading import Score, grade
from proctored_exam_xblock.models import Appointment, Attempt, AuditEntry, PartResponse, Seat
from proctored_exam_xblock.services import (
    audit,
    booking,
    drafts,
    entry,
    exams,
    interventions,
    proctoring,
    review,
    room,
    sitting,
)
from tests.world import SLOT, World

pytestmark = pytest.mark.django_db
SLOTS = [SLOT + timedelta(minutes=15 * step) for step in (0, 1, 8)] + [SLOT + timedelta(days=1)]
GIVEN_UP = {AppointmentState.CANCELLED, AppointmentState.REFUSED}
STAFF = ("staff:1", "a reason")
GRACE = timedelta(seconds=2)


def reachable() -> dict[State, set[State]]:
    """States that any number of arrows lead to."""
    found = {state: {state} for state in State}
    for _ in State:
        for (origin, _event), target in TRANSITIONS.items():
            for reached in found.values():
                if origin in reached:
                    reached.add(target)
    return found


REACHABLE = reachable()


class Life:
    """One candidate, staff, the vendor and the clock; refusals are fine, broken promises are not."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.dice = world, random.Random(seed)
        world.publish(expiry=self.dice.choice(["discard", "submit_drafts"]), lead_time_hours=0, seats_per_slot=1)
        self.alex = world.person()
        getattr(world, self.dice.choice(["onboard", "book", "enter_room", "unlock", "sit"]))(self.alex)
        self.closed: dict[int, tuple[Any, ...]] = {}
        self.scores: dict[int, Score] = {}
        self.states: dict[int, State] = {}
        self.nonces = 0

    def go_on(self) -> None:
        """One more thing happens, mostly one that fits the phase."""
        dice = self.dice.random()
        if dice < 0.6:
            self.one_that_fits(self.dice.randrange(60))
        elif dice < 0.85:
            self.one_of_all(self.dice)
        elif dice < 0.9:
            self.time_passes(self.dice.choice([1, 20, 60, 600, 1799, 1802, 3600]))
        elif dice < 0.95:
            self.the_worker_runs()
        else:
            mood = self.dice.choice([None, None, Unavailable, Overlap])
            self.the_vendor_changes_its_mood(mood, loses=self.dice.random() < 0.5)

    def keeps_its_promises(self) -> None:
        self.states_follow_the_arrows()
        self.a_closed_part_never_changes()
        self.a_score_is_that_of_the_counted_answers_and_stays()
        self.the_deadline_is_the_start_and_what_was_given()
        self.seats_are_those_of_the_appointments()

    # --- deeds ------------------------------------------------------------------------------------------------------

    def attempt(self, deed: Callable[[], Any]) -> Any:
        try:
            return deed()
        except ExamError:
            return None

    @property
    def now(self) -> datetime:
        return self.world.clock()

    @property
    def holder(self) -> Any:
        return self.world.with_window(self.alex)

    @property
    def key(self) -> int:
        return self.world.candidacy(self.alex).pk

    def nonce(self) -> str:
        self.nonces += 1
        return f"nonce-of-the-page-number-{self.nonces}"

    def keep(self, opened: Any) -> None:
        if opened is not None and opened[1]:
            self.world.windows[self.alex.user_id or 0] = opened[1]

    def time_passes(self, seconds: int) -> None:
        self.world.clock.advance(seconds=seconds)

    def the_clock_jumps_to_what_comes_next(self, beyond: int) -> None:
        following = self.world.load(self.holder).journey.next_change
        if following is not None and following - self.now < timedelta(days=4):
            self.world.clock.present = max(self.now, following + timedelta(seconds=beyond))

    def the_vendor_changes_its_mood(self, mood: type[Exception] | None, loses: bool) -> None:
        self.world.ledger.fail = mood() if mood else None
        self.world.ledger.lose_answer = Unavailable() if loses else None

    def the_worker_runs(self) -> None:
        self.world.drain()
        entry.close_all(self.now)
        review.release_due(self.now)

    def one_of_all(self, dice: random.Random) -> None:
        coin = dice.random() < 0.5
        deeds: list[Callable[[], Any]] = [
            lambda: self.book(dice.choice(SLOTS), sent=coin),
            lambda: self.move(dice.choice(SLOTS)),
            lambda: self.the_proctor_types(right=coin),
            self.reload,
            lambda: self.answer(dice.randint(1, 2), dice.randint(0, 9), right=coin, final=dice.random() < 0.3),
            lambda: self.finish(drafts=coin),
            lambda: self.staff_act(dice.choice(["pause", "resume", "extend", "interrupt", "lift", "grant"])),
        ]
        dice.choice(deeds)()

    def one_that_fits(self, pick: int) -> None:
        fitting: dict[str, list[Callable[[], Any]]] = {
            "booked": [lambda: self.the_clock_jumps_to_what_comes_next(0), lambda: self.move(SLOTS[1]), self.cancel],
            "available": [self.launch, lambda: self.move(SLOTS[3])],
            "room": [lambda: self.the_proctor_types(right=True), lambda: self.time_passes(60)],
            "unlocked": [self.start],
            "sitting": [
                lambda: self.answer(1, pick, right=pick % 4 > 1, final=False),
                self.verify_the_first_part,
                lambda: self.answer(2, pick, right=True, final=False),
                lambda: self.staff_act("pause"),
                lambda: self.staff_act("extend"),
                lambda: self.the_clock_jumps_to_what_comes_next(pick // 6 - 4),
            ],
            "paused": [lambda: self.time_passes(20), lambda: self.staff_act("resume")],
            "interrupted": [lambda: self.staff_act("grant")],
            "missed": [lambda: self.staff_act("grant")],
            "submitted": [lambda: self.staff_act("grant")],
        }
        deeds = fitting.get(self.world.phase(self.holder), [lambda: self.book(SLOTS[3], sent=True)])
        deeds[pick % len(deeds)]()

    def book(self, start: datetime, sent: bool) -> None:
        self.attempt(lambda: booking.book(self.alex, start, self.now))
        if sent:
            self.world.drain()

    def move(self, start: datetime) -> None:
        self.attempt(lambda: booking.move(self.alex, start, self.now))

    def cancel(self) -> None:
        self.attempt(lambda: booking.cancel(self.alex, self.now))

    def launch(self) -> None:
        def deed() -> None:
            link = proctoring.launch_url(self.world.load(self.alex))
            if not link:
                raise Gone()
            room.launch(link.rstrip("/").rpartition("/")[2], self.alex.user_id or 0, self.now)

        self.attempt(deed)

    def the_proctor_types(self, right: bool) -> None:
        if Appointment.objects.exists():
            code = self.world.code(self.alex) if right else "BBBBBBBB"
            self.keep(self.attempt(lambda: sitting.unlock(self.alex, code, self.nonce(), self.now)))

    def start(self) -> None:
        self.keep(self.attempt(lambda: sitting.start(self.alex, self.nonce(), self.now)))

    def reload(self) -> None:
        window = self.world.windows.get(self.alex.user_id or 0, "")
        self.keep(self.attempt(lambda: sitting.open_window(self.alex, window, self.nonce(), self.now)))

    def answer(self, part: int, revision: int, right: bool, final: bool) -> None:
        send = sitting.submit_part if final else drafts.save_draft
        answers = self.world.answers(part, right=right)
        running = Attempt.objects.filter(state=State.SITTING.value).first()
        if self.attempt(lambda: send(self.holder, part, revision, answers, self.now)) is not None:  # type: ignore[operator]
            assert running is not None
            assert running.deadline is not None
            assert self.now <= running.deadline + GRACE

    def verify_the_first_part(self) -> None:
        """Each time with other answers and a newer revision: the first time counts."""
        self.nonces += 1
        self.answer(1, 100 + self.nonces, right=self.nonces % 2 == 0, final=True)

    def finish(self, drafts: bool) -> None:
        unsent = {"2": {"revision": 10, "answers": self.world.answers(2)}} if drafts else {}
        self.attempt(lambda: sitting.finish(self.holder, unsent, self.now))

    def staff_act(self, deed: str) -> None:
        deeds: dict[str, Callable[[], Any]] = {
            "pause": lambda: interventions.pause(self.key, *STAFF, self.now),
            "resume": lambda: interventions.resume(self.key, *STAFF, self.now),
            "extend": lambda: interventions.extend(self.key, timedelta(minutes=7), *STAFF, self.now),
            "interrupt": lambda: interventions.interrupt(self.key, *STAFF, self.now),
            "lift": lambda: interventions.lift_password_lock(self.key, *STAFF, self.now),
            "grant": lambda: interventions.grant_second_appointment(self.key, *STAFF, self.now),
        }
        self.attempt(deeds[deed])

    # --- promises ---------------------------------------------------------------------------------------------------

    def states_follow_the_arrows(self) -> None:
        for row in Attempt.objects.all():
            before, after = self.states.get(row.pk, State.GATE), State(row.state)
            assert after in REACHABLE[before], (before, after)
            self.states[row.pk] = after
            assert (row.active_key is not None) is (after not in OVER | {State.INTERRUPTED, State.VOIDED})

    def a_closed_part_never_changes(self) -> None:
        for row in PartResponse.objects.exclude(closed_at=None):
            kept = (row.answers, row.revision, row.submitted_at, row.counted, row.closed_at)
            assert self.closed.setdefault(row.pk, kept) == kept

    def a_score_is_that_of_the_counted_answers_and_stays(self) -> None:
        for row in Attempt.objects.filter(state__in=[state.value for state in OVER]):
            counted: dict[str, tuple[str, ...]] = {}
            for part in row.parts.filter(counted=True):
                counted |= {question: tuple(chosen) for question, chosen in part.answers.items()}
            found = grade(exams.snapshot(row.version).paper, counted)
            assert found == Score(row.score_earned or 0, row.score_possible or 0)
            assert self.scores.setdefault(row.pk, found) == found
            assert row.parts.filter(closed_at=None).count() == 0

    def the_deadline_is_the_start_and_what_was_given(self) -> None:
        for row in Attempt.objects.exclude(deadline=None):
            given = timedelta(minutes=30, seconds=row.extra_seconds + row.paused_seconds)
            assert row.deadline == row.started_at + given
            if row.state == State.EXPIRED:
                assert row.ended_at == row.deadline

    def seats_are_those_of_the_appointments(self) -> None:
        held: dict[datetime, int] = {}
        for row in Appointment.objects.all():
            if AppointmentState(row.state) not in GIVEN_UP:
                held[row.start] = held.get(row.start, 0) + 1
            if row.pending_start is not None:
                held[row.pending_start] = held.get(row.pending_start, 0) + 1
            assert (row.pending_start is not None) is (row.state == AppointmentState.MOVE_REQUESTED)
            assert (row.active_key is not None) is (AppointmentState(row.state) in APPOINTMENT_ACTIVE)
        assert {row.start: row.taken for row in Seat.objects.filter(taken__gt=0)} == held

    def the_vendor_and_we_agree_in_the_end(self) -> None:
        """Once it answers again, it holds our confirmed appointments at their hour and none that was given up."""
        ledger = self.world.ledger
        ledger.fail = ledger.lose_answer = None
        self.world.clock.advance(hours=2)
        self.world.drain()
        for row in Appointment.objects.exclude(outbox__kind="cancel", outbox__state="refused"):
            if row.state == AppointmentState.CONFIRMED:
                assert ledger.scheduled[row.reservation_id] == row.start
            elif AppointmentState(row.state) is AppointmentState.CANCELLED and row.start > self.now:
                assert row.reservation_id not in ledger.scheduled


@pytest.mark.parametrize("seed", range(max(10, settings.default.max_examples // 6)))
def test_random_lives(world: World, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(proctoring, "_jitter", random.Random(seed))
    life = Life(world, seed)
    for _ in range(40):
        life.go_on()
        life.keeps_its_promises()
    life.the_vendor_and_we_agree_in_the_end()
    assert audit.broken_link(AuditEntry.objects.filter(candidacy__isnull=False).order_by("sequence")) is None
