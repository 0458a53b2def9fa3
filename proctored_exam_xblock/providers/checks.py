"""System check: the provider that our exams are to run behind is one that edx-proctoring loaded."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, register
from django.core.checks import Warning as CheckWarning

from .. import conf


@register()
def the_provider_is_loaded(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """edx-proctoring drops what it cannot match without a word."""
    name = conf.backend_settings("edx_proctoring").get("provider")
    if not name:
        return []
    from ..backends.edx_proctoring import calls

    if calls.find(str(name)) is not None:
        return []
    return [
        CheckWarning(
            "PROCTORED_EXAM['BACKENDS']['edx_proctoring']['provider'] names no provider that edx-proctoring loaded.",
            hint="It is a key of PROCTORING_BACKENDS and the name of an installed openedx.proctoring entry point.",
            id="proctored_exam.W010",
        )
    ]
