"""Starts one simulator: ``python -m proctored_exam_xblock.simulators proctoru --port 8101``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from .clock import Clock, parse_instant
from .proctoru.app import ProctorUSimulator
from .web import Server

VENDORS = {"proctoru": ProctorUSimulator}
DEFAULT_KEY = "5f0c7d1e-0000-4000-8000-0000000de300"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; the first line printed is the address, once it answers."""
    options = _parse(arguments)
    start = parse_instant(options.now) if options.now else None
    if options.now and start is None:
        sys.stderr.write("--now is not an ISO instant\n")
        return 2
    prefix = (options.prefix or f"/simulators/{options.vendor}").rstrip("/")
    server = Server(options.host, options.port, lambda request: app(request))
    address = f"http://{options.host}:{server.server_port}{prefix}"
    app = VENDORS[options.vendor](
        Clock(start),
        api_key=options.api_key,
        prefix=prefix,
        public_url=options.public_url or address,
        database=options.database,
    )
    sys.stdout.write(f"{address}/\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulators", description="A stand-in for a proctoring vendor.")
    parser.add_argument("vendor", choices=sorted(VENDORS))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8101, help="0 takes a free one")
    parser.add_argument("--database", default=":memory:", help="SQLite file; in memory by default")
    parser.add_argument("--prefix", default="", help="path of the pages, /simulators/<vendor> by default")
    parser.add_argument("--public-url", default="", help="the prefix as browsers reach it, e.g. through a proxy")
    parser.add_argument("--api-key", default=DEFAULT_KEY)
    parser.add_argument("--now", default="", help="ISO instant the vendor's clock starts at")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
