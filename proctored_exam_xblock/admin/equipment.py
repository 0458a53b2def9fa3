"""Checks of candidates' equipment, to read: what support asks for first."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy

from .. import models
from .rows import ReadOnly


@admin.register(models.EquipmentCheck)
class EquipmentCheckAdmin(ReadOnly):
    list_display = ("candidacy", "candidate", "checked_at", "to_settle", "browser", "system")
    list_select_related = ("candidacy__user",)
    search_fields = ("candidacy__user__username", "candidacy__user__email", "candidacy__last_name")
    date_hierarchy = "checked_at"
    show_full_result_count = False

    @admin.display(description=gettext_lazy("Candidate"))
    def candidate(self, row: Any) -> str:
        return str(row.candidacy.user)

    @admin.display(description=gettext_lazy("To settle"))
    def to_settle(self, row: Any) -> str:
        return ", ".join(map(str, row.warnings)) or "–"

    @admin.display(description=gettext_lazy("Browser"))
    def browser(self, row: Any) -> str:
        return _measured(row, "browser")

    @admin.display(description=gettext_lazy("Operating system"))
    def system(self, row: Any) -> str:
        return _measured(row, "system")


def _measured(row: Any, point: str) -> str:
    found = [item["measured"] for item in row.result.get("findings", ()) if item["point"] == point]
    return str(found[0]) if found else "–"
