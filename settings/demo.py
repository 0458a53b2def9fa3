"""The demo campus: SQLite, the simulators beside it, e-mails kept in the database.

Environment: DEMO_DATABASE (file), PORT (the campus), SIMULATOR_PORTS (with a comma; those after PORT by default).
"""

import os

import django

from .base import *
from .base import PROCTORED_EXAM, VAR

PORT = int(os.environ.get("PORT", "8000"))
SIMULATORS = ("proctoru", "proctorexam")
_PORTS = os.environ.get("SIMULATOR_PORTS") or ",".join(str(PORT + 1 + number) for number in range(len(SIMULATORS)))
SIMULATOR_PORTS = dict(zip(SIMULATORS, map(int, _PORTS.split(",")), strict=True))
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
DEFAULT_FROM_EMAIL = "Campus de démonstration <certification@campus.example>"

_PROCTOREXAM = {
    "base_url": f"http://127.0.0.1:{SIMULATOR_PORTS['proctorexam']}/simulators/proctorexam/api/v3",
    "api_token": "demo-token",
    "secret_key": "demo-secret",
    "room_url": f"{PUBLIC_URL}/simulators/proctorexam/student_sessions/{{token}}/",
    "lti_launch_url": f"{PUBLIC_URL}/simulators/proctorexam/lti/?id={{exam_id}}",
    "timeout_seconds": 5,
}
PROCTORED_EXAM = {
    **PROCTORED_EXAM,
    "BACKENDS": {
        "none": {},
        "onsite": {},
        "proctoru": {
            "base_url": f"http://127.0.0.1:{SIMULATOR_PORTS['proctoru']}/simulators/proctoru/api",
            "api_key": "demo-key",
            "timeout_seconds": 5,
        },
        "proctorexam": _PROCTOREXAM,
        "proctorexam_lti": _PROCTOREXAM,
    },
    "SHOPS": {"demo": {"secret": "the demo shop's secret"}},
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
