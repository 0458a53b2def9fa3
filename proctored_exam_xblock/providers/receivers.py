"""What listens to edx-proctoring's rows, where it is installed, and the system check."""

from __future__ import annotations

from django.apps import apps
from django.db.models.signals import pre_save


def connect() -> None:
    """Called once, when Django is ready."""
    from . import checks  # noqa: F401  (registers by import)

    if not apps.is_installed("edx_proctoring"):
        return
    from ..backends.edx_proctoring import shadow
    from . import guard

    pre_save.connect(shadow.keep_active, sender="edx_proctoring.ProctoredExam", dispatch_uid="pex_keep_active")
    pre_save.connect(
        guard.refuse_what_no_room_opened,
        sender="edx_proctoring.ProctoredExamStudentAttempt",
        dispatch_uid="pex_refuse_unopened",
    )
