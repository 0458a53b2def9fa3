"""Pictures of the e-mails: each in French and English, at 600 and 320 px, and in the dark, into ``var/mails``; the few
that show what they are like go to ``docs/pictures`` with the others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Browser

from proctored_exam_xblock.presenter import render_mail
from tests.unit.letters import every_letter

if TYPE_CHECKING:
    from tests.screenshots import Studio

ROOT = Path(__file__).resolve().parent.parent
ALL = ROOT / "var" / "mails"
WIDTHS = (640, 320)
KEPT = {"confirmed-elsewhere-fr-640": "mail-confirmed", "reminder-en-320": "mail-reminder-320"}


def every_mail(studio: Studio) -> None:
    """All of them."""
    shoot(studio.browser, ALL)
    for name, kept in KEPT.items():
        (ROOT / "docs" / "pictures" / f"{kept}.png").write_bytes((ALL / f"{name}.png").read_bytes())


def shoot(browser: Browser, folder: Path) -> None:
    """One picture per kind, language and width; the dark ones at the greater width only."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in ("fr", "en"):
        for scheme, widths in (("light", WIDTHS), ("dark", WIDTHS[:1])):
            context = browser.new_context(color_scheme=scheme, java_script_enabled=False)  # type: ignore[arg-type]
            page = context.new_page()
            for name, letter in every_letter(language).items():
                page.set_content(render_mail(letter).html)
                for width in widths:
                    page.set_viewport_size({"width": width, "height": 400})
                    suffix = "-dark" if scheme == "dark" else ""
                    page.screenshot(path=folder / f"{name}-{language}-{width}{suffix}.png", full_page=True)
            context.close()
