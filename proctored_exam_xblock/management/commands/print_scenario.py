"""Print a ready-made exam as the OLX of its block, its window moved to the coming weeks: a start for a course team."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from lxml import etree

from ... import conf, scenarios
from ...domain.policy import Unlock
from ...olx import append_parts


class Command(BaseCommand):
    help = "Print a ready-made exam (cartopro, practice) as <proctored_exam> OLX, to be put into a course's unit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=scenarios.NAMES)
        parser.add_argument("--backend", help="another proctoring service than the scenario's, e.g. none")
        parser.add_argument("--unlock", choices=[mode.value for mode in Unlock])

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the element to standard output."""
        scenario = scenarios.load(options["name"], conf.now().date())
        changes = {name: options[name] for name in ("backend", "unlock") if options[name]}
        policy = {name: value for name, value in (scenario.policy | changes).items() if name != "title"}
        node = etree.Element("proctored_exam", url_name=options["name"], display_name=scenario.title)
        node.set("policy", json.dumps(policy, ensure_ascii=False))
        append_parts(node, scenario.paper)
        self.stdout.write(etree.tostring(node, encoding="unicode"))
