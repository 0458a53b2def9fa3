"""Terms of use: the course team's and the proctoring service's, accepted together under one version (R-FUN-3)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .policy import ExamPolicy

LANGUAGES = ("fr", "en")
LONGEST_VERSION = 80
"""Of both together, as it is kept beside each candidate."""
_LONGEST_OF_SERVICE = 24


@dataclass(frozen=True)
class ServiceTerms:
    """What a proctoring service asks candidates to accept: a version, and the text per language (``fr``, ``en``)."""

    version: str
    texts: Mapping[str, str]


@dataclass(frozen=True)
class TermsPart:
    """One text as it is read; ``source`` is ``course`` or ``service``."""

    source: str
    version: str
    language: str
    text: str

    @property
    def digest(self) -> str:
        """The same for the same words of the same version, and for nothing else."""
        whole = "\0".join((self.source, self.version, self.language, self.text))
        return hashlib.sha256(whole.encode()).hexdigest()


@dataclass(frozen=True)
class Accepted:
    """The terms that a candidate accepted last, as they were read then."""

    version: str
    language: str
    at: datetime
    parts: tuple[TermsPart, ...] = ()


def version_in_force(policy: ExamPolicy, service: ServiceTerms | None) -> str:
    """The version to accept: the course's own, and the service's behind it where it has terms."""
    if service is None:
        return policy.terms_version
    both = f"{policy.terms_version}+{policy.backend}:{service.version}"
    if len(both) <= LONGEST_VERSION:
        return both
    return f"{policy.terms_version}+{hashlib.sha256(both.encode()).hexdigest()[:24]}"


def parts_in_force(policy: ExamPolicy, service: ServiceTerms | None, language: str) -> tuple[TermsPart, ...]:
    """The texts to read, the course's first; one that is not written in ``language`` is shown in another."""
    course = {"fr": policy.terms_fr, "en": policy.terms_en}
    found = [_part("course", policy.terms_version, course, language)]
    if service is not None:
        found.append(_part("service", service.version, service.texts, language))
    return tuple(part for part in found if part is not None)


def _part(source: str, version: str, texts: Mapping[str, str], language: str) -> TermsPart | None:
    for wanted in dict.fromkeys((language, "en", "fr", *texts)):
        text = texts.get(wanted, "").strip()
        if text:
            return TermsPart(source, version, wanted, text)
    return None


def read_service_terms(setting: Any, default: ServiceTerms | None) -> ServiceTerms | None:
    """A service's terms as an operator set them.

    Args:
        setting: None (not set) for the service's own; False or an empty mapping for none; else a mapping of
            ``version`` and a text per language.
        default: the service's own.

    Raises:
        ValueError: a version without text, a text without version, or something else altogether.
    """
    if setting is None:
        return default
    if setting is False or setting == {}:
        return None
    if not isinstance(setting, Mapping) or not all(isinstance(value, str) for value in setting.values()):
        raise ValueError("terms: a mapping of version, fr and en")
    version = str(setting.get("version", "")).strip()
    texts = {name: text for name, text in setting.items() if name != "version" and text.strip()}
    if not version or len(version) > _LONGEST_OF_SERVICE or not texts or not set(texts) <= set(LANGUAGES):
        raise ValueError("terms: a version of 24 characters at most, and fr or en")
    return ServiceTerms(version, texts)
