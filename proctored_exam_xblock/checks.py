"""System checks: what is missing is said at start-up, by the setting's name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as CheckWarning

from . import conf
from .backends import registry
from .domain.errors import NotConfigured


@register()
def settings_are_complete(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every configured backend has what it requires; backends with a code have a keyring.

    Warnings only: an LMS must still start and migrate while an operator completes its configuration.
    """
    whole = getattr(settings, "PROCTORED_EXAM", {})
    if not isinstance(whole, dict):
        return [Error("PROCTORED_EXAM must be a mapping.", id="proctored_exam.E002")]
    found: list[CheckMessage] = [
        CheckWarning(f"PROCTORED_EXAM[{name!r}] is not a setting of this application.", id="proctored_exam.W003")
        for name in sorted(set(map(str, whole)) - set(conf.DEFAULTS))
    ]
    configured = conf.get("BACKENDS")
    if not isinstance(configured, dict):
        return [*found, Error("PROCTORED_EXAM['BACKENDS'] must be a mapping.", id="proctored_exam.E001")]
    for slug in configured:
        try:
            backend = registry.get(slug)
        except NotConfigured as error:
            found.append(CheckWarning(f"{error.params['setting']} is not set.", id="proctored_exam.W001"))
            continue
        if "unlock_code" in backend.capabilities and not _has_keyring():
            found.append(
                CheckWarning(
                    "PROCTORED_EXAM['KEYS'] is not set: no proctor's code can be made.",
                    hint="A list of long random strings, newest first.",
                    id="proctored_exam.W002",
                )
            )
    return [*found, *_shops()]


def _shops() -> Iterator[CheckMessage]:
    """Every shop has a name that fits an address and a secret to sign with."""
    shops = conf.get("SHOPS")
    if not isinstance(shops, dict):
        yield Error("PROCTORED_EXAM['SHOPS'] must be a mapping.", id="proctored_exam.E003")
        return
    for slug in shops:
        if not isinstance(slug, str) or not conf.SHOP_NAME.fullmatch(slug):
            hint = "Small letters, digits and hyphens, at most 32; not 'staff'."
            yield CheckWarning(
                f"PROCTORED_EXAM['SHOPS'][{slug!r}]: no name for a shop.", hint=hint, id="proctored_exam.W005"
            )
        elif not conf.shop_secrets(slug):
            setting = f"PROCTORED_EXAM['SHOPS'][{slug!r}]['secret']"
            yield CheckWarning(f"{setting} is not set: every call of this shop is refused.", id="proctored_exam.W004")


def _has_keyring() -> bool:
    try:
        return bool(conf.keyring())
    except NotConfigured:
        return False
