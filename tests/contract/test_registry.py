"""Services are found by slug, with the settings they require, from us or from another package."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from proctored_exam_xblock import conf
from proctored_exam_xblock.backends import base, registry
from proctored_exam_xblock.backends.none import NoBackend
from proctored_exam_xblock.backends.proctoru import ProctorU
from proctored_exam_xblock.domain.errors import NotConfigured

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    settings: dict[str, dict[str, Any]] = {}
    monkeypatch.setattr(conf, "backend_settings", lambda slug: settings.get(slug, {}))
    monkeypatch.setattr(conf, "now", lambda: NOW)
    return settings


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EntryPoint]]:
    found: list[EntryPoint] = []
    monkeypatch.setattr(registry, "entry_points", lambda group: [e for e in found if e.group == group])
    registry._third_party.cache_clear()
    yield found
    registry._third_party.cache_clear()


class ThirdParty(NoBackend):
    slug = "third"


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, registry.ENTRY_POINT_GROUP)


def test_a_configured_service_gets_its_settings_and_the_injected_clock(configured: dict[str, dict[str, Any]]) -> None:
    configured["proctoru"] = {"base_url": "https://vendor.test/api", "api_key": "k"}
    backend = registry.get("proctoru")
    assert isinstance(backend, ProctorU)
    assert backend.settings is configured["proctoru"]
    assert backend.now() == NOW


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({}, "base_url"),
        ({"base_url": "https://vendor.test/api"}, "api_key"),
        ({"base_url": "https://vendor.test/api", "api_key": ""}, "api_key"),
    ],
)
def test_a_missing_setting_is_named(
    configured: dict[str, dict[str, Any]], settings: dict[str, str], missing: str
) -> None:
    configured["proctoru"] = settings
    with pytest.raises(NotConfigured) as caught:
        registry.get("proctoru")
    assert caught.value.params == {"setting": f"PROCTORED_EXAM['BACKENDS']['proctoru']['{missing}']"}


def test_an_unknown_service_is_named(configured: dict[str, dict[str, Any]], installed: list[EntryPoint]) -> None:
    with pytest.raises(NotConfigured) as caught:
        registry.get("nobody")
    assert caught.value.params == {"setting": "PROCTORED_EXAM['BACKENDS']['nobody']"}


def test_other_packages_add_services_but_take_over_none(
    configured: dict[str, dict[str, Any]], installed: list[EntryPoint]
) -> None:
    installed += [entry("third", f"{__name__}:ThirdParty"), entry("proctoru", f"{__name__}:ThirdParty")]
    assert registry.slugs() == tuple(sorted((*registry._BUILT_IN, "third")))
    assert registry.get("third").slug == "third"
    assert registry.backend_class("proctoru") is ProctorU


@pytest.mark.parametrize("value", ["no_such_module:Backend", f"{__name__}:NOW", f"{__name__}:Missing"])
def test_a_package_that_cannot_be_used_counts_as_not_configured(
    configured: dict[str, dict[str, Any]], installed: list[EntryPoint], value: str
) -> None:
    installed.append(entry("broken", value))
    with pytest.raises(NotConfigured):
        registry.get("broken")


def test_without_a_service_nothing_is_declared_and_nothing_can_be_asked(
    configured: dict[str, dict[str, Any]], booking: Any
) -> None:
    backend = registry.get("none")
    assert backend.capabilities == frozenset()
    assert backend.slots(base.SlotQuery(NOW, NOW + timedelta(days=1), 30, "UTC")) is None
    for ask in (backend.book, backend.cancel, backend.launch, backend.erase):
        with pytest.raises(base.Refused):
            ask(booking())


@pytest.mark.parametrize(
    ("slug", "values"),
    [
        ("proctoru", {"base_url": "https://a.test", "api_key": "SECRET-KEY", "timeout_seconds": "five"}),
        ("proctoru", {"base_url": "https://a.test", "api_key": "SECRET-KEY", "help_phones": 33}),
        (
            "proctorexam",
            {"base_url": "https://a.test", "api_token": "t", "secret_key": "SECRET-KEY", "timeout_seconds": [5]},
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_a_missing_one(
    configured: dict[str, dict[str, Any]], slug: str, values: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    configured[slug] = values
    with pytest.raises(NotConfigured) as caught:
        registry.get(slug)
    assert caught.value.params == {"setting": f"PROCTORED_EXAM['BACKENDS']['{slug}']"}
    assert caught.value.__context__ is None, "the frames of the first error hold the settings"
    assert "SECRET-KEY" not in caplog.text
    assert "five" not in caplog.text
