"""The queue to the proctoring services."""

from __future__ import annotations

from django.contrib import admin

from .. import models
from .rows import ReadOnly


@admin.register(models.OutboxEntry)
class OutboxAdmin(ReadOnly):
    list_display = ("idempotency_key", "backend", "kind", "state", "tries", "next_try_at", "last_error")
    list_filter = ("state", "backend", "kind", "last_error")
