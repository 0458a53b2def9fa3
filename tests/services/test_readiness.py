"""What surrounds an exam is read from settings, rows and enrolments, and nothing is written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from proctored_exam_xblock import compat
from proctored_exam_xblock.domain.policy_json import policy_from_json
from proctored_exam_xblock.domain.readiness import Surroundings
from proctored_exam_xblock.models import Candidacy, Exam
from proctored_exam_xblock.services import catalogue, exams, readiness
from tests import regrades
from tests.campus import all_rows
from tests.world import COURSE, OTHER_SLOT, SLOT, USAGE, World

pytestmark = pytest.mark.django_db


def around(world: World, **changes: Any) -> Surroundings:
    policy = policy_from_json({**world.policy, **changes})
    exam = Exam.objects.get(usage_key=USAGE)
    assert exam.current_version is not None
    paper = exams.snapshot(exam.current_version).paper
    return readiness.surroundings(USAGE, COURSE, policy, paper, world.clock())


def test_nothing_is_wrong_and_nothing_is_written(world: World) -> None:
    world.publish()
    world.person()
    before = all_rows()
    found = around(world)
    assert (found.missing_setting, found.password_set, found.learners, found.unfit) == ("", False, 1, ())
    assert all_rows() == before


def test_the_corrections_in_force_are_known(world: World) -> None:
    world.publish()
    assert around(world).corrections == ()
    wanted = regrades.other_key(1)
    regrades.apply(world, wanted)
    assert around(world).corrections == (wanted,)
    regrades.undo(world, 1)
    assert around(world).corrections == ()


def test_appointments_that_the_rules_no_longer_offer_are_listed_and_kept(world: World) -> None:
    world.publish()
    alex, robin = world.person(), world.person("robin")
    world.book(alex)
    world.book(robin, OTHER_SLOT)
    before = all_rows()
    assert around(world, excluded_dates=[SLOT.date().isoformat()]).unfit == (SLOT,)
    assert around(world, opens_at="17:30").unfit == (SLOT, OTHER_SLOT)
    assert around(world, backend="none", unlock="none").unfit == (SLOT, OTHER_SLOT)
    assert around(world, lead_time_hours=500).unfit == ()
    assert all_rows() == before


def test_an_appointment_with_extra_time_fits_where_all_of_it_ends_before_closing(world: World) -> None:
    world.publish()
    alex = world.person()
    world.onboard(alex)
    Candidacy.objects.update(extra_time_percent=100)
    world.book(alex, late := datetime(2017, 3, 2, 19, 0, tzinfo=UTC))
    assert around(world).unfit == ()
    assert around(world, closes_at="20:45").unfit == (late,)


def test_a_cancelled_or_past_appointment_is_nobodys_worry(world: World) -> None:
    world.publish()
    world.book(world.person())
    world.clock.present = SLOT
    assert around(world, excluded_dates=[SLOT.date().isoformat()]).unfit == ()


def test_who_has_an_appointment_waits_for_none_and_seats_are_counted(world: World) -> None:
    world.publish()
    world.book(world.person())
    world.person("robin")
    found = around(world)
    assert (found.learners, found.taken) == (1, {SLOT: 1})


def test_a_password_and_a_practice_exam_on_file_are_known(world: World) -> None:
    world.publish()
    exams.set_password(USAGE, "correct horse", world.clock(), "staff:1")
    assert around(world).password_set
    assert not around(world, practice_exam="nowhere").practice_known
    assert not around(world, practice_exam=USAGE).practice_known
    world.publish(practice=True, backend="none")
    assert around(world, practice_exam=USAGE).practice_known


def test_files_are_unknown_outside_studio(world: World) -> None:
    assert compat.missing_files(COURSE, ("map.png",)) is None
    assert compat.missing_files(COURSE, ()) == ()


def test_services_on_offer_say_what_they_lack_and_cannot_open(world: World, settings: Any) -> None:
    settings.PROCTORED_EXAM = {
        **settings.PROCTORED_EXAM,
        "BACKENDS": {"none": {}, "onsite": {}, "proctoru": {}, "gone": {}},
    }
    found = {offer.slug: offer for offer in catalogue.offers(policy_from_json({"backend": "none"}))}
    assert set(found) == {"none", "onsite", "proctoru"}
    assert found["none"].missing == ""
    assert "proctoru" in found["proctoru"].missing
    assert found["proctoru"].unlocks["none"] == "never_opens"
    nobody = "nobody_has_the_code"
    assert [*found["none"].unlocks.items()] == [
        ("appointment_code", nobody),
        ("session_code", nobody),
        ("exam_password", ""),
        ("none", ""),
    ]
    assert found["onsite"].unlocks["session_code"] == ""
