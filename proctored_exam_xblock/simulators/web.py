"""The little of HTTP that a simulator needs, on the standard library's server: requests, responses, threads."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"
_MAX_BODY = 4 * 1024 * 1024


@dataclass(frozen=True)
class Request:
    """``params`` merges query, form and JSON body, the later over the earlier; header names are lower case."""

    method: str
    path: str
    params: Mapping[str, Any]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Response:
    """``content`` is sent as UTF-8 unless it is bytes already; ``headers`` replace those sent with every answer."""

    content: str | bytes
    status: int = 200
    content_type: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)


class Dropped(Exception):
    """Close the connection without an answer."""


App = Callable[[Request], Response]


def json_response(data: object, status: int = 200) -> Response:
    return Response(json.dumps(data, ensure_ascii=False), status, JSON)


def see_other(location: str) -> Response:
    """303: a form was taken in, look there."""
    return Response("", 303, headers={"Location": location})


def read_params(query: str, content_type: str, body: bytes) -> dict[str, Any]:
    """Query, then form, then JSON; a body that is no object adds nothing."""
    params: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    text = body.decode("utf-8", "replace")
    if text.lstrip().startswith("{") or "json" in content_type:
        try:
            data = json.loads(text or "{}")
        except ValueError:
            data = None
        return {**params, **data} if isinstance(data, dict) else params
    return {**params, **dict(parse_qsl(text, keep_blank_values=True))}


class Server(ThreadingHTTPServer):
    """Serves one application; port 0 takes a free one (``server_port`` says which)."""

    daemon_threads = True

    def __init__(self, host: str, port: int, app: App) -> None:
        super().__init__((host, port), _Handler)
        self.app = app

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has left is no news; anything else is a defect of the simulator."""
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    server: Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (named by the base class)
        """Silent: addresses hold one-time logins."""

    def _serve(self) -> None:
        address = urlsplit(self.path)
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= _MAX_BODY:
            self.close_connection = True
            self._send(Response("", 413))
            return
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        params = read_params(address.query, headers.get("content-type", ""), body)
        try:
            self._send(self.server.app(Request(self.command, address.path, params, headers, body)))
        except Dropped:
            self.close_connection = True

    def _send(self, response: Response) -> None:
        content = response.content.encode() if isinstance(response.content, str) else response.content
        self.send_response_only(response.status)
        for name, value in {
            "Server": self.version_string(),
            "Date": self.date_time_string(),
            "Content-Type": response.content_type,
            "Content-Length": str(len(content)),
            "Cache-Control": "no-store",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            **response.headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
