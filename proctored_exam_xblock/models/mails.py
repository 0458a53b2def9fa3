"""The queue of e-mails to candidates: one row per message, written with the event that it tells (R-X-21)."""

from __future__ import annotations

from django.db import models

from .candidates import Candidacy
from .sittings import Appointment, Attempt


class Mail(models.Model):
    """One message. ``key`` is the same for the same event told twice. ``handing_over``: a worker was giving it to the
    mail server; if it died there nobody knows whether it left, and an operator decides. No text is kept: it is made
    from the rows when it is sent."""

    STATES = [(name, name) for name in ("pending", "handing_over", "sent", "dropped", "unsure", "stuck")]

    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, related_name="mails")
    appointment = models.ForeignKey(Appointment, null=True, on_delete=models.PROTECT, related_name="mails")
    attempt = models.ForeignKey(Attempt, null=True, on_delete=models.PROTECT, related_name="mails")
    kind = models.CharField(max_length=24)
    key = models.CharField(max_length=96, unique=True)
    data = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=STATES, default="pending")
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=32, blank=True, default="")
    message_id = models.CharField(max_length=160, blank=True, default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="pex_mail_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
