"""The tests: SQLite in memory, weak and fast password hashes, a ProctorU-like backend that nobody serves."""

from .base import *
from .base import INSTALLED_APPS, MIDDLEWARE, PROCTORED_EXAM, VAR

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PORT = 8000
SIMULATOR_PORTS = {"proctoru": 1, "proctorexam": 1}  # nothing listens there
PUBLIC_URL = "http://testserver"

PROCTORED_EXAM = {
    **PROCTORED_EXAM,
    "BACKENDS": {
        "none": {},
        "proctoru": {"base_url": "http://127.0.0.1:1/api", "api_key": "test-key", "timeout_seconds": 1},
    },
}

# edx-proctoring outside the LMS, with what it wants to find there; its URLs are mounted by the tests that need them.
INSTALLED_APPS = [
    *INSTALLED_APPS,
    "django.contrib.sites",
    "rest_framework",
    "waffle",
    "simple_history",
    "rules.apps.AutodiscoverRulesConfig",
    "edx_when",
    "edx_proctoring",
]
MIDDLEWARE = [
    *MIDDLEWARE,
    "crum.CurrentRequestUserMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "rules.permissions.ObjectPermissionBackend",
]
SITE_ID = 1
SITE_NAME = "testserver"
PLATFORM_NAME = "Tests"
ENV_ROOT = str(VAR)
COURSE_ID_PATTERN = r"(?P<course_id>[^/+]+(/|\+)[^/+]+(/|\+)[^/?]+)"
LEARNING_MICROFRONTEND_URL = "http://testserver/learning"
PROCTORING_SETTINGS: dict[str, str] = {}
PROCTORING_USER_OBFUSCATION_KEY = "for tests"
PROCTORING_BACKENDS = {"DEFAULT": "null", "null": {}}
