"""Plugin URLs: what a browser opens by itself, and what vendors call; all else goes through the XBlock's handlers."""

from __future__ import annotations

from django.urls import path

from . import views, webhooks

app_name = "proctored_exam"

urlpatterns = [
    path("launch/<str:token>/", views.launch, name="launch"),
    path("webhooks/<slug:slug>/", webhooks.receive, name="webhook"),
]
