"""One simulated candidate: what all their steps have in common, and the way to a confirmed appointment.

A life is a generator that yields how long it waits before its next step; the play moves the clock in between.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, TypeVar

from ..domain.attempt import AppointmentState
from ..domain.errors import (
    AwaitingConfirmation,
    ExamError,
    InvalidForm,
    SlotFull,
    SlotNotOffered,
    TooLate,
    VendorUnavailable,
)
from ..domain.journey import terms_version
from ..domain.policy import ExamPolicy
from ..domain.scheduling import SlotOffer, bookable_days
from ..domain.scoring import Floor
from ..models import Appointment, Candidacy
from ..services import booking, enrolment, entry, equipment
from ..services.dossier import Caller, Dossier
from . import stage
from .cast import Change, Role
from .sheet import Sent, Sheet
from .vendors import Booth

T = TypeVar("T")
Steps = Iterator[timedelta]
PATIENCE = 200
"""Tries before a candidate gives up on something that an exam must give them."""


class GaveUp(Exception):
    """This candidate does not go on; ``args`` say at what."""


@dataclass
class Scene:
    """What all candidates share.

    Args:
        policy: the copy's rules.
        parts: of the paper's JSON, key included.
        password: of the exam, where it has one.
        quiet_until: nobody takes a slot before; by then all bookings are settled.
        seconds: real time of each use-case, by name.
    """

    policy: ExamPolicy
    parts: list[dict[str, Any]]
    booth: Booth
    password: str
    quiet_until: datetime
    seed: int
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    codes: dict[str, str] = field(default_factory=dict)
    """Reservation id -> code, of those whose proctor opened."""


@dataclass
class Record:
    """What happened to one candidate, as they saw it: acknowledged is what a service function returned from."""

    role: Role
    found_seat: bool = True
    expected_start: datetime | None = None
    changed: bool = False
    came: bool = False
    entered: bool = False
    opened: bool = False
    started_at: datetime | None = None
    acknowledged: dict[int, Sent] = field(default_factory=dict)
    verified: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)
    """Parts whose row did not hold what had just been acknowledged."""
    late: dict[int, Sent] = field(default_factory=dict)
    wrongly_let: set[str] = field(default_factory=set)
    """What should have been refused and was not: code, window, late, revision."""
    crashes: list[str] = field(default_factory=list)
    stopped_at: str = ""


class Life:
    """Args:
    role: who.
    user_id: of their account.
    scene: shared with the others.
    """

    def __init__(self, role: Role, user_id: int, scene: Scene) -> None:
        self.role, self.user_id, self.scene = role, user_id, scene
        self.record = Record(role)
        self.dice = random.Random(f"{scene.seed}:{role.number}")  # noqa: S311 (to be played again, not a secret)
        scoring = scene.policy.scoring
        self.sheet = Sheet(
            scene.parts,
            self.dice,
            skill=self.dice.uniform(0.4, 0.95),
            penalty=Fraction(scoring.penalty_percent, 100),
            within_part=scoring.floor is Floor.PART,
        )
        self.window = ""

    # --- what every step is made of ---------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return stage.now()

    @property
    def caller(self) -> Caller:
        """As the block's handlers make one of each request."""
        return Caller(stage.USAGE_KEY, self.user_id, False, self.role.language, self.window)

    def do(self, name: str, deed: Callable[[], T]) -> T:
        """One use-case, timed. A refusal passes; anything else ends this life and is on record.

        Raises:
            ExamError: the refusal.
            GaveUp: it crashed.
        """
        began = time.perf_counter()
        try:
            return deed()
        except ExamError:
            raise
        except Exception as error:  # what may not happen is what a rehearsal looks for
            self.record.crashes.append(f"{name}: {type(error).__name__}")
            raise GaveUp(name) from error
        finally:
            self.scene.seconds[name].append(time.perf_counter() - began)

    def insist(
        self, name: str, deed: Callable[[], T], *refusals: type[ExamError], wait: timedelta = timedelta(seconds=20)
    ) -> Generator[timedelta, None, T]:
        """A use-case tried again as long as it is refused for a reason that passes."""
        for _ in range(PATIENCE):
            try:
                return self.do(name, deed)
            except ExamError as error:
                if not isinstance(error, (VendorUnavailable, *refusals)):
                    raise
            yield wait
        raise GaveUp(name)

    def is_refused(self, name: str, deed: Callable[[], object], *refusals: type[ExamError]) -> bool:
        """True when a deed that must be refused is, for one of these reasons; another refusal is no answer."""
        try:
            self.do(name, deed)
        except ExamError as error:
            if isinstance(error, refusals):
                return True
            raise
        return False

    def lived(self, steps: Steps) -> Steps:
        """``steps`` until their end, or until this candidate gives up."""
        try:
            yield from steps
        except GaveUp as end:
            self.record.stopped_at = str(end)
        except ExamError as error:
            self.record.stopped_at = error.code

    def look(self) -> Dossier:
        """The page asks for its screen."""
        return self.do("screen", lambda: entry.load(self.caller, self.now))

    def until(self, moment: datetime) -> timedelta:
        """How long it is still to go."""
        return max(timedelta(0), moment - self.now)

    def appointment(self) -> Appointment:
        """The last one, from the rows."""
        rows = Appointment.objects.filter(candidacy__user_id=self.user_id)
        return rows.select_related("version", "candidacy").order_by("-number")[0]

    # --- up to the appointment --------------------------------------------------------------------------------------

    def before(self) -> Steps:
        """Onboarding, then an appointment, changed or not."""
        yield timedelta(seconds=10 * self.role.number)
        yield from self._onboard()
        if not self.scene.policy.appointments:
            return
        yield from self._book()
        if not self.record.found_seat:
            return
        if self.role.change is Change.MOVES:
            yield from self._move()
        elif self.role.change is Change.REBOOKS:
            yield timedelta(minutes=7)
            self.record.expected_start = None
            self.do("cancel", lambda: booking.cancel(self.caller, self.now))
            self.record.changed = True
            yield from self._book()

    def _onboard(self) -> Steps:
        page = self.look()
        if self.role.extra_percent:  # as course staff enter it
            Candidacy.objects.filter(user_id=self.user_id).update(extra_time_percent=self.role.extra_percent)
        yield timedelta(seconds=20)
        camera = "missing" if self.role.mistakes > 1 else "ok"
        check = {"browser": "firefox", "browser_version": 130, "system": "windows", "system_version": "11"}
        self.do(
            "record_equipment",
            lambda: equipment.record_equipment(self.caller, {**check, "camera": camera}, self.now),
        )
        if page.facts.information_fields:
            yield timedelta(seconds=60)
            self._fill_in()
        version = terms_version(page.facts, page.policy)
        self.do("accept_terms", lambda: enrolment.accept_terms(self.caller, version, self.now))
        yield timedelta(seconds=20)
        self.do("confirm_name", lambda: enrolment.confirm_name(self.caller, self.now))

    def _fill_in(self) -> None:
        form: dict[str, Any] = self.role.information
        if self.role.mistakes:
            self.is_refused("save_information", self._save(form | {"phone": "1"}), InvalidForm)
        self.do("save_information", self._save(form))

    def _save(self, form: Mapping[str, str]) -> Callable[[], Dossier]:
        return lambda: enrolment.save_information(self.caller, dict(form), self.now)

    def _book(self) -> Steps:
        for _ in range(PATIENCE):
            offers = yield from self._offers()
            if not offers:
                self.record.found_seat = False
                return
            start = self._choice(offers)
            yield timedelta(seconds=10)
            try:
                yield from self.insist("book", lambda start=start: booking.book(self.caller, start, self.now))  # type: ignore[misc]
            except (SlotFull, SlotNotOffered, TooLate):
                continue
            if self.role.mistakes:  # the same click twice
                self.do("book", lambda start=start: booking.book(self.caller, start, self.now))  # type: ignore[misc]
            yield from self._until_answered()
            if self.appointment().state != AppointmentState.REFUSED:
                self.record.expected_start = start
                return
        raise GaveUp("book")

    def _until_answered(self) -> Steps:
        """The page says "awaiting confirmation" until the vendor has answered."""
        waiting = (AppointmentState.REQUESTED, AppointmentState.MOVE_REQUESTED)
        for minutes in (0, *[1] * 30, *[10] * 60):
            yield timedelta(minutes=minutes)
            facts = self.look().facts.appointment
            if facts is None or facts.state not in waiting:
                return

    def _move(self) -> Steps:
        yield timedelta(minutes=5)
        for _ in range(PATIENCE):
            others = [offer for offer in (yield from self._offers()) if offer.start != self.record.expected_start]
            if not others or self.record.expected_start is None:
                return
            start = self._choice(others)
            yield timedelta(seconds=10)
            try:
                yield from self.insist(
                    "move",
                    lambda start=start: booking.move(self.caller, start, self.now),  # type: ignore[misc]
                    AwaitingConfirmation,
                )
            except (SlotFull, SlotNotOffered, TooLate):
                continue
            yield from self._until_answered()
            if self.appointment().notice != "move_refused":
                self.record.expected_start, self.record.changed = start, True
            return

    def _offers(self) -> Generator[timedelta, None, list[SlotOffer]]:
        """Slots of the first day that has any, the days in this candidate's order of preference."""
        page, policy = self.look(), self.scene.policy
        days = [offer.day for offer in bookable_days(policy, self.now, page.facts.extra_time, False) if offer.bookable]
        popular, others = days[:3], days[3:]
        self.dice.shuffle(others)
        self.dice.shuffle(popular)
        wanted = [*popular, *others] if self.dice.random() < 0.7 else [*others, *popular]
        for day in wanted:
            _, offers = yield from self.insist("slots", lambda day=day: booking.slots(self.caller, day, self.now))  # type: ignore[misc]
            usable = [offer for offer in offers if offer.start.astimezone(UTC) >= self.scene.quiet_until]
            if usable:
                return usable
        return []

    def _choice(self, offers: list[SlotOffer]) -> datetime:
        """Most want the first hour: slots fill up to their last seat."""
        return offers[0].start if self.dice.random() < 0.6 else self.dice.choice(offers).start
