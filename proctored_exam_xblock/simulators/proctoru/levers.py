"""The levers that only a simulator has: clock, faults, switches, lost and cancelled bookings, webhooks, reset."""

from __future__ import annotations

from dataclasses import asdict

from ..clock import Clock
from ..faults import Fault, Faults
from ..levers import CommonLevers, is_form
from ..web import Request, Response, json_response
from . import sessions
from .api import Api
from .store import Store
from .switches import BadSwitch, Switches, changed
from .webhooks import Target, Webhooks


class Levers(CommonLevers):
    """Answers JSON with what is; a form is sent back to the proctor's seat.

    Args:
        store: the vendor's database.
        clock: the vendor's clock.
        faults: of the API.
        api: whose switches and error count these are.
        webhooks: the vendor's calls.
        prefix: path of the seat, without a trailing slash.
    """

    def __init__(
        self, store: Store, clock: Clock, faults: Faults, api: Api, webhooks: Webhooks, *, prefix: str
    ) -> None:
        self._store = store
        self._api = api
        self._webhooks = webhooks
        more = {
            "switches": self._serve_switches,
            "lose": self._serve_lose,
            "cancel": self._serve_cancel,
            "webhooks": self._serve_webhooks,
            "state": self._serve_state,
            "reset": self._serve_reset,
        }
        super().__init__(clock, faults, prefix=prefix, more=more)

    def _serve_switches(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                self._api.switches = changed(self._api.switches, request.params, texts=is_form(request))
            except BadSwitch as bad:
                return json_response({"error": f"{bad} has the wrong type or value"}, 400)
            self._aim()
        return json_response(asdict(self._api.switches))

    def _serve_lose(self, request: Request) -> Response:
        """``reservation_id``, or ``all``: the vendor forgets, nobody is told."""
        wanted = request.params.get("reservation_id")
        everything = request.params.get("all") in (True, "true", "1")
        if request.method != "POST" or not (everything or (isinstance(wanted, str) and wanted)):
            return json_response({"error": "reservation_id or all is needed"}, 400)
        with self._store.transaction():
            lost = self._store.forget("" if everything else str(wanted))
        return json_response({"lost": lost})

    def _serve_cancel(self, request: Request) -> Response:
        """``reservation_id``: the vendor cancels on its own."""
        wanted = request.params.get("reservation_id")
        with self._store.transaction():
            known = self._store.by_id(wanted) if isinstance(wanted, str) else None
            if request.method != "POST" or known is None or not known.active:
                return json_response({"error": "reservation_id of a booking to come is needed"}, 400)
            sessions.cancel(self._store, known, self._clock.now())
        return json_response({"cancelled": True})

    def _serve_webhooks(self, request: Request) -> Response:
        """What was sent, once nothing is on its way any more."""
        return json_response({"sent": self._webhooks.flush(), "held": self._webhooks.held})

    def _serve_state(self, request: Request) -> Response:
        """The vendor's own record, for tests and rehearsals."""
        sessions_ = [
            {
                "reservation_id": reservation.reservation_id,
                "number": str(reservation.reservation_no),
                "email": (self._store.student(reservation.student_id) or {}).get("email", ""),
                "start": reservation.start.isoformat(),
                "state": reservation.state,
                "active": reservation.active,
                "verdict": reservation.verdict,
            }
            for reservation in self._store.reservations()
        ]
        return json_response({"sessions": sessions_, "errors": self._api.envelopes.errors})

    def _serve_reset(self, request: Request) -> Response:
        """Data, faults, switches, webhooks, the clock's skew and the error count; the clock stays where it is."""
        if request.method != "POST":
            return Response("Method not allowed", 405)
        self._faults.set(Fault())
        self._webhooks.reset()
        self._store.reset()
        self._clock.skew = 0
        self._api.switches = Switches()
        self._api.envelopes.reset()
        return json_response({"ok": True})

    def _aim(self) -> None:
        switches = self._api.switches
        self._webhooks.aim(Target(switches.webhook_url, switches.webhook_secret, switches.webhook_fault))
