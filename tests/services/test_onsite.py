"""Exams on site: no vendor hears of them, and one code opens a whole session (R-PIX-18)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from proctored_exam_xblock.backends import registry
from proctored_exam_xblock.domain.errors import InvalidPolicy, WrongPassword
from proctored_exam_xblock.models import Appointment, OutboxEntry
from proctored_exam_xblock.services import booking, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.world import NONCE, OTHER_SLOT, SLOT, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(world: World) -> World:
    world.publish(backend="onsite", unlock="session_code", seats_per_slot=5)
    return world


def enter(site: World, name: str, start=SLOT) -> Caller:
    """A candidate at the door of the exam, on time."""
    caller = site.person(name)
    site.book(caller, start)
    site.clock.present = start
    sitting.enter(caller, site.clock())
    return caller


def new_key(settings, *, keep_old: bool = True) -> None:
    old = settings.PROCTORED_EXAM["KEYS"] if keep_old else []
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "KEYS": ["a newer key", *old]}


def test_an_appointment_on_site_is_confirmed_at_once_and_nobody_is_told(site: World) -> None:
    alex = site.person()
    site.book(alex)

    assert site.appointment(alex).state == "confirmed"
    assert not OutboxEntry.objects.exists()
    assert registry.backend_class("onsite").candidate_fields == ()


def test_one_code_opens_the_exam_for_everybody_who_begins_together(site: World) -> None:
    alex, robin, sam = site.person("alex"), site.person("robin"), site.person("sam")
    site.book(alex)
    site.book(robin)
    site.book(sam, OTHER_SLOT)

    assert site.code(alex) == site.code(robin) != site.code(sam)

    site.clock.present = SLOT
    for caller in (alex, robin):
        sitting.enter(caller, site.clock())
        dossier, _ = sitting.unlock(caller, site.code(alex).lower(), NONCE, site.clock())
        assert dossier.journey.phase.value == "unlocked"


def test_the_code_of_another_session_opens_nothing_and_counts(site: World) -> None:
    sam = site.person("sam")
    site.book(sam, OTHER_SLOT)
    alex = enter(site, "alex")

    with pytest.raises(WrongPassword):
        sitting.unlock(alex, site.code(sam), NONCE, site.clock())

    assert site.appointment(alex).wrong_tries == 1


def test_the_code_is_that_of_the_new_session_after_a_move(site: World) -> None:
    alex, robin = site.person("alex"), site.person("robin")
    site.book(alex)
    site.book(robin, OTHER_SLOT)
    before = site.code(alex)

    booking.move(alex, OTHER_SLOT, site.clock())

    assert site.code(alex) == site.code(robin) != before


def test_a_key_that_is_added_between_two_bookings_leaves_the_session_its_one_code(site: World, settings) -> None:
    alex, robin = site.person("alex"), site.person("robin")
    site.book(alex)
    told = site.code(alex)
    new_key(settings)
    site.book(robin)

    assert site.code(robin) == site.code(alex) == told


def test_who_moved_in_with_an_older_key_is_opened_by_what_the_others_type(site: World, settings) -> None:
    alex, robin = site.person("alex"), site.person("robin")
    site.book(alex)
    new_key(settings)
    site.book(robin, OTHER_SLOT)
    booking.move(alex, OTHER_SLOT, site.clock())
    site.clock.present = OTHER_SLOT
    sitting.enter(alex, site.clock())

    dossier, _ = sitting.unlock(alex, site.code(robin), NONCE, site.clock())

    assert dossier.journey.phase.value == "unlocked"


def test_after_a_crash_the_same_code_lets_the_candidate_back_in_and_nothing_is_lost(site: World) -> None:
    alex = enter(site, "alex")
    code = site.code(alex)
    sitting.unlock(alex, code, NONCE, site.clock())
    dossier, _ = sitting.start(alex, NONCE, site.clock())
    deadline = site.attempt(alex).deadline
    site.minutes(5)
    assert site.phase(alex) == "room"  # a new window, without the old one's token

    dossier, token = sitting.unlock(alex, code, "nonce-of-the-second-page", site.clock())

    assert (dossier.journey.phase.value, bool(token)) == ("sitting", True)
    assert site.attempt(alex).deadline == deadline == SLOT + timedelta(minutes=30)


def test_the_code_is_stored_nowhere(site: World) -> None:
    alex = enter(site, "alex")
    code = site.code(alex)
    sitting.unlock(alex, code, NONCE, site.clock())

    columns = [field.name for field in Appointment._meta.fields]
    assert code not in repr(Appointment.objects.values_list(*columns))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"backend": "none"}, "nobody_has_the_code"),
        ({"backend": "fake"}, "no_sessions"),
        ({"appointments": False}, "no_sessions"),
    ],
)
def test_a_session_needs_appointments_that_are_ours_and_somebody_to_give_the_code(
    world: World, changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(InvalidPolicy) as refused:
        world.publish(**{"backend": "onsite", "unlock": "session_code", **changes})

    assert (refused.value.field, refused.value.params["reason"]) == ("unlock", reason)
