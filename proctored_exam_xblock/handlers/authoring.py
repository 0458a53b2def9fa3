"""What an author's page asks: save, try a question, preview, check, import, the password. Authors only, wherever the
block runs; Studio calls handlers for whoever is signed in."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any

from webob import Response
from xblock.core import XBlock

from .. import authoring, conf, messages
from ..domain.errors import ExamError, NotAllowedNow
from .request import LARGEST_BODY, read_body, reply

LARGEST_PAPER = 12 * 1024 * 1024
"""A paper of the greatest size that is read, with what JSON adds to it."""

_Use = Callable[[Any, dict[str, Any], datetime], dict[str, Any]]


def author_handler(function: _Use) -> Callable[..., Response]:
    """Make an XBlock handler of a use-case: rights first, a bounded body, all that is wrong by field."""

    @functools.wraps(function)
    def handler(self: Any, request: Any, suffix: str = "") -> Response:
        try:
            may_write = authoring.may_write(self)
            body = read_body(request, LARGEST_PAPER if may_write else LARGEST_BODY)
            if not may_write:
                raise NotAllowedNow(phase="authoring")
            return reply(200, {"ok": True, **function(self, body, conf.now())})
        except ExamError as error:
            return reply(error.status, _refusal(error))

    return XBlock.handler(handler)  # type: ignore[no-any-return]


def _refusal(error: ExamError) -> dict[str, Any]:
    return {
        "ok": False,
        "code": error.code,
        "message": messages.text(error),
        "fields": authoring.field_texts(error),
        "mistakes": authoring.places(error),
    }


class AuthoringHandlers:
    """The author's page."""

    AUTHORING = (
        "save_content",
        "try_question",
        "preview_exam",
        "check_exam",
        "import_paper",
        "describe_paper",
        "describe_pools",
        "set_exam_password",
    )

    @author_handler
    def save_content(self, body: dict[str, Any], now: datetime) -> dict[str, Any]:
        """Rules and paper checked on the server, nothing written unless all is valid and nobody else wrote."""
        return {"revision": authoring.save(self, body)}

    @author_handler
    def try_question(self, body: dict[str, Any], now: datetime) -> dict[str, Any]:
        """One problem as a candidate sees it."""
        return authoring.tried(self, body, now)

    @author_handler
    def preview_exam(self, body: dict[str, Any], now: datetime) -> dict[str, Any]:
        """The draft's screens, nothing recorded."""
        return authoring.as_candidate(self, body, now)

    @author_handler
    def check_exam(self, body: dict[str, Any], now: datetime) -> dict[str, Any]:
        """What would stop the draft from being held."""
        return authoring.checked(self, body, now)

    @author_handler
    def import_paper(self, body: dict[str, Any], now: datetime) -> dict[str, Any]:
        """A text taken apart for the editor."""
        return authoring.imported(self, body)

    @author_handler
    def describe_paper(self, body: dict[str, Any], now: datetime) -> dict[str, Any]:
        """What the editor's list says of each question."""
        return authoring.described(body)

    @author_handler
    def describe_pools(self, body: dict[str, Any], now: datetime) -> dict[str, Any]:
        """What parts that draw mean for candidates (R-X-13)."""
        return authoring.pooled(body)

    @author_handler
    def set_exam_password(self, body: dict[str, Any], now: datetime) -> dict[str, Any]:
        """R-FUN-13: kept as a hash, in no field."""
        return {"state": authoring.set_password(self, body, now)}
