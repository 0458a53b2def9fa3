"""Addresses of the demo campus; outside tests rely on them."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("proctored_exam/", include("proctored_exam_xblock.urls", namespace="proctored_exam")),
]
