"""How this vendor behaves: its habits as data, read from JSON with their types or from a page's form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from .webhooks import FAULT_NAMES


@dataclass(frozen=True)
class Switches:
    """Seats per start, notice in minutes before a start, whether a move changes the number, whether reports repeat
    rows, days beyond which a report fails with HTTP 500, and where webhooks go, signed with what, disturbed how
    (``webhooks.FAULT_NAMES``)."""

    capacity: int = 10
    lead_minutes: int = 0
    new_number_on_move: bool = True
    duplicate_rows: bool = False
    report_days: int = 10
    webhook_url: str = ""
    webhook_secret: str = ""
    webhook_fault: str = "ok"


class BadSwitch(Exception):
    """Not of the switch's type, or not one of its values."""


def changed(switches: Switches, params: Mapping[str, object], *, texts: bool = False) -> Switches:
    """The switches that ``params`` names, changed.

    Args:
        switches: as they are.
        params: by name; names that are no switch are left alone.
        texts: numbers and truth values come as texts, as a form sends them.

    Raises:
        BadSwitch: with the name.
    """
    changes: dict[str, object] = {}
    for known in fields(Switches):
        if known.name not in params or params[known.name] is None:
            continue
        value = _from_text(params[known.name], known.default) if texts else params[known.name]
        if type(value) is not type(known.default) or (type(value) is int and value < 0):
            raise BadSwitch(known.name)
        changes[known.name] = value
    after = replace(switches, **changes)  # type: ignore[arg-type]
    if after.webhook_fault not in FAULT_NAMES:
        raise BadSwitch("webhook_fault")
    if after.webhook_url and not after.webhook_url.startswith(("http://", "https://")):
        raise BadSwitch("webhook_url")
    return after


def _from_text(value: object, default: object) -> object:
    text = str(value).strip()
    if isinstance(default, bool):
        return {"true": True, "false": False}.get(text)
    if isinstance(default, int):
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    return text
