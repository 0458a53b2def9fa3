"""Plugin URLs: what a browser opens by itself; everything else goes through the XBlock's handlers."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "proctored_exam"

urlpatterns = [path("launch/<str:token>/", views.launch, name="launch")]
