"""What a candidate asks on the exam day: the room, the gate, the clock, the answers."""

from __future__ import annotations

from .. import screens
from ..services import drafts, entry, rooms, sitting
from .request import Answer, Request, exam_handler, text_or_nothing


class ExamDayHandlers:
    """From the door to the receipt."""

    @exam_handler
    def screen(self, request: Request) -> Answer:
        """The present screen; the heartbeat of the window that holds the sitting; at the door, a look at the room."""
        dossier = rooms.refreshed(entry.load(request.caller, request.now))
        sitting.seen(dossier)
        if dossier.is_over and request.body.get("known") != dossier.fingerprint:
            request.block.emit_completion(1.0)  # the clock may have ended it without the candidate
        return Answer(dossier)

    @exam_handler
    def open_window(self, request: Request) -> Answer:
        """A loaded page trades its predecessor's token for a fresh one."""
        predecessor = text_or_nothing(request.body, "predecessor")
        dossier, window = sitting.open_window(request.caller, predecessor, request.nonce, request.now)
        return Answer(dossier, {"window": window})

    @exam_handler
    def launch(self, request: Request) -> Answer:
        """Enter without a vendor's room; with one, the link of the consent dialog does it."""
        return Answer(sitting.enter(request.caller, request.now))

    @exam_handler
    def unlock(self, request: Request) -> Answer:
        """R-FUN-13, R-X-10."""
        dossier, window = sitting.unlock(request.caller, request.text("password"), request.nonce, request.now)
        return Answer(dossier, {"window": window} if window else {})

    @exam_handler
    def claim_window(self, request: Request) -> Answer:
        """R-X-10, where no code guards the exam."""
        dossier, window = sitting.claim_window(request.caller, request.nonce, request.now)
        return Answer(dossier, {"window": window})

    @exam_handler
    def start_sitting(self, request: Request) -> Answer:
        """R-FUN-14. Not named ``start``: that is the platform's release date of a block, which it inherits."""
        dossier, window = sitting.start(request.caller, request.nonce, request.now)
        request.block.mark_started()
        return Answer(dossier, {"window": window})

    @exam_handler
    def save_draft(self, request: Request) -> Answer:
        """R-FUN-17, R-X-4."""
        body = request.body
        saved = drafts.save_draft(
            request.caller, body.get("part"), body.get("revision"), body.get("answers"), request.now, body.get("spent")
        )
        return Answer(None, {"revision": saved.revision, "saved_at": screens.iso(saved.saved_at)})

    @exam_handler
    def submit_part(self, request: Request) -> Answer:
        """R-FUN-18."""
        body = request.body
        dossier = sitting.submit_part(
            request.caller, body.get("part"), body.get("revision"), body.get("answers"), request.now, body.get("spent")
        )
        return Answer(dossier)

    @exam_handler
    def finish(self, request: Request) -> Answer:
        """R-FUN-19."""
        dossier = sitting.finish(request.caller, request.body.get("drafts", {}), request.now)
        request.block.emit_completion(1.0)
        return Answer(dossier)
