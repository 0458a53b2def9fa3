#!/usr/bin/env python
"""Django's command line, with the demo campus's settings by default."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.demo")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
