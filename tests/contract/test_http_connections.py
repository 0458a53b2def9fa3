"""Requests to a vendor share connections and nothing else."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from proctored_exam_xblock.backends import http
from proctored_exam_xblock.backends.base import Unavailable
from proctored_exam_xblock.backends.http import JsonClient


class Handler(BaseHTTPRequestHandler):
    """Answers an empty object and a cookie; notes the caller's port and headers."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        sent = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append((self.client_address[1], sent))  # type: ignore[attr-defined]
        if self.path.endswith("/hang-up/"):
            self.close_connection = True
            return
        if self.path.endswith("/drip/"):
            self._drip()
            return
        self.send_response(200)
        self.send_header("Set-Cookie", "session=of-one-candidate; Path=/")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def _drip(self) -> None:
        """A byte of the headers every 20 ms, for two seconds."""
        self.close_connection = True
        never = threading.Event()
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            for _ in range(100):
                self.wfile.write(b"x")
                never.wait(0.02)
            self.wfile.write(b"\r\nContent-Length: 2\r\n\r\n{}")
        except OSError:
            self.server.given_up.set()  # type: ignore[attr-defined]

    def log_message(self, *args: Any) -> None:
        """Silence."""


@pytest.fixture
def vendor() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.seen = []  # type: ignore[attr-defined]
    server.given_up = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    http._shared(os.getpid()).close()
    http._shared.cache_clear()
    server.shutdown()
    server.server_close()
    thread.join()


def client(vendor: ThreadingHTTPServer, key: str = "k1") -> JsonClient:
    address = f"http://127.0.0.1:{vendor.server_address[1]}"
    return JsonClient(address, headers={"Authorization-Token": key}, timeout_seconds=5)


def test_a_connection_serves_many_requests_and_no_cookie_is_kept(vendor: Any) -> None:
    for key in ("k1", "k2", "k1"):
        client(vendor, key).post("doIt", {})
    ports, headers = zip(*vendor.seen, strict=True)
    assert len(set(ports)) == 1
    assert [sent["authorization-token"] for sent in headers] == ["k1", "k2", "k1"]
    assert not any("cookie" in sent for sent in headers)


def test_a_connection_that_the_vendor_closed_is_not_used_again(vendor: Any) -> None:
    client(vendor).post("doIt", {})
    with pytest.raises(Unavailable):
        client(vendor).post("hang-up", {})
    client(vendor).post("doIt", {})
    assert len({port for port, _ in vendor.seen}) == 2


def test_headers_that_drip_beyond_the_deadline_are_given_up(vendor: Any) -> None:
    address = f"http://127.0.0.1:{vendor.server_address[1]}"
    with pytest.raises(Unavailable):
        JsonClient(address, headers={}, timeout_seconds=0.3).post("drip", {})
    assert vendor.given_up.wait(5), "the connection is closed, not left to drip"
    client(vendor).post("doIt", {})


def test_another_process_has_connections_of_its_own() -> None:
    try:
        assert http._shared(1) is http._shared(1)
        assert http._shared(1) is not http._shared(2)
    finally:
        http._shared.cache_clear()
