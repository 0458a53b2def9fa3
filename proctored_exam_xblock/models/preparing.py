"""What is kept of the steps before booking: the terms as they were read, and each check of the equipment."""

from __future__ import annotations

from django.db import models

from .candidates import Candidacy


class TermsText(models.Model):
    """A text of terms as candidates read it, once per wording; ``source`` says whose: the course's or the service's."""

    SOURCES = [(name, name) for name in ("course", "service")]

    digest = models.CharField(max_length=64, unique=True)
    source = models.CharField(max_length=8, choices=SOURCES)
    version = models.CharField(max_length=32)
    language = models.CharField(max_length=8)
    text = models.TextField()
    first_seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.source} {self.version} {self.language}"


class TermsAcceptance(models.Model):
    """Who accepted which texts, when, in which language (R-FUN-3). Rows are added, never changed."""

    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, related_name="acceptances")
    version = models.CharField(max_length=80)
    language = models.CharField(max_length=8)
    texts = models.ManyToManyField(TermsText, related_name="+")
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["candidacy", "version"], name="pex_acceptance_once")]

    def __str__(self) -> str:
        return f"{self.candidacy_id} {self.version}"


class EquipmentCheck(models.Model):
    """One check of the candidate's equipment and its result (R-FUN-2); the last one stands in the dossier too."""

    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, related_name="equipment_checks")
    checked_at = models.DateTimeField()
    result = models.JSONField(default=dict)
    warnings = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["candidacy", "checked_at"], name="pex_equipment_last")]

    def __str__(self) -> str:
        return f"{self.candidacy_id} {self.checked_at.isoformat()}"
