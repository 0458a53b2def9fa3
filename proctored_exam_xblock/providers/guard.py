"""Who may open a native proctored section that our providers watch.

edx-proctoring lets any signed-in user who knows an attempt's id mark it ready, and lets its owner start it before
that. Both pass through the attempt's row, where they are refused for the providers of this package.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from crum import get_current_user

OURS = frozenset({"proctorexam", "onsite"})
"""Names of our entry points; where another package's provider is loaded under one, its attempts are left alone."""
_BEFORE = frozenset({"created", "download_software_clicked"})
_INSIDE = frozenset({"ready_to_start", "started", "ready_to_submit"})
_opened: ContextVar[bool] = ContextVar("pex_opened", default=False)


@contextmanager
def opened() -> Iterator[None]:
    """What is done inside was decided by the room: its vendor said so, or an invigilator did."""
    token = _opened.set(True)
    try:
        yield
    finally:
        _opened.reset(token)


def refuse_what_no_room_opened(instance: Any, **kwargs: Any) -> None:
    """Before an attempt is saved.

    Raises:
        ProctoredExamPermissionDenied: edx-proctoring's own, which its views answer with 403.
    """
    if instance.pk is None or instance.status not in _INSIDE or not _is_watched(instance.proctored_exam):
        return
    before = type(instance).objects.filter(pk=instance.pk).values_list("status", flat=True).first()
    if before not in _BEFORE or _opened.get():
        return
    if instance.status == "ready_to_start" and _is_staff(instance):
        return
    from edx_proctoring.exceptions import ProctoredExamPermissionDenied

    raise ProctoredExamPermissionDenied("The proctoring room has not opened this attempt.")


def _is_watched(exam: Any) -> bool:
    return exam.is_proctored and exam.backend in OURS and is_ours(exam.backend)


def is_ours(name: str) -> bool:
    """Whether no other package's provider is loaded under a name of ours."""
    from ..backends.edx_proctoring import calls
    from .native import NativeProvider

    loaded = calls.find(name)
    return loaded is None or isinstance(loaded, NativeProvider)


def _is_staff(instance: Any) -> bool:
    from edx_proctoring.serializers import ProctoredExamStudentAttemptSerializer

    user = get_current_user()
    if user is None or not user.is_authenticated or user.pk == instance.user_id:
        return False
    facts = ProctoredExamStudentAttemptSerializer(instance).data
    return bool(user.has_perm("edx_proctoring.can_review_attempt", facts))
