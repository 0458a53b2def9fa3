"""The courses of the campus; each holds one exam."""

from __future__ import annotations

from dataclasses import dataclass

BLOCK_TYPE = "proctored_exam"


@dataclass(frozen=True)
class Course:
    """One course; ``scenario`` names the exam's files in the package's ``scenarios/``."""

    slug: str
    course_key: str
    title: str
    organisation: str
    scenario: str

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
        ),
    )
}


def by_key(course_key: str) -> Course:
    """Raises KeyError when the campus has no such course."""
    return {course.course_key: course for course in COURSES.values()}[course_key]


def by_usage(usage_id: str) -> Course:
    """Raises KeyError when the campus has no such block."""
    return COURSES[usage_id.partition(".")[0]]
