"""What stands in for the world during a rehearsal: a clock that is moved, a platform where everybody is enrolled."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.auth import get_user_model

from .. import compat

USAGE_KEY = "rehearsal"
COURSE_KEY = "course-v1:Rehearsal+Exam+1"

_present = datetime(2017, 1, 1, tzinfo=UTC)
_mode = "verified"


def now() -> datetime:
    """The rehearsal's present (``PROCTORED_EXAM["CLOCK"]``)."""
    return _present


def set_clock(moment: datetime) -> None:
    """Make ``moment`` the present."""
    global _present
    _present = moment


def set_mode(mode: str) -> None:
    """Enrol everybody in ``mode``."""
    global _mode
    _mode = mode


class Host(compat.NoHost):
    """The platform (``PROCTORED_EXAM["HOST"]``)."""

    def enrolment_mode(self, user_id: int, course_key: str) -> str | None:
        return _mode

    def anonymous_id(self, user_id: int, course_key: str) -> str:
        return f"rehearsal-{user_id:08d}"

    def full_name(self, user_id: int) -> tuple[str, str]:
        first, last = get_user_model().objects.values_list("first_name", "last_name").get(pk=user_id)
        return first, last

    def block_url(self, usage_key: str) -> str:
        return "https://rehearsal.invalid/exam"
