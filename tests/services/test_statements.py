"""What each use-case costs in statements, and that the number of other candidates does not matter."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from proctored_exam_xblock import mailing
from proctored_exam_xblock.models import Exam
from proctored_exam_xblock.services import (
    booking,
    drafts,
    entry,
    events,
    evidence,
    interventions,
    proctoring,
    review,
    room,
    rooms,
    sitting,
)
from proctored_exam_xblock.services.dossier import Caller
from tests import populace
from tests.statements import MANY_ROWS, Watch
from tests.world import NONCE, OTHER_SLOT, SLOT, START, USAGE, World

pytestmark = pytest.mark.django_db(transaction=True)
OTHERS_TABLES = ("django_session", "auth_user", "demo_", "workbench_")
FIELD_TABLE = "workbench_xblockstate"


@pytest.fixture
def exam(world: World) -> World:
    world.publish(seats_per_slot=9)
    return world


def watched(deed: Callable[[], Any]) -> Watch:
    watch = Watch()
    with connection.execute_wrapper(watch):
        deed()
    return watch


def live(exam: World, caller: Caller) -> dict[str, Watch]:
    """A candidate's life, deed by deed, and the sweepers' rounds in between."""
    seen: dict[str, Watch] = {}
    exam.clock.present = START

    def do(name: str, deed: Callable[..., Any], *arguments: Any) -> None:
        assert name not in seen
        seen[name] = watched(partial(deed, *arguments, exam.clock()))

    do("first visit", entry.load, caller)
    exam.onboard(caller)
    do("slots", booking.slots, caller, SLOT.date())
    do("book", booking.book, caller, OTHER_SLOT)
    do("drain", proctoring.drain)
    do("move", booking.move, caller, SLOT)
    do("cancel", booking.cancel, caller)
    do("book again", booking.book, caller, SLOT)
    do("drain again", proctoring.drain)
    do("screen before", entry.load, caller)
    exam.clock.present = SLOT
    token = proctoring.launch_url(exam.load(caller)).rstrip("/").rpartition("/")[2]
    do("launch", room.launch, token, caller.user_id)
    do("unlock", sitting.unlock, caller, exam.code(caller), "")
    seen["start"] = watched(lambda: exam.windows.update({caller.user_id or 0: start(exam, caller)}))
    holder = exam.with_window(caller)
    do("screen", entry.load, holder)
    do("save draft", drafts.save_draft, holder, 1, 1, exam.answers(1))
    do("submit part", sitting.submit_part, holder, 1, 2, exam.answers(1))
    pk = exam.candidacy(caller).pk
    do("extend", interventions.extend, pk, timedelta(minutes=5), "staff:1", "noise in the room")
    do("close overdue, nothing due", entry.close_all)
    do("finish", sitting.finish, holder, {})
    do("release due", review.release_due)
    do("e-mails", mailing.send_due)
    do("receipt", entry.load, caller)
    do("close overdue", entry.close_all)
    do("looks", rooms.look_all)
    do("events", events.handle_all)
    do("evidence", evidence.erase_due)
    return seen


def start(exam: World, caller: Caller) -> str:
    return sitting.start(caller, NONCE, exam.clock())[1]


def test_ten_thousand_other_attempts_cost_no_statement_and_no_scan(
    exam: World, record_property: Callable[[str, object], None]
) -> None:
    row, long_ago = Exam.objects.get(usage_key=USAGE), START - timedelta(days=400)
    live(exam, exam.person("first"))  # seats that exist, versions that are cached
    costs = []
    for others, name in ((10, "alex"), (10_000 - 10, "robin")):
        populace.settle(row, others, long_ago)
        caller, begun = exam.person(name), time.perf_counter()
        costs.append(live(exam, caller))
        record_property(f"seconds_with_{others}_more", round(time.perf_counter() - begun, 3))
    few, many = costs
    assert {name: len(watch.statements) for name, watch in many.items()} == {
        name: len(watch.statements) for name, watch in few.items()
    }
    bad = {name: watch.scans for name, watch in many.items() if watch.scans}
    assert not bad, "\n".join(f"{name}: {plan}" for name, plans in bad.items() for plan in plans)


def test_a_plan_that_reads_every_candidate_is_noticed(exam: World) -> None:
    row = Exam.objects.get(usage_key=USAGE)
    populace.settle(row, 2 * MANY_ROWS, START - timedelta(days=400))
    user = get_user_model()
    assert watched(lambda: list(user.objects.filter(email="nobody@example.org"))).scans
    assert watched(lambda: list(row.candidacies.filter(revision=7))).scans
    assert watched(lambda: row.candidacies.filter(revision=7).update(revision=8)).scans
    assert not watched(lambda: list(user.objects.filter(username="past3"))).scans


# --- what one request costs, asked over HTTP -----------------------------------------------------------------------


@pytest.fixture
def sitting_client(exam: World) -> tuple[Client, Caller]:
    """A signed-in browser and the window that holds the sitting; what is cached per process is warm."""
    alex = exam.person()
    exam.sit(alex)
    client = Client()
    client.force_login(get_user_model().objects.get(pk=alex.user_id))
    return client, exam.with_window(alex)


def post(client: Client, name: str, caller: Caller, **body: Any) -> Watch:
    answers = []
    body["window"] = caller.window
    url = f"/courses/cartopro/xblock/handler/{name}"
    watch = watched(lambda: answers.append(client.post(url, body, content_type="application/json")))
    assert answers[0].status_code == 200, answers[0].content
    return watch


def ours(watch: Watch) -> list[str]:
    """Without the host's sessions, users, enrolments, roles."""
    theirs = watch.touching(*OTHERS_TABLES)
    return [sql for sql in watch.statements if sql not in theirs]


def test_a_draft_costs_at_most_four_statements_and_reads_no_field(
    exam: World, sitting_client: tuple[Client, Caller]
) -> None:
    client, holder = sitting_client
    watch = post(client, "save_draft", holder, part=1, revision=1, answers=exam.answers(1))
    assert len(ours(watch)) <= 4
    assert not watch.touching(FIELD_TABLE)
    direct = watched(partial(drafts.save_draft, holder, 1, 2, exam.answers(1), exam.clock()))
    assert len(direct.statements) <= 4, "with the host's enrolment"


def test_the_screen_of_the_sitting_costs_at_most_ten_statements(
    exam: World, sitting_client: tuple[Client, Caller]
) -> None:
    client, holder = sitting_client
    exam.clock.advance(seconds=30)
    watch = post(client, "screen", holder)
    assert len(ours(watch)) <= 10
    assert not watch.touching(FIELD_TABLE)
