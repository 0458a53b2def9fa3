"""Fixtures of a provider in a platform: put where edx-proctoring keeps the ones it loaded, with a service behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from edx_proctoring.backends.rest import BaseRestProctoringProvider
from edx_proctoring.runtime import set_runtime_service

from tests.edx_proctoring.platform import PlatformServices
from tests.edx_proctoring.rest_stub import Service, serving


@pytest.fixture
def edx_urls(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.edx_proctoring.urls"


@pytest.fixture
def platform() -> PlatformServices:
    """The services that the LMS registers."""
    services = PlatformServices()
    for name in ("credit", "grades", "certificates", "instructor"):
        set_runtime_service(name, services)
    return services


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Any], Any]:
    """Put a provider under a name, as edx-proctoring does with the entry points it finds."""
    config = apps.get_app_config("edx_proctoring")
    monkeypatch.setattr(config, "backends", dict(config.backends))

    def put(name: str, provider: Any) -> Any:
        config.backends[name] = provider
        return provider

    return put


@pytest.fixture
def service() -> Iterator[Service]:
    with serving() as started:
        yield started


@pytest.fixture
def rest(service: Service, install: Callable[[str, Any], Any]) -> Any:
    """The stub's provider: what its makers would ship, a subclass of the REST base with an address."""
    provider = type("StubProvider", (BaseRestProctoringProvider,), {"base_url": service.url, "verbose_name": "Stub"})
    return install("stub", provider(client_id="id", client_secret="secret"))


@pytest.fixture
def rest_service(db: None, edx_urls: None, platform: PlatformServices, rest: Any, service: Service) -> Service:
    """The service behind the provider ``stub``, in a platform."""
    return service
