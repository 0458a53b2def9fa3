"""Routes of the simulated vendor: its API, its two kinds of pages, and the levers that only a simulator has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from typing import Any

from ..clock import Clock, parse_instant
from ..faults import Fault, Faults, Mode, parse_fault
from ..web import Request, Response, json_response, see_other
from . import room_page, seat_page, sessions
from .api import Api, Switches
from .store import Note, Reservation, Store


class ProctorUSimulator:
    """A callable application for :class:`~proctored_exam_xblock.simulators.web.Server`.

    Args:
        clock: the vendor's clock.
        api_key: the only key the API accepts.
        prefix: path of every page, without a trailing slash; the API is at ``<prefix>/api/``.
        public_url: the prefix as browsers reach it, perhaps through a proxy.
        database: SQLite file, or ``:memory:``.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        api_key: str,
        prefix: str,
        public_url: str,
        database: str = ":memory:",
    ) -> None:
        self._clock = clock
        self._prefix = prefix.rstrip("/")
        self._store = Store(database)
        self._faults = Faults()
        self._api = Api(self._store, clock, api_key=api_key, public_url=public_url)
        self._levers: dict[str, Callable[[Request], Response]] = {
            "clock": self._serve_clock,
            "faults": self._serve_faults,
            "switches": self._serve_switches,
            "reset": self._serve_reset,
            "state": self._serve_state,
        }

    def __call__(self, request: Request) -> Response:
        if not f"{request.path}/".startswith(f"{self._prefix}/"):
            return _not_found()
        parts = [part for part in request.path[len(self._prefix) :].split("/") if part]
        match parts:
            case []:
                return self._seat()
            case ["api", endpoint]:
                return self._faults.apply(endpoint, lambda: self._api.answer(endpoint, request))
            case [lever] if lever in self._levers:
                return self._levers[lever](request)
            case ["sessions", number, *action] if request.method == "POST" and number.isdecimal():
                return self._act(int(number), action, request)
            case ["room"] | ["session", "auto_login"] | ["students", "reservations"]:
                return self._log_in(parts[0], request)
            case ["room", key]:
                return self._room(key)
            case ["room", key, "step" | "say" as action] if request.method == "POST":
                return self._act_in_room(key, action, request)
        return _not_found()

    # The proctor's seat.

    def _seat(self) -> Response:
        entries = [
            (reservation, self._person(reservation), self._chat(reservation))
            for reservation in self._store.reservations()
        ]
        return Response(seat_page.render(entries, self._faults.current, self._clock.now(), self._prefix))

    def _act(self, number: int, action: list[str], request: Request) -> Response:
        now = self._clock.now()
        with self._store.transaction():
            reservation = self._store.by_number(number)
            if reservation is None:
                return _not_found()
            match action:
                case ["check", name]:
                    done = sessions.check(self._store, reservation, name)
                case ["say"]:
                    done = sessions.say(self._store, reservation, "proctor", _text(request, "text"), now)
                case [name]:
                    done = sessions.act(self._store, reservation, name, now)
                case _:
                    return _not_found()
        return see_other(f"{self._prefix}/") if done else _too_late()

    # The candidate's room.

    def _log_in(self, kind: str, request: Request) -> Response:
        token = _text(request, "login_token") or _text(request, "token")
        login = self._store.use_login(token) if request.method == "GET" else None
        if login is None:
            text = "Chaque lien ne sert qu’une fois. Revenez à la page de l’examen et suivez le lien à nouveau."
            return Response(room_page.render_message("Lien déjà utilisé", text, "used-link"), 403)
        student_id, reservation_id = login
        reservation = self._store.by_id(reservation_id)
        if kind == "room" and reservation is not None:
            return see_other(f"{self._prefix}/room/{reservation.room_key}/")
        person = self._store.student(student_id) or {}
        return Response(room_page.render_account(person, self._store.reservations(student_id)))

    def _room(self, key: str) -> Response:
        reservation = self._store.by_room(key)
        if reservation is None:
            return _not_found()
        base = f"{self._prefix}/room/{key}"
        return Response(room_page.render(reservation, self._person(reservation), self._chat(reservation), base))

    def _act_in_room(self, key: str, action: str, request: Request) -> Response:
        now = self._clock.now()
        with self._store.transaction():
            reservation = self._store.by_room(key)
            if reservation is None:
                return _not_found()
            if action == "step":
                done = sessions.take_step(self._store, reservation, _text(request, "step"))
            else:
                done = sessions.say(self._store, reservation, "candidate", _text(request, "text"), now)
        return see_other(f"{self._prefix}/room/{key}/") if done else _too_late()

    def _person(self, reservation: Reservation) -> dict[str, str]:
        return self._store.student(reservation.student_id) or {}

    def _chat(self, reservation: Reservation) -> list[Note]:
        return self._store.notes(reservation, chat=True)

    # The levers.

    def _serve_clock(self, request: Request) -> Response:
        if request.method == "POST":
            moment = parse_instant(request.params.get("now"))
            seconds = _number(request.params.get("advance"))
            skew = _number(request.params.get("skew"))
            if skew is not None:
                self._clock.skew = skew
            elif moment is not None:
                self._clock.set(moment, stopped=request.params.get("stopped") in (True, "true", "1"))
            elif seconds is not None and "now" not in request.params:
                self._clock.advance(seconds)
            else:
                return json_response({"error": "now (ISO), advance or skew (seconds) is needed"}, 400)
        return json_response(
            {"now": self._clock.now().isoformat(), "stopped": self._clock.stopped, "skew": self._clock.skew}
        )

    def _serve_faults(self, request: Request) -> Response:
        if request.method == "POST":
            fault = parse_fault(request.params)
            if fault is None:
                return json_response({"error": f"mode must be one of {', '.join(Mode)}"}, 400)
            self._faults.set(fault)
            if "form-urlencoded" in request.headers.get("content-type", ""):
                return see_other(f"{self._prefix}/")
        return json_response(asdict(self._faults.current))

    def _serve_switches(self, request: Request) -> Response:
        if request.method == "POST":
            changes: dict[str, Any] = {}
            for known in fields(Switches):
                value = request.params.get(known.name)
                if value is not None:
                    if type(value) is not type(known.default) or (type(value) is int and value < 0):
                        return json_response({"error": f"{known.name} has the wrong type"}, 400)
                    changes[known.name] = value
            self._api.switches = replace(self._api.switches, **changes)
        return json_response(asdict(self._api.switches))

    def _serve_state(self, request: Request) -> Response:
        """The vendor's own record, for rehearsals and tests that compare it with the other side's."""
        lines = [
            {
                "reservation_id": reservation.reservation_id,
                "number": str(reservation.reservation_no),
                "start": reservation.start.isoformat(),
                "state": reservation.state,
                "email": self._person(reservation).get("email", ""),
                "active": reservation.active,
            }
            for reservation in self._store.reservations()
        ]
        return json_response({"sessions": lines})

    def _serve_reset(self, request: Request) -> Response:
        """Data, faults, switches, the clock's skew and the error count; the clock stays where it is."""
        if request.method != "POST":
            return Response("Method not allowed", 405)
        self._store.reset()
        self._faults.set(Fault())
        self._clock.skew = 0
        self._api.switches = Switches()
        self._api.envelopes.reset()
        return json_response({"ok": True})


def _text(request: Request, name: str) -> str:
    value = request.params.get(name)
    return value if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if abs(number) < 1e10 else None


def _not_found() -> Response:
    return Response(room_page.render_message("Page inconnue", "Cette adresse n’existe pas.", "not-found"), 404)


def _too_late() -> Response:
    text = "La session a changé entre-temps, l’action n’a pas été faite."
    return Response(room_page.render_message("Action impossible", text, "refused"), 409)
