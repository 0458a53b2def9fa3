"""What staff enter or ask about one learner's payment for an exam, also of one who never opened the exam's page."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from ... import conf
from ...domain.errors import ExamError
from ...models import Exam, Payment
from ...services import exams, payments
from ._arguments import as_command_error

ACTOR = "staff:command"


class Command(BaseCommand):
    help = "Enter a payment, a refund or a confirmed technical problem; say whether the price may be given back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=list(self._deeds()))
        parser.add_argument("usage_key", help="usage key of the exam block")
        parser.add_argument("username", help="the learner's user name")
        parser.add_argument("--reason", default="", help="kept in the audit trail; all but refundable need one")
        parser.add_argument("--reference", default="", help="paid: a number of your own; else: one order, SHOP:NUMBER")
        parser.add_argument("--at", default="", help="paid: when, e.g. 2027-03-05T16:00+01:00; now by default")

    def _deeds(self) -> dict[str, Callable[[Exam, int, dict[str, Any], datetime], str]]:
        return {
            "paid": self._paid,
            "refunded": self._refunded,
            "problem": self._problem,
            "refundable": self._refundable,
        }

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one thing; what was done before is said, not done again."""
        user_id = get_user_model().objects.filter(username=options["username"]).values_list("pk", flat=True).first()
        if user_id is None:
            raise CommandError("No such learner.")
        try:
            exam = exams.find(options["usage_key"])
            said = self._deeds()[options["action"]](exam, int(user_id), options, conf.now())
        except ExamError as error:
            raise as_command_error(error) from error
        self.stdout.write(said)

    def _paid(self, exam: Exam, user_id: int, options: dict[str, Any], now: datetime) -> str:
        if options["reference"] and not re.fullmatch(payments.REFERENCE, options["reference"]):
            raise CommandError("--reference: letters, digits and . _ : / # -, 64 at most")
        order = payments.Order(exam, user_id, payments.STAFF, options["reference"])
        return _done(payments.enter(order, _instant(options["at"]) or now, ACTOR, options["reason"], now), "paid")

    def _refunded(self, exam: Exam, user_id: int, options: dict[str, Any], now: datetime) -> str:
        row = _row(exam, user_id, options["reference"], one=True)
        assert row is not None
        return _done(payments.refund_by_hand(row, ACTOR, options["reason"], now), "refunded")

    def _problem(self, exam: Exam, user_id: int, options: dict[str, Any], now: datetime) -> str:
        row = _row(exam, user_id, options["reference"])
        return _done(payments.confirm_problem(exam, user_id, ACTOR, options["reason"], now, row), "problem")

    def _refundable(self, exam: Exam, user_id: int, options: dict[str, Any], now: datetime) -> str:
        found = payments.refund_answer(exam, user_id, now, _row(exam, user_id, options["reference"]))
        return json.dumps(payments.as_json(found))


def _done(is_new: bool, action: str) -> str:
    return f"{action}: {'done' if is_new else 'known already'}"


def _row(exam: Exam, user_id: int, key: str, *, one: bool = False) -> Payment | None:
    """The order named, the only one that stands where one has to be named and is not, else None."""
    rows = Payment.objects.filter(exam=exam, user_id=user_id).select_related("exam")
    if not key and not one:
        return None
    found = list(rows.filter(order_key=key) if key else rows.filter(refunded_at=None))
    if len(found) != 1:
        raise CommandError("Which order? Name one with --reference SHOP:NUMBER.")
    return found[0]


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CommandError("--at: an instant with its offset, e.g. 2027-03-05T16:00+01:00")
    return moment.astimezone(UTC)
