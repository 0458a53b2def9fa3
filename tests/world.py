"""A small course with one exam and a few people, to drive the use-cases as a candidate would."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model

from demo.models import Enrolment
from proctored_exam_xblock.models import Appointment, Attempt, Candidacy, Exam
from proctored_exam_xblock.services import booking, enrolment, entry, exams, gate, proctoring, room, sitting
from proctored_exam_xblock.services.dossier import Caller, Dossier
from tests.fakes import FakeClock, Ledger

USAGE = "cartopro.proctored_exam.d0.u0"
COURSE = "course-v1:IAE-Lyon3+CARTOPRO+2027"
START = datetime(2017, 2, 20, 9, 0, tzinfo=UTC)
SLOT = datetime(2017, 3, 2, 15, 0, tzinfo=UTC)
OTHER_SLOT = datetime(2017, 3, 3, 16, 0, tzinfo=UTC)
CANARY = "canary-explanation-4f1d"
PAPER = f"""
<part title="Partie 1">
  <problem url_name="q1">
    <multiplechoiceresponse>
      <label>Une tâche est un rectangle.</label>
      <choicegroup>
        <choice correct="true">Vrai<choicehint label="{CANARY}">{CANARY}</choicehint></choice>
        <choice correct="false">Faux<choicehint>{CANARY}</choicehint></choice>
      </choicegroup>
    </multiplechoiceresponse>
    <solution><p>{CANARY}</p></solution>
    <demandhint><hint>{CANARY}</hint></demandhint>
  </problem>
  <problem url_name="q2">
    <choiceresponse>
      <label>Lesquels sont des processus ?</label>
      <checkboxgroup>
        <choice correct="true">Vendre</choice><choice correct="true">Acheter</choice>
        <choice correct="false">Stylo<choicehint selected="false">{CANARY}</choicehint></choice>
        <compoundhint value="A B">{CANARY}</compoundhint>
      </checkboxgroup>
    </choiceresponse>
  </problem>
</part>
<part title="Partie 2">
  <problem url_name="q3">
    <optionresponse>
      <label>BPMN est une</label>
      <optioninput><option correct="True">notation</option><option correct="False">norme ISO</option></optioninput>
    </optionresponse>
  </problem>
</part>
"""
POLICY: dict[str, Any] = {
    "backend": "fake",
    "unlock": "appointment_code",
    "first_day": "2017-03-01",
    "last_day": "2017-03-14",
    "opens_at": "15:00",
    "closes_at": "21:00",
    "closed_weekdays": [3],
    "lead_time_hours": 72,
    "duration_minutes": 30,
    "seats_per_slot": 2,
    "expiry": "discard",
}
FORM = {
    "phone": "+33 6 12 34 56 78",
    "address": "1 rue de l'Université",
    "city": "Lyon",
    "time_zone": "Europe/Paris",
    "country": "FR",
}
NONCE = "nonce-of-the-first-page"
CHECK: dict[str, Any] = {
    "check": "a-check",
    "camera": "ok",
    "camera_width": 1280,
    "camera_height": 720,
    "microphone": "ok",
    "microphone_level": 0.1,
    "speakers": "heard",
    "down_kbps": 9000,
    "up_kbps": 2000,
    "latency_ms": 40,
    "jitter_ms": 5,
    "connection": "ethernet",
    "browser": "firefox",
    "browser_version": 130,
    "browser_features": True,
    "system": "windows",
    "system_version": "11",
    "screens": False,
    "cookies": True,
    "clock_offset": 0.4,
}
"""A check of the equipment that finds nothing to settle."""


@dataclass
class World:
    """The exam, the vendor's ledger and the clock; methods are a candidate's (or staff's) deeds."""

    clock: FakeClock
    ledger: Ledger
    policy: dict[str, Any] = field(default_factory=lambda: dict(POLICY))
    windows: dict[int, str] = field(default_factory=dict)

    def publish(self, paper: str = PAPER, **changes: Any) -> Exam:
        """Snapshot the exam, with some rules changed."""
        self.policy |= changes
        return exams.publish(
            usage_key=USAGE, course_key=COURSE, title="Examen final", policy=self.policy, paper=paper, now=self.clock()
        )

    def person(self, username: str = "alex", mode: str | None = "verified", *, staff: bool = False) -> Caller:
        """A signed-in person, enrolled in ``mode`` (None: not at all)."""
        user, _ = get_user_model().objects.get_or_create(
            username=username,
            defaults={"first_name": username.title(), "last_name": "Martin", "email": f"{username}@example.org"},
        )
        if mode is not None:
            Enrolment.objects.get_or_create(user=user, course_key=COURSE, defaults={"mode": mode, "is_active": True})
        return Caller(usage_key=USAGE, user_id=user.pk, staff=staff)

    def with_window(self, caller: Caller) -> Caller:
        """The same caller from the window that holds the sitting."""
        token = self.windows.get(caller.user_id or 0, "")
        return Caller(caller.usage_key, caller.user_id, caller.staff, caller.language, token)

    def load(self, caller: Caller) -> Dossier:
        """The caller's dossier now."""
        return entry.load(self.with_window(caller), self.clock())

    def phase(self, caller: Caller) -> str:
        """The caller's phase now."""
        return self.load(caller).journey.phase.value

    def onboard(self, caller: Caller) -> Dossier:
        """Terms, name and information."""
        now = self.clock()
        enrolment.save_information(caller, dict(FORM), now)
        enrolment.accept_terms(caller, "1", now)
        return enrolment.confirm_name(caller, now)

    def book(self, caller: Caller, start: datetime = SLOT) -> Dossier:
        """Onboard and book; the vendor is told as after a commit."""
        self.onboard(caller)
        dossier = booking.book(caller, start, self.clock())
        self.drain()
        return self.load(caller) if dossier.appointment else dossier

    def drain(self) -> int:
        """What runs after each commit in production (a test inside a transaction has no commit)."""
        return proctoring.drain(self.clock())

    def enter_room(self, caller: Caller, start: datetime = SLOT) -> Dossier:
        """Book, wait for the hour, consent and enter."""
        self.book(caller, start)
        self.clock.present = start
        dossier = self.load(caller)
        token = proctoring.launch_url(dossier).rstrip("/").rpartition("/")[2]
        assert caller.user_id is not None
        room.launch(token, caller.user_id, self.clock())
        return self.load(caller)

    def code(self, caller: Caller) -> str:
        """The code of the caller's last appointment, as the proctor sees it."""
        return gate.code_of(self.appointment(caller))

    def unlock(self, caller: Caller, start: datetime = SLOT) -> Dossier:
        """Enter the room and let the proctor type the code."""
        self.enter_room(caller, start)
        dossier, _ = sitting.unlock(caller, self.code(caller), "", self.clock())
        return dossier

    def sit(self, caller: Caller, start: datetime = SLOT) -> Dossier:
        """Everything up to the running clock; the window is remembered."""
        self.unlock(caller, start)
        dossier, token = sitting.start(caller, NONCE, self.clock())
        self.windows[caller.user_id or 0] = token
        return dossier

    def answers(self, part: int, *, right: bool = True) -> dict[str, list[str]]:
        """Answers to every question of a part, all right or all wrong."""
        exam = Exam.objects.get(usage_key=USAGE)
        assert exam.current_version is not None
        questions = exams.snapshot(exam.current_version).paper.parts[part - 1].questions
        return {
            q.id: [c.id for c in q.choices if c.correct] if right else [next(c.id for c in q.choices if not c.correct)]
            for q in questions
        }

    def candidacy(self, caller: Caller) -> Candidacy:
        """The caller's candidacy row."""
        return Candidacy.objects.get(user_id=caller.user_id, exam__usage_key=USAGE)

    def appointment(self, caller: Caller) -> Appointment:
        """The caller's last appointment row."""
        return Appointment.objects.filter(candidacy__user_id=caller.user_id).order_by("-number")[0]

    def attempt(self, caller: Caller) -> Attempt:
        """The caller's last attempt row."""
        return Attempt.objects.filter(candidacy__user_id=caller.user_id).order_by("-number")[0]

    def minutes(self, count: float) -> datetime:
        """Let time pass."""
        return self.clock.advance(seconds=timedelta(minutes=count).total_seconds())
