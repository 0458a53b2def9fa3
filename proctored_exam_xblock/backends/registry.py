"""Finds a proctoring service by its slug: the built-in ones, then those other packages declare.

A package adds a service by an entry point of the group ``proctored_exam.backend`` that names a
:class:`~proctored_exam_xblock.backends.base.Backend` subclass; built-in slugs cannot be taken over.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from proctored_exam_xblock import conf
from proctored_exam_xblock.domain.errors import NotConfigured

from .base import Backend

__all__ = ["ENTRY_POINT_GROUP", "backend_class", "get", "slugs"]

ENTRY_POINT_GROUP = "proctored_exam.backend"

_BUILT_IN = {
    "edx_proctoring": ("edx_proctoring", "EdxProctoring"),
    "none": ("none", "NoBackend"),
    "onsite": ("onsite", "OnSite"),
    "proctorexam": ("proctorexam", "ProctorExam"),
    "proctorexam_lti": ("proctorexam", "ProctorExamLti"),
    "proctoru": ("proctoru", "ProctorU"),
}

logger = logging.getLogger(__name__)


def slugs() -> tuple[str, ...]:
    """Every known slug, sorted, configured or not."""
    return tuple(sorted({*_BUILT_IN, *_third_party()}))


def backend_class(slug: str) -> type[Backend]:
    """The class of a service, to read what it declares without its settings.

    Raises:
        NotConfigured: no such service, or its package cannot be used.
    """
    if slug in _BUILT_IN:
        module, name = _BUILT_IN[slug]
        found = getattr(import_module(f".{module}", __package__), name)
    else:
        found = _load(slug)
    if not (isinstance(found, type) and issubclass(found, Backend)):
        raise NotConfigured(setting=_setting(slug))
    return found


def get(slug: str) -> Backend:
    """A ready service, made with its settings and the injected clock.

    Raises:
        NotConfigured: no such service, or ``params['setting']`` is required and missing, or a value cannot be used.
    """
    chosen = backend_class(slug)
    settings = conf.backend_settings(slug)
    for name in chosen.required_settings:
        if not settings.get(name):
            raise NotConfigured(setting=f"{_setting(slug)}[{name!r}]")
    made = _make(chosen, settings)
    if made is None:  # outside of the except: error reports follow contexts, and frames hold the settings
        raise NotConfigured(setting=_setting(slug))
    return made


def _make(chosen: type[Backend], settings: Mapping[str, Any]) -> Backend | None:
    try:
        return chosen(settings, conf.now)
    except Exception as error:  # noqa: BLE001 (a value of the wrong type may fail in any way; the page must answer)
        logger.error("proctoring service %r cannot be made: %s", chosen.slug, type(error).__name__)
        return None


def _setting(slug: str) -> str:
    return f"PROCTORED_EXAM['BACKENDS'][{slug!r}]"


@lru_cache(maxsize=1)
def _third_party() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=ENTRY_POINT_GROUP) if entry.name not in _BUILT_IN}


def _load(slug: str) -> object:
    entry = _third_party().get(slug)
    if entry is None:
        return None
    try:
        return entry.load()
    except Exception:  # another package's import may fail in any way; the exam page must still answer
        logger.exception("proctoring service %r cannot be loaded", slug)
        return None
