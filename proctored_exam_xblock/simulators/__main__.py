"""Starts one simulator: ``python -m proctored_exam_xblock.simulators proctoru --port 8101``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .clock import Clock, parse_instant
from .proctorexam.app import ProctorExamSimulator
from .proctoru.app import ProctorUSimulator
from .web import App, Server

PORTS = {"proctorexam": 8102, "proctoru": 8101}
DEFAULT_KEY = "5f0c7d1e-0000-4000-8000-0000000de300"
DEFAULT_SECRET = "0de3000de3000de3000de3000de3000d"  # noqa: S105 (of a stand-in, on a loopback address)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; the first line printed is the address, once it answers."""
    options = _parse(arguments)
    start = parse_instant(options.now) if options.now else None
    if options.now and start is None:
        sys.stderr.write("--now is not an ISO instant\n")
        return 2
    prefix = (options.prefix or f"/simulators/{options.vendor}").rstrip("/")
    port = PORTS[options.vendor] if options.port is None else options.port
    server = Server(options.host, port, lambda request: app(request))
    address = f"http://{options.host}:{server.server_port}{prefix}"
    app = _simulator(options, Clock(start), prefix, options.public_url or address)
    sys.stdout.write(f"{address}/\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return 0


def _simulator(options: argparse.Namespace, clock: Clock, prefix: str, public_url: str) -> App:
    if options.vendor == "proctorexam":
        return ProctorExamSimulator(
            clock,
            api_token=options.api_key,
            secret_key=options.secret_key,
            prefix=prefix,
            public_url=public_url,
            database=options.database,
        )
    return ProctorUSimulator(
        clock, api_key=options.api_key, prefix=prefix, public_url=public_url, database=options.database
    )


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulators", description="A stand-in for a proctoring vendor.")
    parser.add_argument("vendor", choices=sorted(PORTS))
    parser.add_argument("--host", default="127.0.0.1")
    ports = ", ".join(f"{port} for {vendor}" for vendor, port in PORTS.items())
    parser.add_argument("--port", type=int, help=f"0 takes a free one; by default {ports}")
    parser.add_argument("--database", default=":memory:", help="SQLite file; in memory by default")
    parser.add_argument("--prefix", default="", help="path of the pages, /simulators/<vendor> by default")
    parser.add_argument("--public-url", default="", help="the prefix as browsers reach it, e.g. through a proxy")
    parser.add_argument("--api-key", default=DEFAULT_KEY, help="the API's key or token")
    parser.add_argument("--secret-key", default=DEFAULT_SECRET, help="what ProctorExam's calls are signed with")
    parser.add_argument("--now", default="", help="ISO instant the vendor's clock starts at")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
