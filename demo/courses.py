"""The courses of the campus; each holds one exam."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BLOCK_TYPE = "proctored_exam"
PAID = "cartopro-payant"
"""The course whose exam the campus's shop sells."""
FINAL_EXAM = _("Access to the final exam")


@dataclass(frozen=True)
class Course:
    """One course; ``scenario`` names the exam's files in the package's ``scenarios/``, ``simulator`` the vendor's
    stand-in, '' where nobody but the campus is needed. ``practice`` is the slug of the exam to practise on, which is in
    the same course. One that is not ``listed`` is reached from there, or is its own learners' alone."""

    slug: str
    course_key: str
    title: str
    organisation: str
    scenario: str
    proctoring: str | Promise
    hint: str | Promise
    simulator: str = ""
    unit: str | Promise = FINAL_EXAM
    practice: str = ""
    listed: bool = True

    @property
    def translated_proctoring(self) -> str:
        return str(self.proctoring)

    @property
    def translated_hint(self) -> str:
        return str(self.hint)

    @property
    def usage_id(self) -> str:
        """The exam's usage id, in the scheme of the xblock-sdk: scenario.type.definition.usage."""
        return f"{self.slug}.{BLOCK_TYPE}.d0.u0"


COURSES = {
    course.slug: course
    for course in (
        Course(
            slug="cartopro",
            course_key="course-v1:IAE-Lyon3+CARTOPRO+2027",
            title="Introduction à la cartographie des processus métiers",
            organisation="IAE Lyon · Université Jean Moulin Lyon 3",
            scenario="cartopro",
            proctoring=_("ProctorU: a proctor types the code"),
            hint=_("Book, enter the room at the hour; the proctor reads the code on the seat and types it."),
            simulator="proctoru",
            practice="entrainement",
        ),
        Course(
            slug="cartopro-pe",
            course_key="course-v1:IAE-Lyon3+CARTOPRO-PE+2027",
            title="Introduction à la cartographie des processus métiers (ProctorExam)",
            organisation="IAE Lyon · Université Jean Moulin Lyon 3",
            scenario="cartopro-pe",
            proctoring=_("ProctorExam: the room opens the exam"),
            hint=_("No code: the exam opens when the room does. Skip the identity check, let the review come in."),
            simulator="proctorexam",
        ),
        Course(
            slug="cartopro-site",
            course_key="course-v1:IAE-Lyon3+CARTOPRO-SITE+2027",
            title="Introduction à la cartographie des processus métiers (sur site)",
            organisation="IAE Lyon · Université Jean Moulin Lyon 3",
            scenario="cartopro-site",
            proctoring=_("On site: an invigilator in the room"),
            hint=_("Book as several learners for the same hour, then run the room as Inès from the board."),
        ),
        Course(
            slug=PAID,
            course_key="course-v1:IAE-Lyon3+CARTOPRO-PAYANT+2027",
            title="Introduction à la cartographie des processus métiers (certification payante)",
            organisation="IAE Lyon · Université Jean Moulin Lyon 3",
            scenario="cartopro-payant",
            proctoring=_("ProctorU: a proctor types the code"),
            hint=_("Pay in the campus's shop, then book."),
            simulator="proctoru",
            listed=False,
        ),
        Course(
            slug="entrainement",
            course_key="course-v1:IAE-Lyon3+CARTOPRO+2027",
            title="Introduction à la cartographie des processus métiers",
            organisation="IAE Lyon · Université Jean Moulin Lyon 3",
            scenario="practice",
            proctoring=_("To practise, without any stakes"),
            hint=_("Book the next time, type the code that is shown, answer, then read what would have failed."),
            unit=_("Practice exam"),
            listed=False,
        ),
    )
}
LISTED = tuple(course for course in COURSES.values() if course.listed)
"""Those that the start page and the dashboard show."""


def by_key(course_key: str) -> Course:
    """The course of that key, not the place to practise in it; raises KeyError when the campus has none."""
    practised_in = {course.slug for course in COURSES.values() if course.scenario == "practice"}
    return {course.course_key: course for course in COURSES.values() if course.slug not in practised_in}[course_key]


def by_usage(usage_id: str) -> Course:
    """Raises KeyError when the campus has no such block."""
    return COURSES[usage_id.partition(".")[0]]
