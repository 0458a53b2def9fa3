"""A bare host for the installed wheel, run by the empty environment's own Python: the xblock-sdk's workbench and none
of this repository. Writes what it saw as one JSON object.

    python bare_host.py <empty folder>
"""

from __future__ import annotations

import json
import os
import sys
from importlib.metadata import entry_points
from pathlib import Path


def main(folder: Path) -> dict[str, object]:
    """Migrate, load the practice exam as course XML, look at it as the workbench's visitor and as a learner."""
    os.chdir(folder)
    (folder / "var").mkdir()
    _configure(folder)
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)

    import proctored_exam_xblock

    groups = ("xblock.v1", "lms.djangoapp", "cms.djangoapp")
    return {
        "package": str(Path(proctored_exam_xblock.__file__).parent),
        "entry_points": {
            group: [e.value for e in entry_points(group=group) if e.name.startswith("proctored")] for group in groups
        },
        **_visit(_scenario()),
    }


def _configure(folder: Path) -> None:
    from django.conf import settings
    from workbench import settings as workbench

    names = [
        name
        for name in dir(workbench)
        if name.isupper() and name not in {"LOGGING", "ADMINS", "MANAGERS", "TEMPLATE_DIRS"}
    ]
    chosen = {name: getattr(workbench, name) for name in names}
    chosen["DATABASES"] = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "var/db.sqlite3")}}
    chosen["INSTALLED_APPS"] = [*workbench.INSTALLED_APPS, "submissions", "proctored_exam_xblock"]
    chosen["LANGUAGE_CODE"] = "fr"
    chosen["USE_TZ"] = True
    chosen["ALLOWED_HOSTS"] = ["testserver"]
    settings.configure(**chosen)
    import django

    django.setup()


def _scenario() -> str:
    """The practice exam as an author's XML file, in the workbench's list."""
    from datetime import date

    from workbench import scenarios as workbench

    from proctored_exam_xblock import scenarios

    practice = scenarios.load("practice", date(2027, 2, 15))
    policy = (
        json.dumps({**practice.policy, "enrolment_modes": ["verified"]}).replace("&", "&amp;").replace("'", "&#39;")
    )
    name = "proctored_exam.bare"
    workbench.get_scenarios.initialized = True
    workbench.add_xml_scenario(
        name, "bare", f"<proctored_exam display_name='Examen nu' policy='{policy}'>{practice.paper}</proctored_exam>"
    )
    return name


def _visit(name: str) -> dict[str, object]:
    import re

    from django.test import Client

    visitor = Client()
    page = visitor.get(f"/view/{name}/")
    text = page.content.decode()
    files = sorted(set(re.findall(r"/resource/proctored_exam/[^\"']+", text)))
    return {
        "status": page.status_code,
        "page": text,
        "files": {file: visitor.get(file).status_code for file in files},
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))))
