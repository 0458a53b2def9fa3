"""What keeps a learner out of an exam (R-FUN-1): the platform is asked, the domain compares."""

from __future__ import annotations

from .. import compat
from ..domain import eligibility
from ..domain.attempt import AppointmentState
from ..domain.eligibility import Learner, Missing
from ..domain.policy import ExamPolicy
from ..models import Appointment


def is_enrolled(user_id: int, course_key: str, policy: ExamPolicy) -> bool:
    """Enrolled in one of the exam's modes: all that is asked of who has booked."""
    return eligibility.is_enrolled(policy, compat.host().enrolment_mode(user_id, course_key))


def missing(
    user_id: int, course_key: str, policy: ExamPolicy, appointment: Appointment | None = None
) -> tuple[Missing, ...]:
    """All that is missing; groups and grades are asked only where the rules set some and nothing is booked yet.

    Args:
        policy: in force for this learner.
        appointment: the last one: what was booked stays booked, until the candidate gives it up.
    """
    host = compat.host()
    mode = host.enrolment_mode(user_id, course_key)
    if has_booked(appointment):
        return eligibility.missing(policy, Learner(mode), enrolment_only=True)
    subsections = dict.fromkeys(item.subsection for item in policy.prerequisites)
    learner = Learner(
        mode,
        groups=host.groups(user_id, course_key) if policy.groups else (),
        grades={key: host.subsection_percent(user_id, course_key, key) for key in subsections},
        links={key: host.subsection_url(key) for key in subsections},
    )
    return eligibility.missing(policy, learner)


def has_booked(appointment: Appointment | None) -> bool:
    """True with an appointment that the candidate did not cancel, whatever became of it."""
    if appointment is None:
        return False
    given_up = appointment.state == AppointmentState.CANCELLED and appointment.notice != "vendor_cancelled"
    return not given_up
