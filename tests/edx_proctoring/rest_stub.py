"""A proctoring service that speaks edx-proctoring's REST protocol, as its documentation tells it, on a free port.

Own code and state; ``faults`` are used up one per request: an HTTP status, or bytes sent as they are with 200. ``mode``
is one of the contract suite's faults, for every request until it is ``ok`` again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4


class Service:
    """What the service knows; ``calls`` is every request but the token's: (method, path, body)."""

    def __init__(self) -> None:
        self.exams: dict[str, dict[str, Any]] = {}
        self.attempts: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, str, Any]] = []
        self.tokens = 0
        self.faults: list[int | bytes] = []
        self.mode = "ok"
        self.token_status = 200
        self.stalled = threading.Event()
        self.stalled.set()
        self.url = ""

    def answer(self, method: str, path: list[str], body: Any) -> tuple[int, Any]:
        match method, path:
            case "GET", ["config"]:
                return 200, {"name": "Stub", "rules": {}, "download_url": f"{self.url}/software?os=any"}
            case "POST", ["exam", *known] if len(known) < 2:
                exam_id = known[0] if known else uuid4().hex
                self.exams[exam_id] = body
                return 200, {"id": exam_id}
            case "POST", ["exam", exam_id, "attempt"] if exam_id in self.exams:
                attempt_id = uuid4().hex
                self.attempts[attempt_id] = {**body, "exam": exam_id}
                return 200, {"id": attempt_id}
            case "GET", ["exam", _, "attempt", attempt_id] if attempt_id in self.attempts:
                attempt = self.attempts[attempt_id]
                return 200, {"status": attempt["status"], "instructions": [], "download_url": attempt.get("url", "")}
            case "PATCH", ["exam", exam_id, "attempt", attempt_id] if attempt_id in self.attempts:
                assert self.attempts[attempt_id]["exam"] == exam_id
                self.attempts[attempt_id]["status"] = body["status"]
                return 200, {"status": body["status"]}
            case "DELETE", ["exam", _, "attempt", attempt_id] if attempt_id in self.attempts:
                del self.attempts[attempt_id]
                return 200, {"status": "deleted"}
        return 404, {"detail": "not found"}

    @property
    def only_attempt(self) -> dict[str, Any]:
        (attempt,) = self.attempts.values()
        return attempt

    def words(self) -> list[str]:
        """The statuses it was told, in order."""
        return [body["status"] for method, _, body in self.calls if method == "PATCH"]


class _Handler(BaseHTTPRequestHandler):
    service: Service

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        service = self.service
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/oauth2/access_token":
            service.tokens += 1
            return self._send(service.token_status, {"access_token": "a.b.c", "expires_in": 3600})
        service.stalled.wait(20)
        body = json.loads(raw) if raw else None
        service.calls.append((self.command, self.path, body))
        if self.headers.get("Authorization") != "JWT a.b.c":
            return self._send(401, {})
        if service.faults:
            fault = service.faults.pop(0)
            return self._send(200, fault) if isinstance(fault, bytes) else self._send(fault, {"status": "started"})
        path = [part for part in self.path.removeprefix("/api/v1/").split("?")[0].split("/") if part]
        answer = lambda: service.answer(self.command, path, body)  # noqa: E731
        return self._send(*answer()) if service.mode == "ok" else self._misbehave(answer)

    def _misbehave(self, answer: Callable[[], tuple[int, Any]]) -> None:
        mode = self.service.mode
        if mode == "lossy":
            if len(self.service.calls) % 2:
                answer()
            self.close_connection = True
            return None
        if mode == "down":
            return self._send(503, {"detail": "down"})
        status, content = answer()
        wrong = {name: [value] for name, value in content.items()}
        raw = json.dumps(content).encode()
        return self._send(status, {"garbage": b"<html>", "truncated": raw[:-2], "wrong_types": wrong}[mode])

    def _send(self, status: int, content: Any) -> None:
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        with suppress(OSError):  # nobody waited for it
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

    def log_message(self, *arguments: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[Service]:
    """A service that answers until the block ends."""
    service = Service()
    handler = type("Handler", (_Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.stalled.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
