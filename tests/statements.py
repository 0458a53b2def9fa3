"""Which statements are sent to the database, and how it would find their rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.db import connection

from tests.populace import CANDIDATE_SIZED

MANY_ROWS = 1000
"""More than any one candidate has."""
_NAMES = {model._meta.db_table for model in CANDIDATE_SIZED}
_ALIAS = re.compile(r'"(\w+)" ([TU][0-9]+)\b')
_SCANNED = re.compile(r"SCAN (\w+)")
_EVERYBODY = re.compile(r"SEARCH .*\((exam_id|version_id|current_version_id|course_key)=\?\)")


class Watch:
    """Notes statements and bad plans inside ``with connection.execute_wrapper(watch)``; BEGIN and such do not count."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.scans: list[str] = []
        self.plans: list[list[str]] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        verb = sql.split(None, 1)[0].upper()
        if verb in ("SELECT", "UPDATE", "DELETE", "INSERT"):
            self.statements.append(sql)
        if verb in ("SELECT", "UPDATE", "DELETE"):
            self.scans += [f"{plan}\n    in {sql}" for plan in scans(sql, params)]
            self.plans.append(plan_of(sql, params))
        return execute(sql, params, many, context)

    def touching(self, *words: str) -> list[str]:
        """Statements with one of these words, table names for instance."""
        return [sql for sql in self.statements if any(word in sql for word in words)]


def scans(sql: str, params: Any) -> list[str]:
    """Steps of the statement's plan that read a candidate-sized table from end to end, or most of it."""
    cursor = connection.create_cursor()
    if connection.vendor == "mysql":
        cursor.execute(f"EXPLAIN {sql}", params)
        names = [column[0] for column in cursor.description]
        plan = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return [str(step) for step in plan if _rows(step["rows"]) > MANY_ROWS]
    cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
    return [row[3] for row in cursor.fetchall() if _reads_all(row[3], sql)]


def plan_of(sql: str, params: Any) -> list[str]:
    """How each table is reached, by which index, without any number that grows with the tables."""
    cursor = connection.create_cursor()
    if connection.vendor == "mysql":
        cursor.execute(f"EXPLAIN {sql}", params)
        names = [column[0] for column in cursor.description]
        steps = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return [f"{step['select_type']} {step['table']} {step['type']} {step['key']}" for step in steps]
    cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
    return [row[3] for row in cursor.fetchall()]


def _rows(said: Any) -> int:
    """The estimate; MariaDB adds the share that a second index leaves: ``120 (3%)``."""
    return int(str(said or 0).split()[0])


def _reads_all(step: str, sql: str) -> bool:
    """SQLite says how, not how many: a scan, or a search by something that all candidates of an exam have in common."""
    scanned = _SCANNED.match(step)
    if scanned is None:
        return _EVERYBODY.match(step) is not None
    aliases = {alias: table for table, alias in _ALIAS.findall(sql)}
    return aliases.get(scanned[1], scanned[1]) in _NAMES
