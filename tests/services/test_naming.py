"""The name that the certificate will carry: verified where it can be, in capitals where wanted, frozen at booking."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from demo.models import VerifiedName
from proctored_exam_xblock import screens
from proctored_exam_xblock.domain.errors import NameMissing
from proctored_exam_xblock.models import AuditEntry
from proctored_exam_xblock.services import booking, enrolment
from proctored_exam_xblock.services.dossier import Caller
from tests.world import SLOT, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(world: World) -> World:
    world.publish()
    return world


def name(exam: World, caller: Caller) -> tuple[str, str]:
    person = exam.load(caller).facts.person
    assert person is not None
    return person.first_name, person.last_name


def test_capitals_are_kept_and_booked(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    enrolment.confirm_name(alex, exam.clock(), capitals=True)
    assert exam.phase(alex) == "booking"
    assert name(exam, alex) == ("Alex", "MARTIN")
    booking.book(alex, SLOT, exam.clock())
    assert exam.appointment(alex).last_name == "MARTIN"


def test_the_choice_can_be_taken_back_until_the_booking_and_not_after(exam: World) -> None:
    alex = exam.person()
    enrolment.confirm_name(alex, exam.clock(), capitals=True)
    enrolment.confirm_name(alex, exam.clock())
    assert name(exam, alex) == ("Alex", "Martin")
    exam.book(alex)
    enrolment.confirm_name(alex, exam.clock(), capitals=True)
    booking.cancel(alex, exam.clock())
    enrolment.confirm_name(alex, exam.clock(), capitals=True)
    assert name(exam, alex) == ("Alex", "Martin")
    assert AuditEntry.objects.filter(action="name_confirmed").count() == 2


def test_the_same_choice_twice_is_one_confirmation(exam: World) -> None:
    alex = exam.person()
    for _ in range(2):
        enrolment.confirm_name(alex, exam.clock(), capitals=True)
    assert AuditEntry.objects.filter(action="name_confirmed").count() == 1


def test_another_name_on_the_platform_asks_again_in_spite_of_capitals(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    enrolment.confirm_name(alex, exam.clock(), capitals=True)
    get_user_model().objects.filter(pk=alex.user_id).update(last_name="Thomas")
    assert exam.phase(alex) == "onboarding"
    assert name(exam, alex) == ("Alex", "Thomas")


def test_a_verified_name_is_the_one_used_and_the_screen_says_so(exam: World) -> None:
    alex = exam.person()
    VerifiedName.objects.create(user_id=alex.user_id, first_name="Alexandre", last_name="Moreau")
    dossier = exam.load(alex)
    assert "pièce d’identité : c’est lui" in screens.html(dossier).replace("\xa0", " ")
    exam.book(alex)
    assert (exam.appointment(alex).first_name, exam.appointment(alex).last_name) == ("Alexandre", "Moreau")


def test_an_account_without_a_name_is_told_what_to_do(exam: World) -> None:
    alex = exam.person()
    get_user_model().objects.filter(pk=alex.user_id).update(first_name="", last_name="")
    page = screens.html(exam.load(alex))
    assert 'data-pex-error="name_missing"' in page
    assert 'href="/account/"' in page
    assert 'data-pex-action="confirm-name"' not in page
    with pytest.raises(NameMissing):
        enrolment.confirm_name(alex, exam.clock())


def test_the_screen_offers_both_ways_to_write_an_ambiguous_name_and_only_then(exam: World) -> None:
    alex = exam.person()
    page = screens.html(exam.load(alex))
    assert "<span>Alex Martin</span>" in page
    assert "<span>Alex MARTIN</span>" in page
    get_user_model().objects.filter(pk=alex.user_id).update(last_name="Moreau")
    assert "data-pex-choice" not in screens.html(exam.load(alex))


def test_the_screen_says_that_the_name_freezes_and_then_that_it_is_frozen(exam: World) -> None:
    alex = exam.person()
    assert "il ne vous sera pas possible de le modifier" in screens.html(exam.load(alex))
    exam.book(alex)
    assert "n’est plus possible de le modifier" in screens.html(exam.load(alex))
