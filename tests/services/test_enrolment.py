"""Before booking: who gets in, terms, name, information, equipment; each recorded once and audited."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from demo.models import Enrolment
from proctored_exam_xblock import screens
from proctored_exam_xblock.backends import registry
from proctored_exam_xblock.domain.errors import (
    InvalidForm,
    NameMissing,
    NotAllowedNow,
    NotConfigured,
    NotEligible,
    NotSignedIn,
    TermsOutdated,
)
from proctored_exam_xblock.models import AuditEntry, Candidacy, CandidateProfile
from proctored_exam_xblock.services import booking, drafts, enrolment, entry, equipment, review, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.world import FORM, SLOT, USAGE, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(world: World) -> World:
    world.publish()
    return world


def actions() -> list[str]:
    return list(
        AuditEntry.objects.filter(candidacy__isnull=False).order_by("sequence").values_list("action", flat=True)
    )


def rename(caller: Caller, first_name: str, last_name: str) -> None:
    get_user_model().objects.filter(pk=caller.user_id).update(first_name=first_name, last_name=last_name)


# --- who gets in ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["audit", "honor", None])
def test_who_is_not_enrolled_in_a_listed_mode_sees_how_to_and_leaves_no_row(exam: World, mode: str | None) -> None:
    camille = exam.person("camille", mode)
    assert exam.phase(camille) == "not_eligible"
    with pytest.raises(NotEligible):
        enrolment.accept_terms(camille, "1", exam.clock())
    assert Candidacy.objects.count() == 0


def test_the_modes_are_the_course_teams(exam: World) -> None:
    exam.publish(enrolment_modes=["audit", "honor"])
    assert exam.phase(exam.person("camille", "audit")) == "onboarding"
    assert exam.phase(exam.person("alex", "verified")) == "not_eligible"


def test_an_enrolment_that_ended_counts_nothing(exam: World) -> None:
    alex = exam.person()
    Enrolment.objects.filter(user_id=alex.user_id).update(is_active=False)
    assert exam.phase(alex) == "not_eligible"


def test_the_course_team_may_try_the_exam_without_enrolment(exam: World) -> None:
    assert exam.phase(exam.person("dominique", None, staff=True)) == "onboarding"


def test_an_anonymous_visitor_is_asked_to_sign_in(exam: World) -> None:
    with pytest.raises(NotSignedIn):
        entry.load(Caller(USAGE, None), exam.clock())


def test_an_exam_that_nobody_published_is_not_ready(world: World) -> None:
    with pytest.raises(NotConfigured):
        world.load(world.person())


def test_unenrolment_closes_every_door_whatever_the_phase(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    holder = exam.with_window(alex)
    Enrolment.objects.filter(user_id=alex.user_id).update(is_active=False)
    now = exam.clock()
    deeds: list[Any] = [
        lambda: drafts.save_draft(holder, 1, 1, {}, now),
        lambda: sitting.submit_part(holder, 1, 1, {}, now),
        lambda: sitting.finish(holder, {}, now),
        lambda: sitting.start(holder, "nonce-of-the-first-page", now),
        lambda: sitting.unlock(alex, exam.code(alex), "", now),
        lambda: booking.cancel(holder, now),
        lambda: enrolment.accept_terms(holder, "1", now),
        lambda: enrolment.confirm_name(holder, now),
        lambda: booking.book(holder, SLOT, now),
    ]
    for deed in deeds:
        with pytest.raises(NotEligible):
            deed()
    assert exam.phase(alex) == "not_eligible"
    assert exam.attempt(alex).state == "sitting"


def test_the_clock_still_ends_the_exam_of_who_was_unenrolled(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    Enrolment.objects.filter(user_id=alex.user_id).update(is_active=False)
    exam.minutes(31)
    assert exam.phase(alex) == "not_eligible"
    assert exam.attempt(alex).state == "expired"
    review.release_due(exam.clock())
    assert exam.attempt(alex).submission_uuid


# --- the steps ------------------------------------------------------------------------------------------------------


def test_the_steps_in_any_order_lead_to_booking(exam: World) -> None:
    alex = exam.person()
    now = exam.clock()
    for step in (
        lambda: enrolment.confirm_name(alex, now),
        lambda: enrolment.save_information(alex, dict(FORM), now),
    ):
        assert step().journey.phase.value == "onboarding"
    assert enrolment.accept_terms(alex, "1", now).journey.phase.value == "booking"
    assert actions() == ["name_confirmed", "information_saved", "terms_accepted"]


def test_terms_are_recorded_with_version_language_and_time_once(exam: World) -> None:
    alex = Caller(USAGE, exam.person().user_id, language="en")
    enrolment.accept_terms(alex, "1", exam.clock())
    exam.minutes(5)
    enrolment.accept_terms(alex, "1", exam.clock())
    row = exam.candidacy(alex)
    assert (row.terms_version, row.terms_language) == ("1", "en")
    assert row.terms_accepted_at == exam.clock() - timedelta(minutes=5)
    assert actions() == ["terms_accepted"]


def test_a_new_version_of_the_terms_asks_again(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    exam.publish(terms_version="2")
    assert exam.phase(alex) == "onboarding"
    with pytest.raises(TermsOutdated):
        enrolment.accept_terms(alex, "1", exam.clock())
    assert enrolment.accept_terms(alex, "2", exam.clock()).journey.phase.value == "booking"


def test_the_confirmed_name_is_the_platforms_and_stays_once_booked(exam: World) -> None:
    alex = exam.person()
    exam.book(alex)
    rename(alex, "Somebody", "Else")
    enrolment.confirm_name(alex, exam.clock())
    booking.cancel(alex, exam.clock())
    person = exam.load(alex).facts.person
    assert person is not None
    assert (person.first_name, person.last_name) == ("Alex", "Martin")
    assert actions().count("name_confirmed") == 1
    assert exam.phase(alex) == "booking"


def test_a_name_corrected_before_the_booking_is_confirmed_again(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    rename(alex, "Alexandre", "Martin")
    assert exam.phase(alex) == "onboarding"
    with pytest.raises(NotAllowedNow):
        booking.book(alex, SLOT, exam.clock())
    enrolment.confirm_name(alex, exam.clock())
    assert exam.phase(alex) == "booking"
    exam.book(alex)
    assert exam.appointment(alex).first_name == "Alexandre"


def test_a_very_long_name_is_cut_to_what_is_kept(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alex = exam.person()
    monkeypatch.setattr("demo.host.Host.full_name", lambda self, user_id: ("A" * 200, "M" * 200))
    exam.onboard(alex)
    assert exam.phase(alex) == "booking"
    assert exam.candidacy(alex).first_name == "A" * 150


def test_an_account_without_a_name_has_none_to_confirm(exam: World) -> None:
    alex = exam.person()
    get_user_model().objects.filter(pk=alex.user_id).update(first_name="", last_name="")
    with pytest.raises(NameMissing):
        enrolment.confirm_name(alex, exam.clock())
    assert exam.candidacy(alex).name_confirmed_at is None


def test_information_is_asked_once_per_person_and_can_be_edited(exam: World) -> None:
    alex = exam.person()
    enrolment.save_information(alex, {**FORM, "city": "  Lyon   3e  "}, exam.clock())
    assert CandidateProfile.objects.get().city == "Lyon 3e"
    enrolment.save_information(alex, {**FORM, "city": "Paris"}, exam.clock())
    assert [row.city for row in CandidateProfile.objects.all()] == ["Paris"]
    assert AuditEntry.objects.filter(action="information_saved").latest("id").data.keys() == {"fields"}


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"phone": ""}, {"phone": "empty"}),
        ({"phone": "12"}, {"phone": "phone_short"}),
        ({"phone": "+33 6 12 34 56 78 90 12 34"}, {"phone": "phone_long"}),
        ({"phone": "+" + "1" * 40}, {"phone": "too_long"}),
        ({"address": "x" * 256}, {"address": "too_long"}),
        ({"city": "Ly\x07on"}, {"city": "characters"}),
        ({"time_zone": "Europe/Atlantis"}, {"time_zone": "zone"}),
        ({"time_zone": "../../etc/passwd"}, {"time_zone": "zone"}),
        ({"time_zone": "Factory"}, {"time_zone": "zone"}),
        ({"time_zone": "localtime"}, {"time_zone": "zone"}),
        ({"country": "France"}, {"country": "country"}),
        ({"country": "XX"}, {"country": "country"}),
        ({"country": "150"}, {"country": "country"}),
        ({"country": "fr"}, {"country": "country"}),
        ({"country": "US"}, {"state": "empty", "zipcode": "empty"}),
        ({"city": " ", "country": ""}, {"city": "empty", "country": "empty"}),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(
    exam: World, wrong: dict[str, str], errors: dict[str, str]
) -> None:
    alex = exam.person()
    with pytest.raises(InvalidForm) as refused:
        enrolment.save_information(alex, {**FORM, **wrong}, exam.clock())
    assert refused.value.errors == errors
    assert (CandidateProfile.objects.count(), actions()) == (0, [])


def test_what_another_exam_asked_for_stays_on_file(exam: World) -> None:
    alex = exam.person()
    enrolment.save_information(alex, dict(FORM), exam.clock())
    registry.backend_class("fake").candidate_fields = ("phone",)
    enrolment.save_information(alex, {"phone": "06 98 76 54 32", "city": "not asked for"}, exam.clock())
    profile = CandidateProfile.objects.get()
    assert (profile.phone, profile.city, profile.country) == ("+33 6 98 76 54 32", "Lyon", "FR")


def test_a_phone_number_is_kept_in_international_form(exam: World) -> None:
    alex = exam.person()
    enrolment.save_information(alex, {**FORM, "phone": "0450 00 12 34", "country": "BE"}, exam.clock())
    assert CandidateProfile.objects.get().phone == "+32 450 00 12 34"


def test_state_and_postcode_go_with_the_united_states(exam: World) -> None:
    alex = exam.person()
    there = {**FORM, "country": "US", "state": "NY", "zipcode": "10001"}
    enrolment.save_information(alex, there, exam.clock())
    enrolment.save_information(alex, {**there, "country": "FR"}, exam.clock())
    profile = CandidateProfile.objects.get()
    assert (profile.state, profile.zipcode) == ("", "")


def test_an_address_that_the_service_refuses_is_told_from_the_first_screen_on(exam: World) -> None:
    registry.backend_class("fake").refuses_email_aliases = True
    alex = exam.person()
    get_user_model().objects.filter(pk=alex.user_id).update(email="alex+mooc@example.org")
    for prepare in (exam.load, exam.onboard):
        page = screens.html(prepare(alex))
        assert 'data-pex-error="email_alias"' in page
        assert "alex+mooc@example.org" in page
    get_user_model().objects.filter(pk=alex.user_id).update(email="alex@example.org")
    assert "email_alias" not in screens.html(exam.load(alex))


def test_a_backend_that_needs_no_information_asks_none(world: World) -> None:
    world.publish(backend="none", unlock="none")
    alex = world.person()
    enrolment.accept_terms(alex, "1", world.clock())
    assert enrolment.confirm_name(alex, world.clock()).journey.phase.value == "booking"


def test_nothing_of_this_is_possible_once_the_room_is_open(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    for deed in (
        lambda: enrolment.save_information(alex, dict(FORM), exam.clock()),
        lambda: equipment.record_equipment(alex, {}, exam.clock()),
    ):
        with pytest.raises(NotAllowedNow):
            deed()
