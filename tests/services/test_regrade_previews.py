"""A key to be corrected: who changes is said first, and nothing is written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from proctored_exam_xblock.domain.questions import Ruling
from proctored_exam_xblock.models import Attempt
from proctored_exam_xblock.services import (
    regrade_preview,
    regrading,
    scores,
)
from tests import populace
from tests.regrades import EVERYTHING, apply, other_key, row, rows_of, ruled, sat
from tests.statements import MANY_ROWS, Watch
from tests.world import SLOT, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(world: World) -> World:
    world.publish(show_result_in_exam=True, pass_percent=60, seats_per_slot=9)
    return world


# --- the preview ----------------------------------------------------------------------------------------------------


def test_the_preview_says_who_changes_by_how_much_and_who_passes_and_writes_nothing(exam: World) -> None:
    for name, right in (("alex", True), ("robin", False), ("sam", True)):
        sat(exam, name, right=right)
    before = rows_of(*EVERYTHING)

    found = regrade_preview.of(row(), [other_key(1), other_key(2)])

    assert rows_of(*EVERYTHING) == before
    assert (found.mark, found.attempts, found.left) == (0, 3, 0)
    told = [(c.name, c.before.earned, c.after.earned, c.passed_before, c.passed_after) for c in found.changes]
    assert told == [
        ("Alex Martin", 3, 1, True, False),
        ("Robin Martin", 0, 2, False, True),
        ("Sam Martin", 3, 1, True, False),
    ]
    assert [(c.rises, c.falls, c.is_out) for c in found.changes[:2]] == [(False, True, True), (True, False, True)]
    assert found.changes[0].certification_number == exam.attempt(exam.person("alex")).certification_number


def test_who_newly_passes_or_no_longer_does_comes_first(exam: World) -> None:
    exam.publish(pass_percent=90)
    for name, right in (("alex", False), ("robin", True)):
        sat(exam, name, right=right)
    found = regrade_preview.of(row(), [other_key(1)])
    assert [(c.name, c.passed_before, c.passed_after) for c in found.changes] == [
        ("Robin Martin", True, False),
        ("Alex Martin", False, False),
    ]


def test_nobody_changes_by_a_correction_that_only_raises_who_had_it_right(exam: World) -> None:
    sat(exam)
    found = regrade_preview.of(row(), [other_key(1), ruled(Ruling.GIVEN, 2)], raise_only=True)
    assert (found.attempts, found.changes) == (1, ())


def test_the_preview_is_what_applying_does(exam: World) -> None:
    people = [sat(exam, name, right=right) for name, right in (("alex", True), ("robin", False))]
    apply(exam, ruled(Ruling.VOID, 2))
    wanted = [other_key(1), ruled(Ruling.GIVEN, 3)]
    foreseen = {c.certification_number: c.after for c in regrade_preview.of(row(), wanted).changes}
    apply(exam, *wanted)
    assert {exam.attempt(who).certification_number: scores.read(exam.attempt(who)) for who in people} == foreseen


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_attempts_are_read_in_chunks(exam: World) -> None:
    counts = []
    for others in (400, 10_000 - 400):
        populace.settle(row(), others, SLOT - timedelta(days=400))
        watch = Watch()
        with connection.execute_wrapper(watch):
            found = regrade_preview.of(row(), [other_key(1)])
        counts.append((found.attempts, len(watch.statements)))
    (few, at_least), (many, at_most) = counts
    assert (few, many) == (400, 10_000)
    assert at_most - at_least <= 2 * (10_000 // regrade_preview.CHUNK)


@pytest.mark.django_db(transaction=True)
def test_a_round_finds_those_that_are_left_without_reading_everybody(exam: World) -> None:
    alex = sat(exam)
    apply(exam, other_key(1))
    populace.settle(row(), 2 * MANY_ROWS, SLOT - timedelta(days=400))
    Attempt.objects.update(regrade_mark=1)
    Attempt.objects.filter(pk=exam.attempt(alex).pk).update(regrade_mark=0)
    watch = Watch()
    with connection.execute_wrapper(watch):
        assert regrading.finish_due(exam.clock()) == 1
        assert regrading.left(row()) == 0
    assert not [plan for plan in watch.scans if "examversion" not in plan.partition("in SELECT")[0]]
    assert any("pex_attempt_regrade" in str(plan) for plan in watch.plans)
