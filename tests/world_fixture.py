"""The ``world`` fixture: the fake vendor in the registry, the fake clock in the settings."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from proctored_exam_xblock import conf
from proctored_exam_xblock.backends import registry
from tests.fakes import FakeClock, FakeLive, FakeReporting, FakeVendor, Ledger
from tests.world import START, World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world with nothing published yet; needs the database."""
    clock, ledger = FakeClock(START), Ledger()
    vendors = {kind.slug: type("Vendor", (kind,), {"ledger": ledger}) for kind in (FakeVendor, FakeLive, FakeReporting)}
    real = registry.backend_class
    monkeypatch.setattr(conf, "now", clock)
    monkeypatch.setattr(registry, "backend_class", lambda slug: vendors[slug] if slug in vendors else real(slug))
    cache.clear()  # it counts requests by user id, and ids come back
    return World(clock, ledger)
