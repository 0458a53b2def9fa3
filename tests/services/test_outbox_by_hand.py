"""What operators do to the queue: send again, done by hand, close an alert; by service, admin and command."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from proctored_exam_xblock.backends.base import Misconfigured, Unavailable
from proctored_exam_xblock.domain.errors import Gone, InvalidField, NotAllowedNow
from proctored_exam_xblock.models import Alert, AuditEntry, OutboxEntry
from proctored_exam_xblock.services import alerts, booking, by_hand, outbox
from proctored_exam_xblock.services.dossier import Caller
from tests.world import OTHER_SLOT, SLOT, World

pytestmark = pytest.mark.django_db
STAFF = "staff:7"


@pytest.fixture
def exam(world: World) -> World:
    world.publish()
    return world


@pytest.fixture
def alex(exam: World) -> Caller:
    caller = exam.person()
    exam.onboard(caller)
    return caller


@pytest.fixture
def stuck(exam: World, alex: Caller) -> OutboxEntry:
    """Alex's booking, given up while the vendor was set up wrongly; it still is."""
    exam.ledger.fail = Misconfigured()
    booking.book(alex, SLOT, exam.clock())
    for _ in range(5):
        exam.drain()
        exam.minutes(10)
    entry = OutboxEntry.objects.get()
    assert (entry.state, entry.tries) == ("stuck", 5)
    return entry


def last_audit(exam: World, alex: Caller, action: str) -> AuditEntry:
    return exam.candidacy(alex).audit.get(action=action)


def test_what_is_retried_is_sent_with_its_tries_kept(exam: World, alex: Caller, stuck: OutboxEntry) -> None:
    exam.ledger.fail = None
    by_hand.retry(stuck.pk, STAFF, exam.clock())
    exam.drain()
    stuck.refresh_from_db()
    assert (stuck.state, stuck.tries, exam.appointment(alex).state) == ("done", 6, "confirmed")
    assert last_audit(exam, alex, "vendor_retry").actor == STAFF
    assert not Alert.objects.filter(closed_at=None).exists()


def test_a_retry_is_given_all_the_patience_again(exam: World, stuck: OutboxEntry) -> None:
    exam.clock.advance(hours=80)
    exam.ledger.fail = Unavailable()
    by_hand.retry(stuck.pk, STAFF, exam.clock())
    exam.drain()
    stuck.refresh_from_db()
    assert (stuck.state, stuck.faults) == ("pending", 0)


def test_what_waits_for_its_next_try_can_be_sent_now(exam: World, alex: Caller) -> None:
    exam.ledger.fail = Unavailable()
    booking.book(alex, SLOT, exam.clock())
    exam.drain()
    exam.ledger.fail = None
    by_hand.retry(OutboxEntry.objects.get().pk, STAFF, exam.clock())
    exam.drain()
    assert exam.appointment(alex).state == "confirmed"


def test_a_booking_done_by_hand_confirms_the_appointment(exam: World, alex: Caller, stuck: OutboxEntry) -> None:
    by_hand.done(stuck.pk, STAFF, " booked on their site ", exam.clock(), "4711")
    stuck.refresh_from_db()
    row = exam.appointment(alex)
    assert (stuck.state, stuck.reason, stuck.done_at) == ("by_hand", "booked on their site", exam.clock())
    assert (row.state, row.vendor_ref) == ("confirmed", "4711")
    entry = last_audit(exam, alex, "done_by_hand")
    assert (entry.actor, entry.data["reason"]) == (STAFF, "booked on their site")
    assert last_audit(exam, alex, "confirmed").actor == STAFF
    assert not Alert.objects.filter(closed_at=None, kind="vendor_stuck").exists()
    exam.ledger.calls.clear()
    exam.drain()
    assert exam.ledger.calls == []


def test_a_move_done_by_hand_moves_and_gives_the_old_seat_back(exam: World, alex: Caller) -> None:
    exam.book(alex)
    exam.ledger.fail = Unavailable()
    booking.move(alex, OTHER_SLOT, exam.clock())
    reference = exam.appointment(alex).vendor_ref
    by_hand.done(OutboxEntry.objects.get(kind="move").pk, STAFF, "by phone", exam.clock())
    row = exam.appointment(alex)
    assert (row.state, row.start, row.pending_start, row.vendor_ref) == ("confirmed", OTHER_SLOT, None, reference)
    assert row.candidacy.exam.seats.get(start=SLOT).taken == 0


def test_a_cancellation_done_by_hand_is_over(exam: World, alex: Caller) -> None:
    exam.book(alex)
    exam.ledger.fail = Unavailable()
    booking.cancel(alex, exam.clock())
    by_hand.done(OutboxEntry.objects.get(kind="cancel").pk, STAFF, "by phone", exam.clock())
    assert last_audit(exam, alex, "cancel_confirmed").actor == STAFF
    exam.minutes(5)
    exam.ledger.calls.clear()
    exam.drain()
    assert exam.ledger.calls == []


def test_a_booking_done_by_hand_after_the_candidate_cancelled_does_not_come_back(
    exam: World, alex: Caller, stuck: OutboxEntry
) -> None:
    booking.cancel(alex, exam.clock())
    by_hand.done(stuck.pk, STAFF, "by phone", exam.clock())
    assert exam.appointment(alex).state == "cancelled"


@pytest.mark.parametrize("reason", ["", " \n", "x" * 256])
def test_nothing_is_done_by_hand_without_a_reason(exam: World, stuck: OutboxEntry, reason: str) -> None:
    with pytest.raises(InvalidField):
        by_hand.done(stuck.pk, STAFF, reason, exam.clock())
    with pytest.raises(InvalidField):
        by_hand.done(stuck.pk, STAFF, "by phone", exam.clock(), "9" * 65)
    stuck.refresh_from_db()
    assert stuck.state == "stuck"


def test_what_a_worker_is_sending_is_left_to_it(exam: World, alex: Caller) -> None:
    booking.book(alex, SLOT, exam.clock())
    held = outbox.claim(exam.clock())
    assert held is not None
    for deed in (
        lambda: by_hand.done(held.pk, STAFF, "by phone", exam.clock()),
        lambda: by_hand.retry(held.pk, STAFF, exam.clock()),
    ):
        with pytest.raises(NotAllowedNow):
            deed()
    exam.clock.advance(seconds=61)
    by_hand.done(held.pk, STAFF, "the worker died", exam.clock())
    assert exam.appointment(alex).state == "confirmed"


def test_what_is_over_stays_over(exam: World, alex: Caller) -> None:
    exam.book(alex)
    entry = OutboxEntry.objects.get()
    with pytest.raises(NotAllowedNow):
        by_hand.retry(entry.pk, STAFF, exam.clock())
    with pytest.raises(NotAllowedNow):
        by_hand.done(entry.pk, STAFF, "again", exam.clock())
    with pytest.raises(Gone):
        by_hand.done(entry.pk + 1, STAFF, "what", exam.clock())


# --- the admin -----------------------------------------------------------------------------------------------------


@pytest.fixture
def operator(exam: World) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("operator"))
    return client


def act(client: Client, model: str, action: str, *rows: int, **answers: str):  # type: ignore[no-untyped-def]
    address = reverse(f"admin:proctored_exam_xblock_{model}_changelist")
    return client.post(address, {"action": action, "_selected_action": rows, **answers}, follow=True)


def test_the_admin_asks_for_a_reason_and_then_does_it(
    exam: World, alex: Caller, stuck: OutboxEntry, operator: Client
) -> None:
    asked = act(operator, "outboxentry", "done_by_hand", stuck.pk)
    assert 'name="reason"' in asked.content.decode()
    refused = act(operator, "outboxentry", "done_by_hand", stuck.pk, answered="yes", reason=" ")
    assert 'name="reason"' in refused.content.decode()
    assert exam.appointment(alex).state == "requested"
    act(operator, "outboxentry", "done_by_hand", stuck.pk, answered="yes", reason="by phone", vendor_ref="12")
    assert (exam.appointment(alex).state, exam.appointment(alex).vendor_ref) == ("confirmed", "12")
    operator_id = get_user_model().objects.get(username="operator").pk
    assert last_audit(exam, alex, "done_by_hand").actor == f"staff:{operator_id}"


def test_the_admin_sends_again_and_says_what_it_could_not(
    exam: World, alex: Caller, stuck: OutboxEntry, operator: Client
) -> None:
    act(operator, "outboxentry", "retry", stuck.pk)
    stuck.refresh_from_db()
    assert stuck.state == "pending"
    exam.ledger.fail = None
    exam.drain()
    assert "not_allowed_now" in act(operator, "outboxentry", "retry", stuck.pk).content.decode()


def test_the_admin_closes_an_alert_with_a_reason(exam: World, operator: Client) -> None:
    alert = alerts.raise_alert("unknown_reservation", exam.clock(), backend="fake")
    act(operator, "alert", "close", alert.pk, answered="yes", reason="another campus shares the key")
    alert.refresh_from_db()
    assert (alert.reason, alert.closed_at) == ("another campus shares the key", exam.clock())


@pytest.mark.parametrize("model", ["outboxentry", "alert", "vendorhealth"])
def test_the_admin_edits_adds_and_deletes_nothing(
    exam: World, stuck: OutboxEntry, operator: Client, model: str
) -> None:
    exam.drain()
    listed = operator.get(reverse(f"admin:proctored_exam_xblock_{model}_changelist"))
    assert listed.status_code == 200
    assert operator.get(reverse(f"admin:proctored_exam_xblock_{model}_add")).status_code == 403
    assert b"delete_selected" not in listed.content


def test_who_may_look_may_not_act(exam: World, stuck: OutboxEntry) -> None:
    from django.contrib.auth.models import Permission

    viewer = get_user_model().objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(viewer)
    act(client, "outboxentry", "retry", stuck.pk)
    act(client, "outboxentry", "done_by_hand", stuck.pk, answered="yes", reason="by phone")
    stuck.refresh_from_db()
    assert stuck.state == "stuck"


# --- the command ---------------------------------------------------------------------------------------------------


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("vendor_queue", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


def test_the_command_lists_retries_and_marks_as_done(exam: World, alex: Caller, stuck: OutboxEntry) -> None:
    line = run("list")
    assert line.startswith(
        f"{stuck.pk} stuck fake book {exam.appointment(alex).reservation_id} start 2017-03-02T15:00Z"
    )
    assert run("list", "--backend", "another") == ""
    assert run("retry", "--stuck", "--backend", "another") == "retry: 0"
    assert run("retry", "--stuck", "--reason", "key mended") == "retry: 1"
    assert last_audit(exam, alex, "vendor_retry").data["reason"] == "key mended"
    assert run("done", str(stuck.pk), "--reason", "by phone", "--vendor-ref", "77") == "done: 1"
    assert exam.appointment(alex).vendor_ref == "77"


def test_the_command_says_what_it_could_not_do(exam: World, stuck: OutboxEntry) -> None:
    with pytest.raises(CommandError, match=f"Not changed: {stuck.pk}"):
        run("done", str(stuck.pk))
    with pytest.raises(CommandError, match="Which entries"):
        run("retry")
    with pytest.raises(CommandError, match="one entry"):
        run("done", "1", "2", "--reason", "r", "--vendor-ref", "7")
    assert OutboxEntry.objects.get().state == "stuck"
    assert OutboxEntry.objects.get().next_try_at > exam.clock() - timedelta(hours=1)
