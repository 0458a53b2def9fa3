"""The policy as plain JSON: written, read, and everything wrong in it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from .errors import InvalidPolicy
from .policy import ExamPolicy, Prerequisite, Review, SecondChance, broken_rules, validate


def policy_to_json(policy: ExamPolicy) -> dict[str, Any]:
    """Plain JSON, ISO dates and times."""

    def plain(value: Any) -> Any:
        if isinstance(value, (date, datetime, time)):
            return value.isoformat()
        if isinstance(value, (tuple, list)):
            return [plain(item) for item in value]
        return value.value if isinstance(value, StrEnum) else value

    return {name: plain(value) for name, value in asdict(policy).items()}


def policy_from_json(data: Mapping[str, Any]) -> ExamPolicy:
    """Read and validate a policy; absent names keep their default.

    Raises:
        InvalidPolicy: unknown name, wrong type or a rule broken; ``field`` names it.
    """
    return validate(read_policy(data))


def read_policy(data: Mapping[str, Any]) -> ExamPolicy:
    """Read a policy without its rules: for a version on file, which was valid when it was stored and stays in force
    for the candidates who booked under it, whatever a later release would refuse.

    Raises:
        InvalidPolicy: unknown name or wrong type.
    """
    if not isinstance(data, Mapping):
        raise InvalidPolicy(None, reason="not_a_mapping")
    policy, wrong = _read_all(data)
    for error in wrong:
        raise error
    return policy


def problems(data: Mapping[str, Any]) -> tuple[ExamPolicy, dict[str, InvalidPolicy]]:
    """Every wrong field at once, for a form, where :func:`policy_from_json` stops at the first.

    Returns:
        The policy, with the default in place of what could not be read, and what is wrong by field.
    """
    policy, unread = _read_all(data)
    found = {str(error.field): error for error in unread}
    unknown = frozenset(found)
    for error, beside in broken_rules(policy):
        if not beside & unknown:
            found.setdefault(str(error.field), error)
    return policy, found


_MEMBERS: Mapping[str, type[StrEnum]] = {
    "second_after": SecondChance,
    "review_during": Review,
    "review_after": Review,
    "review_released": Review,
}
"""Rules that are a list of codes."""


def _read_all(data: Mapping[str, Any]) -> tuple[ExamPolicy, list[InvalidPolicy]]:
    known = {field.name for field in fields(ExamPolicy)}
    defaults = ExamPolicy()
    values: dict[str, Any] = {}
    wrong: list[InvalidPolicy] = []
    for name, raw in data.items():
        if name not in known:
            wrong.append(InvalidPolicy(str(name), reason="unknown_name"))
            continue
        try:
            values[name] = _read(name, raw, getattr(defaults, name))
        except (ValueError, TypeError):
            wrong.append(InvalidPolicy(name, reason="wrong_type"))
    return replace(defaults, **values), wrong


def _read(name: str, raw: Any, default: Any) -> Any:
    if name == "release_at":
        moment = None if raw in (None, "") else datetime.fromisoformat(raw)
        if moment is not None and moment.tzinfo is None:
            raise ValueError("naive")
        return moment
    if name == "excluded_dates":
        return tuple(date.fromisoformat(item) for item in _sequence(raw))
    if name in ("closed_weekdays", "reminder_hours"):
        return tuple(_integer(item) for item in _sequence(raw))
    if name in _MEMBERS:
        return tuple(_MEMBERS[name](item) for item in _sequence(raw))
    if name == "prerequisites":
        return tuple(_prerequisite(item) for item in _sequence(raw))
    if isinstance(default, bool):
        if not isinstance(raw, bool):
            raise TypeError("bool")
        return raw
    if isinstance(default, StrEnum):
        return type(default)(raw)
    if isinstance(default, int):
        return _integer(raw)
    if isinstance(default, date):
        return date.fromisoformat(raw)
    if isinstance(default, time):
        wall = time.fromisoformat(raw)
        if wall.tzinfo is not None:  # the zone is ``time_zone``
            raise ValueError("aware")
        return wall
    if isinstance(default, tuple):
        return tuple(_text(item) for item in _sequence(raw))
    return _text(raw)


def _prerequisite(raw: Any) -> Prerequisite:
    if not isinstance(raw, Mapping) or set(raw) != {"subsection", "title", "minimum_percent"}:
        raise TypeError("prerequisite")
    return Prerequisite(_text(raw["subsection"]), _text(raw["title"]), _integer(raw["minimum_percent"]))


def _sequence(raw: Any) -> list[Any]:
    if not isinstance(raw, (list, tuple)):
        raise TypeError("list")
    return list(raw)


def _integer(raw: Any) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    raise TypeError("int")


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise TypeError("str")
    return raw
