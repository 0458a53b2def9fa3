"""One target under the fuzzer, in a process of its own: ``python -m tests.fuzz.worker TARGET [OPTION...] [CORPUS]``."""

from __future__ import annotations

import os
import sys

import atheris

FOLLOWED = ["proctored_exam_xblock.olx", "proctored_exam_xblock.authoring.paper", "tests.fuzz.targets"]


def main(target: str, options: list[str]) -> None:
    """Does not return: the fuzzer ends the process, with a status that says whether something was found."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.test")
    with atheris.instrument_imports(include=FOLLOWED, enable_loader_override=False):
        import django

        django.setup()
        from tests.fuzz import targets
    deed = targets.planted if target == "planted" else targets.TARGETS[target]
    atheris.Setup([sys.argv[0], *options], deed)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
