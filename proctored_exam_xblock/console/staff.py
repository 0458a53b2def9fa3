"""What the course team's pages of an exam have in common: head, ways from one to the other, style."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from .. import compat
from ..presenter.engine import Context, template
from ..services import exams
from . import door
from .door import Visit


def _pages() -> tuple[tuple[str, str], ...]:
    """(name of the address, label) of each page."""
    return (("board", _("Board")), ("items", _("Questions")), ("regrade", _("Corrections")))


def render(name: str, visit: Visit, active: str, title: str, context: dict[str, Any]) -> HttpResponse:
    """A page of the course team, inside the frame of ``console/staff.html``.

    Args:
        name: the template's, below ``console``.
        active: the name of its address.
        title: its heading, in words.
    """
    assert visit.exam.current_version is not None
    around = {
        "language": door.language(),
        "course": compat.host().course_title(visit.exam.course_key),
        "exam": exams.snapshot(visit.exam.current_version).policy.title,
        "who": visit.name,
        "role": _("Course team"),
        "title": title,
        "styles": [static(f"proctored_exam_xblock/css/{sheet}.css") for sheet in ("board", "staff")],
        "ways": [
            {"url": reverse(f"proctored_exam:{page}", args=[visit.exam.pk]), "text": text, "here": page == active}
            for page, text in _pages()
        ],
    }
    html = template(f"console/{name}").render(Context({**around, **context}))
    response = HttpResponse(compat.course_files(html, visit.exam.course_key))
    response["Referrer-Policy"] = "same-origin"
    return response
