"""Rows of the exam: columns and constraints, nothing else.

Reading order: Exam and its versions, the candidate's dossier (Candidacy), Appointment and its Seat, Attempt and its
parts, then the trail (AuditEntry), what vendors said (VendorReview, WebhookEvent) and the queue to them
(OutboxEntry, VendorHealth), and what operators have to look at (Alert). All learner state is here; every change
of state locks the candidacy's row first (see ``services``), so that one candidate's events are in one order.
Unique constraints are plain ones: MySQL has no conditional constraint, so "at most one active" is a nullable
``active_key`` that is NULL as soon as the row is over.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .domain.attempt import AppointmentState, ReviewState, State


class Exam(models.Model):
    """One exam block in one course. Keys are text: the demo's runtime has usage ids that are no opaque keys."""

    usage_key = models.CharField(max_length=255, unique=True)
    course_key = models.CharField(max_length=255, db_index=True)
    current_version = models.ForeignKey("ExamVersion", null=True, on_delete=models.PROTECT, related_name="+")
    password_hash = models.CharField(max_length=255, blank=True, default="")
    password_set_at = models.DateTimeField(null=True)

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
    """One candidate's dossier for one exam; the row every transition of theirs locks first."""

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="candidacies")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    anonymous_id = models.CharField(max_length=64, db_index=True)
    language = models.CharField(max_length=8, blank=True, default="")
    terms_version = models.CharField(max_length=32, blank=True, default="")
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
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exam", "user"], name="pex_candidacy_once")]

    def __str__(self) -> str:
        return f"candidacy {self.pk}"


class Seat(models.Model):
    """How many of a slot's places are taken: the row that booking locks, late."""

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="seats")
    start = models.DateTimeField()
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exam", "start"], name="pex_seat_once")]

    def __str__(self) -> str:
        return f"{self.exam_id} {self.start.isoformat()}"


class Appointment(models.Model):
    """A booked slot. ``reservation_id`` is ours, stable for the vendor, and seeds the proctor's code. ``room_state`` is
    what the vendor said last, at ``room_state_at``; it is asked again at ``look_at`` (NULL: never), ``looks`` counts
    those in a row that found no answer."""

    candidacy = models.ForeignKey(Candidacy, on_delete=models.PROTECT, related_name="appointments")
    version = models.ForeignKey(ExamVersion, on_delete=models.PROTECT, related_name="+")
    active_key = models.BigIntegerField(null=True, unique=True)
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in AppointmentState])
    start = models.DateTimeField(db_index=True)
    pending_start = models.DateTimeField(null=True)
    duration_minutes = models.PositiveSmallIntegerField()
    moves = models.PositiveSmallIntegerField(default=0)
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
    """A sitting, from the launch of the room on. The deadline is a stored instant that only audited events move."""

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
        ]

    def __str__(self) -> str:
        return self.certification_number


class PartResponse(models.Model):
    """Answers of one part: a draft until ``closed_at``. A late packet with an older revision matches no row."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="parts")
    number = models.PositiveSmallIntegerField()
    answers = models.JSONField(default=dict)
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
