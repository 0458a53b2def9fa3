"""The exam, its immutable versions, and the places of each slot."""

from __future__ import annotations

from django.db import models


class Exam(models.Model):
    """One exam block in one course. Keys are text: the demo's runtime has usage ids that are no opaque keys."""

    usage_key = models.CharField(max_length=255, unique=True)
    course_key = models.CharField(max_length=255, db_index=True)
    current_version = models.ForeignKey("ExamVersion", null=True, on_delete=models.PROTECT, related_name="+")
    password_hash = models.CharField(max_length=255, blank=True, default="")
    password_set_at = models.DateTimeField(null=True)
    regrade_mark = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.usage_key


class ExamVersion(models.Model):
    """An immutable snapshot of policy and paper, answer key included, by content hash."""

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="versions")
    content_hash = models.CharField(max_length=64)
    policy = models.JSONField()
    paper = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exam", "content_hash"], name="pex_version_once")]

    def __str__(self) -> str:
        return f"{self.exam_id}:{self.content_hash[:12]}"


class Regrade(models.Model):
    """Keys corrected or questions voided after the fact (R-X-15), for every attempt of the exam, until it is undone.

    ``number`` is the exam's ``regrade_mark`` when it was made; ``undone_mark`` the one when it was undone.
    ``corrections`` is JSON, see ``domain.corrections``.
    """

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="regrades")
    number = models.PositiveIntegerField()
    corrections = models.JSONField()
    raise_only = models.BooleanField(default=False)
    reason = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=40)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=40, blank=True, default="")
    undone_reason = models.TextField(blank=True, default="")
    undone_mark = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exam", "number"], name="pex_regrade_once")]

    def __str__(self) -> str:
        return f"{self.exam_id} regrade {self.number}"


class Seat(models.Model):
    """How many of a slot's places are taken: the row that booking locks, late."""

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="seats")
    start = models.DateTimeField()
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exam", "start"], name="pex_seat_once")]

    def __str__(self) -> str:
        return f"{self.exam_id} {self.start.isoformat()}"
