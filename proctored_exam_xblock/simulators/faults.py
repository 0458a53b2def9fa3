"""What may go wrong between a client and a vendor, on demand and in a fixed order."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .web import JSON, Dropped, Response

LONGEST_SECONDS = 120


class Mode(StrEnum):
    """OK. SLOW: done, then answered late. DOWN: HTTP 500, not done. GARBAGE: done, then a cut JSON text or an HTML
    page in turn. LOSSY: done but answered HTTP 500, then not done and no answer at all, in turn. WRONG_TYPES: done,
    then JSON of another shape, several in turn (``disguised``). TRUNCATED: done, then always a cut JSON text.
    TIMEOUT: done, then not done, in turn, and silence until the fault is replaced."""

    OK = "ok"
    SLOW = "slow"
    DOWN = "down"
    GARBAGE = "garbage"
    LOSSY = "lossy"
    WRONG_TYPES = "wrong_types"
    TRUNCATED = "truncated"
    TIMEOUT = "timeout"


# For the simulators' pages: what the switch says, and what it does.
FAULT_NAMES = {
    Mode.OK: ("Aucune", "Le service répond normalement."),
    Mode.SLOW: ("Lent", "Chaque réponse attend {seconds:g} s."),
    Mode.DOWN: ("En panne", "Le service répond par une erreur 500 sans rien faire."),
    Mode.GARBAGE: ("Illisible", "Les réponses sont tronquées ou remplacées par une page."),
    Mode.LOSSY: ("Perte", "La demande est faite mais la réponse perdue, ou l’inverse, en alternance."),
    Mode.WRONG_TYPES: ("Mauvais types", "Les réponses sont du JSON valide, mais d’une autre forme."),
    Mode.TRUNCATED: ("Tronqué", "La demande est faite, le JSON de la réponse est coupé."),
    Mode.TIMEOUT: ("Muet", "Aucune réponse tant que la panne dure ; une demande sur deux est faite."),
}


@dataclass(frozen=True)
class Fault:
    """The present fault; ``only`` limits it to one endpoint, '' means all of them. Of these calls each ``every``-th
    is hit, and of those a ``share`` (0 to 1) drawn with ``seed``."""

    mode: Mode = Mode.OK
    seconds: float = 5.0
    only: str = ""
    every: int = 1
    share: float = 1.0
    seed: int = 0


class Faults:
    """Wraps API calls with the present fault; turns are counted per endpoint from the moment it is set."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cleared = threading.Event()
        self.set(Fault())

    @property
    def current(self) -> Fault:
        with self._lock:
            return self._fault

    def set(self, fault: Fault) -> None:
        """Replace the fault; whoever waits for a slow or silent answer is let go at once."""
        with self._lock:
            self._fault = fault
            self._calls = 0
            self._turns: dict[str, int] = {}
            self._random = random.Random(fault.seed)  # noqa: S311 (the same faults again, not a secret)
            self._cleared.set()
            self._cleared = threading.Event()

    def apply(self, endpoint: str, perform: Callable[[], Response]) -> Response:
        """Perform an API call under the present fault.

        Raises:
            Dropped: the connection is to be closed without an answer.
        """
        with self._lock:
            fault, cleared = self._fault, self._cleared
            turn = self._turn(endpoint)
        if turn is None:
            return perform()
        match fault.mode:
            case Mode.DOWN:
                return _broken()
            case Mode.LOSSY:
                if turn % 2:
                    raise Dropped
                perform()
                return _broken()
            case Mode.TIMEOUT:
                if turn % 2 == 0:
                    perform()
                cleared.wait(LONGEST_SECONDS)
                raise Dropped
            case Mode.SLOW:
                response = perform()
                cleared.wait(fault.seconds)
                return response
            case Mode.GARBAGE:
                return _page() if turn % 2 else _cut(perform())
            case Mode.TRUNCATED:
                return _cut(perform())
            case Mode.WRONG_TYPES:
                return _disguised(perform(), turn)
        return perform()

    def _turn(self, endpoint: str) -> int | None:
        """How often this endpoint was hit before, None when the call is spared."""
        fault = self._fault
        if fault.mode is Mode.OK or (fault.only and fault.only.lower() != endpoint.lower()):
            return None
        self._calls += 1
        if self._calls % fault.every or (fault.share < 1 and self._random.random() >= fault.share):
            return None
        turn = self._turns[endpoint] = self._turns.get(endpoint, -1) + 1
        return turn


def parse_fault(params: Mapping[str, object]) -> Fault | None:
    """Read ``mode``, ``seconds`` (0 to 120), ``only``, ``every`` (from 1), ``share`` (0 to 1) and ``seed``; None when
    they make no sense."""
    try:
        mode = Mode(str(params.get("mode", "")))
        seconds = float(str(params.get("seconds", Fault.seconds)))
        share = float(str(params.get("share", Fault.share)))
        every = int(str(params.get("every", Fault.every)))
        seed = int(str(params.get("seed", Fault.seed)))
    except ValueError:
        return None
    if not (0 <= seconds <= LONGEST_SECONDS and 0 <= share <= 1 and every >= 1):
        return None
    return Fault(mode, seconds, str(params.get("only") or ""), every, share, seed)


def disguised(value: object, turn: int) -> object:
    """JSON of another shape. In turn: the leaves below the first level, every leaf, a list around it, null."""
    match turn % 4:
        case 0:
            if isinstance(value, dict):
                return {name: _other(part) if isinstance(part, (dict, list)) else part for name, part in value.items()}
            return _other(value)
        case 1:
            return _other(value)
        case 2:
            return [value]
    return None


def _other(value: object) -> object:
    if isinstance(value, dict):
        return {name: _other(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_other(part) for part in value] or {}
    if isinstance(value, str):
        return len(value)
    if isinstance(value, bool):
        return "perhaps"
    return 0 if value is None else [value]


def _broken() -> Response:
    return Response("<html><body><h1>500 Internal Server Error</h1></body></html>", status=500)


def _page() -> Response:
    return Response("<!DOCTYPE html><html><body>We are performing maintenance.</body></html>")


def _cut(answer: Response) -> Response:
    whole = answer.content
    return Response(whole[: len(whole) // 2], content_type=answer.content_type)


def _disguised(answer: Response, turn: int) -> Response:
    try:
        value = json.loads(answer.content)
    except ValueError:
        return answer
    return Response(json.dumps(disguised(value, turn)), answer.status, JSON)
