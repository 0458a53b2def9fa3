"""The append-only trail."""

from __future__ import annotations

from django.db import models

from .candidates import Candidacy
from .sittings import Attempt


class AuditEntry(models.Model):
    """Append-only trail: one hash chain per candidate (``candidacy:<id>``) or exam (``exam:<id>``)."""

    chain = models.CharField(max_length=40)
    sequence = models.PositiveIntegerField()
    candidacy = models.ForeignKey(Candidacy, null=True, on_delete=models.PROTECT, related_name="audit")
    attempt = models.ForeignKey(Attempt, null=True, on_delete=models.PROTECT, related_name="audit")
    at = models.DateTimeField()
    action = models.CharField(max_length=40)
    actor = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    entry_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "sequence"], name="pex_audit_once")]

    def __str__(self) -> str:
        return f"{self.chain}#{self.sequence} {self.action}"
