"""The campus over HTTP for the security tests."""

import pytest

from tests.campus import Campus
from tests.world import World


@pytest.fixture
def campus(world: World) -> Campus:
    """A campus with the exam published."""
    campus = Campus(world)
    campus.publish()
    return campus
