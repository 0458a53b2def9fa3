"""What the campus must remember beside Django's accounts: who is enrolled, who has which role, which e-mails left."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Enrolment(models.Model):
    """One learner in one course, in one mode, as an LMS keeps it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments")
    course_key = models.CharField(max_length=255)
    mode = models.CharField(max_length=32)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "course_key"], name="demo_one_enrolment")]

    def __str__(self) -> str:
        return f"{self.user} {self.course_key} {self.mode}"


class CourseRole(models.Model):
    """``staff`` or ``invigilator`` in one course."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="course_roles")
    course_key = models.CharField(max_length=255)
    role = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "course_key", "role"], name="demo_one_role")]

    def __str__(self) -> str:
        return f"{self.user} {self.course_key} {self.role}"


class Preference(models.Model):
    """The language that somebody chose, as an LMS keeps it for its e-mails."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preference")
    language = models.CharField(max_length=8)

    def __str__(self) -> str:
        return f"{self.user} {self.language}"


class Cohort(models.Model):
    """A group of one course's learners, as an LMS keeps it."""

    course_key = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course_key", "name"], name="demo_one_cohort")]

    def __str__(self) -> str:
        return self.name


class SubsectionGrade(models.Model):
    """What one learner has in one graded subsection; ``subsection`` is its usage key, ``cartopro.sequential.quiz``."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    course_key = models.CharField(max_length=255)
    subsection = models.CharField(max_length=255)
    percent = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "course_key", "subsection"], name="demo_one_grade")]

    def __str__(self) -> str:
        return f"{self.user} {self.subsection} {self.percent}"


class VerifiedName(models.Model):
    """A name that was compared with an identity document, as edx-name-affirmation keeps it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150)

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"


class SentMail(models.Model):
    """One e-mail of the campus, kept instead of sent, with its headers as they would have left."""

    sent_at = models.DateTimeField()
    sender = models.CharField(max_length=255)
    recipients = models.TextField()
    subject = models.TextField()
    body = models.TextField()
    html = models.TextField(blank=True, default="")
    headers = models.JSONField(default=dict)

    class Meta:
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return self.subject


class Attachment(models.Model):
    """A file that came with an e-mail."""

    mail = models.ForeignKey(SentMail, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=255)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name
