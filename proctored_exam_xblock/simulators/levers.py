"""The levers that every simulator has: its clock and its faults; those of a vendor are added to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict

from .clock import Clock, parse_instant
from .faults import Faults, Mode, parse_fault
from .web import Request, Response, json_response, see_other

Lever = Callable[[Request], Response]


class CommonLevers:
    """Answers JSON with what is; a form is sent back to the proctor's seat.

    Args:
        clock: the vendor's clock.
        faults: of the API.
        prefix: path of the seat, without a trailing slash.
        more: the vendor's own levers, by name.
    """

    def __init__(self, clock: Clock, faults: Faults, *, prefix: str, more: Mapping[str, Lever]) -> None:
        self._clock = clock
        self._faults = faults
        self._prefix = prefix
        self._levers: dict[str, Lever] = {"clock": self._serve_clock, "faults": self._serve_faults, **more}

    def __contains__(self, name: str) -> bool:
        return name in self._levers

    def serve(self, name: str, request: Request) -> Response:
        response = self._levers[name](request)
        if response.status == 200 and request.method == "POST" and is_form(request):
            return see_other(f"{self._prefix}/")
        return response

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
        return json_response(asdict(self._faults.current))


def is_form(request: Request) -> bool:
    return "form-urlencoded" in request.headers.get("content-type", "")


def _number(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if abs(number) < 1e10 else None
