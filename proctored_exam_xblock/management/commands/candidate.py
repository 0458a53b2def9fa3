"""What staff may do to a candidate's exam by hand, each with a reason that is audited."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from ... import conf
from ...domain.errors import ExamError
from ...services import interventions
from ._arguments import add_candidate, as_command_error, candidacy_id

ACTOR = "staff:command"


class Command(BaseCommand):
    help = "Lift a password lock, extend, pause, resume, interrupt, or grant a second appointment."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["lift-lock", "extend", "pause", "resume", "interrupt", "grant-second"])
        add_candidate(parser)
        parser.add_argument("--minutes", type=int, default=0, help="for extend")
        parser.add_argument("--waive-lead-time", action="store_true", help="for grant-second")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one thing to one candidate."""
        candidacy, reason, now = candidacy_id(options), options["reason"], conf.now()
        action = options["action"]
        try:
            if action == "lift-lock":
                interventions.lift_password_lock(candidacy, ACTOR, reason, now)
            elif action == "extend":
                interventions.extend(candidacy, timedelta(minutes=options["minutes"]), ACTOR, reason, now)
            elif action == "pause":
                interventions.pause(candidacy, ACTOR, reason, now)
            elif action == "resume":
                interventions.resume(candidacy, ACTOR, reason, now)
            elif action == "interrupt":
                interventions.interrupt(candidacy, ACTOR, reason, now)
            else:
                interventions.grant_second_appointment(
                    candidacy, ACTOR, reason, now, waive_lead_time=options["waive_lead_time"]
                )
        except ExamError as error:
            raise as_command_error(error) from error
        self.stdout.write(f"{action}: done")
