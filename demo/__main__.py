"""``python -m demo``: migrate, load, start the simulators and the campus, say where; Ctrl-C stops them all."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

from proctored_exam_xblock.simulators.process import Simulator, start

READY = "READY"


class PortTaken(Exception):
    """Something else listens on ``port``."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.port = port


def main() -> int:
    """Run until a signal; 2 when a port is taken."""
    options = _options()
    for ending in (signal.SIGINT, signal.SIGTERM):  # a shell starts background jobs with SIGINT ignored
        signal.signal(ending, signal.default_int_handler)
    _configure(options)
    import django

    django.setup()
    try:
        _require_free(options.port)
        _prepare(options)
        say("Starting the simulators of the proctoring services")
        with ExitStack() as stack:
            _start_simulators(options, stack)
            return _serve(options)
    except PortTaken as error:
        print(f"Port {error.port} is in use. Choose another one: make demo PORT=8100", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        say("Stopped")
        return 0


def say(line: str) -> None:
    """One line of progress, at once."""
    print(f"· {line}", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    parser.add_argument("--simulator-ports", default="", help="with commas; by default those after the campus's")
    parser.add_argument("--bind", default=os.environ.get("DEMO_BIND") or "127.0.0.1")
    parser.add_argument("--database", default="var/demo.sqlite3")
    parser.add_argument("--now", type=datetime.fromisoformat, help="the campus's first instant, ISO")
    options = parser.parse_args()
    options.database = str(Path(options.database).resolve())
    options.public_url = f"http://127.0.0.1:{options.port}"
    return options


def _configure(options: argparse.Namespace) -> None:
    Path(options.database).parent.mkdir(parents=True, exist_ok=True)
    os.environ["DJANGO_SETTINGS_MODULE"] = "settings.demo"
    os.environ["DEMO_DATABASE"] = options.database
    os.environ["PORT"] = str(options.port)
    os.environ["SIMULATOR_PORTS"] = options.simulator_ports


def _prepare(options: argparse.Namespace) -> None:
    from django.core.management import call_command

    from . import accounts, clock, load

    if options.now:
        moment = options.now if options.now.tzinfo else options.now.replace(tzinfo=UTC)
        clock.set_to(moment)
    say(f"Database {os.path.relpath(options.database)}")
    call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
    accounts.create_all()
    for course in load.load_all(clock.now()):
        say(f"Course loaded: {course.title}")


def _start_simulators(options: argparse.Namespace, stack: ExitStack) -> None:
    """All at once: each takes a while to answer."""
    from django.conf import settings

    from . import clock

    now = clock.now()

    def begin(vendor: str, port: int) -> Simulator:
        configured = settings.PROCTORED_EXAM["BACKENDS"][vendor]
        return start(
            vendor,
            port=port,
            api_key=configured.get("api_key") or configured["api_token"],
            secret_key=configured.get("secret_key", ""),
            public_url=f"{options.public_url}/simulators/{vendor}",
            database=f"{options.database}.{vendor}",
            now=now,
        )

    for port in settings.SIMULATOR_PORTS.values():
        _require_free(port)
    with ThreadPoolExecutor() as pool:
        starting = [pool.submit(begin, vendor, port) for vendor, port in settings.SIMULATOR_PORTS.items()]
    for one in starting:
        if one.exception() is None:
            stack.callback(one.result().stop)
    for one in starting:
        one.result()


def _require_free(port: int) -> None:
    with closing(socket.socket()) as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise PortTaken(port)


def _serve(options: argparse.Namespace) -> int:
    from waitress.server import create_server

    from . import worker
    from .wsgi import application

    server = create_server(application, host=options.bind, port=options.port, threads=16, ident="")
    worker.start()
    _announce(options.public_url)
    server.run()
    return 0


def _announce(address: str) -> None:
    from .accounts import ACCOUNTS
    from .courses import COURSES

    print(f"\n  Demo campus      {address}/", flush=True)
    for course in COURSES.values():
        board = f"board {address}/courses/{course.slug}/board/"
        seat = f"seat {address}/simulators/{course.simulator}/" if course.simulator else ""
        print(f"  {course.slug:<16} {address}/courses/{course.slug}/  {board}  {seat}")
    print()
    for account in ACCOUNTS.values():
        print(f"  {account.username:<10} {account.part:<62} {address}/demo/sign-in/{account.username}/")
    print("\n  No passwords. Ctrl-C stops everything.\n")
    print(f"{READY} {address}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
