"""JSON in -> one service call -> JSON out; ``request`` turns domain errors into answers.

Names are those of ``domain.journey.Action`` where there is one.
"""

from __future__ import annotations

from .authoring import AuthoringHandlers
from .exam_day import ExamDayHandlers
from .preparing import PreparingHandlers


class ExamHandlers(PreparingHandlers, ExamDayHandlers, AuthoringHandlers):
    """The handlers of the block; ``HANDLERS`` are those of the candidate's page."""

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
