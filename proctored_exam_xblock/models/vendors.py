"""What vendors said, the queue to them, and what operators have to look at."""

from __future__ import annotations

from django.db import models

from .sittings import Appointment, Attempt


class VendorReview(models.Model):
    """What a vendor said of an attempt once it was over: each different opinion is kept, the last one counts.

    Comment and incidents are personal: they are emptied with the evidence, the verdict stays.
    """

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="vendor_reviews")
    backend = models.CharField(max_length=32)
    verdict = models.CharField(max_length=12)
    missing_identity = models.JSONField(default=list)
    incidents = models.JSONField(default=list)
    comment = models.TextField(blank=True, default="")
    digest = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "digest"], name="pex_vendor_review_once")]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.verdict}"


class OutboxEntry(models.Model):
    """A write to a vendor, kept until it is done or given up (``stuck``: an operator retries it or says it was done by
    hand, with a reason). ``faults`` counts the last failures in a row that only an operator can mend; ``retried_at`` is
    when one last put the entry back. The payload holds no code and no personal data."""

    KINDS = [(name, name) for name in ("book", "move", "cancel", "erase", "progress")]
    STATES = [(name, name) for name in ("pending", "done", "refused", "skipped", "stuck", "by_hand")]

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="outbox")
    backend = models.CharField(max_length=32, default="")
    kind = models.CharField(max_length=8, choices=KINDS)
    payload = models.JSONField(default=dict)
    idempotency_key = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=8, choices=STATES, default="pending")
    tries = models.PositiveIntegerField(default=0)
    faults = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=32, blank=True, default="")
    reason = models.CharField(max_length=255, blank=True, default="")
    created_at = models.DateTimeField()
    retried_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "next_try_at"], name="pex_outbox_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.idempotency_key}"


class VendorHealth(models.Model):
    """The circuit breaker of one vendor, shared by all processes: after some failures in a row nothing is sent until
    ``open_until``, then one request tries."""

    backend = models.CharField(max_length=32, unique=True)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=32, blank=True, default="")
    last_error_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.backend


class Alert(models.Model):
    """Something an operator has to look at. One row per matter while it is open (``open_key`` is NULL once closed)."""

    open_key = models.CharField(max_length=160, null=True, unique=True)  # noqa: DJ001 (NULLs may repeat, '' not)
    kind = models.CharField(max_length=32)
    backend = models.CharField(max_length=32, blank=True, default="")
    appointment = models.ForeignKey(Appointment, null=True, on_delete=models.PROTECT, related_name="alerts")
    detail = models.JSONField(default=dict)
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=40, blank=True, default="")
    reason = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["closed_at", "last_at"], name="pex_alert_open")]

    def __str__(self) -> str:
        return f"{self.kind} {self.backend}"


class WebhookEvent(models.Model):
    """A vendor's call, verified and stored before it is answered; acted on later, once. No body is kept."""

    backend = models.CharField(max_length=32)
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=12)
    reservation_id = models.CharField(max_length=64, blank=True, default="")
    vendor_ref = models.CharField(max_length=64, blank=True, default="")
    vendor_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    handled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["backend", "key"], name="pex_webhook_once")]
        indexes = [models.Index(fields=["handled_at", "next_try_at"], name="pex_webhook_due")]

    def __str__(self) -> str:
        return f"{self.backend} {self.kind} {self.key[:12]}"
