"""The plugin's settings in Open edX: whatever an operator's YAML holds, the platform starts and a check says it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from proctored_exam_xblock import conf
from proctored_exam_xblock.apps import ProctoredExamConfig
from proctored_exam_xblock.checks import settings_are_complete
from proctored_exam_xblock.domain.errors import NotConfigured
from proctored_exam_xblock.plugin_settings import DEFAULTS, plugin_settings


def completed(**names: Any) -> Any:
    """``PROCTORED_EXAM`` after the platform called the plugin."""
    module = SimpleNamespace(**names)
    plugin_settings(module)
    return module.PROCTORED_EXAM


@pytest.mark.parametrize("names", [{}, {"PROCTORED_EXAM": None}, {"PROCTORED_EXAM": {}}, {"ENV_TOKENS": None}])
def test_without_a_word_of_the_operator_the_backend_none_is_there(names: dict[str, Any]) -> None:
    assert completed(**names) == DEFAULTS


def test_a_name_left_empty_keeps_its_default() -> None:
    assert completed(PROCTORED_EXAM={"BACKENDS": None, "KEYS": ["k"]}) == {"BACKENDS": {"none": {}}, "KEYS": ["k"]}


def test_secrets_win_over_the_yaml_and_the_yaml_over_what_is_there() -> None:
    found = completed(
        PROCTORED_EXAM={"KEYS": ["a"], "DRAIN_SECONDS": 1},
        ENV_TOKENS={"PROCTORED_EXAM": {"KEYS": ["b"], "DRAIN_SECONDS": 2}},
        AUTH_TOKENS={"PROCTORED_EXAM": {"KEYS": ["c"]}},
    )
    assert (found["KEYS"], found["DRAIN_SECONDS"]) == (["c"], 2)


def test_the_defaults_are_not_changed_by_what_one_platform_sets() -> None:
    completed(PROCTORED_EXAM={"KEYS": ["a"]})
    assert DEFAULTS == {"KEYS": [], "BACKENDS": {"none": {}}}


def test_common_and_production_settings_are_completed_in_both_services() -> None:
    declared = ProctoredExamConfig.plugin_app["settings_config"]
    for service in ("lms.djangoapp", "cms.djangoapp"):
        assert {"common", "production"} <= set(declared[service])


def test_settings_of_another_form_stop_nothing_and_are_named(settings: Any) -> None:
    settings.PROCTORED_EXAM = completed(PROCTORED_EXAM=["KEYS"])
    assert [found.id for found in settings_are_complete(None)] == ["proctored_exam.E002"]
    assert conf.get("BACKENDS") == {"none": {}}
    assert conf.backend_settings("proctoru") == {}


def test_a_misspelt_name_is_named(settings: Any) -> None:
    settings.PROCTORED_EXAM = {"KEY": ["k"]}
    (found,) = settings_are_complete(None)
    assert (found.id, "'KEY'" in found.msg) == ("proctored_exam.W003", True)


@pytest.mark.parametrize("keys", ["one text", [], [""], [7], None, {"a": 1}])
def test_a_keyring_of_another_form_makes_no_code(settings: Any, keys: Any) -> None:
    vendor = {"base_url": "https://vendor.example/api", "api_key": "k"}
    settings.PROCTORED_EXAM = {"KEYS": keys, "BACKENDS": {"proctoru": vendor}}
    with pytest.raises(NotConfigured):
        conf.keyring()
    assert [found.id for found in settings_are_complete(None)] == ["proctored_exam.W002"]


@pytest.mark.parametrize("entry", [None, "key", ["key"]])
def test_a_backend_of_another_form_counts_as_not_configured(settings: Any, entry: Any) -> None:
    settings.PROCTORED_EXAM = {"BACKENDS": {"proctoru": entry}}
    assert [found.id for found in settings_are_complete(None)] == ["proctored_exam.W001"]
