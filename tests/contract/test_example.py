"""The example of docs/backends.md is whole, short, and found through its entry point as the page says."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any

import pytest

from proctored_exam_xblock.backends import registry
from proctored_exam_xblock.backends.base import METHODS, Capability
from proctored_exam_xblock.domain.errors import NotConfigured
from tests.contract.benches.visio import PAGE, example

TEXT = PAGE.read_text(encoding="utf-8")


def test_it_is_about_sixty_lines() -> None:
    lines = [line for line in example().splitlines() if line.strip()]
    assert len(lines) <= 60
    ast.parse(example())


def test_it_is_found_by_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "visio.py").write_text(example(), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    request.addfinalizer(lambda: sys.modules.pop("visio", None))
    group, name, value = re.search(  # type: ignore[union-attr]
        r'entry-points\."([\w.]+)"\]\n(\w+) = "([\w:.]+)"', TEXT
    ).groups()
    assert group == registry.ENTRY_POINT_GROUP
    installed = EntryPoints([EntryPoint(name=name, value=value, group=group)])
    monkeypatch.setattr(registry, "entry_points", lambda *, group: installed)
    registry._third_party.cache_clear()
    request.addfinalizer(registry._third_party.cache_clear)

    settings.PROCTORED_EXAM = {"BACKENDS": {}}
    with pytest.raises(NotConfigured) as caught:
        registry.get(name)
    assert "base_url" in str(caught.value.params["setting"])

    told = re.search(r"^PROCTORED_EXAM = (\{.*\})$", TEXT, re.MULTILINE)
    assert told is not None
    settings.PROCTORED_EXAM = ast.literal_eval(told.group(1))
    assert registry.get(name).verbose_name == "Visio"


def test_the_page_lists_the_services_there_are_with_what_they_declare() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \|([^|]*)\|$", TEXT.split("## What a capability")[0], re.MULTILINE))
    assert set(rows) == set(registry.slugs())
    for slug, told in rows.items():
        assert set(filter(None, re.split(r"[,\s]+", told))) == {
            c.value for c in registry.backend_class(slug).capabilities
        }


def test_the_page_says_which_methods_a_capability_wants() -> None:
    table = TEXT.split("## What a capability promises")[1].split("## Rules")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|$", table, re.MULTILINE))
    assert set(rows) == {capability.value for capability in Capability}
    for name, methods in rows.items():
        assert set(METHODS.get(Capability(name), ())) <= set(re.findall(r"`(\w+)`", methods)), name
