"""What a candidate asks before the exam: the steps of the file, the calendar, the appointment."""

from __future__ import annotations

from .. import presenter, screens
from ..services import booking, enrolment, equipment, practice, second
from .request import Answer, Request, exam_handler


class PreparingHandlers:
    """From the first visit to a booked slot."""

    @exam_handler
    def accept_terms(self, request: Request) -> Answer:
        """R-FUN-3."""
        return Answer(enrolment.accept_terms(request.caller, request.text("version"), request.now))

    @exam_handler
    def confirm_name(self, request: Request) -> Answer:
        """R-FUN-4."""
        return Answer(enrolment.confirm_name(request.caller, request.now, capitals=request.flag("capitals")))

    @exam_handler
    def save_information(self, request: Request) -> Answer:
        """R-FUN-6."""
        return Answer(enrolment.save_information(request.caller, request.body, request.now))

    @exam_handler
    def record_equipment(self, request: Request) -> Answer:
        """R-FUN-2."""
        return Answer(equipment.record_equipment(request.caller, request.body, request.now))

    @exam_handler
    def measure(self, request: Request) -> Answer:
        """R-FUN-2: a body that the upload is measured with."""
        return Answer(equipment.measure(request.caller, request.now))

    @exam_handler
    def slots(self, request: Request) -> Answer:
        """R-FUN-7."""
        day = request.day("date")
        dossier, offers = booking.slots(request.caller, day, request.now)
        person = dossier.facts.person
        zone = person.time_zone if person and person.time_zone else dossier.policy.time_zone
        html = presenter.render_slots(dossier.policy, day, offers, zone, request.now, request.caller.language)
        return Answer(dossier, {"slots_html": html})

    @exam_handler
    def hold_slot(self, request: Request) -> Answer:
        """A seat is kept while the candidate confirms."""
        dossier, held = booking.hold_slot(request.caller, request.instant("start"), request.now)
        told = {"start": screens.iso(held.start), "until": screens.iso(held.expires_at)} if held else None
        return Answer(dossier, {"held": told})

    @exam_handler
    def book(self, request: Request) -> Answer:
        """R-FUN-8."""
        return Answer(booking.book(request.caller, request.instant("start"), request.now))

    @exam_handler
    def move(self, request: Request) -> Answer:
        """R-FUN-9."""
        return Answer(booking.move(request.caller, request.instant("start"), request.now))

    @exam_handler
    def cancel(self, request: Request) -> Answer:
        """R-FUN-9."""
        return Answer(booking.cancel(request.caller, request.now))

    @exam_handler
    def try_again(self, request: Request) -> Answer:
        """R-X-18."""
        return Answer(practice.try_again(request.caller, request.now))

    @exam_handler
    def ask_second(self, request: Request) -> Answer:
        """R-FUN-22."""
        return Answer(second.ask_second(request.caller, request.now))
