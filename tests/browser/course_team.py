"""What the course team does on the author's page, as the tests of other screens need it."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator, Page, expect


def rules_of(page: Page, course: str = "cartopro") -> dict[str, Any]:
    """The exam's rules, as the page shows them to experts."""
    found: dict[str, Any] = json.loads(_open(page, course).input_value())
    return found


def change_rules(page: Page, course: str = "cartopro", **rules: Any) -> None:
    """Change some rules and save them."""
    area = _open(page, course)
    area.fill(json.dumps({**json.loads(area.input_value()), **rules}, ensure_ascii=False))
    page.locator('[data-pex-author-do="apply-json"]').click()
    page.locator('[data-pex-author-do="save"]').click()
    expect(page.locator("[data-pex-author-status]")).to_have_attribute("data-state", "saved")


def _open(page: Page, course: str) -> Locator:
    page.goto(f"/courses/{course}/author/")
    expect(page.locator("[data-pex-author-ready]")).to_be_visible()
    page.locator("[data-pex-author-expert] > summary").click()
    area = page.locator("[data-pex-author-json]")
    expect(area).not_to_have_value("")  # the script writes it after the page has opened the box
    return area
