"""What every page of the campus shows: the clock and the address of the language switch."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from . import clock


def campus(request: HttpRequest) -> dict[str, Any]:
    """Template context of the frame around each page."""
    return {"campus_now": clock.now(), "page_language": getattr(request, "LANGUAGE_CODE", "fr")}
