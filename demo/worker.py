"""The campus's stand-in for a task queue: one thread that sends what waits for the vendor and closes what is over."""

from __future__ import annotations

import io
import itertools
import logging
import threading

from django.core.management import call_command
from django.db import close_old_connections

logger = logging.getLogger(__name__)

SECONDS = 15.0
COMMANDS = ("drain_outbox", "close_overdue_attempts", "poll_vendors", "send_mails")
RARELY = ("reconcile_vendors", "erase_evidence")
ROUNDS_BETWEEN = 20
"""Rounds between two runs of the rare ones, which also run when the clock was moved."""

_wake = threading.Event()
_moved = threading.Event()


def wake() -> None:
    """Have the work looked at now: the clock was moved."""
    _moved.set()
    _wake.set()


def hurry() -> None:
    """The same for what was just asked for."""
    _wake.set()


def start() -> threading.Thread:
    """Run beside the server until the process ends."""
    thread = threading.Thread(target=_run, name="demo-worker", daemon=True)
    thread.start()
    return thread


def _run() -> None:
    for number in itertools.count(1):
        _wake.wait(SECONDS)
        _wake.clear()
        moved = _moved.is_set()
        _moved.clear()
        rare = RARELY if moved or number % ROUNDS_BETWEEN == 0 else ()
        for command in (*COMMANDS, *rare):
            try:
                call_command(command, verbosity=0, stdout=io.StringIO())
            except Exception:  # a worker outlives a failed task and says so
                logger.exception("worker: %s failed", command)
        close_old_connections()
