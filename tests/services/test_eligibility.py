"""Groups and prerequisites in front of the exam: asked only where set, only before booking, refused at every door."""

from __future__ import annotations

import pytest

from demo.host import Host
from demo.models import Cohort, SubsectionGrade
from proctored_exam_xblock.domain.errors import NotEligible
from proctored_exam_xblock.models import Appointment, Candidacy
from proctored_exam_xblock.services import booking, enrolment, interventions
from proctored_exam_xblock.services.dossier import Caller
from tests.world import COURSE, FORM, SLOT, World

pytestmark = pytest.mark.django_db
QUIZ = "cartopro.sequential.quiz"
RULES = {"groups": ["Lyon"], "prerequisites": [{"subsection": QUIZ, "title": "Quiz", "minimum_percent": 60}]}


@pytest.fixture
def exam(world: World) -> World:
    world.publish(**RULES)
    return world


def join(caller: Caller, name: str = "Lyon") -> None:
    Cohort.objects.get_or_create(course_key=COURSE, name=name)[0].members.add(caller.user_id)


def grade(caller: Caller, percent: float) -> None:
    row = {"user_id": caller.user_id, "course_key": COURSE, "subsection": QUIZ}
    SubsectionGrade.objects.update_or_create(**row, defaults={"percent": percent})


def lacking(exam: World, caller: Caller) -> list[str]:
    return [item.code.value for item in exam.load(caller).facts.missing]


def test_a_learner_gets_in_with_a_group_and_a_grade_and_not_before(exam: World) -> None:
    alex = exam.person()
    assert (exam.phase(alex), lacking(exam, alex)) == ("not_eligible", ["group", "prerequisite"])
    assert Candidacy.objects.count() == 0
    join(alex)
    assert lacking(exam, alex) == ["prerequisite"]
    grade(alex, 59)
    assert lacking(exam, alex) == ["prerequisite"]
    grade(alex, 60)
    assert exam.phase(alex) == "onboarding"


def test_the_link_leads_to_the_subsection(exam: World) -> None:
    [_, quiz] = exam.load(exam.person()).facts.missing
    assert quiz.link == "/courses/cartopro/progress/"


def test_every_step_is_refused_with_what_is_missing(exam: World) -> None:
    alex = exam.person()
    join(alex)
    now = exam.clock()
    for deed in (
        lambda: enrolment.accept_terms(alex, "1", now),
        lambda: enrolment.confirm_name(alex, now),
        lambda: enrolment.save_information(alex, dict(FORM), now),
        lambda: booking.slots(alex, SLOT.date(), now),
        lambda: booking.book(alex, SLOT, now),
    ):
        with pytest.raises(NotEligible):
            deed()
    grade(alex, 70)
    exam.onboard(alex)
    SubsectionGrade.objects.all().delete()
    with pytest.raises(NotEligible) as refused:
        booking.book(alex, SLOT, now)
    assert refused.value.params == {"reason": "prerequisite"}


def test_what_is_booked_stays_booked_whatever_becomes_of_group_and_grade(exam: World) -> None:
    alex = exam.person()
    join(alex)
    grade(alex, 80)
    exam.book(alex)
    Cohort.objects.all().delete()
    SubsectionGrade.objects.all().delete()
    assert exam.phase(alex) == "booked"
    exam.clock.present = SLOT
    assert exam.phase(alex) == "available"


def test_who_gives_the_appointment_up_is_asked_again(exam: World) -> None:
    alex = exam.person()
    join(alex)
    grade(alex, 80)
    exam.book(alex)
    Cohort.objects.all().delete()
    booking.cancel(alex, exam.clock())
    assert lacking(exam, alex) == ["group"]


def test_rules_that_come_after_an_attempt_change_nothing_for_it(world: World) -> None:
    world.publish()
    alex = world.person()
    world.sit(alex)
    world.publish(**RULES)
    assert world.phase(world.with_window(alex)) == "sitting"


def test_the_platform_is_asked_only_for_what_the_rules_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(Host, "groups", lambda *arguments: asked.append("groups") or ())
    monkeypatch.setattr(Host, "subsection_percent", lambda *arguments: asked.append("grade"))
    world.publish()
    alex = world.person()
    world.onboard(alex)
    assert asked == []
    world.publish(**RULES)
    assert world.phase(alex) == "not_eligible"
    assert asked == ["groups", "grade"]


def test_staff_pass_and_book_for_who_was_let_in_by_hand(exam: World) -> None:
    assert exam.phase(exam.person("dominique", None, staff=True)) == "onboarding"
    alex = exam.person()
    join(alex)
    grade(alex, 80)
    exam.onboard(alex)
    Cohort.objects.all().delete()
    interventions.book_for(exam.candidacy(alex).pk, SLOT, "staff:1", "asked by the board", exam.clock())
    assert exam.phase(alex) == "booked"


def test_what_the_service_cancelled_was_booked_all_the_same(exam: World) -> None:
    alex = exam.person()
    join(alex)
    grade(alex, 80)
    exam.book(alex)
    Cohort.objects.all().delete()
    Appointment.objects.update(state="cancelled", notice="vendor_cancelled", active_key=None)
    assert exam.phase(alex) == "booking"
