"""docs/features.md stays true: a row per requirement, a known state, tests that exist, and none claimed without one."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
IDS = [
    f"R-{family}-{number}"
    for family, count in (("FUN", 25), ("PE", 8), ("PIX", 20), ("ROB", 39), ("X", 28))
    for number in range(1, count + 1)
]
ROW = re.compile(r"^\| (R-[A-Z]+-\d+) \| ([a-z ]+) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)
ROWS = {found[1]: found for found in ROW.finditer((ROOT / "docs" / "features.md").read_text(encoding="utf-8"))}


def test_every_requirement_has_its_row_in_order():
    assert list(ROWS) == IDS


@pytest.mark.parametrize("identifier", IDS)
def test_a_claim_names_tests_that_exist(identifier):
    _, state, nodes, _ = ROWS[identifier].groups()
    named = [node for node in nodes.split(", ") if node.strip()]
    assert state in {"works", "partly", "not yet"}
    assert bool(named) == (state != "not yet")
    for node in named:
        file, _, name = node.partition("::")
        assert name.split("[")[0] in _tests_of(file), node


@cache
def _tests_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for group in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        found |= {f"{group.name}::{node.name}" for node in group.body if isinstance(node, ast.FunctionDef)}
    return found
