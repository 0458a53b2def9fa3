"""Who may write an exam: course authors in Studio; elsewhere the course team, where the runtime is one for authors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import translation

from .. import compat
from ..domain.errors import BadRequest, NotAllowedNow
from ..presenter import author
from ..services import exams


def may_write(block: Any) -> bool:
    """Studio calls a block's handlers for whoever is signed in; elsewhere only the demo's author page may write."""
    if compat.in_studio():
        rights = block.runtime.service(block, "studio_user_permissions")
        return rights is not None and bool(rights.can_write(block.scope_ids.usage_id.context_key))
    return bool(getattr(block.runtime, "is_author_mode", False)) and bool(block.caller().staff)


def require(block: Any) -> None:
    """Refuse everybody but an author.

    Raises:
        NotAllowedNow: not in an authoring runtime, or not by staff.
    """
    if not may_write(block):
        raise NotAllowedNow(phase="authoring")


def set_password(block: Any, body: dict[str, Any], now: datetime) -> str:
    """Set the exam-wide password (R-FUN-13); it is in no field, no answer and no log.

    Returns:
        Since when it is set, in words.

    Raises:
        BadRequest, InvalidField: with the field ``password``.
    """
    password = body.get("password")
    if not isinstance(password, str):
        raise BadRequest("password")
    exams.set_password(block.usage_text, password, now, f"staff:{block.caller().user_id}", block.course_key_text)
    return author.render_password_state(now, translation.get_language() or "fr")
