"""Who paid for the exam, as an outside shop or staff say (R-FUN-5); what the LMS knows by itself is not repeated."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .exams import Exam


class Payment(models.Model):
    """One paid order for one exam. ``order_key`` is ``shop:reference``. A technical problem that the vendor confirmed
    makes it refundable whatever else happened."""

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="payments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    shop = models.CharField(max_length=32)
    reference = models.CharField(max_length=64)
    order_key = models.CharField(max_length=100, unique=True)
    paid_at = models.DateTimeField()
    refunded_at = models.DateTimeField(null=True)
    problem_confirmed_at = models.DateTimeField(null=True)
    problem_reason = models.CharField(max_length=255, blank=True, default="")
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=40)

    class Meta:
        indexes = [models.Index(fields=["exam", "user"], name="pex_payment_of")]

    def __str__(self) -> str:
        return self.order_key


class ShopCall(models.Model):
    """The nonce of a shop's signed call, kept while its time is accepted: the same call is not taken twice."""

    shop = models.CharField(max_length=32)
    nonce = models.CharField(max_length=64)
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "nonce"], name="pex_shop_call_once")]

    def __str__(self) -> str:
        return f"{self.shop} {self.received_at.isoformat()}"
