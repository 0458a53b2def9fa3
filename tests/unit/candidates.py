"""Candidates in every phase, as facts: what the presenter is given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from lxml import html as lxml_html

from proctored_exam_xblock.domain.attempt import AppointmentState, ReviewState, State
from proctored_exam_xblock.domain.drawing import draw
from proctored_exam_xblock.domain.journey import (
    AppointmentFacts,
    AttemptFacts,
    Facts,
    OnboardingFacts,
    PartFacts,
    PersonFacts,
    Phase,
    decide,
)
from proctored_exam_xblock.domain.policy import ExamPolicy, Expiry, Unlock
from proctored_exam_xblock.domain.questions import Choice, Hint, Kind, Paper, Part, Question
from proctored_exam_xblock.presenter import Links, render

CANARY = "canary-7c1e"
START = datetime(2017, 3, 2, 15, 0, tzinfo=UTC)
BOOKED_AT = START - timedelta(days=33, hours=5, minutes=11, seconds=59)
SITTING_AT = START + timedelta(minutes=12)
POLICY = ExamPolicy(
    title="Examen final certifiant",
    backend="proctoru",
    unlock=Unlock.APPOINTMENT_CODE,
    closed_weekdays=(3,),
    expiry=Expiry.DISCARD,
    terms_fr="Vous serez filmé.",
    terms_en="You will be filmed.",
    help_phones=("08 00 90 27 92 (France)",),
    help_emails=("certification@example.org",),
)
LINKS = Links(
    enrol="/enrol/",
    dashboard="/dashboard/",
    account="/account/",
    equipment="https://vendor.example/test",
    calendar="/exam.ics",
    course_title="Cartographie",
    backend_name="ProctorU",
    capabilities=frozenset({"room", "booking", "unlock_code"}),
    outline=(("Notions", 2), ("Modèles", 1)),
)
PERSON = PersonFacts(
    7, "alex", "Alex", "Moreau", "alex@example.org", "0600000000", "1 rue", "Lyon", "", "", "FR", "Europe/Paris"
)
DONE = OnboardingFacts(BOOKED_AT, "1", BOOKED_AT, BOOKED_AT, BOOKED_AT)
HINT = Hint(CANARY, CANARY, CANARY)
PAPER = Paper(
    (
        Part(
            "Notions",
            (
                Question(
                    "q1",
                    Kind.SINGLE,
                    "Qu'est-ce qu'un <b>processus</b> ?",
                    (Choice("a", "Une suite d'activités", True, hints=(HINT,)), Choice("b", "Une tâche", False)),
                    explanation=CANARY,
                    hints=(HINT,),
                    demand_hints=(CANARY,),
                ),
                Question(
                    "q2",
                    Kind.MULTIPLE,
                    "Lesquels ?",
                    (Choice("c", "Vendre", True), Choice("d", "Stylo &lt;noir&gt;", False)),
                    explanation=CANARY,
                ),
            ),
        ),
        Part(
            "Modèles",
            (
                Question(
                    "q3",
                    Kind.SELECT,
                    "BPMN est",
                    (Choice("e", "une <i>notation</i>", True), Choice("f", "a &lt; b", False)),
                    explanation=CANARY,
                ),
            ),
        ),
    )
)
PARTS = (
    PartFacts(1, "submitted", 4, {"q1": ("b",)}, SITTING_AT, SITTING_AT, 1),
    PartFacts(2, "draft", 2, {"q3": ("e",)}, SITTING_AT - timedelta(seconds=3), None, 0),
)
APPOINTMENT = AppointmentFacts(
    3, AppointmentState.CONFIRMED, START, timedelta(minutes=30), launch_url="/proctored_exam/launch/x/"
)
GATE = AttemptFacts(9, 1, State.GATE, "CP-2017-0412", START, unlocked_at=START + timedelta(minutes=10))
SITTING = replace(
    GATE,
    state=State.SITTING,
    started_at=START + timedelta(minutes=11),
    deadline=SITTING_AT + timedelta(minutes=29, seconds=56),
    paper=PAPER,
    layout=draw(PAPER, 1),
    parts=PARTS,
)
SUBMITTED = replace(
    SITTING,
    state=State.SUBMITTED,
    ended_at=SITTING_AT,
    audit_head="c0ffee",
    audit_count=12,
    parts=(PARTS[0], replace(PARTS[1], state="discarded")),
)
READY = Facts(True, person=PERSON, onboarding=DONE, information_fields=("phone", "city", "time_zone", "country"))
USED = replace(APPOINTMENT, state=AppointmentState.USED)


@dataclass(frozen=True)
class Case:
    """One candidate at one moment."""

    phase: Phase
    facts: Facts
    now: datetime
    policy: ExamPolicy = POLICY
    links: Links = LINKS

    def html(self, language: str = "fr") -> str:
        """The screen; the facts must lead to the phase named."""
        journey = decide(self.facts, self.policy, self.now)
        assert journey.phase is self.phase
        return render(self.facts, journey, self.policy, self.now, self.links, language)


def in_attempt(attempt: AttemptFacts, **more: object) -> Facts:
    """A candidate in the room or beyond."""
    return replace(READY, appointment=USED, attempt=attempt, **more)


def with_zone(facts: Facts, zone: str) -> Facts:
    """The same candidate, elsewhere."""
    return replace(facts, person=replace(PERSON, time_zone=zone))


BOOKED = Case(Phase.BOOKED, replace(READY, appointment=APPOINTMENT), BOOKED_AT)
BOOKING = Case(Phase.BOOKING, READY, datetime(2017, 3, 1, 13, 10, tzinfo=UTC))
IN_ROOM = Case(Phase.ROOM, in_attempt(GATE), START)
AT_WORK = Case(Phase.SITTING, in_attempt(SITTING, holds_window=True), SITTING_AT)
HANDED_IN = Case(Phase.SUBMITTED, in_attempt(SUBMITTED), SITTING_AT)


def every_phase() -> Iterator[Case]:
    """One candidate per phase, and the variants that have words of their own."""
    yield Case(Phase.NOT_ELIGIBLE, replace(READY, eligible=False), BOOKED_AT)
    yield Case(Phase.ONBOARDING, replace(READY, onboarding=OnboardingFacts()), BOOKED_AT)
    yield BOOKING
    yield BOOKED
    yield Case(
        Phase.BOOKED, replace(READY, appointment=replace(APPOINTMENT, state=AppointmentState.REQUESTED)), BOOKED_AT
    )
    yield Case(Phase.AVAILABLE, replace(READY, appointment=APPOINTMENT), START)
    yield Case(Phase.AVAILABLE, READY, BOOKED_AT, replace(POLICY, appointments=False, unlock=Unlock.NONE), Links())
    yield IN_ROOM
    yield Case(Phase.ROOM, in_attempt(SITTING), SITTING_AT)
    yield Case(Phase.UNLOCKED, in_attempt(replace(GATE, state=State.UNLOCKED)), START)
    yield AT_WORK
    yield Case(Phase.PAUSED, in_attempt(replace(SITTING, state=State.PAUSED, paused_at=SITTING_AT)), SITTING_AT)
    yield HANDED_IN
    yield Case(Phase.SUBMITTED, in_attempt(replace(SUBMITTED, state=State.EXPIRED)), SITTING_AT)
    scored = replace(SUBMITTED, released=True, score_earned=2, score_possible=3, passed=True)
    yield Case(Phase.RESULT, in_attempt(scored), SITTING_AT, replace(POLICY, show_result_in_exam=True))
    withdrawn = replace(SUBMITTED, review=ReviewState.INVALIDATED, review_reason="Pas de pièce d'identité")
    yield Case(Phase.INVALIDATED, in_attempt(withdrawn), SITTING_AT)
    yield Case(Phase.INTERRUPTED, in_attempt(replace(SITTING, state=State.INTERRUPTED)), SITTING_AT)
    yield Case(Phase.MISSED, replace(READY, appointment=APPOINTMENT), START + timedelta(hours=1))
    yield Case(Phase.CLOSED, READY, datetime(2017, 3, 15, tzinfo=UTC))


A_DAY = date(2017, 3, 2)


def tree(case: Case, language: str = "fr") -> lxml_html.HtmlElement:
    """The screen, parsed."""
    return lxml_html.fromstring(case.html(language))


def words(element: lxml_html.HtmlElement) -> str:
    """What is read, without the scripts' sentences; every kind of space is a space."""
    for script in element.xpath(".//script"):
        script.drop_tree()
    return " ".join(element.text_content().replace("\xa0", " ").replace("\u202f", " ").split())
