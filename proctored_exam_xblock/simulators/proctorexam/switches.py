"""How this vendor behaves where its documents leave it open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

ENVELOPES = ("errors", "error", "bare", "text")


class BadSwitch(Exception):
    """The text is its name."""


@dataclass(frozen=True)
class Switches:
    """``envelope`` of refusals. ``colour_field`` of the reviewer's colour, '' for none. ``page_if_not_launched``: an
    HTML page instead of 404, as FUN saw. ``takes_external_id``: kept when given. ``limit``: rows per page at most."""

    envelope: str = "errors"
    colour_field: str = "review_color"
    page_if_not_launched: bool = False
    takes_external_id: bool = False
    limit: int = 300


def changed(switches: Switches, params: Mapping[str, Any]) -> Switches:
    """Raises BadSwitch: a value of another type, or one that makes no sense."""
    changes: dict[str, Any] = {}
    for known in fields(Switches):
        value = params.get(known.name)
        if value is None:
            continue
        if type(value) is not type(known.default) or (known.name == "envelope" and value not in ENVELOPES):
            raise BadSwitch(known.name)
        if known.name == "limit" and not 1 <= value <= 300:
            raise BadSwitch(known.name)
        changes[known.name] = value
    return replace(switches, **changes)
