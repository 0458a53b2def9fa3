"""Settings of the plugin inside Open edX; the platform's own YAML may hold a ``PROCTORED_EXAM`` mapping."""

from __future__ import annotations

from typing import Any

DEFAULTS: dict[str, Any] = {"KEYS": [], "BACKENDS": {"none": {}}}
SECONDS_BETWEEN = {
    "drain_outbox": 60,
    "close_overdue_attempts": 60,
    "send_mails": 60,
    "handle_events": 60,
    "poll_vendors": 15,
    "reconcile_vendors": 3600,
    "erase_evidence": 86400,
}
"""How often Celery beat runs our tasks, where a platform has it."""


def plugin_settings(settings: Any) -> None:
    """Complete ``PROCTORED_EXAM`` and the schedule of Celery beat; called for ``common``, then again for
    ``production`` once the YAML was read.

    Args:
        settings: the platform's settings module.
    """
    _plan(settings)
    tokens = [getattr(settings, name, None) or {} for name in ("ENV_TOKENS", "AUTH_TOKENS")]
    given = [getattr(settings, "PROCTORED_EXAM", None), *(token.get("PROCTORED_EXAM") for token in tokens)]
    merged = dict(DEFAULTS)
    for mapping in given:
        if mapping and not isinstance(mapping, dict):
            return  # left as it is: a system check names it, and the platform still starts
        merged |= {name: value for name, value in (mapping or {}).items() if value is not None}
    settings.PROCTORED_EXAM = merged


def _plan(settings: Any) -> None:
    """Into ``CELERYBEAT_SCHEDULE``, which edx-platform's lms/envs/common.py leaves empty for this. In the LMS only:
    Studio's workers file no grades. What an operator planned under the same name stays."""
    plan = getattr(settings, "CELERYBEAT_SCHEDULE", None)
    if not isinstance(plan, dict) or "cms.djangoapps.contentstore" in _names(settings):
        return
    for task, seconds in SECONDS_BETWEEN.items():
        entry = {"task": f"{__package__}.tasks.{task}", "schedule": seconds, "options": {"expires": seconds}}
        plan.setdefault(f"{__package__}.{task}", entry)


def _names(settings: Any) -> set[str]:
    """Installed applications, those named by the class of their configuration too."""
    found = getattr(settings, "INSTALLED_APPS", None) or ()
    return {name.partition(".apps.")[0] for name in map(str, found)}
