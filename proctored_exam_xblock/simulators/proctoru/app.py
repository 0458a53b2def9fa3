"""Routes of the simulated vendor: its API, its two kinds of pages, and the levers that only a simulator has."""

from __future__ import annotations

from ..clock import Clock
from ..faults import Faults
from ..web import Request, Response, see_other
from . import levers_page, room_page, seat_page, sessions
from .api import Api
from .levers import Levers
from .store import Note, Reservation, Store
from .webhooks import Webhooks


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
        self._webhooks = Webhooks()
        self._store.listener = self._call_out
        self._levers = Levers(self._store, clock, self._faults, self._api, self._webhooks, prefix=self._prefix)

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
                return self._levers.serve(lever, request)
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
        levers = levers_page.render(
            self._faults.current, self._api.switches, self._clock.skew, self._api.envelopes.errors, self._prefix
        )
        return Response(seat_page.render(entries, levers, self._clock.now(), self._prefix))

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

    def _call_out(self, kind: str, reservation: Reservation) -> None:
        self._webhooks.send(kind, reservation, self._person(reservation), self._clock.now())

    def _person(self, reservation: Reservation) -> dict[str, str]:
        return self._store.student(reservation.student_id) or {}

    def _chat(self, reservation: Reservation) -> list[Note]:
        return self._store.notes(reservation, chat=True)


def _text(request: Request, name: str) -> str:
    value = request.params.get(name)
    return value if isinstance(value, str) else ""


def _not_found() -> Response:
    return Response(room_page.render_message("Page inconnue", "Cette adresse n’existe pas.", "not-found"), 404)


def _too_late() -> Response:
    text = "La session a changé entre-temps, l’action n’a pas été faite."
    return Response(room_page.render_message("Action impossible", text, "refused"), 409)
