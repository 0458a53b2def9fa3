"""Plugin URLs: what a browser opens by itself, and what vendors call; all else goes through the XBlock's handlers."""

from __future__ import annotations

from django.urls import path

from . import views, webhooks
from .providers import room as native_room

app_name = "proctored_exam"

urlpatterns = [
    path("launch/<str:token>/", views.launch, name="launch"),
    path("native/<slug:external_id>/", native_room.open_room, name="native_room"),
    path("webhooks/<slug:slug>/", webhooks.receive, name="webhook"),
]
