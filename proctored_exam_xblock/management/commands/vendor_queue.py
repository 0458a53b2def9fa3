"""What operators do to the queue of writes to the proctoring services, where there is no admin at hand."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ... import conf
from ...domain.errors import ExamError
from ...models import OutboxEntry
from ...services import by_hand, patience
from ._arguments import as_command_error

ACTOR = "staff:command"


class Command(BaseCommand):
    help = "List what waits for the proctoring services, send it again, or say that it was done by hand."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["list", "retry", "done"])
        parser.add_argument("entries", nargs="*", type=int, metavar="ID", help="numbers shown by list")
        parser.add_argument("--stuck", action="store_true", help="retry: all that was given up")
        parser.add_argument("--backend", help="list, retry --stuck: of this service only")
        parser.add_argument("--reason", default="", help="kept in the audit trail; done needs one")
        parser.add_argument("--vendor-ref", default="", help="done: the vendor's number of the reservation")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one thing; one entry that cannot be changed does not stop the others."""
        if options["action"] == "list":
            self._list(options)
            return
        numbers = options["entries"]
        if options["action"] == "retry" and options["stuck"]:
            numbers = list(self._rows(options).filter(state="stuck").values_list("pk", flat=True))
        elif not numbers:
            raise CommandError("Which entries? Their numbers are shown by: vendor_queue list")
        if options["vendor_ref"] and len(numbers) > 1:
            raise CommandError("A vendor's number belongs to one entry.")
        failed = [number for number in numbers if not self._change(number, options)]
        if failed:
            raise CommandError(f"Not changed: {', '.join(map(str, failed))}")
        self.stdout.write(f"{options['action']}: {len(numbers)}")

    def _change(self, number: int, options: dict[str, Any]) -> bool:
        try:
            if options["action"] == "retry":
                by_hand.retry(number, ACTOR, conf.now(), options["reason"])
            else:
                by_hand.done(number, ACTOR, options["reason"], conf.now(), options["vendor_ref"])
        except ExamError as error:
            self.stderr.write(f"{number}: {as_command_error(error)}")
            return False
        return True

    def _rows(self, options: dict[str, Any]) -> Any:
        rows = OutboxEntry.objects.filter(state__in=patience.UNFINISHED).select_related("appointment").order_by("pk")
        return rows.filter(backend=options["backend"]) if options["backend"] else rows

    def _list(self, options: dict[str, Any]) -> None:
        for row in self._rows(options):
            self.stdout.write(
                f"{row.pk} {row.state} {row.backend} {row.kind} {row.appointment.reservation_id}"
                f" start {row.appointment.start:%Y-%m-%dT%H:%MZ} tries {row.tries} {row.last_error}".rstrip()
            )
