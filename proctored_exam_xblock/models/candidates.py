"""Who sits the exam: the form asked once per person, the dossier per exam, the place held while choosing."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .exams import Exam


class CandidateProfile(models.Model):
    """The information form, asked once per person and reused for later exams (R-FUN-6)."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    phone = models.CharField(max_length=32, blank=True, default="")
    address = models.CharField(max_length=255, blank=True, default="")
    city = models.CharField(max_length=120, blank=True, default="")
    state = models.CharField(max_length=60, blank=True, default="")
    zipcode = models.CharField(max_length=20, blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="")
    time_zone = models.CharField(max_length=64, blank=True, default="")
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"profile {self.pk}"


class Candidacy(models.Model):
    """One candidate's dossier for one exam; the row every transition of theirs locks first. ``seconds_by_rule`` counts
    the second appointments that they took without staff's help (R-FUN-22)."""

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="candidacies")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    anonymous_id = models.CharField(max_length=64, db_index=True)
    language = models.CharField(max_length=8, blank=True, default="")
    terms_version = models.CharField(max_length=80, blank=True, default="")
    terms_language = models.CharField(max_length=8, blank=True, default="")
    terms_accepted_at = models.DateTimeField(null=True)
    first_name = models.CharField(max_length=150, blank=True, default="")
    last_name = models.CharField(max_length=150, blank=True, default="")
    name_confirmed_at = models.DateTimeField(null=True)
    equipment = models.JSONField(default=dict)
    equipment_checked_at = models.DateTimeField(null=True)
    extra_time_percent = models.PositiveSmallIntegerField(default=0)
    lead_time_waived = models.BooleanField(default=False)
    second_appointment = models.BooleanField(default=False)
    seconds_by_rule = models.PositiveSmallIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exam", "user"], name="pex_candidacy_once")]

    def __str__(self) -> str:
        return f"candidacy {self.pk}"


class SeatHold(models.Model):
    """A seat that is kept for a few minutes between choosing and confirming. It counts in ``Seat.taken``; whoever finds
    it run out deletes it and gives the seat back. One per candidate."""

    candidacy = models.OneToOneField(Candidacy, on_delete=models.CASCADE, related_name="hold")
    exam = models.ForeignKey(Exam, on_delete=models.CASCADE, related_name="holds")
    start = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["exam", "start"], name="pex_hold_slot")]

    def __str__(self) -> str:
        return f"{self.candidacy_id} {self.start.isoformat()}"
