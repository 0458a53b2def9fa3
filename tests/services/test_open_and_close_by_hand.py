"""An exam opened, ended and noted on by hand: in which phases, once, and what is kept of it (R-X-7)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from proctored_exam_xblock.backends.base import Unavailable
from proctored_exam_xblock.domain.errors import InvalidField, NotAllowedNow
from proctored_exam_xblock.models import Appointment, Attempt, AuditEntry, Incident
from proctored_exam_xblock.services import booking, evidence, interventions
from proctored_exam_xblock.services.dossier import Caller
from tests.world import SLOT, World

pytestmark = pytest.mark.django_db
STAFF = "staff:7"
WHY = "the service is down"


@pytest.fixture
def exam(world: World) -> World:
    world.publish()
    return world


def unlock(exam: World, caller: Caller) -> None:
    interventions.unlock_by_hand(exam.candidacy(caller).pk, STAFF, WHY, exam.clock())


def close(exam: World, caller: Caller, **options: bool) -> str:
    return interventions.close_by_hand(exam.candidacy(caller).pk, STAFF, WHY, exam.clock(), **options).value


def told(action: str) -> list[dict[str, object]]:
    return list(AuditEntry.objects.filter(action=action, actor=STAFF).values_list("data", flat=True))


# --- unlock ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answered", [True, False])
def test_the_exam_is_unlocked_when_the_room_cannot_be_opened(exam: World, answered: bool) -> None:
    exam.ledger.fail = None if answered else Unavailable()
    alex = exam.person()
    exam.onboard(alex)
    booking.book(alex, SLOT, exam.clock())
    exam.drain()
    exam.ledger.fail = Unavailable()
    exam.clock.present = SLOT - timedelta(minutes=10)

    unlock(exam, alex)
    unlock(exam, alex)

    assert (exam.phase(alex), Attempt.objects.count()) == ("unlocked", 1)
    assert exam.appointment(alex).consent_at is None
    assert [entry["reason"] for entry in told("room_opened") + told("unlocked")] == [WHY, WHY]


def test_a_candidate_in_the_room_is_unlocked_whatever_was_typed_wrong(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    Appointment.objects.update(wrong_tries=9, locked_until=exam.clock() + timedelta(minutes=8))

    unlock(exam, alex)

    assert exam.phase(alex) == "unlocked"
    assert exam.appointment(alex).consent_at is not None


def test_nothing_is_unlocked_before_the_launch_window(exam: World) -> None:
    alex = exam.person()
    exam.book(alex)
    exam.clock.present = SLOT - timedelta(minutes=10, seconds=1)

    with pytest.raises(NotAllowedNow) as refused:
        unlock(exam, alex)

    assert refused.value.params["reason"] == "too_early"
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("deed", ["sit", "onboard", "finish", "miss"])
def test_nothing_is_unlocked_in_any_other_phase(exam: World, deed: str) -> None:
    alex = exam.person()
    if deed == "onboard":
        exam.onboard(alex)
    elif deed == "miss":
        exam.book(alex)
        exam.clock.present = SLOT + timedelta(hours=1)
    else:
        exam.sit(alex)
    if deed == "finish":
        close(exam, alex)

    with pytest.raises(NotAllowedNow):
        unlock(exam, alex)


def test_an_exam_without_appointments_is_unlocked_too(world: World) -> None:
    world.publish(backend="none", unlock="exam_password", appointments=False)
    alex = world.person()
    world.onboard(alex)
    world.clock.present = SLOT

    unlock(world, alex)

    assert world.phase(alex) == "unlocked"


# --- close ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("options", "earned"), [({}, 0), ({"count_drafts": True}, 2), ({"count_drafts": False}, 0)])
def test_a_sitting_is_ended_and_counted_as_the_policy_or_staff_say(
    exam: World, options: dict[str, bool], earned: int
) -> None:
    alex = exam.person()
    exam.sit(alex)
    part = exam.attempt(alex).parts.get(number=1)
    part.answers, part.revision = exam.answers(1), 1
    part.save()

    assert close(exam, alex, **options) == "submitted"
    exam.minutes(5)
    assert close(exam, alex, count_drafts=True) == "submitted"

    row = exam.attempt(alex)
    assert (row.score_earned, row.end_reason, row.ended_at) == (earned, "closed_by_staff", SLOT)
    (entry,) = told("finished")
    assert entry["reason"] == WHY


def test_a_paused_sitting_is_ended_with_its_paused_time_on_file(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    interventions.pause(exam.candidacy(alex).pk, STAFF, WHY, exam.clock())
    exam.minutes(60)

    assert close(exam, alex) == "submitted"

    assert exam.attempt(alex).paused_seconds == 3600


@pytest.mark.parametrize("unlocked", [True, False])
def test_what_never_began_is_interrupted(exam: World, unlocked: bool) -> None:
    alex = exam.person()
    (exam.unlock if unlocked else exam.enter_room)(alex)

    assert close(exam, alex) == close(exam, alex) == "interrupted"

    assert exam.phase(alex) == "interrupted"
    assert len(told("interrupted")) == 1


def test_nothing_is_closed_before_the_room_is_opened(exam: World) -> None:
    alex = exam.person()
    exam.book(alex)
    with pytest.raises(NotAllowedNow):
        close(exam, alex)


# --- repeated, and what is said ---------------------------------------------------------------------------------------


def test_time_asked_for_twice_by_one_click_is_given_once(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    ten = timedelta(minutes=10)
    for nonce in ("click-1", "click-1", "click-2"):
        interventions.extend(exam.candidacy(alex).pk, ten, STAFF, WHY, exam.clock(), nonce=nonce)

    assert exam.attempt(alex).deadline == SLOT + timedelta(minutes=50)


def test_an_incident_is_kept_once_and_its_words_stay_out_of_the_trail(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    for _ in range(2):
        interventions.report_incident(
            exam.candidacy(alex).pk, "technical", " The screen went black. ", STAFF, exam.clock(), nonce="click-1"
        )

    report = Incident.objects.get()
    assert (report.kind, report.text, report.attempt) == ("technical", "The screen went black.", exam.attempt(alex))
    assert "black" not in repr(list(AuditEntry.objects.values()))
    assert told("incident_reported") == [{"incident": report.pk, "kind": "technical", "nonce": "click-1"}]


@pytest.mark.parametrize("came", [True, False])
def test_the_words_of_an_incident_are_destroyed_with_the_other_evidence(exam: World, came: bool) -> None:
    alex = exam.person()
    (exam.sit if came else exam.book)(alex)
    interventions.report_incident(exam.candidacy(alex).pk, "identity", "no card", STAFF, exam.clock())
    if came:
        close(exam, alex)
    exam.minutes(41 * 24 * 60)
    evidence.erase_due(exam.clock())
    assert Incident.objects.get().text == "no card"

    exam.minutes(24 * 60)
    evidence.erase_due(exam.clock())

    assert (Incident.objects.get().text, Incident.objects.get().kind) == ("", "identity")


@pytest.mark.parametrize(("kind", "text"), [("gossip", "x"), ("other", " "), ("other", "x" * 2001)])
def test_an_incident_that_says_nothing_is_refused(exam: World, kind: str, text: str) -> None:
    alex = exam.person()
    exam.book(alex)
    with pytest.raises(InvalidField):
        interventions.report_incident(exam.candidacy(alex).pk, kind, text, STAFF, exam.clock())
    assert not Incident.objects.exists()


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_nothing_is_done_without_a_reason_of_some_length(exam: World, reason: str) -> None:
    alex = exam.person()
    exam.sit(alex)
    pk, now, before = exam.candidacy(alex).pk, exam.clock(), AuditEntry.objects.count()
    for deed in (
        lambda: interventions.book_for(pk, SLOT, STAFF, reason, now),
        lambda: interventions.unlock_by_hand(pk, STAFF, reason, now),
        lambda: interventions.close_by_hand(pk, STAFF, reason, now),
    ):
        with pytest.raises(InvalidField):
            deed()
    assert AuditEntry.objects.count() == before
