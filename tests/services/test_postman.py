"""Each e-mail once: claims, dying workers, a mail server that is down, refuses or breaks off; and what operators do."""

from __future__ import annotations

import random
import smtplib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from proctored_exam_xblock import mailing
from proctored_exam_xblock.domain.errors import Gone, InvalidField, NotAllowedNow
from proctored_exam_xblock.models import Alert, AuditEntry, Mail
from proctored_exam_xblock.services import booking, mails_by_hand, postman
from tests.post import BACKEND, OFFICE, WorkerDied, fails, refusal
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(world: World, settings: Any) -> Iterator[World]:
    """Alex has an appointment, and the e-mail that says so waits."""
    settings.EMAIL_BACKEND = BACKEND
    OFFICE.reset()
    world.publish(reminder_hours=[])
    world.book(world.person())
    yield world
    OFFICE.reset()


def send(exam: World) -> int:
    return postman.send_due(exam.clock(), mailing.compose, random.Random(7))


def row() -> Mail:
    return Mail.objects.get()


def open_alerts() -> list[str]:
    return list(Alert.objects.filter(closed_at=None).order_by("kind").values_list("kind", flat=True))


# --- a worker that dies ---------------------------------------------------------------------------------------------


def test_one_that_dies_before_the_server_answers_is_followed_by_another(exam: World) -> None:
    OFFICE.on_open = fails(WorkerDied())
    with pytest.raises(WorkerDied):
        send(exam)
    OFFICE.on_open = lambda: None
    assert (send(exam), row().state) == (0, "pending"), "the claim holds"
    exam.clock.present += postman.LEASE + timedelta(seconds=1)
    assert (send(exam), row().state, len(OFFICE.arrived)) == (1, "sent", 1)


@pytest.mark.parametrize("moment", ["on_send", "after_send"])
def test_one_that_dies_while_handing_over_leaves_it_to_an_operator(exam: World, moment: str) -> None:
    setattr(OFFICE, moment, fails(WorkerDied()))
    with pytest.raises(WorkerDied):
        send(exam)
    setattr(OFFICE, moment, lambda: None)
    arrived = len(OFFICE.arrived)
    exam.clock.present += postman.LEASE + timedelta(seconds=1)
    for _ in range(3):
        assert send(exam) == 0
        exam.minutes(60)
    assert (row().state, row().last_error, len(OFFICE.arrived)) == ("unsure", "worker_died", arrived)
    assert open_alerts() == ["mail_unsure"]


def test_a_connection_that_breaks_off_leaves_it_to_an_operator(exam: World) -> None:
    OFFICE.after_send = fails(smtplib.SMTPServerDisconnected("closed"))
    send(exam)
    OFFICE.after_send = lambda: None
    exam.minutes(600)
    assert (send(exam), row().state, len(OFFICE.arrived)) == (0, "unsure", 1)
    assert open_alerts() == ["mail_unsure"]


def test_one_that_was_only_slow_is_sent_and_no_longer_doubted(exam: World) -> None:
    def doubted() -> None:
        postman.send_due(exam.clock() + postman.LEASE + timedelta(seconds=1), mailing.compose)
        assert row().state == "unsure"

    OFFICE.after_send = doubted
    send(exam)
    assert (row().state, len(OFFICE.arrived), open_alerts()) == ("sent", 1, [])


def test_whose_claim_ran_out_before_the_server_answered_sends_nothing(exam: World) -> None:
    def overtaken() -> None:
        OFFICE.on_open = lambda: None
        postman.send_due(exam.clock() + postman.LEASE + timedelta(seconds=1), mailing.compose)

    OFFICE.on_open = overtaken
    assert send(exam) == 0
    assert (row().state, len(OFFICE.arrived)) == ("sent", 1)


def test_whose_claim_is_another_s_by_now_leaves_it_to_them(exam: World) -> None:
    OFFICE.on_open = lambda: postman.take(row().pk, exam.clock() + postman.LEASE + timedelta(seconds=1))
    assert send(exam) == 0
    assert (row().state, row().tries, OFFICE.arrived) == ("pending", 2, [])


# --- a server that does not take it ---------------------------------------------------------------------------------


def test_an_outage_is_waited_for_longer_and_longer_then_given_up_and_told(exam: World) -> None:
    OFFICE.on_open = fails(ConnectionRefusedError())
    waits = []
    while row().state == "pending":
        exam.clock.present = max(exam.clock(), row().due_at)
        assert send(exam) == 0
        waits.append(row().due_at - exam.clock())
    assert waits[0] < timedelta(minutes=1, seconds=16)
    assert waits[0] < waits[2] < waits[4] < timedelta(minutes=76)
    assert (row().state, row().last_error, open_alerts()) == ("stuck", "unreachable", ["mail_stuck"])
    assert timedelta(hours=72) <= exam.clock() - row().created_at < timedelta(hours=74)


def test_an_outage_stops_the_round_and_costs_the_others_no_try(exam: World) -> None:
    robin = exam.person("robin")
    exam.book(robin)
    OFFICE.on_open = fails(ConnectionRefusedError())
    send(exam)
    assert sorted(Mail.objects.values_list("tries", flat=True)) == [0, 1]


def test_a_refusal_for_now_is_tried_again_and_one_for_ever_is_told_at_once(exam: World) -> None:
    OFFICE.on_send = refusal(451)
    assert (send(exam), row().state, row().last_error) == (0, "pending", "refused")
    OFFICE.on_send = refusal(550)
    exam.minutes(2)
    assert (send(exam), row().state, open_alerts()) == (0, "stuck", ["mail_stuck"])


def test_an_address_that_is_none_is_an_operator_s(exam: World) -> None:
    get_user_model().objects.update(email="nobody")
    assert (send(exam), row().state, row().last_error) == (0, "stuck", "no_address")


def test_one_that_cannot_be_made_keeps_no_other_back(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    exam.book(exam.person("robin"))
    real = mailing.compose

    def broken(mail: Mail, now: Any) -> Any:
        if mail.candidacy.user.username == "alex":
            raise RuntimeError
        return real(mail, now)

    assert postman.send_due(exam.clock(), broken) == 1
    assert OFFICE.arrived[0].to == ["robin@example.org"]
    assert Mail.objects.get(state="pending").last_error == "crashed"


def test_a_cancellation_waits_for_the_confirmation_that_is_being_sent(exam: World) -> None:
    OFFICE.on_send = refusal(451)
    send(exam)
    booking.cancel(exam.person(), exam.clock())
    Mail.objects.filter(kind="confirmed").update(state="handing_over", claimed_until=exam.clock() + postman.LEASE)
    OFFICE.on_send = lambda: None
    assert send(exam) == 0
    Mail.objects.filter(kind="confirmed").update(state="sent")
    assert send(exam) == 1
    assert OFFICE.arrived[0].attachments, "the calendar that was invited hears of the end"


def test_the_command_says_how_many_left(exam: World, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("send_mails")
    assert capsys.readouterr().out == "sent: 1, still waiting: 0\n"


# --- operators ------------------------------------------------------------------------------------------------------


@pytest.fixture
def unsure(exam: World) -> World:
    OFFICE.after_send = fails(smtplib.SMTPServerDisconnected("closed"))
    send(exam)
    OFFICE.after_send = lambda: None
    return exam


def test_what_is_sent_again_has_the_same_name(unsure: World) -> None:
    mails_by_hand.send_again(row().pk, "staff:1", "not in the server's log", unsure.clock())
    assert (send(unsure), row().state) == (1, "sent")
    assert len(set(OFFICE.names)) == 1
    assert (len(OFFICE.names), open_alerts()) == (2, [])


def test_what_arrived_is_settled(unsure: World) -> None:
    mails_by_hand.arrived(row().pk, "staff:1", "the candidate has it", unsure.clock())
    assert (send(unsure), row().state, open_alerts()) == (0, "sent", [])


def test_what_is_dropped_is_not_sent_and_the_trail_knows_why_but_not_to_whom(unsure: World) -> None:
    mails_by_hand.drop(row().pk, "staff:1", "told by telephone", unsure.clock())
    assert (send(unsure), row().state, open_alerts()) == (0, "dropped", [])
    entry = AuditEntry.objects.get(action="mail_dropped")
    assert entry.data["reason"] == "told by telephone"
    assert "@" not in str(entry.data)


def test_patience_begins_anew_with_what_is_sent_again(exam: World) -> None:
    OFFICE.on_send = refusal(550)
    send(exam)
    exam.minutes(60 * 24 * 10)
    mails_by_hand.send_again(row().pk, "staff:1", "the address was mended", exam.clock())
    OFFICE.on_send = refusal(451)
    assert (send(exam), row().state) == (0, "pending")


def test_nothing_is_done_without_a_reason_or_to_what_is_over_or_held(exam: World) -> None:
    with pytest.raises(InvalidField):
        mails_by_hand.drop(row().pk, "staff:1", " ", exam.clock())
    with pytest.raises(Gone):
        mails_by_hand.drop(999, "staff:1", "why", exam.clock())
    with pytest.raises(NotAllowedNow):
        mails_by_hand.arrived(row().pk, "staff:1", "why", exam.clock())
    assert postman.take(row().pk, exam.clock()) is not None
    with pytest.raises(NotAllowedNow):
        mails_by_hand.drop(row().pk, "staff:1", "why", exam.clock())
    Mail.objects.update(state="sent", claimed_until=None)
    with pytest.raises(NotAllowedNow):
        mails_by_hand.send_again(row().pk, "staff:1", "why", exam.clock())


@pytest.mark.parametrize(("action", "state"), [("send_again", "pending"), ("arrived", "sent"), ("drop", "dropped")])
def test_the_admin_asks_for_a_reason_first_and_acts_then(unsure: World, action: str, state: str) -> None:
    root = get_user_model().objects.create_superuser("root", "root@example.org", "x")
    client = Client()
    client.force_login(root)
    address = reverse("admin:proctored_exam_xblock_mail_changelist")
    asked = {"action": action, "_selected_action": [str(row().pk)]}
    assert 'name="reason"' in client.post(address, asked).content.decode()
    assert row().state == "unsure"
    client.post(address, {**asked, "answered": "1", "reason": "seen in the log"})
    assert row().state == state
    assert AuditEntry.objects.filter(actor=f"staff:{root.pk}", data__reason="seen in the log").exists()
