"""System checks: edx-proctoring loaded the provider that our exams are to run behind, and can name candidates to it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register
from django.core.checks import Warning as CheckWarning

from .. import conf


@register()
def the_provider_is_loaded(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """edx-proctoring drops what it cannot match without a word."""
    name = conf.backend_settings("edx_proctoring").get("provider")
    if not name:
        return []
    from ..backends.edx_proctoring import calls, shadow

    found: list[CheckMessage] = []
    if calls.find(str(name)) is None:
        found.append(
            CheckWarning(
                "PROCTORED_EXAM['BACKENDS']['edx_proctoring']['provider'] names no provider that edx-proctoring "
                "loaded.",
                hint="It is a key of PROCTORING_BACKENDS and the name of an installed openedx.proctoring entry point.",
                id="proctored_exam.W010",
            )
        )
    if not getattr(settings, shadow.PSEUDONYM_KEY, ""):
        found.append(
            CheckWarning(
                f"{shadow.PSEUDONYM_KEY} is not set: edx-proctoring can name no candidate to a provider.",
                hint="A long random text; edx-proctoring asks for it, the platform has no default.",
                id="proctored_exam.W011",
            )
        )
    return found
