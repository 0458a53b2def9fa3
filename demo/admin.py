"""The campus's own rows in Django's administration: what an LMS knows of its learners, to be tried out."""

from __future__ import annotations

from django.contrib import admin

from . import models


@admin.register(models.Enrolment)
class EnrolmentAdmin(admin.ModelAdmin):
    list_display = ("user", "course_key", "mode", "is_active")
    list_filter = ("course_key", "mode")


@admin.register(models.Cohort)
class CohortAdmin(admin.ModelAdmin):
    list_display = ("name", "course_key")
    filter_horizontal = ("members",)


@admin.register(models.SubsectionGrade)
class SubsectionGradeAdmin(admin.ModelAdmin):
    list_display = ("user", "course_key", "subsection", "percent")
    list_filter = ("course_key",)


@admin.register(models.VerifiedName)
class VerifiedNameAdmin(admin.ModelAdmin):
    list_display = ("user", "first_name", "last_name")
