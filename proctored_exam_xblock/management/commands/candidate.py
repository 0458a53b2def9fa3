"""What staff may do to a candidate's exam by hand, each with a reason that is audited."""

from __future__ import annotations

from argparse import ArgumentParser, BooleanOptionalAction
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ... import conf
from ...domain.errors import ExamError
from ...models import Attempt
from ...services import decisions, interventions
from ._arguments import add_candidate, as_command_error, candidacy_id

ACTOR = "staff:command"
Deed = Callable[[int, dict[str, Any], datetime], object]


def _book(candidacy: int, options: dict[str, Any], now: datetime) -> object:
    return interventions.book_for(
        candidacy,
        _start(options),
        ACTOR,
        options["reason"],
        now,
        tell_vendor=not options["told_by_telephone"],
        overbook=options["overbook"],
    )


def _start(options: dict[str, Any]) -> datetime:
    try:
        start = datetime.fromisoformat(options["start"] or "")
    except ValueError:
        start = None
    if start is None or start.tzinfo is None:
        raise CommandError("--start: an instant with its offset, e.g. 2027-03-05T16:00+01:00")
    return start


def _extend(candidacy: int, options: dict[str, Any], now: datetime) -> object:
    return interventions.extend(candidacy, timedelta(minutes=options["minutes"]), ACTOR, options["reason"], now)


def _close(candidacy: int, options: dict[str, Any], now: datetime) -> object:
    return interventions.close_by_hand(candidacy, ACTOR, options["reason"], now, options["drafts"])


def _grant(candidacy: int, options: dict[str, Any], now: datetime) -> None:
    waive = options["waive_lead_time"]
    interventions.grant_second_appointment(candidacy, ACTOR, options["reason"], now, waive_lead_time=waive)


def _plain(function: Callable[[int, str, str, datetime], object]) -> Deed:
    return lambda candidacy, options, now: function(candidacy, ACTOR, options["reason"], now)


def _decision(verdict: str) -> Deed:
    return lambda candidacy, options, now: decisions.decide(_attempt(candidacy), verdict, ACTOR, options["reason"], now)


def _attempt(candidacy: int) -> int:
    found = Attempt.objects.filter(candidacy=candidacy, archived_at=None).order_by("-number").first()
    if found is None:
        raise CommandError("This candidate has not sat the exam.")
    return int(found.pk)


DEEDS: dict[str, Deed] = {
    "book": _book,
    "unlock": _plain(interventions.unlock_by_hand),
    "lift-lock": _plain(interventions.lift_password_lock),
    "extend": _extend,
    "pause": _plain(interventions.pause),
    "resume": _plain(interventions.resume),
    "interrupt": _plain(interventions.interrupt),
    "close": _close,
    "grant-second": _grant,
    "validate": _decision("validate"),
    "invalidate": _decision("invalidate"),
    "reopen": _decision("reopen"),
    "count-drafts": lambda candidacy, options, now: decisions.count_drafts(
        _attempt(candidacy), ACTOR, options["reason"], now
    ),
}


class Command(BaseCommand):
    help = "Book, open, hold, end or decide one candidate's exam by hand; works while a proctoring service is down."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=list(DEEDS))
        add_candidate(parser)
        parser.add_argument("--start", help="for book: the slot, e.g. 2027-03-05T16:00+01:00")
        parser.add_argument("--told-by-telephone", action="store_true", help="for book: do not tell the service")
        parser.add_argument("--overbook", action="store_true", help="for book: also when no seat is left")
        parser.add_argument("--minutes", type=int, default=0, help="for extend")
        parser.add_argument(
            "--drafts",
            action=BooleanOptionalAction,
            help="for close: count answers that were not finally verified, or do not; the exam's rule by default",
        )
        parser.add_argument("--waive-lead-time", action="store_true", help="for grant-second")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one thing to one candidate."""
        candidacy, action = candidacy_id(options), options["action"]
        try:
            DEEDS[action](candidacy, options, conf.now())
        except ExamError as error:
            raise as_command_error(error) from error
        self.stdout.write(f"{action}: done")
