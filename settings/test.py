"""The tests: SQLite in memory, weak and fast password hashes, a ProctorU-like backend that nobody serves."""

from .base import *
from .base import PROCTORED_EXAM

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PORT = 8000
SIMULATOR_PORT = 1  # nothing listens there
PUBLIC_URL = "http://testserver"

PROCTORED_EXAM = {
    **PROCTORED_EXAM,
    "BACKENDS": {
        "none": {},
        "proctoru": {"base_url": "http://127.0.0.1:1/api", "api_key": "test-key", "timeout_seconds": 1},
    },
}
