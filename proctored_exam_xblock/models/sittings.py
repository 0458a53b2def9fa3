"""Appointments, attempts with their parts, and what was noted of them."""

from __future__ import annotations

from django.db import models

from ..domain.attempt import AppointmentState, ReviewState, State
from .candidates import Candidacy
from .exams import ExamVersion


class Appointment(models.Model):
    """A booked slot. ``reservation_id`` is ours, stable for the vendor, and seeds the proctor's code. ``sequence``
    rises with every change that calendars have to hear of (RFC 5545). ``room_state`` is what the vendor said last, at
    ``room_state_at``; it is asked again at ``look_at`` (NULL: never), ``looks`` counts those in a row that found no
    answer."""

    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, related_name="appointments")
    version = models.ForeignKey(ExamVersion, on_delete=models.PROTECT, related_name="+")
    active_key = models.BigIntegerField(null=True, unique=True)
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in AppointmentState])
    start = models.DateTimeField(db_index=True)
    pending_start = models.DateTimeField(null=True)
    duration_minutes = models.PositiveSmallIntegerField()
    moves = models.PositiveSmallIntegerField(default=0)
    sequence = models.PositiveIntegerField(default=0)
    notice = models.CharField(max_length=32, blank=True, default="")
    implicit = models.BooleanField(default=False)
    first_name = models.CharField(max_length=150, blank=True, default="")
    last_name = models.CharField(max_length=150, blank=True, default="")
    reservation_id = models.CharField(max_length=40, unique=True)
    vendor_ref = models.CharField(max_length=64, blank=True, default="", db_index=True)
    key_id = models.CharField(max_length=12, blank=True, default="")
    room_state = models.CharField(max_length=12, blank=True, default="")
    room_state_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)
    looks = models.PositiveSmallIntegerField(default=0)
    consent_at = models.DateTimeField(null=True)
    wrong_tries = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["state", "start"], name="pex_appointment_due"),
            models.Index(fields=["look_at"], name="pex_appointment_look"),
        ]

    def __str__(self) -> str:
        return self.reservation_id


class Attempt(models.Model):
    """A sitting, from the launch of the room on. The deadline is a stored instant that only audited events move.
    ``regrade_mark`` is the exam's when the score was made last: a smaller one has corrections to come."""

    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, related_name="attempts")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="attempts")
    version = models.ForeignKey(ExamVersion, on_delete=models.PROTECT, related_name="+")
    active_key = models.BigIntegerField(null=True, unique=True)
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in State])
    certification_number = models.CharField(max_length=24, unique=True)
    seed = models.BigIntegerField()
    layout = models.JSONField(default=list)
    launched_at = models.DateTimeField()
    unlocked_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    deadline = models.DateTimeField(null=True)
    extra_seconds = models.PositiveIntegerField(default=0)
    allowance_seconds = models.PositiveIntegerField(default=0)
    paused_at = models.DateTimeField(null=True)
    paused_seconds = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=32, blank=True, default="")
    window_hash = models.CharField(max_length=64, blank=True, default="")
    window_seen_at = models.DateTimeField(null=True)
    review = models.CharField(
        max_length=16, default=ReviewState.NONE.value, choices=[(s.value, s.value) for s in ReviewState]
    )
    review_reason = models.TextField(blank=True, default="")
    score_earned = models.PositiveIntegerField(null=True)
    score_possible = models.PositiveIntegerField(null=True)
    score_unit = models.PositiveIntegerField(default=1)
    score_by_hand = models.BooleanField(default=False)
    regrade_mark = models.PositiveIntegerField(default=0)
    submission_uuid = models.CharField(max_length=36, blank=True, default="")
    released_at = models.DateTimeField(null=True)
    score_sent_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    evidence_erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["candidacy", "number"], name="pex_attempt_number")]
        indexes = [
            models.Index(fields=["state", "deadline"], name="pex_attempt_due"),
            models.Index(fields=["score_sent_at", "state"], name="pex_attempt_ungraded"),
            models.Index(fields=["evidence_erased_at", "ended_at"], name="pex_attempt_evidence"),
            models.Index(fields=["version", "regrade_mark"], name="pex_attempt_regrade"),
        ]

    def __str__(self) -> str:
        return self.certification_number


class PartResponse(models.Model):
    """Answers of one part: a draft until ``closed_at``. A late packet with an older revision matches no row. ``spent``
    has the seconds spent on each question, as the page tells them: for statistics, no decision reads it."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="parts")
    number = models.PositiveSmallIntegerField()
    answers = models.JSONField(default=dict)
    spent = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    counted = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "number"], name="pex_part_once")]

    def __str__(self) -> str:
        return f"{self.attempt_id} part {self.number}"


class LateAnswer(models.Model):
    """What arrived after the cut-off: refused, kept aside for staff (the last one per part)."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="late_answers")
    number = models.PositiveSmallIntegerField()
    revision = models.PositiveIntegerField()
    answers = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "number"], name="pex_late_once")]

    def __str__(self) -> str:
        return f"{self.attempt_id} late part {self.number}"


class Incident(models.Model):
    """What an invigilator reported from the board, in their words. The trail says only that and of which kind; the
    text is personal and is emptied with the evidence."""

    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, related_name="incidents")
    attempt = models.ForeignKey(Attempt, null=True, on_delete=models.PROTECT, related_name="incidents")
    kind = models.CharField(max_length=16)
    text = models.TextField(blank=True, default="")
    reported_at = models.DateTimeField()
    reported_by = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.candidacy_id} {self.kind}"
