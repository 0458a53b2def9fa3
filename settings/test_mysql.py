"""The same tests on MariaDB or MySQL through PyMySQL.

Environment: PEX_MYSQL_SOCKET, or PEX_MYSQL_HOST and PEX_MYSQL_PORT; PEX_MYSQL_USER, PEX_MYSQL_PASSWORD, PEX_MYSQL_NAME.
"""

import os
from contextlib import suppress
from importlib import import_module

import pymysql

from . import base
from .test import *

# The races need no edx-proctoring, and its migrations take a while.
INSTALLED_APPS, MIDDLEWARE = base.INSTALLED_APPS, base.MIDDLEWARE

pymysql.install_as_MySQLdb()
# Django compares the version of mysqlclient, whose place PyMySQL takes.
pymysql.version_info = (2, 2, 1, "final", 0)

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.mysql",
        "NAME": os.environ.get("PEX_MYSQL_NAME", "proctored_exam"),
        "USER": os.environ.get("PEX_MYSQL_USER", "root"),
        "PASSWORD": os.environ.get("PEX_MYSQL_PASSWORD", ""),
        "HOST": os.environ.get("PEX_MYSQL_SOCKET") or os.environ.get("PEX_MYSQL_HOST", "127.0.0.1"),
        "PORT": os.environ.get("PEX_MYSQL_PORT", "3306"),
        # As in the LMS: the default isolation of Django, not MySQL's.
        "OPTIONS": {"charset": "utf8mb4", "isolation_level": "read committed"},
        "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"},
    }
}

# On MariaDB this migration of edx-submissions alters columns that no migration creates, so a new database cannot be
# made; what it is for (the uuid type) Django 5 does by itself in a new table. edx-submissions 3.11 has none.
with suppress(ModuleNotFoundError):
    import_module("submissions.migrations.0006_mariadb_uuid_conversion").Migration.operations = []
