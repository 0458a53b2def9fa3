"""The example of docs/shops.md is whole, short, and does what it says against a server that runs."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from proctored_exam_xblock.domain.refunds import Reason
from proctored_exam_xblock.models import Payment
from proctored_exam_xblock.services import shops
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = (Path(__file__).resolve().parents[2] / "docs" / "shops.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_it_is_about_twenty_five_lines() -> None:
    assert EXAMPLE is not None
    assert len([line for line in EXAMPLE[1].splitlines() if line.strip()]) <= 25


def test_the_example_works_as_it_stands(world: World, live_server: Any, settings: Any) -> None:
    assert EXAMPLE is not None
    shop: dict[str, Any] = {}
    exec(EXAMPLE[1], shop)
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, "SHOPS": {shop["SHOP"]: {"secret": shop["SECRET"]}}}
    shop["LMS"], shop["time"] = live_server.url, SimpleNamespace(time=lambda: world.clock().timestamp())
    world.publish(payment_required=True, payment_url="/{order}")
    dossier = world.load(world.person())
    order = shops.pay_url(dossier)[1:].replace("%3A", ":")
    at = world.clock().isoformat()
    assert shop["call"]("orders", {"reference": "A-1", "status": "paid", "at": at, "order": order}) == {
        "code": "recorded"
    }
    assert Payment.objects.get().user_id == dossier.own.user_id
    assert shop["call"]("refundable", {"reference": "A-1"})["reasons"] == ["within_period"]


def test_the_page_names_every_reason() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (yes|no) \|", TEXT, re.MULTILINE)
    assert {name for name, _ in rows} == {reason.value for reason in Reason}
