"""The house keeps its plan: import contracts, no wall clock in the rules, files that do one thing and say which."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "proctored_exam_xblock"
SOURCES = [
    path
    for folder in ("proctored_exam_xblock", "demo", "scripts", "settings")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]
OURS = {path.relative_to(ROOT).as_posix(): path for path in SOURCES}
SCRIPTS = {path.name: path for path in (ROOT / "proctored_exam_xblock" / "static").rglob("*.js")}

LONGEST_FILE = 400
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "misc", "common"}
WALL_CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}


def test_every_import_contract_is_kept():
    # A process of its own: the tool configures logging for itself and would silence every other test's loggers.
    program = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True, no_logo=True))"
    found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("name", OURS)
def test_a_module_says_what_it_does(name):
    tree = ast.parse(OURS[name].read_text(encoding="utf-8"))

    assert not tree.body or ast.get_docstring(tree), f"{name} has no first line that says what it does"


@pytest.mark.parametrize("name", OURS)
def test_a_module_does_one_thing(name):
    assert len(OURS[name].read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    assert OURS[name].stem not in NAMES_THAT_SAY_NOTHING


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_does_one_thing_and_says_which(name):
    lines = SCRIPTS[name].read_text(encoding="utf-8").splitlines()

    assert len(lines) <= LONGEST_FILE
    assert lines[0].startswith("/* ")


@pytest.mark.parametrize("path", sorted((PACKAGE / "domain").glob("*.py")), ids=lambda path: path.name)
def test_the_rules_are_told_the_time(path):
    calls = [
        (node.func.value.id, node.func.attr)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
    ]

    assert not WALL_CLOCKS.intersection(calls)


@pytest.mark.parametrize("folder", ["services", "handlers", "block.py", "presenter"])
def test_the_use_cases_read_no_clock_of_their_own(folder):
    place = PACKAGE / folder
    files = [place] if place.is_file() else sorted(place.glob("*.py"))
    assert files
    for path in files:
        assert not re.search(r"timezone\.now\(\)|datetime\.now\(|time\.time\(", path.read_text(encoding="utf-8")), (
            path.name
        )


def test_no_committed_file_names_a_machines_paths():
    texts = {name: path.read_text(encoding="utf-8") for name, path in OURS.items()}

    assert not [name for name, text in texts.items() if re.search(r"/home/\w+|/root/|/work/", text)]
