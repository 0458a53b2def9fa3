"""Settings of the plugin inside Open edX; the platform's own YAML may hold a ``PROCTORED_EXAM`` mapping."""

from __future__ import annotations

from typing import Any

DEFAULTS: dict[str, Any] = {"KEYS": [], "BACKENDS": {"none": {}}}


def plugin_settings(settings: Any) -> None:
    """Complete ``PROCTORED_EXAM``; called for ``common``, then again for ``production`` once the YAML was read.

    Args:
        settings: the platform's settings module.
    """
    from_yaml = getattr(settings, "ENV_TOKENS", {}).get("PROCTORED_EXAM", {})
    secret = getattr(settings, "AUTH_TOKENS", {}).get("PROCTORED_EXAM", {})
    present = getattr(settings, "PROCTORED_EXAM", {})
    settings.PROCTORED_EXAM = {**DEFAULTS, **present, **from_yaml, **secret}
