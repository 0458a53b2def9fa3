"""Routes of the simulated vendor: its API, the LTI launch, its two kinds of pages, and the levers."""

from __future__ import annotations

from dataclasses import replace
from email.utils import format_datetime

from ..clock import Clock
from ..faults import Faults
from ..web import Request, Response, see_other
from . import lti, room_page, seat_page, sessions
from .api import Api
from .levers import Levers
from .lti import BadLaunch
from .store import Store


class ProctorExamSimulator:
    """A callable application for :class:`~proctored_exam_xblock.simulators.web.Server`.

    Args:
        clock: the vendor's clock; answers are dated by it.
        api_token: the only token the API accepts, also the LTI key.
        secret_key: what calls and launches are signed with.
        prefix: path of every page, without a trailing slash; the API is at ``<prefix>/api/v3/``.
        public_url: the prefix as browsers reach it, perhaps through a proxy.
        database: SQLite file, or ``:memory:``.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        api_token: str,
        secret_key: str,
        prefix: str,
        public_url: str,
        database: str = ":memory:",
    ) -> None:
        self._clock = clock
        self._prefix = prefix.rstrip("/")
        self._public_url = public_url.rstrip("/")
        self._keys = {"key": api_token, "secret": secret_key}
        self._store = Store(database)
        self._faults = Faults()
        self._api = Api(self._store, clock, api_token=api_token, secret_key=secret_key)
        self._levers = Levers(self._store, clock, self._faults, self._api, prefix=self._prefix)
        with self._store.transaction():
            self._api.seed(clock.now())

    def __call__(self, request: Request) -> Response:
        response = self._answer(request)
        date = format_datetime(self._clock.now(), usegmt=True)
        return replace(response, headers={"Date": date, **response.headers})

    def _answer(self, request: Request) -> Response:
        if not f"{request.path}/".startswith(f"{self._prefix}/"):
            return _not_found()
        parts = [part for part in request.path[len(self._prefix) :].split("/") if part]
        match parts:
            case []:
                return self._seat()
            case ["api", "v3", *rest]:
                return self._faults.apply(_endpoint(request, rest), lambda: self._api.answer(request, rest))
            case [lever] if lever in self._levers:
                return self._levers.serve(lever, request)
            case ["sessions", number, *action] if request.method == "POST" and number.isdecimal():
                return self._act(int(number), action, request)
            case ["lti"] if request.method == "POST":
                return self._launch(request)
            case ["student_sessions", token]:
                return self._room(token)
            case ["student_sessions", token, "step" | "say" as action] if request.method == "POST":
                return self._act_in_room(token, action, request)
        return _not_found()

    # The proctor's and reviewer's seat.

    def _seat(self) -> Response:
        with self._store.transaction():
            self._api.seed(self._clock.now())
            exams = {exam["id"]: exam for exam in self._store.exams()}
            entries = self._store.sessions()
        return Response(seat_page.render(entries, exams, self._levers.panel(), self._clock.now(), self._prefix))

    def _act(self, number: int, action: list[str], request: Request) -> Response:
        now = self._clock.now()
        with self._store.transaction():
            session = self._store.session(number)
            if session is None:
                return _not_found()
            match action:
                case ["tick", name]:
                    done = sessions.tick(self._store, session, name)
                case ["say"]:
                    done = sessions.say(self._store, session, "proctor", _text(request, "text"))
                case [name]:
                    done = sessions.act(self._store, session, name, now)
                case _:
                    return _not_found()
        return see_other(f"{self._prefix}/") if done else _too_late()

    # The candidate.

    def _launch(self, request: Request) -> Response:
        """The form may have come through a proxy: signed for the public address or for ours."""
        now = self._clock.now()
        addresses = (
            f"{self._public_url}/lti/",
            f"{self._public_url}/lti",
            f"http://{request.headers.get('host', '')}{request.path}",
        )
        exam = _text(request, "id")
        try:
            with self._store.transaction():
                self._api.seed(now)
                lti.verify(request.params, addresses, self._store, now, **self._keys)
                if not exam.isdecimal() or self._store.exam(int(exam)) is None:
                    raise BadLaunch("examen inconnu")
                session = lti.session_of(request.params, int(exam), self._store, now)
        except BadLaunch as bad:
            text = f"Le lancement LTI est refusé : {bad}. Revenez à la page de l’examen et recommencez."
            return Response(room_page.render_message("Lancement refusé", text, "bad-launch"), 403)
        return see_other(f"{self._prefix}/student_sessions/{session.token}/")

    def _room(self, token: str) -> Response:
        now = self._clock.now()
        with self._store.transaction():
            session = self._store.by_token(token)
            if session is None:
                return _not_found()
            session = sessions.enter(self._store, session, now)
            exam = self._store.exam(session.exam_id) or {}
        base = f"{self._prefix}/student_sessions/{token}"
        return Response(room_page.render(session, str(exam.get("name", "Examen")), now, base))

    def _act_in_room(self, token: str, action: str, request: Request) -> Response:
        with self._store.transaction():
            session = self._store.by_token(token)
            if session is None:
                return _not_found()
            if action == "step":
                done = sessions.take_step(self._store, session, _text(request, "step"), self._clock.now())
            else:
                done = sessions.say(self._store, session, "candidate", _text(request, "text"))
        return see_other(f"{self._prefix}/student_sessions/{token}/") if done else _too_late()


def _endpoint(request: Request, rest: list[str]) -> str:
    """A call's name for faults that hit one only: ``student_sessions`` for lists, ``create``, ``show``, ``update``,
    ``delete``, ``show_lti_student``, ``exams`` and so on."""
    match rest:
        case [_, _, "student_sessions"] if request.method == "POST":
            return "create"
        case ["student_sessions", _]:
            return {"GET": "show", "DELETE": "delete"}.get(request.method, "update")
    return rest[-1] if rest and not rest[-1].isdecimal() else (rest[0] if rest else "")


def _text(request: Request, name: str) -> str:
    value = request.params.get(name)
    return value if isinstance(value, str) else ""


def _not_found() -> Response:
    return Response(room_page.render_message("Page inconnue", "Cette adresse n’existe pas.", "not-found"), 404)


def _too_late() -> Response:
    text = "La session a changé entre-temps, l’action n’a pas été faite."
    return Response(room_page.render_message("Action impossible", text, "refused"), 409)
