"""The demo campus: SQLite, the simulators beside it, e-mails kept in the database.

Environment: DEMO_DATABASE (file), PORT (the campus), SIMULATOR_PORT (default PORT + 1).
"""

import os

import django

from .base import *
from .base import PROCTORED_EXAM, VAR

PORT = int(os.environ.get("PORT", "8000"))
SIMULATOR_PORT = int(os.environ.get("SIMULATOR_PORT", PORT + 1))
PUBLIC_URL = os.environ.get("DEMO_PUBLIC_URL", f"http://127.0.0.1:{PORT}")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("DEMO_DATABASE", str(VAR / "demo.sqlite3")),
        # Seconds to wait for another writer; WAL is set by the demo app on each connection.
        "OPTIONS": {"timeout": 20},
    }
}
if django.VERSION >= (5, 1):
    # A transaction that reads first and writes later would fail at once, whatever the time-out.
    DATABASES["default"]["OPTIONS"]["transaction_mode"] = "IMMEDIATE"

EMAIL_BACKEND = "demo.mail.DatabaseBackend"

PROCTORED_EXAM = {
    **PROCTORED_EXAM,
    "BACKENDS": {
        "none": {},
        "proctoru": {
            "base_url": f"http://127.0.0.1:{SIMULATOR_PORT}/simulators/proctoru/api",
            "api_key": "demo-key",
            "timeout_seconds": 5,
        },
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "workbench": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "": {"handlers": ["console"], "level": "WARNING"},
    },
}
DEMO_CLOCK_FILE = str(DATABASES["default"]["NAME"]) + ".clock"
