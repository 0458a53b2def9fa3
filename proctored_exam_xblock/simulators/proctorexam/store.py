"""What the simulated vendor knows: exams, student sessions, nonces; one SQLite database of its own."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

FIRST_EXAM = 4242
"""An exam that is there from the beginning, as the institute's staff would have made it."""
NONCES_KEPT = timedelta(hours=24)

_FIRST_SESSION = 880001
_SCHEMA = """
CREATE TABLE IF NOT EXISTS exam (id INTEGER PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS session (
    id INTEGER PRIMARY KEY AUTOINCREMENT, exam_id INTEGER NOT NULL, email TEXT NOT NULL, token TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL, link TEXT NOT NULL, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS nonce (value TEXT PRIMARY KEY, at TEXT NOT NULL);
"""
_CLEAR = ("DELETE FROM exam", "DELETE FROM session", "DELETE FROM nonce", "DELETE FROM sqlite_sequence")
_COLUMNS = ("id", "exam_id", "email", "token", "user_id", "link")
_SELECT = "SELECT id, exam_id, email, token, user_id, link, data FROM session"


@dataclass(frozen=True)
class Session:
    """One candidate's session. Instants are ISO texts, '' until known. ``reviewed`` and ``status`` are the vendor's
    words; ``identity`` what the proctor decided; ``ticks`` the proctor's list; ``chat`` (author, text);
    ``user_id``, ``link`` and ``context`` come with an LTI launch."""

    exam_id: int
    name: str
    email: str
    created_at: str
    id: int = 0
    token: str = ""
    user_id: str = ""
    link: str = ""
    context: str = ""
    return_url: str = ""
    status: str = "registered"
    open_time: str = ""
    info: str = ""
    info_is_html: bool = False
    external_id: str = ""
    skip_requirements: bool = False
    updated_at: str = ""
    entered_room: str = ""
    started_at: str = ""
    ended_at: str = ""
    checked: bool = False
    document: bool = False
    face: bool = False
    skipped: tuple[str, ...] = ()
    identity: str = ""
    incidents: tuple[dict[str, str], ...] = ()
    commentary: str = ""
    reviewed: str = "00"
    colour: str = ""
    archived: bool = False
    ticks: tuple[str, ...] = ()
    chat: tuple[tuple[str, str], ...] = ()

    @property
    def is_over(self) -> bool:
        return self.status == "exam_finished" or self.archived


class Store:
    """Every method is one statement or runs inside :meth:`transaction`; safe between threads.

    Args:
        path: database file, or ``:memory:``.
    """

    def __init__(self, path: str = ":memory:") -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript(_SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One at a time, all or nothing."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def reset(self) -> None:
        """Forget everything, ids included."""
        with self.transaction():
            for statement in _CLEAR:
                self._run(statement)

    def use_nonce(self, nonce: str, now: datetime) -> bool:
        """False when it was used in the last 24 hours."""
        self._run("DELETE FROM nonce WHERE at < ?", (now - NONCES_KEPT).isoformat())
        if self._all("SELECT 1 FROM nonce WHERE value = ?", nonce):
            return False
        self._run("INSERT INTO nonce VALUES (?, ?)", nonce, now.isoformat())
        return True

    def exams(self) -> list[dict[str, Any]]:
        return [{"id": int(number), **json.loads(data)} for number, data in self._all("SELECT * FROM exam ORDER BY id")]

    def exam(self, number: int) -> dict[str, Any] | None:
        return next((exam for exam in self.exams() if exam["id"] == number), None)

    def save_exam(self, exam: dict[str, Any]) -> dict[str, Any]:
        """Insert under a new id, or update."""
        number = exam.get("id") or max((known["id"] for known in self.exams()), default=FIRST_EXAM - 1) + 1
        data = {name: value for name, value in exam.items() if name != "id"}
        self._run("INSERT OR REPLACE INTO exam VALUES (?, ?)", number, json.dumps(data))
        return {"id": number, **data}

    def add(self, session: Session) -> Session:
        """Insert with a new id and token."""
        if not self._all("SELECT 1 FROM sqlite_sequence WHERE name = 'session'"):
            self._run("INSERT INTO sqlite_sequence VALUES ('session', ?)", _FIRST_SESSION - 1)
        token = secrets.token_hex(16)
        self._run(
            "INSERT INTO session (exam_id, email, token, user_id, link, data) VALUES (?, ?, ?, ?, ?, ?)",
            *(session.exam_id, session.email, token, session.user_id, session.link, _data(session)),
        )
        return self._found("token = ?", token)[0]

    def save(self, session: Session) -> Session:
        self._run("UPDATE session SET email = ?, data = ? WHERE id = ?", session.email, _data(session), session.id)
        return session

    def delete(self, session: Session) -> None:
        """With all it held."""
        self._run("DELETE FROM session WHERE id = ?", session.id)

    def session(self, number: int) -> Session | None:
        return next(iter(self._found("id = ?", number)), None)

    def by_token(self, token: str) -> Session | None:
        return next(iter(self._found("token = ?", token)), None)

    def by_launch(self, exam_id: int, user_id: str, link: str) -> Session | None:
        return next(iter(self._found("exam_id = ? AND user_id = ? AND link = ?", exam_id, user_id, link)), None)

    def by_email(self, exam_id: int, email: str) -> Session | None:
        return next(iter(self._found("exam_id = ? AND lower(email) = ?", exam_id, email.lower())), None)

    def sessions(self, exam_id: int | None = None) -> list[Session]:
        """Oldest first."""
        return self._found("1 = 1") if exam_id is None else self._found("exam_id = ?", exam_id)

    def _found(self, condition: str, *values: object) -> list[Session]:
        return [_read(row) for row in self._all(f"{_SELECT} WHERE {condition} ORDER BY id", *values)]

    def _run(self, statement: str, *values: object) -> None:
        with self._lock:
            self._db.execute(statement, values)

    def _all(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(statement, values).fetchall()


def _data(session: Session) -> str:
    return json.dumps({name: value for name, value in asdict(session).items() if name not in _COLUMNS})


def _read(row: tuple[Any, ...]) -> Session:
    *columns, data = row
    session = Session(**dict(zip(_COLUMNS, columns, strict=True)), **json.loads(data))
    return replace(
        session,
        skipped=tuple(session.skipped),
        incidents=tuple(session.incidents),
        ticks=tuple(session.ticks),
        chat=tuple((author, text) for author, text in session.chat),
    )
