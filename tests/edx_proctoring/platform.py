"""The LMS's services that edx-proctoring calls back: they do nothing and remember it."""

from __future__ import annotations

from typing import Any


class PlatformServices:
    """Credit, grades, certificates and instructor in one; ``calls`` holds the names of what was asked."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def get_credit_state(self, user_id: int, course_id: str, return_course_info: bool = False) -> dict[str, Any]:
        return {"profile_fullname": "Name of the profile", "student_email": "profile@example.org", "course_name": "C"}

    def is_course_staff(self, user: Any, course_id: str) -> bool:
        return False

    def should_override_grade_on_rejected_exam(self, course_id: str) -> bool:
        return True

    def __getattr__(self, name: str) -> Any:
        def asked(*arguments: Any, **named: Any) -> None:
            self.calls.append(name)

        return asked
