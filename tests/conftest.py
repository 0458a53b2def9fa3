"""What every test shares: hypothesis profiles (``HYPOTHESIS_PROFILE=thorough`` for a longer, random search)."""

import os

from hypothesis import HealthCheck, settings

from tests.chromium import chromium
from tests.tiers import pytest_runtest_makereport, pytest_sessionfinish
from tests.world_fixture import world

__all__ = ["chromium", "pytest_runtest_makereport", "pytest_sessionfinish", "world"]

settings.register_profile(
    "steady", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
