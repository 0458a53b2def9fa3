"""Payments by command and in the Django admin: what is asked, who may, what is said."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.core.management.base import CommandError
from django.http import HttpResponse
from django.test import Client

from proctored_exam_xblock.checks import settings_are_complete
from proctored_exam_xblock.models import AuditEntry, Exam, Payment
from proctored_exam_xblock.services import payments
from proctored_exam_xblock.services.dossier import Caller
from tests.world import USAGE, World

pytestmark = pytest.mark.django_db
ADMIN = "/admin/proctored_exam_xblock/"


@pytest.fixture
def exam(world: World) -> World:
    world.publish(payment_required=True)
    return world


@pytest.fixture
def alex(exam: World) -> Caller:
    caller = exam.person()
    exam.load(caller)
    return caller


def command(action: str, *more: str, who: str = "alex", reason: str = "bank transfer") -> str:
    out = io.StringIO()
    call_command("payments", action, USAGE, who, "--reason", reason, *more, stdout=out)
    return out.getvalue().strip()


def refundable(*more: str) -> list[str]:
    found = json.loads(command("refundable", *more))
    return [str(found["refundable"]), *found["reasons"]]


def test_a_payment_is_entered_asked_about_and_given_back_by_command(exam: World, alex: Caller) -> None:
    assert refundable() == ["False", "not_paid"]
    assert command("paid", "--at", "2017-02-19T10:00+01:00") == "paid: done"
    assert command("paid") == "paid: known already"
    assert json.loads(command("refundable"))["until"] == "2017-03-05T09:00:00Z"
    exam.clock.advance(days=20)
    assert refundable() == ["False", "period_over"]
    assert [command("problem"), command("problem")] == ["problem: done", "problem: known already"]
    assert refundable() == ["True", "problem_confirmed"]
    assert command("refunded") == "refunded: done"
    assert refundable() == ["False", "refunded"]
    entries = AuditEntry.objects.filter(actor="staff:command").order_by("sequence")
    assert [entry.action for entry in entries] == ["paid", "problem_confirmed", "refunded"]
    assert {entry.data["reason"] for entry in entries} == {"bank transfer"}


def test_a_learner_who_never_opened_the_exam_can_have_paid(exam: World) -> None:
    robin = exam.person("robin")
    command("paid", "--reference", "Q-7", who="robin")
    assert Payment.objects.get().order_key == "staff:Q-7"
    exam.onboard(robin)
    assert exam.phase(robin) == "booking"


def test_of_several_orders_one_is_named(exam: World, alex: Caller) -> None:
    assert alex.user_id is not None
    for number in ("A-1", "A-2"):
        order = payments.Order(Exam.objects.get(), alex.user_id, "atelier", number)
        payments.record_paid(order, exam.clock(), "shop:atelier", exam.clock())
    with pytest.raises(CommandError, match="Which order"):
        command("refunded")
    assert command("refunded", "--reference", "atelier:A-1") == "refunded: done"
    assert refundable("--reference", "atelier:A-1") == ["False", "refunded"]
    assert refundable() == ["True", "within_period"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("paid", "--at", "yesterday"), "--at"),
        (("paid", "--at", "2017-02-19T10:00"), "--at"),
        (("paid", "--at", "2018-01-01T00:00Z"), "invalid_field"),
        (("paid", "--reference", "a b"), "--reference"),
        (("refunded",), "Which order"),
        (("problem",), "unknown_order"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_entered(
    exam: World, alex: Caller, arguments: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        command(*arguments)
    assert not Payment.objects.exists()


def test_no_reason_no_exam_and_no_learner_are_refused(exam: World, alex: Caller) -> None:
    with pytest.raises(CommandError, match="invalid_field"):
        command("paid", reason=" ")
    with pytest.raises(CommandError, match="No such learner"):
        command("paid", who="nobody")
    with pytest.raises(CommandError, match="not_configured"):
        call_command("payments", "paid", "no.such.exam", "alex", "--reason", "x")


# --- the admin ------------------------------------------------------------------------------------------------------


def operator(*, superuser: bool = True) -> Client:
    user = get_user_model().objects.create_user("noa", is_staff=True, is_superuser=superuser)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(user)
    return client


def act(client: Client, model: str, action: str, row: int, **said: Any) -> HttpResponse:
    return client.post(f"{ADMIN}{model}/", {"action": action, "_selected_action": [row], **said})


def test_the_admin_enters_a_payment_with_a_reason(exam: World, alex: Caller) -> None:
    client, pk = operator(), exam.candidacy(alex).pk
    asked = act(client, "candidacy", "enter_payment", pk)
    assert b'name="paid_at"' in asked.content
    act(client, "candidacy", "enter_payment", pk, answered="1", reason="")
    assert not Payment.objects.exists()
    act(client, "candidacy", "enter_payment", pk, answered="1", reason="bank transfer", reference="Q-8")
    assert (Payment.objects.get().order_key, Payment.objects.get().paid_at) == ("staff:Q-8", exam.clock())


def test_the_admin_notes_a_problem_and_a_refund(exam: World, alex: Caller) -> None:
    command("paid")
    client, pk = operator(), Payment.objects.get().pk
    exam.clock.advance(days=20)
    for action in ("confirm_problem", "refund"):
        assert act(client, "payment", action, pk, answered="1", reason="the room crashed").status_code == 302
    row = Payment.objects.get()
    assert (row.problem_confirmed_at, row.refunded_at) == (exam.clock(), exam.clock())
    actions = AuditEntry.objects.filter(data__reason="the room crashed").values_list("action", flat=True)
    assert sorted(actions) == ["problem_confirmed", "refunded"]


def test_a_payment_shows_the_answer_and_has_nothing_to_edit(exam: World, alex: Caller) -> None:
    command("paid")
    client, pk = operator(), Payment.objects.get().pk
    page = client.get(f"{ADMIN}payment/{pk}/change/").content.decode()
    assert "within_period" in page
    assert 'name="paid_at' not in page
    assert client.get(f"{ADMIN}payment/add/").status_code == 403
    assert client.get(f"{ADMIN}payment/?q=alex").status_code == 200


def test_who_may_only_look_enters_nothing(exam: World, alex: Caller) -> None:
    command("paid")
    client = operator(superuser=False)
    act(client, "payment", "refund", Payment.objects.get().pk, answered="1", reason="x")
    act(client, "candidacy", "confirm_problem", exam.candidacy(alex).pk, answered="1", reason="x")
    assert (Payment.objects.get().refunded_at, Payment.objects.get().problem_confirmed_at) == (None, None)


# --- settings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shops", "expected"),
    [
        ({}, []),
        ({"atelier": {"secret": "s"}}, []),
        ({"atelier": {"secret": ["new", "old"]}}, []),
        ({"atelier": {}}, ["proctored_exam.W004"]),
        ({"atelier": {"secret": ""}}, ["proctored_exam.W004"]),
        ({"atelier": {"secret": ["new", " "]}}, ["proctored_exam.W004"]),
        ({"atelier": {"secret": 5}}, ["proctored_exam.W004"]),
        ({"atelier": "secret"}, ["proctored_exam.W004"]),
        ({"staff": {"secret": "s"}}, ["proctored_exam.W005"]),
        ({"A shop": {"secret": "s"}}, ["proctored_exam.W005"]),
        (["atelier"], ["proctored_exam.E003"]),
    ],
)
def test_a_shop_without_a_secret_or_a_name_is_named_at_start_up(
    settings: Any, shops: object, expected: list[str]
) -> None:
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "SHOPS": shops}
    assert [found.id for found in settings_are_complete(None)] == expected


def test_the_check_shows_no_secret(settings: Any) -> None:
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "SHOPS": {"staff": {"secret": "not-to-be-shown"}}}
    (found,) = settings_are_complete(None)
    assert "not-to-be-shown" not in found.msg + str(found.hint)


def test_the_days_of_the_reply_follow_the_rules_of_the_exam(exam: World, alex: Caller) -> None:
    exam.publish(refund_days=1)
    command("paid")
    exam.clock.advance(seconds=timedelta(days=1).total_seconds())
    assert refundable() == ["False", "period_over"]
