"""Claiming with thousands of entries in the queue: the same few statements, no scan, nobody starves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from proctored_exam_xblock.models import OutboxEntry
from proctored_exam_xblock.services import booking, outbox
from proctored_exam_xblock.services.dossier import Caller
from tests import populace
from tests.statements import MANY_ROWS, Watch
from tests.world import OTHER_SLOT, SLOT, START, World

pytestmark = pytest.mark.django_db(transaction=True)
MOST_STATEMENTS = 4


@pytest.fixture
def exam(world: World) -> World:
    world.publish(seats_per_slot=99)
    return world


def queued(exam: World, caller: Caller) -> None:
    """A booking that nobody sent: in a transaction's test the vendor would be told after the commit."""
    OutboxEntry.objects.filter(appointment=exam.appointment(caller)).update(
        state="pending", tries=0, next_try_at=exam.clock(), claimed_until=None
    )


def stops_at_the_limit(plan: str) -> bool:
    """MariaDB estimates all that is due, and reads twenty of it: in the index's order, without sorting."""
    return "'key': 'pex_outbox_due'" in plan and "LIMIT" in plan and "filesort" not in plan


def test_thousands_that_wait_make_a_claim_no_dearer(exam: World) -> None:
    populace.settle(exam.publish(), 3 * MANY_ROWS, START - timedelta(days=400))
    OutboxEntry.objects.update(state="pending", backend="fake", next_try_at=START)
    watch = Watch()
    with connection.execute_wrapper(watch):
        entry = outbox.claim(START)
    assert entry is not None
    assert len(watch.statements) <= MOST_STATEMENTS
    assert [plan for plan in watch.scans if not stops_at_the_limit(plan)] == []


def test_entries_that_wait_for_earlier_ones_starve_nobody(exam: World) -> None:
    for number in range(outbox._LOOKED_AT + 5):
        person = exam.person(f"candidate{number}")
        exam.book(person)
        queued(exam, person)
        OutboxEntry.objects.filter(appointment=exam.appointment(person)).update(next_try_at=START + timedelta(hours=1))
        outbox.add(exam.appointment(person), "move", START, start=OTHER_SLOT.isoformat())
        OutboxEntry.objects.filter(kind="book").update(next_try_at=START + timedelta(hours=1))
    alex = exam.person()
    exam.onboard(alex)
    exam.clock.advance(seconds=1)
    booking.book(alex, SLOT, exam.clock())
    queued(exam, alex)
    entry = outbox.claim(exam.clock())
    assert entry is not None
    assert entry.appointment == exam.appointment(alex)
