"""Settings of the plugin inside Open edX; the platform's own YAML may hold a ``PROCTORED_EXAM`` mapping."""

from __future__ import annotations

from typing import Any

DEFAULTS: dict[str, Any] = {"KEYS": [], "BACKENDS": {"none": {}}}


def plugin_settings(settings: Any) -> None:
    """Complete ``PROCTORED_EXAM``; called for ``common``, then again for ``production`` once the YAML was read.

    Args:
        settings: the platform's settings module.
    """
    tokens = [getattr(settings, name, None) or {} for name in ("ENV_TOKENS", "AUTH_TOKENS")]
    given = [getattr(settings, "PROCTORED_EXAM", None), *(token.get("PROCTORED_EXAM") for token in tokens)]
    merged = dict(DEFAULTS)
    for mapping in given:
        if mapping and not isinstance(mapping, dict):
            return  # left as it is: a system check names it, and the platform still starts
        merged |= {name: value for name, value in (mapping or {}).items() if value is not None}
    settings.PROCTORED_EXAM = merged
