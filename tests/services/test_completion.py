"""Completion where no handler of the block is at hand: the clock ended the sitting, or staff took the attempt back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from proctored_exam_xblock import compat
from proctored_exam_xblock.models import Candidacy
from proctored_exam_xblock.services import entry, interventions, sitting
from tests.world import NONCE, USAGE, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str, float]]:
    """What the platform was told."""
    calls: list[tuple[int, str, float]] = []
    monkeypatch.setattr(compat, "record_completion", lambda *said: calls.append(said))
    return calls


@pytest.fixture
def sitter(world: World) -> int:
    """A candidate whose clock runs."""
    world.publish(backend="none", unlock="none", appointments=False)
    alex = world.person()
    world.onboard(alex)
    sitting.enter(alex, world.clock())
    sitting.start(alex, NONCE, world.clock())
    assert alex.user_id is not None
    return alex.user_id


def test_an_attempt_that_the_clock_ended_is_complete_once_committed(
    world: World, told: list[Any], sitter: int, django_capture_on_commit_callbacks: Any
) -> None:
    world.clock.advance(hours=1)
    with django_capture_on_commit_callbacks(execute=True):
        assert entry.close_all(world.clock()) == 1
        assert told == []
    assert told == [(sitter, USAGE, 1.0)]


def test_an_attempt_that_staff_took_back_is_no_longer_complete(
    world: World, told: list[Any], sitter: int, django_capture_on_commit_callbacks: Any
) -> None:
    world.clock.present += timedelta(hours=1)
    entry.close_all(world.clock())
    candidacy = Candidacy.objects.get(user_id=sitter)
    with django_capture_on_commit_callbacks(execute=True):
        interventions.grant_second_appointment(candidacy.pk, "staff:test", "power cut", world.clock())
    assert told == [(sitter, USAGE, 0.0)]
