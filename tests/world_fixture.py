"""The ``world`` fixture: the fake vendor in the registry, the fake clock in the settings."""

from __future__ import annotations

import pytest

from proctored_exam_xblock import conf
from proctored_exam_xblock.backends import registry
from tests.fakes import FakeClock, FakeVendor, Ledger
from tests.world import START, World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world with nothing published yet; needs the database."""
    clock, ledger = FakeClock(START), Ledger()
    vendor = type("Vendor", (FakeVendor,), {"ledger": ledger})
    real = registry.backend_class
    monkeypatch.setattr(conf, "now", clock)
    monkeypatch.setattr(registry, "backend_class", lambda slug: vendor if slug == "fake" else real(slug))
    return World(clock, ledger)
