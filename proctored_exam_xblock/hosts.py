"""What a platform has to answer, and the answers where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.conf import settings


class Host(Protocol):
    """What a platform must answer."""

    def enrolment_mode(self, user_id: int, course_key: str) -> str | None: ...
    def in_mode_since(self, user_id: int, course_key: str, mode: str) -> datetime | None: ...
    def enrolled_count(self, course_key: str, modes: Sequence[str]) -> int: ...
    def enrol_url(self, course_key: str) -> str: ...
    def dashboard_url(self) -> str: ...
    def account_url(self) -> str: ...
    def anonymous_id(self, user_id: int, course_key: str) -> str: ...
    def is_course_staff(self, user_id: int, course_key: str) -> bool: ...
    def is_invigilator(self, user_id: int, course_key: str) -> bool: ...
    def full_name(self, user_id: int) -> tuple[str, str]: ...
    def verified_name(self, user_id: int) -> tuple[str, str] | None: ...
    def groups(self, user_id: int, course_key: str) -> tuple[str, ...]: ...
    def subsection_percent(self, user_id: int, course_key: str, usage_key: str) -> float | None: ...
    def subsection_url(self, usage_key: str, course_key: str) -> str: ...
    def block_url(self, usage_key: str) -> str: ...
    def course_title(self, course_key: str) -> str: ...
    def language(self, user_id: int) -> str: ...
    def mail_sender(self, course_key: str) -> str: ...
    def later(self, task: str, seconds: float) -> None: ...


class NoHost:
    """A bare XBlock runtime: nobody is enrolled, nothing is known."""

    def enrolment_mode(self, user_id: int, course_key: str) -> str | None:
        return None

    def in_mode_since(self, user_id: int, course_key: str, mode: str) -> datetime | None:
        return None

    def enrolled_count(self, course_key: str, modes: Sequence[str]) -> int:
        return 0

    def enrol_url(self, course_key: str) -> str:
        return ""

    def dashboard_url(self) -> str:
        return ""

    def account_url(self) -> str:
        return ""

    def anonymous_id(self, user_id: int, course_key: str) -> str:
        return f"user-{user_id}"

    def is_course_staff(self, user_id: int, course_key: str) -> bool:
        return False

    def is_invigilator(self, user_id: int, course_key: str) -> bool:
        return False

    def full_name(self, user_id: int) -> tuple[str, str]:
        return ("", "")

    def verified_name(self, user_id: int) -> tuple[str, str] | None:
        return None

    def groups(self, user_id: int, course_key: str) -> tuple[str, ...]:
        return ()

    def subsection_percent(self, user_id: int, course_key: str, usage_key: str) -> float | None:
        return None

    def subsection_url(self, usage_key: str, course_key: str) -> str:
        return ""

    def block_url(self, usage_key: str) -> str:
        return ""

    def course_title(self, course_key: str) -> str:
        return ""

    def language(self, user_id: int) -> str:
        return ""

    def mail_sender(self, course_key: str) -> str:
        return str(settings.DEFAULT_FROM_EMAIL)

    def later(self, task: str, seconds: float) -> None:
        """Nobody to ask: the commands do it."""
