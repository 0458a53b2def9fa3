"""The LMS that ``PEX_LMS`` names, and everybody signed in there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lms.person import Person

ADDRESS = os.environ.get("PEX_LMS", "")


@pytest.fixture(scope="session")
def lms() -> dict[str, Any]:
    """What PEX_LMS says."""
    if not ADDRESS:
        pytest.skip("PEX_LMS names no LMS to drive (tests/lms/README.md)")
    found: dict[str, Any] = json.loads(Path(ADDRESS).read_text())
    return found


@pytest.fixture(scope="session")
def people(lms: dict[str, Any]) -> Iterator[dict[str, Person]]:
    """Everybody, signed in; staff have opened the exam's page, so that it is published."""
    found = {role: Person(lms, role) for role in lms["accounts"]}
    assert found["staff"].page().status_code == 200
    yield found
    for person in found.values():
        person.http.close()
