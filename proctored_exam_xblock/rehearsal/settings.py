"""Django settings of the process that rehearses: rows in memory, keys that live as long as the process."""

import secrets

SECRET_KEY = secrets.token_hex(32)
DEBUG = False
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "proctored_exam_xblock.rehearsal.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "submissions",
    "proctored_exam_xblock",
]
MIGRATION_MODULES: dict[str, None] = dict.fromkeys(("auth", "contenttypes", "submissions", "proctored_exam_xblock"))
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# One password, tried hundreds of times: the time that a good hash takes would be rehearsed instead of the exam.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

PROCTORED_EXAM: dict[str, object] = {
    "KEYS": [secrets.token_hex(32)],
    "BACKENDS": {"none": {}, "onsite": {}},
    "CLOCK": "proctored_exam_xblock.rehearsal.stage.now",
    "HOST": "proctored_exam_xblock.rehearsal.stage.Host",
}
