"""What every race starts from: the exam of ``tests.world``, in committed rows that all threads see."""

from __future__ import annotations

import threading

import pytest

from tests.fakes import Booking, Confirmation, FakeVendor
from tests.world import World


@pytest.fixture
def exam(transactional_db: None, world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The published exam; the fake vendor takes one booking at a time, as one server would."""
    one_by_one = threading.Lock()
    book, move = FakeVendor.book, FakeVendor.move

    def book_alone(self: FakeVendor, booking: Booking) -> Confirmation:
        with one_by_one:
            return book(self, booking)

    def move_alone(self: FakeVendor, booking: Booking, start: object) -> Confirmation:
        with one_by_one:
            return move(self, booking, start)  # type: ignore[arg-type]

    monkeypatch.setattr(FakeVendor, "book", book_alone)
    monkeypatch.setattr(FakeVendor, "move", move_alone)
    world.publish()
    return world
