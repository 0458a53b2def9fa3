"""The levers that only a simulator has: clock, faults, switches, lost and archived sessions, reset; and their panel."""

from __future__ import annotations

from dataclasses import asdict, replace

from markupsafe import Markup

from ..clock import Clock
from ..faults import FAULT_NAMES, Fault, Faults
from ..levers import CommonLevers
from ..look import join
from ..web import Request, Response, json_response
from . import parts, sessions
from .api import Api
from .store import Session, Store
from .switches import BadSwitch, Switches, changed

_PANEL = Markup("""
<section class="faults" aria-labelledby="faults" data-sim-live="faults" data-sim-fault="{mode}">
  <h2 id="faults">Pannes du service</h2>
  <p class="quiet">{explanation}</p>
  <div class="row">{buttons}</div>
</section>
<section class="faults" aria-labelledby="wrong" data-sim-live="levers" data-sim-fault="ok">
  <h2 id="wrong">Horloge et données</h2>
  <p class="quiet">{clock}</p>
  <div class="row">{levers}</div>
</section>
""")
_WRONG_BY = 3600


class Levers(CommonLevers):
    """Answers JSON with what is; a form is sent back to the seat."""

    def __init__(self, store: Store, clock: Clock, faults: Faults, api: Api, *, prefix: str) -> None:
        self._store = store
        self._api = api
        more = {
            "switches": self._serve_switches,
            "lose": self._serve_lose,
            "archive": self._serve_archive,
            "state": self._serve_state,
            "reset": self._serve_reset,
        }
        super().__init__(clock, faults, prefix=prefix, more=more)

    def panel(self) -> Markup:
        """Below the queue: buttons for what is tried most."""
        fault = self._faults.current
        buttons = [
            parts.button(
                f"{self._prefix}/faults/",
                label,
                Markup('aria-pressed="{pressed}" data-sim-fault-mode="{mode}"').format(
                    pressed=str(mode == fault.mode).lower(), mode=mode.value
                ),
                kind="plain chosen" if mode == fault.mode else "plain",
                mode=mode.value,
            )
            for mode, (label, _) in FAULT_NAMES.items()
        ]
        explanation = FAULT_NAMES[fault.mode][1].format(seconds=fault.seconds)
        if fault.only:
            explanation += f" Seulement pour {fault.only}."
        skew = self._clock.skew
        clock = f"L’horloge est fausse de {skew:g} s." if skew else "L’horloge est à l’heure."
        levers = [
            _lever(f"{self._prefix}/clock/", "Remettre à l’heure", skew="0")
            if skew
            else _lever(f"{self._prefix}/clock/", "Avancer d’une heure", skew=str(_WRONG_BY)),
            _lever(f"{self._prefix}/lose/", "Perdre toutes les sessions", all="true"),
            _lever(f"{self._prefix}/reset/", "Tout remettre à zéro"),
        ]
        return _PANEL.format(
            mode=fault.mode.value,
            explanation=explanation,
            buttons=join(buttons),
            clock=clock,
            levers=join(levers),
        )

    def _serve_switches(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                self._api.switches = changed(self._api.switches, request.params)
            except BadSwitch as bad:
                return json_response({"error": f"{bad} has the wrong type or value"}, 400)
        return json_response(asdict(self._api.switches))

    def _serve_lose(self, request: Request) -> Response:
        """``reservation_id`` (a session's information or link ends with it), ``email``, or ``all``: nobody is told."""
        everything = request.params.get("all") in (True, "true", "1")
        with self._store.transaction():
            found = self._store.sessions() if everything else self._named(request)
            if request.method != "POST" or not (everything or found):
                return json_response({"error": "reservation_id or email of a session, or all, is needed"}, 400)
            for session in found:
                self._store.delete(session)
        return json_response({"lost": len(found)})

    def _serve_archive(self, request: Request) -> Response:
        """``reservation_id`` or ``email``: what the vendor does months later on its own."""
        with self._store.transaction():
            found = self._named(request)
            if request.method != "POST" or not found:
                return json_response({"error": "reservation_id or email of a session is needed"}, 400)
            for session in found:
                sessions.archive(self._store, session, self._clock.now())
        return json_response({"archived": len(found)})

    def _named(self, request: Request) -> list[Session]:
        wanted, email = request.params.get("reservation_id"), request.params.get("email")
        return [
            session
            for session in self._store.sessions()
            if (wanted and _reference(session) == wanted) or (email and session.email == email)
        ]

    def _serve_state(self, request: Request) -> Response:
        """The vendor's own record, for tests and rehearsals."""
        lines = [
            {
                **asdict(replace(session, token="")),
                "reservation_id": _reference(session),
                "start": session.open_time,
                "state": sessions.state(session),
                "active": not session.is_over,
            }
            for session in self._store.sessions()
        ]
        return json_response({"sessions": lines})

    def _serve_reset(self, request: Request) -> Response:
        """Data, faults, switches and the clock's skew; the clock stays where it is."""
        if request.method != "POST":
            return Response("Method not allowed", 405)
        self._faults.set(Fault())
        self._store.reset()
        self._clock.skew = 0
        self._api.switches = Switches()
        return json_response({"ok": True})


def _lever(action: str, label: str, **fields: str) -> Markup:
    name = action.rstrip("/").rsplit("/", 1)[-1]
    return parts.button(action, label, parts.hook("lever", name), **fields)


def _reference(session: Session) -> str:
    """The last word of what the client wrote for the candidate, or of the resource link."""
    text = session.external_id or session.info or session.link
    return text.replace("/", " ").split()[-1] if text.split() else ""
