"""The template engine of the panel: our own, so that no setting of the host can change what is shown."""

from __future__ import annotations

from pathlib import Path

from django.template import Engine, Template

FOLDER = "proctored_exam_xblock"
_ENGINE = Engine(
    dirs=[str(Path(__file__).resolve().parent.parent / "templates")],
    builtins=["django.templatetags.i18n"],
)


def template(name: str) -> Template:
    """A template of the package by its name without folder and ending."""
    found: Template = _ENGINE.get_template(f"{FOLDER}/{name}.html")
    return found


def text_template(name: str) -> Template:
    """The same for plain text."""
    found: Template = _ENGINE.get_template(f"{FOLDER}/{name}.txt")
    return found
