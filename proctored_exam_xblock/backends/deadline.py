"""One deadline for a whole exchange: httpx's time-outs begin anew with every byte that a vendor drips."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

Clock = Callable[[], float]

_until: ContextVar[tuple[float, Clock] | None] = ContextVar("until", default=None)


@contextmanager
def until(moment: float, monotonic: Clock) -> Iterator[None]:
    """What is connected, sent and read inside by a :func:`limited` client is over by ``moment`` of that clock."""
    token = _until.set((moment, monotonic))
    try:
        yield
    finally:
        _until.reset(token)


def limited(client: httpx.Client) -> httpx.Client:
    """The same client, its connections under the deadline, those through proxies too. httpx has no public way to
    give a pool its network and keep the proxies of the environment, hence the narrow range of httpx in setup.py."""
    for transport in (client._transport, *client._mounts.values()):
        if isinstance(transport, httpx.HTTPTransport):
            pool = transport._pool
            pool._network_backend = _Network(pool._network_backend)
    return client


def _left(timeout: float | None, late: type[Exception]) -> float | None:
    told = _until.get()
    if told is None:
        return timeout
    moment, monotonic = told
    left = moment - monotonic()
    if left <= 0:
        raise late
    return left if timeout is None else min(timeout, left)


class _Network(httpcore.NetworkBackend):
    def __init__(self, network: httpcore.NetworkBackend) -> None:
        self._network = network

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._network.connect_tcp(host, port, left, local_address, socket_options))

    def sleep(self, seconds: float) -> None:
        self._network.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
