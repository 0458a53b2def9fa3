"""What may go wrong between a client and a vendor, on demand and in a fixed order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .web import Dropped, Response


class Mode(StrEnum):
    """OK. SLOW: done, then answered late. DOWN: HTTP 500, not done. GARBAGE: done, then a cut JSON text or an HTML
    page in turn. LOSSY: done but answered HTTP 500, then not done and no answer at all, in turn."""

    OK = "ok"
    SLOW = "slow"
    DOWN = "down"
    GARBAGE = "garbage"
    LOSSY = "lossy"


@dataclass(frozen=True)
class Fault:
    """The present fault; ``only`` limits it to one endpoint, '' means all of them."""

    mode: Mode = Mode.OK
    seconds: float = 5.0
    only: str = ""


class Faults:
    """Wraps API calls with the present fault; turns are counted per endpoint from the moment it is set."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fault = Fault()
        self._turns: dict[str, int] = {}
        self._cleared = threading.Event()

    @property
    def current(self) -> Fault:
        with self._lock:
            return self._fault

    def set(self, fault: Fault) -> None:
        """Replace the fault; whoever waits for a slow answer gets it at once."""
        with self._lock:
            self._fault = fault
            self._turns.clear()
            self._cleared.set()
            self._cleared = threading.Event()

    def apply(self, endpoint: str, perform: Callable[[], Response]) -> Response:
        """Perform an API call under the present fault.

        Raises:
            Dropped: the connection is to be closed without an answer.
        """
        with self._lock:
            fault, cleared = self._fault, self._cleared
            if fault.only and fault.only.lower() != endpoint.lower():
                fault = Fault()
            turn = self._turns[endpoint] = self._turns.get(endpoint, -1) + 1
        match fault.mode:
            case Mode.DOWN:
                return _broken()
            case Mode.LOSSY:
                if turn % 2:
                    raise Dropped
                perform()
                return _broken()
            case Mode.SLOW:
                response = perform()
                cleared.wait(fault.seconds)
                return response
            case Mode.GARBAGE:
                return _garbled(perform(), turn)
        return perform()


def parse_fault(params: Mapping[str, object]) -> Fault | None:
    """Read ``mode``, ``seconds`` (0 to 120) and ``only``; None when they make no sense."""
    try:
        seconds = float(str(params.get("seconds", Fault.seconds)))
        mode = Mode(str(params.get("mode", "")))
    except ValueError:
        return None
    if not 0 <= seconds <= 120:
        return None
    return Fault(mode, seconds, str(params.get("only") or ""))


def _broken() -> Response:
    return Response("<html><body><h1>500 Internal Server Error</h1></body></html>", status=500)


def _garbled(answer: Response, turn: int) -> Response:
    if turn % 2:
        return Response("<!DOCTYPE html><html><body>We are performing maintenance.</body></html>")
    whole = answer.content
    return Response(whole[: len(whole) // 2], content_type=answer.content_type)
