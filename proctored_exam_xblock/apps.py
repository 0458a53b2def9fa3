"""The Django application and its declaration as an Open edX plugin."""

from __future__ import annotations

from django.apps import AppConfig


class ProctoredExamConfig(AppConfig):
    """Plugs URLs and settings into the LMS and Studio (edx-django-utils plugins read ``plugin_app``)."""

    name = "proctored_exam_xblock"
    verbose_name = "Proctored exam"
    default_auto_field = "django.db.models.BigAutoField"

    plugin_app = {
        "url_config": {
            "lms.djangoapp": {
                "namespace": "proctored_exam",
                "regex": r"^proctored_exam/",
                "relative_path": "urls",
            },
        },
        "settings_config": {
            "lms.djangoapp": {
                "common": {"relative_path": "plugin_settings"},
                "production": {"relative_path": "plugin_settings"},
                "test": {"relative_path": "plugin_settings"},
            },
            "cms.djangoapp": {
                "common": {"relative_path": "plugin_settings"},
                "production": {"relative_path": "plugin_settings"},
                "test": {"relative_path": "plugin_settings"},
            },
        },
    }

    def ready(self) -> None:
        """Register the system checks; listen to edx-proctoring."""
        from . import checks  # noqa: F401  (registers by import)
        from .providers import receivers

        receivers.connect()
