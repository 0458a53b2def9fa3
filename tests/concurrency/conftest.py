"""Races are collected on MariaDB only, in the process that ``test_on_mariadb`` starts: SQLite ignores row locks."""

import os

ON_MARIADB = os.environ.get("DJANGO_SETTINGS_MODULE") == "settings.test_mysql"
collect_ignore = ["test_on_mariadb.py"] if ON_MARIADB else ["races"]
