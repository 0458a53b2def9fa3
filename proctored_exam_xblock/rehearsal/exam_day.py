"""The same candidate on the day: the room, the proctor, the clock, the answers, the end."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import timedelta
from fractions import Fraction

from ..backends.base import Capability
from ..domain import clock
from ..domain.errors import (
    NotAllowedNow,
    PasswordLocked,
    StaleRevision,
    TimeOver,
    WindowBusy,
    WindowLost,
    WrongPassword,
)
from ..domain.journey import Phase
from ..domain.policy import Expiry, Unlock
from ..models import Appointment, Attempt, PartResponse
from ..services import drafts, proctoring, room, rooms, sitting
from ..services.dossier import Caller, Dossier
from .cast import Day, Ending, Network
from .life import GaveUp, Life, Steps
from .sheet import Sent

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
WRONG = ("BBBBBBBB", "not the password")


class ExamDay(Life):
    """A :class:`Life` that sits the exam."""

    def day(self) -> Steps:
        """From the launch to the end, or to nothing for who never comes."""
        policy, start = self.scene.policy, self.record.expected_start
        if policy.appointments and start is None:
            return
        if start is None:
            yield timedelta(seconds=15 * self.role.number)
            start = self.now
        elif self.role.day is Day.NEVER:
            yield self.until(clock.latest_end(start, policy) + _MINUTE)
            self.look()
            return
        elif self.role.day is Day.LATE:
            yield self.until(start + timedelta(minutes=policy.missed_after_minutes) / 2)
        else:
            lead = timedelta(minutes=policy.launch_lead_minutes)
            yield self.until(start - lead * self.dice.random())
        self.record.came = True
        yield from self._enter()
        yield self.until(start) + timedelta(seconds=self.dice.randint(20, 180))
        yield from self._gate()
        yield timedelta(seconds=self.dice.randint(5, 90))
        page, self.window = self.do("start", lambda: sitting.start(self.caller, self._nonce(), self.now))
        self.sheet.own = frozenset(question.id for question in page.paper.questions)
        self.record.started_at = self.now
        yield from self._sit()
        if self.scene.policy.appointments:
            self.scene.booth.close(self.role.email)

    # --- the room ---------------------------------------------------------------------------------------------------

    def _enter(self) -> Steps:
        page = self.look()
        if Capability.ROOM not in page.backend.capabilities:
            yield from self.insist("launch", lambda: sitting.enter(self.caller, self.now), NotAllowedNow)
        else:
            token = proctoring.launch_url(page).rstrip("/").rpartition("/")[2]
            found = yield from self.insist("launch", lambda: room.launch(token, self.user_id, self.now), NotAllowedNow)
            self.scene.booth.enter(found)
        self.record.entered = True

    def _gate(self) -> Steps:
        if self.look().journey.phase is Phase.UNLOCKED:  # nothing guards this exam
            self.record.opened = True
            return
        appointment = self.appointment()
        code = yield from self._proctor(appointment)
        self.record.opened = True
        if self.scene.policy.unlock is Unlock.NONE:
            yield from self._until_let_in()
            return
        code = code or self.scene.password
        yield from self._try_what_must_not_open(code)
        self.scene.codes[appointment.reservation_id] = code
        yield from self.insist("unlock", lambda: self._unlock(code), PasswordLocked, wait=_MINUTE)

    def _proctor(self, appointment: Appointment) -> Generator[timedelta, None, str]:
        """Somebody opens the exam; a candidate whom they do not see in the room comes in again."""
        for _ in range(20):
            code = self.scene.booth.open(appointment, self.role.email)
            if code is not None:
                return code
            yield _MINUTE
            yield from self._enter()
        raise GaveUp("proctor")

    def _until_let_in(self) -> Steps:
        """The page waits and asks; the vendor's word opens the exam."""
        for _ in range(60):
            page = self.look()
            page = self.do("look", lambda page=page: rooms.refreshed(page))  # type: ignore[misc]
            if page.journey.phase is Phase.UNLOCKED:
                return
            yield timedelta(seconds=10)
        raise GaveUp("gate")

    def _try_what_must_not_open(self, code: str) -> Steps:
        """The code that opened somebody else's exam, then typing mistakes."""
        others = [other for other in self.scene.codes.values() if other != code]
        tries = [*others[-1:], *WRONG[: self.role.mistakes]]
        for wrong in tries:
            if not self.is_refused("unlock", lambda wrong=wrong: self._unlock(wrong), WrongPassword, PasswordLocked):  # type: ignore[misc]
                self.record.wrongly_let.add("code")
                return
            yield timedelta(seconds=15)

    def _unlock(self, password: str) -> Dossier:
        page, token = sitting.unlock(self.caller, password, self._nonce(), self.now)
        self.window = token or self.window
        return page

    # --- the sitting ------------------------------------------------------------------------------------------------

    def _sit(self) -> Steps:
        count = len(self.scene.parts)
        whole = self.scene.policy.duration * (1 + self.role.extra_percent / 100)
        pace = whole * 0.85 / (3 * count + 2)
        for number in range(1, count + 1):
            for _ in range(self.dice.randint(1, 3)):
                yield pace * self.dice.uniform(0.5, 1)
                self._save_draft(number)
            sitting.seen(self.look())
            if number == 1 and self.role.network is not Network.STEADY:
                yield from self._lose_the_page(number)
            if number < count or (self.role.ending is Ending.FINISHES and self.dice.random() < 0.5):
                yield timedelta(seconds=2)
                self._verify(number)
        if self.role.ending is Ending.FINISHES:
            yield from self._finish()
        else:
            yield from self._let_time_run_out()

    def _save_draft(self, number: int) -> None:
        sent = self.sheet.edit(number)
        self.do("save_draft", self._draft(number, sent))
        before = self.record.acknowledged.get(number)
        self._acknowledge(number, sent)
        if before is not None and not self.is_refused("save_draft", self._draft(number, before), StaleRevision):
            self.record.wrongly_let.add("revision")  # a packet that was overtaken

    def _draft(self, number: int, sent: Sent, caller: Caller | None = None) -> Callable[[], object]:
        return lambda: drafts.save_draft(caller or self.caller, number, sent.revision, {**sent.answers}, self.now)

    def _verify(self, number: int) -> None:
        sent = self.sheet.edit(number)
        self.do(
            "submit_part",
            lambda: sitting.submit_part(self.caller, number, sent.revision, {**sent.answers}, self.now),
        )
        self._acknowledge(number, sent)
        self.record.verified.add(number)

    def _acknowledge(self, number: int, sent: Sent) -> None:
        """The page says "saved": a reload at this moment has to show it."""
        self.record.acknowledged[number] = sent
        row = PartResponse.objects.get(attempt__candidacy__user_id=self.user_id, number=number)
        if not sent.is_in(row.answers):
            self.record.lost.add(number)

    def _lose_the_page(self, number: int) -> Steps:
        """A reload trades the window; after a crash only the code, or silence, gives a new one."""
        lost = self.caller
        yield timedelta(seconds=5)
        if self.role.network is Network.RELOADS:
            _, self.window = self.do(
                "open_window", lambda: sitting.open_window(self.caller, lost.window, self._nonce(), self.now)
            )
        else:
            self.window = ""
            self.look()
            yield from self._come_back()
        sent = self.sheet.edit(number)
        if not self.is_refused("save_draft", self._draft(number, sent, lost), WindowLost):
            self.record.wrongly_let.add("window")
            self.record.acknowledged[number] = sent
        self._save_draft(number)

    def _come_back(self) -> Steps:
        if self.scene.policy.unlock is not Unlock.NONE:
            code = self.scene.codes[self.appointment().reservation_id]
            yield timedelta(seconds=40)
            self.do("unlock", lambda: self._unlock(code))
            return
        found = yield from self.insist(
            "claim_window",
            lambda: sitting.claim_window(self.caller, self._nonce(), self.now),
            WindowBusy,
        )
        self.window = found[1]

    def _nonce(self) -> str:
        return f"{self.role.username}-{self.dice.getrandbits(64):016x}"

    # --- the end ----------------------------------------------------------------------------------------------------

    def _finish(self) -> Steps:
        number = len(self.scene.parts)
        unsent = {}
        if number not in self.record.verified:
            sent = self.sheet.edit(number)
            unsent = {str(number): {"revision": sent.revision, "answers": {**sent.answers}}}
        yield timedelta(seconds=10)
        self.do("finish", lambda: sitting.finish(self.caller, unsent, self.now))
        if unsent:
            self.record.acknowledged[number] = sent
        yield timedelta(seconds=5)
        late = self.sheet.edit(number)
        if not self.is_refused("save_draft", self._draft(number, late), NotAllowedNow, WindowLost):
            self.record.wrongly_let.add("late")

    def _let_time_run_out(self) -> Steps:
        attempt = Attempt.objects.filter(candidacy__user_id=self.user_id).order_by("-number")[0]
        assert attempt.deadline is not None
        if self.role.ending is Ending.LEAVES:
            yield self.until(attempt.deadline) + 20 * _MINUTE
            return
        yield self.until(clock.cut_off(attempt.deadline, self.scene.policy) + _SECOND)
        number = len(self.scene.parts)
        late = self.sheet.edit(number)
        if self.is_refused("save_draft", self._draft(number, late), TimeOver):
            self.record.late[number] = late
        else:
            self.record.wrongly_let.add("late")


def expected_points(life: ExamDay) -> Fraction:
    """What the acknowledged answers are worth under the exam's rules for drafts."""
    record = life.record
    counts = set(record.acknowledged) if life.scene.policy.expiry is Expiry.SUBMIT_DRAFTS else record.verified
    return sum((sent.points for number, sent in record.acknowledged.items() if number in counts), Fraction(0))
