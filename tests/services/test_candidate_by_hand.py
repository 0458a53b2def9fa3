"""The same deeds by command and in the Django admin: what they ask for, whom they refuse, what they say."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.core.management.base import CommandError
from django.http import HttpResponse
from django.test import Client

from proctored_exam_xblock.backends.base import Unavailable
from proctored_exam_xblock.models import AuditEntry, OutboxEntry
from proctored_exam_xblock.services.dossier import Caller
from tests.world import SLOT, USAGE, World

pytestmark = pytest.mark.django_db
PARIS = "2017-03-02T16:00+01:00"
ADMIN = "/admin/proctored_exam_xblock/"


@pytest.fixture
def down(world: World) -> World:
    world.publish()
    world.ledger.fail = Unavailable()
    return world


@pytest.fixture
def alex(down: World) -> Caller:
    caller = down.person()
    down.onboard(caller)
    return caller


def command(action: str, *more: str) -> str:
    out = io.StringIO()
    call_command("candidate", action, USAGE, "alex", "--reason", "the service is down", *more, stdout=out)
    return out.getvalue().strip()


def test_a_candidate_is_booked_opened_and_closed_by_command(down: World, alex: Caller) -> None:
    assert command("book", "--start", PARIS) == "book: done"
    assert down.appointment(alex).start == SLOT
    down.clock.present = SLOT
    command("unlock")
    assert down.phase(alex) == "unlocked"
    command("close")
    assert down.phase(alex) == "interrupted"
    assert set(AuditEntry.objects.filter(data__has_key="reason").values_list("actor", flat=True)) == {"staff:command"}


def test_a_booking_told_by_telephone_is_not_sent(down: World, alex: Caller) -> None:
    command("book", "--start", PARIS, "--told-by-telephone")
    assert not OutboxEntry.objects.exists()


@pytest.mark.parametrize(("option", "earned"), [((), 0), (("--drafts",), 2), (("--no-drafts",), 0)])
def test_drafts_count_if_the_command_says_so(world: World, option: tuple[str, ...], earned: int) -> None:
    world.publish()
    alex = world.person()
    world.sit(alex)
    part = world.attempt(alex).parts.get(number=1)
    part.answers, part.revision = world.answers(1), 1
    part.save()

    command("close", *option)

    assert world.attempt(alex).score_earned == earned


def test_the_boards_decisions_are_commands_too(world: World) -> None:
    world.publish()
    alex = world.person()
    world.sit(alex)
    command("close")
    command("invalidate")
    assert world.phase(alex) == "invalidated"
    command("validate")
    assert world.phase(alex) == "submitted"


@pytest.mark.parametrize("start", ["", "tomorrow", "2017-03-02T16:00"])
def test_a_start_without_its_offset_is_refused(alex: Caller, start: str) -> None:
    with pytest.raises(CommandError, match="offset"):
        command("book", "--start", start)


@pytest.mark.usefixtures("alex")
def test_a_refusal_is_a_sentence_with_its_code() -> None:
    with pytest.raises(CommandError, match=r"\w+ .*\[slot_not_offered\]"):
        command("book", "--start", "2017-03-02T16:05+01:00")
    with pytest.raises(CommandError, match="has not sat"):
        command("validate")


# --- the admin --------------------------------------------------------------------------------------------------------


def operator(name: str = "noa", *, superuser: bool = True) -> Client:
    user = get_user_model().objects.create_user(name, is_staff=True, is_superuser=superuser)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(user)
    return client


def act(client: Client, model: str, action: str, row: int, **said: Any) -> HttpResponse:
    body = {"action": action, "_selected_action": [row], **said}
    return client.post(f"{ADMIN}{model}/", body)


def test_the_admin_asks_for_a_reason_first_and_acts_then(down: World, alex: Caller) -> None:
    client, row = operator(), down.candidacy(alex).pk

    asked = act(client, "candidacy", "book", row)
    assert asked.status_code == 200
    assert b'name="start"' in asked.content
    assert not OutboxEntry.objects.exists()

    done = act(client, "candidacy", "book", row, answered="1", start=PARIS, reason="by telephone", told="on")

    assert done.status_code == 302
    assert (down.appointment(alex).start, down.appointment(alex).state) == (SLOT, "confirmed")
    assert AuditEntry.objects.get(action="booked_by_hand").data["reason"] == "by telephone"


def test_without_a_reason_the_form_comes_back_and_nothing_happens(down: World, alex: Caller) -> None:
    answer = act(operator(), "candidacy", "unlock", down.candidacy(alex).pk, answered="1", reason="")

    assert answer.status_code == 200
    assert not AuditEntry.objects.filter(action="unlocked").exists()


@pytest.mark.parametrize(
    ("action", "said", "state"),
    [
        ("extend", {"minutes": "10"}, "sitting"),
        ("interrupt", {}, "interrupted"),
        ("close", {"drafts": "true"}, "submitted"),
    ],
)
def test_a_sitting_is_in_the_hands_of_the_admin(world: World, action: str, said: dict[str, str], state: str) -> None:
    world.publish()
    alex = world.person()
    world.sit(alex)

    answer = act(operator(), "attempt", action, world.attempt(alex).pk, answered="1", reason="alarm", **said)

    assert answer.status_code == 302
    assert world.attempt(alex).state == state
    if action == "extend":
        assert world.attempt(alex).deadline == SLOT + timedelta(minutes=40)


def test_who_may_only_look_does_nothing(world: World) -> None:
    world.publish()
    alex = world.person()
    world.sit(alex)

    act(operator(superuser=False), "attempt", "close", world.attempt(alex).pk, answered="1", reason="x", drafts="")

    assert world.attempt(alex).state == "sitting"


def test_a_refusal_is_said_on_the_list(down: World, alex: Caller) -> None:
    client = operator()
    act(client, "candidacy", "unlock", down.candidacy(alex).pk, answered="1", reason="x")

    assert "[not_allowed_now]" in client.get(f"{ADMIN}candidacy/").content.decode()
