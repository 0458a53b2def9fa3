"""Proctoring services that an exam can choose: what each is called, lacks, and can open an exam with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .. import conf
from ..backends import registry
from ..backends.base import Backend
from ..domain.errors import NotConfigured
from ..domain.policy import ExamPolicy, Unlock
from ..domain.terms import ServiceTerms
from . import exams, readiness


@dataclass(frozen=True)
class Offer:
    """One service. ``missing`` names a setting, '' when it is set up; ``unlocks`` has a reason code for each way to
    open the exam, '' for those that it can."""

    slug: str
    name: str
    missing: str
    unlocks: dict[str, str]


def offers(policy: ExamPolicy) -> list[Offer]:
    """The services that the platform is set up for and the policy's own, by name."""
    configured = conf.get("BACKENDS")
    slugs = {*(configured if isinstance(configured, dict) else ()), policy.backend}
    return sorted(filter(None, (_offer(str(slug), policy) for slug in slugs)), key=lambda offer: offer.name.casefold())


def known(slug: str) -> type[Backend] | None:
    """The class of a service, None when there is no such service."""
    try:
        return registry.backend_class(slug)
    except NotConfigured:
        return None


def terms(slug: str) -> ServiceTerms | None:
    """What a service asks to accept: as set for this platform, its own before it is set up."""
    try:
        return registry.get(slug).terms
    except NotConfigured:
        service = known(slug)
        return service.own_terms if service else None


def _offer(slug: str, policy: ExamPolicy) -> Offer | None:
    found = known(slug)
    if found is None:
        return None
    reasons = {
        way.value: exams.unlock_misfit(replace(policy, unlock=way, backend=slug), found.capabilities) for way in Unlock
    }
    return Offer(slug, str(getattr(found, "verbose_name", slug)), readiness.missing_setting(slug), reasons)
