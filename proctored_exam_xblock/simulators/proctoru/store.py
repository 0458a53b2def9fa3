"""What the simulated vendor knows: people, reservations, logins, notes; one SQLite database of its own."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

PERSON_FIELDS = (
    "first_name",
    "last_name",
    "email",
    "phone1",
    "country",
    "address1",
    "address2",
    "city",
    "state",
    "zipcode",
    "time_zone_id",
)
ACTIVE = ("scheduled", "waiting", "identified", "open", "incident")
"""States in which a reservation is still to be used or in use; the others are ``ended`` and ``cancelled``."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS student (student_id TEXT PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS reservation (
    reservation_id TEXT PRIMARY KEY, reservation_no INTEGER NOT NULL UNIQUE, student_id TEXT NOT NULL,
    start TEXT NOT NULL, state TEXT NOT NULL, room_key TEXT NOT NULL UNIQUE, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS former_number (reservation_no INTEGER PRIMARY KEY, reservation_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, reservation_id TEXT, at TEXT, author TEXT, text TEXT);
CREATE TABLE IF NOT EXISTS login (token TEXT PRIMARY KEY, student_id TEXT, reservation_id TEXT, used INTEGER);
CREATE TABLE IF NOT EXISTS number (last INTEGER NOT NULL);
"""
_CLEAR = (
    "DELETE FROM student",
    "DELETE FROM reservation",
    "DELETE FROM former_number",
    "DELETE FROM note",
    "DELETE FROM login",
    "DELETE FROM number",
)
_FIRST_NUMBER = 907886515


@dataclass(frozen=True)
class Reservation:
    """One booking as the vendor sees it. ``details`` are the texts given at booking; ``checks`` the proctor's ticks;
    ``steps`` what the candidate did in the room; ``identity`` is '', verified or skipped; ``verdict`` '',
    valid or fraud."""

    reservation_id: str
    reservation_no: int
    student_id: str
    start: datetime
    duration: int
    state: str = "scheduled"
    room_key: str = ""
    details: dict[str, str] = field(default_factory=dict)
    checks: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    identity: str = ""
    incident: bool = False
    verdict: str = ""

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=self.duration)

    @property
    def active(self) -> bool:
        return self.state in ACTIVE


@dataclass(frozen=True)
class Note:
    """``author`` is '' for the fulfilment's history, ``candidate`` or ``proctor`` for the chat."""

    at: datetime
    author: str
    text: str


class Store:
    """Every method is one statement or runs inside :meth:`transaction`; safe between threads.

    Args:
        path: database file, or ``:memory:``.
    """

    def __init__(self, path: str = ":memory:") -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript(_SCHEMA)
        self._announced: list[tuple[str, Reservation]] = []
        self.listener: Callable[[str, Reservation], None] = lambda kind, reservation: None
        """Told what was announced, once it is written."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One at a time, all or nothing."""
        with self._lock:
            self._announced.clear()
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            for kind, reservation in self._announced:
                self.listener(kind, reservation)

    def announce(self, kind: str, reservation: Reservation) -> None:
        """Tell the listener at the end of this transaction, unless it fails."""
        self._announced.append((kind, reservation))

    def reset(self) -> None:
        """Forget everything."""
        with self.transaction():
            for statement in _CLEAR:
                self._db.execute(statement)

    def next_number(self) -> int:
        row = self._one("SELECT last FROM number")
        last = int(row[0]) + 1 if row else _FIRST_NUMBER
        self._run("DELETE FROM number")
        self._run("INSERT INTO number VALUES (?)", last)
        return last

    def student(self, student_id: str) -> dict[str, str] | None:
        row = self._one("SELECT data FROM student WHERE student_id = ?", student_id)
        return dict(json.loads(row[0])) if row else None

    def save_student(self, student_id: str, data: dict[str, str]) -> None:
        self._run("INSERT OR REPLACE INTO student VALUES (?, ?)", student_id, json.dumps(data))

    def save(self, reservation: Reservation) -> Reservation:
        """Insert or update; a number that is given up stays known as a former one."""
        before = self.by_id(reservation.reservation_id)
        if before is not None and before.reservation_no != reservation.reservation_no:
            self._run(
                "INSERT INTO former_number VALUES (?, ?)",
                before.reservation_no,
                before.reservation_id,
            )
        if not reservation.room_key:
            reservation = replace(reservation, room_key=secrets.token_urlsafe(18))
        self._run(
            "INSERT OR REPLACE INTO reservation VALUES (?, ?, ?, ?, ?, ?, ?)",
            reservation.reservation_id,
            reservation.reservation_no,
            reservation.student_id,
            reservation.start.isoformat(),
            reservation.state,
            reservation.room_key,
            json.dumps(
                {
                    "duration": reservation.duration,
                    "details": reservation.details,
                    "checks": reservation.checks,
                    "steps": reservation.steps,
                    "identity": reservation.identity,
                    "incident": reservation.incident,
                    "verdict": reservation.verdict,
                }
            ),
        )
        return reservation

    def forget(self, reservation_id: str) -> bool:
        """Lose a booking as if it had never been made; '' loses all. False when there was none."""
        condition, values = ("reservation_id = ?", (reservation_id,)) if reservation_id else ("1 = 1", ())
        known = bool(self._all(f"{_SELECT} WHERE {condition}", *values))
        for table in ("former_number", "note", "login", "reservation"):
            self._run(f"DELETE FROM {table} WHERE {condition}", *values)  # noqa: S608 (our own two conditions)
        return known

    def by_id(self, reservation_id: str) -> Reservation | None:
        return self._reservation("reservation_id = ?", reservation_id)

    def by_number(self, number: int) -> Reservation | None:
        return self._reservation("reservation_no = ?", number)

    def by_room(self, room_key: str) -> Reservation | None:
        return self._reservation("room_key = ?", room_key)

    def is_former_number(self, number: int) -> bool:
        return self._one("SELECT 1 FROM former_number WHERE reservation_no = ?", number) is not None

    def reservations(self, student_id: str | None = None) -> list[Reservation]:
        """Sorted by start, then number."""
        condition, values = ("student_id = ?", (student_id,)) if student_id else ("1 = 1", ())
        return [_read(row) for row in self._all(f"{_SELECT} WHERE {condition} ORDER BY start, reservation_no", *values)]

    def add_note(self, reservation: Reservation, at: datetime, text: str, author: str = "") -> None:
        self._run(
            "INSERT INTO note (reservation_id, at, author, text) VALUES (?, ?, ?, ?)",
            reservation.reservation_id,
            at.isoformat(),
            author,
            text,
        )

    def notes(self, reservation: Reservation, *, chat: bool) -> list[Note]:
        """The chat, or the history of the fulfilment, oldest first."""
        rows = self._all(
            "SELECT at, author, text FROM note WHERE reservation_id = ? AND (author <> '') = ? ORDER BY id",
            reservation.reservation_id,
            chat,
        )
        return [Note(datetime.fromisoformat(at), author, text) for at, author, text in rows]

    def new_login(self, student_id: str, reservation_id: str = "") -> str:
        """A token that logs a browser in once."""
        token = secrets.token_urlsafe(24)
        self._run("INSERT INTO login VALUES (?, ?, ?, 0)", token, student_id, reservation_id)
        return token

    def use_login(self, token: str) -> tuple[str, str] | None:
        """(student id, reservation id or '') the first time, None ever after."""
        with self.transaction():
            row = self._one("SELECT student_id, reservation_id FROM login WHERE token = ? AND used = 0", token)
            self._run("UPDATE login SET used = 1 WHERE token = ?", token)
        return (str(row[0]), str(row[1])) if row else None

    def _reservation(self, condition: str, value: object) -> Reservation | None:
        row = self._one(f"{_SELECT} WHERE {condition}", value)
        return _read(row) if row else None

    def _run(self, statement: str, *values: object) -> None:
        with self._lock:
            self._db.execute(statement, values)

    def _one(self, statement: str, *values: object) -> tuple[str, ...] | None:
        rows = self._all(statement, *values)
        return rows[0] if rows else None

    def _all(self, statement: str, *values: object) -> list[tuple[str, ...]]:
        with self._lock:
            return self._db.execute(statement, values).fetchall()


_SELECT = "SELECT reservation_id, reservation_no, student_id, start, state, room_key, data FROM reservation"


def _read(row: tuple[str, ...]) -> Reservation:
    reservation_id, number, student_id, start, state, room_key, data = row
    values = json.loads(data)
    return Reservation(
        reservation_id=reservation_id,
        reservation_no=int(number),
        student_id=student_id,
        start=datetime.fromisoformat(start),
        state=state,
        room_key=room_key,
        checks=tuple(values.pop("checks")),
        steps=tuple(values.pop("steps")),
        **values,
    )
