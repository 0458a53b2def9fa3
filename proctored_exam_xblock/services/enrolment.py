"""Before booking: the steps of the candidate's file, each one transaction with its audit entry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..domain.errors import BadRequest
from ..domain.journey import Action
from . import audit
from .dossier import Caller, Dossier
from .entry import load, locked
from .information import save_information
from .naming import confirm_name
from .terms import accept_terms

__all__ = ["accept_terms", "confirm_name", "record_equipment", "save_information"]

_KNOWN_WARNINGS = frozenset(
    {"system", "browser", "camera", "microphone", "cookies", "camera_refused", "microphone_refused", "no_media_api"}
)


def record_equipment(caller: Caller, result: dict[str, Any], now: datetime) -> Dossier:
    """Keep the result of the in-page check (R-FUN-2): a failure is recorded and warned about, never blocks."""
    warnings = result.get("warnings", [])
    if not isinstance(warnings, list) or not set(map(str, warnings)) <= _KNOWN_WARNINGS:
        raise BadRequest("warnings")
    kept: dict[str, Any] = {"warnings": sorted({str(warning) for warning in warnings})}
    for name in ("browser", "system"):
        value = result.get(name, "")
        if not isinstance(value, str):
            raise BadRequest(name)
        kept[name] = value[:120]
    for name in ("camera", "microphone"):
        if not isinstance(result.get(name, False), bool):
            raise BadRequest(name)
        kept[name] = result.get(name, False)
    with locked(caller, now) as dossier:
        dossier.journey.require(Action.RECORD_EQUIPMENT)
        candidacy = dossier.own
        candidacy.equipment, candidacy.equipment_checked_at = kept, now
        candidacy.save(update_fields=["equipment", "equipment_checked_at"])
        audit.record(candidacy, "equipment_checked", now, caller.actor, warnings=kept["warnings"])
    return load(caller, now)
