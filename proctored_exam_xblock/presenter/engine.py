"""The template engine of the panel: our own, so that no setting of the host can change what is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.template import Context as AnyContext
from django.template import Engine, Template

FOLDER = "proctored_exam_xblock"
_ENGINE = Engine(
    dirs=[str(Path(__file__).resolve().parent.parent / "templates")],
    builtins=["django.templatetags.i18n"],
)


class Context(AnyContext):
    """Values of a template. Numbers stay as they are: they are for scripts and drawings, words are made before, and no
    setting of the host (``USE_THOUSAND_SEPARATOR``) nor the language's comma may change them."""

    def __init__(self, values: dict[str, Any] | None = None, *, autoescape: bool = True) -> None:
        super().__init__(values, autoescape=autoescape, use_l10n=False)


def template(name: str) -> Template:
    """A template of the package by its name without folder and ending."""
    found: Template = _ENGINE.get_template(f"{FOLDER}/{name}.html")
    return found


def text_template(name: str) -> Template:
    """The same for plain text."""
    found: Template = _ENGINE.get_template(f"{FOLDER}/{name}.txt")
    return found
