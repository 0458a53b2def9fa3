"""The one place that reads Django settings: the ``PROCTORED_EXAM`` dictionary and the injected clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from .domain.errors import NotConfigured

SHOP_NAME = re.compile(r"(?!staff$)[a-z0-9][a-z0-9-]{0,31}")
"""``staff`` is the name under which payments are entered by hand."""
DEFAULTS: Mapping[str, Any] = {
    "KEYS": (),
    "BACKENDS": {"none": {}},
    "CLOCK": "django.utils.timezone.now",
    "HOST": "",
    "DRAIN_SECONDS": 5,
    "EVIDENCE_DAYS": 42,
    "MAIL_FROM": "",
    "MAIL_GIVE_UP_HOURS": 72,
    "SHOPS": {},
}


def get(name: str) -> Any:
    """One entry of ``PROCTORED_EXAM``, or its default."""
    configured = getattr(settings, "PROCTORED_EXAM", None)
    return configured.get(name, DEFAULTS[name]) if isinstance(configured, Mapping) else DEFAULTS[name]


def now() -> datetime:
    """The present instant, aware UTC, from the injected clock. Read it once, at the entry of a request."""
    moment: datetime = import_string(get("CLOCK"))()
    return moment


def keyring() -> tuple[str, ...]:
    """The keyring of the proctor's codes, newest first.

    Raises:
        NotConfigured: no key is set, or not as a list (a bare text would be a ring of its letters).
    """
    keys = get("KEYS")
    ring = tuple(keys) if isinstance(keys, (list, tuple)) else ()
    if not ring or not all(isinstance(key, str) and key for key in ring):
        raise NotConfigured(setting="PROCTORED_EXAM['KEYS']")
    return ring


def shop_secrets(slug: str) -> tuple[str, ...]:
    """The secrets that a shop may sign with (several while one replaces another), () for one that is not set up."""
    shops = get("SHOPS")
    entry = shops.get(slug) if isinstance(shops, Mapping) else None
    given = entry.get("secret") if isinstance(entry, Mapping) else None
    secrets = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, (list, tuple)) else ()
    is_whole = SHOP_NAME.fullmatch(slug) and all(isinstance(secret, str) and secret.strip() for secret in secrets)
    return secrets if is_whole else ()


def backend_settings(slug: str) -> Mapping[str, Any]:
    """Settings of one proctoring service, {} when it has none."""
    backends = get("BACKENDS")
    entry = backends.get(slug) if isinstance(backends, Mapping) else None
    return entry if isinstance(entry, Mapping) else {}
