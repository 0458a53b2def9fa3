"""The check of the candidate's computer (R-FUN-2): the bodies it is measured with, its verdict, its history.

A failure is recorded and warned about; it keeps from booking only where the course team says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.cache import cache

from ..domain import equipment
from ..domain.errors import TooManyRequests
from ..domain.journey import Action
from ..models import Candidacy, EquipmentCheck
from . import audit
from .dossier import Caller, Dossier
from .entry import load, locked
from .practice import equipment_target

MOST_MEASURES = 40
"""Bodies that one candidate may send in a window of time; a check sends two."""
WINDOW_SECONDS = 600
MOST_CHECKS_KEPT = 20
"""Of one candidate, the last ones."""


def measure(caller: Caller, now: datetime) -> Dossier:
    """Take a body that the upload is measured with: counted, and gone.

    Raises:
        TooManyRequests: more than anybody needs who repeats the check.
        NotAllowedNow, NotEligible: this phase has no check.
    """
    _count(caller, now)
    dossier = load(caller, now)
    dossier.journey.require(Action.MEASURE)
    return dossier


def _count(caller: Caller, now: datetime) -> None:
    """In the platform's cache, before any row is read; a cache that forgets lets one more through."""
    window, passed = divmod(int(now.timestamp()), WINDOW_SECONDS)
    key = f"proctored_exam.measure.{caller.user_id}.{window}"
    cache.add(key, 0, WINDOW_SECONDS)
    try:
        count = cache.incr(key)
    except ValueError:
        return
    if count > MOST_MEASURES:
        raise TooManyRequests(seconds=WINDOW_SECONDS - passed)


def record_equipment(caller: Caller, told: Mapping[str, Any], now: datetime) -> Dossier:
    """Keep what the page measured and what it means for this exam's service; a later test of the same check completes
    its row.

    Raises:
        BadRequest, InvalidField: what is told is no check.
    """
    measures = equipment.read_measures(told)
    with locked(caller, now) as dossier:
        dossier.journey.require(Action.RECORD_EQUIPMENT)
        candidacy = dossier.own
        found = equipment.judge(measures, *equipment_target(dossier))
        result = equipment.to_json(measures, found)
        _keep(candidacy, result, now)
        candidacy.equipment, candidacy.equipment_checked_at = result, now
        candidacy.save(update_fields=["equipment", "equipment_checked_at"])
        audit.record(candidacy, "equipment_checked", now, caller.actor, warnings=result["warnings"])
    return load(caller, now)


def _keep(candidacy: Candidacy, result: dict[str, Any], now: datetime) -> None:
    rows = EquipmentCheck.objects.select_for_update().filter(candidacy=candidacy).order_by("-checked_at", "-pk")
    kept = list(rows.only("pk", "candidacy"))
    row = EquipmentCheck(candidacy=candidacy)
    if kept and result["check"] and candidacy.equipment.get("check") == result["check"]:
        row = kept[0]
    row.checked_at, row.result, row.warnings = now, result, result["warnings"]
    row.save()
    forgotten = [old.pk for old in kept[MOST_CHECKS_KEPT - 1 :] if old.pk != row.pk]
    if forgotten:
        EquipmentCheck.objects.filter(pk__in=forgotten).delete()
