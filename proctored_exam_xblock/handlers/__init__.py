"""JSON in -> one service call -> JSON out; ``request`` turns domain errors into answers.

Names are those of ``domain.journey.Action`` where there is one.
"""

from __future__ import annotations

from typing import Any

from webob import Response
from xblock.core import XBlock

from .. import authoring, messages
from ..domain.errors import ExamError
from .exam_day import ExamDayHandlers
from .preparing import PreparingHandlers
from .request import read_body, reply


class ExamHandlers(PreparingHandlers, ExamDayHandlers):
    """The handlers of the block."""

    HANDLERS = (
        "screen",
        "open_window",
        "accept_terms",
        "confirm_name",
        "save_information",
        "record_equipment",
        "measure",
        "slots",
        "hold_slot",
        "book",
        "move",
        "cancel",
        "ask_second",
        "launch",
        "unlock",
        "claim_window",
        "start_sitting",
        "save_draft",
        "submit_part",
        "finish",
        "try_again",
    )

    @XBlock.handler
    def save_content(self, request: Any, suffix: str = "") -> Response:
        """Studio's form: policy and paper checked on the server, nothing written unless all is valid."""
        try:
            body = read_body(request)
            authoring.save(self, body)
        except ExamError as error:
            payload = {
                "ok": False,
                "code": error.code,
                "message": messages.text(error),
                "fields": authoring.field_texts(error),
            }
            return reply(error.status, payload)
        return reply(200, {"ok": True})
