"""What is shipped: the built wheel has every file of the package, and works in an environment that has nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.packaging, pytest.mark.xdist_group("packaging")]

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "proctored_exam_xblock"
NOT_SHIPPED = {"__pycache__"}
HOST = "xblock-sdk==0.14.*"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from a copy: setuptools would ship what an earlier build left beside the sources."""
    copy = tmp_path_factory.mktemp("source") / "copy"
    copy.mkdir()
    for name in ("setup.py", "pyproject.toml", "MANIFEST.in", "README.md", "CHANGELOG.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    shutil.copytree(PACKAGE, copy / PACKAGE.name, ignore=shutil.ignore_patterns(*NOT_SHIPPED), symlinks=True)
    _pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", str(copy / "dist"), str(copy))
    return next((copy / "dist").glob("*.whl"))


@pytest.fixture(scope="module")
def seen(wheel, tmp_path_factory) -> dict:
    """What the bare host saw of the wheel."""
    folder = tmp_path_factory.mktemp("empty")
    venv.create(folder / "env", with_pip=True)
    python = str(folder / "env/bin/python")
    constraints = folder / "constraints.txt"
    constraints.write_text(_versions_here())
    _pip(python, "install", "--constraint", str(constraints), str(wheel), HOST)
    done = subprocess.run(
        [python, "-W", "ignore", str(Path(__file__).with_name("bare_host.py")), str(folder)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_every_file_of_the_package_is_in_the_wheel(wheel):
    here = {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and not NOT_SHIPPED.intersection(path.parts)
    }
    shipped = set(zipfile.ZipFile(wheel).namelist())

    assert here - shipped == set()


@pytest.mark.parametrize(
    "pattern",
    [
        "templates/proctored_exam_xblock/sitting.html",
        "static/proctored_exam_xblock/js/",
        "static/proctored_exam_xblock/css/",
        "locale/fr/LC_MESSAGES/django.mo",
        "locale/en/LC_MESSAGES/django.mo",
        "migrations/0001_initial.py",
        "scenarios/cartopro/paper.xml",
        "simulators/assets/",
        "management/commands/close_overdue_attempts.py",
    ],
)
def test_the_wheel_holds_what_a_running_exam_needs(wheel, pattern):
    assert [name for name in zipfile.ZipFile(wheel).namelist() if name.startswith(f"proctored_exam_xblock/{pattern}")]


def test_nothing_but_the_package_is_shipped(wheel):
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"proctored_exam_xblock"}


def test_the_licence_and_the_entry_points_travel_with_it(wheel, seen):
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.endswith("LICENSE") and ".dist-info/" in name for name in names)
    config = ["proctored_exam_xblock.apps:ProctoredExamConfig"]
    assert seen["entry_points"] == {
        "xblock.v1": ["proctored_exam_xblock.block:ProctoredExamXBlock"],
        "lms.djangoapp": config,
        "cms.djangoapp": config,
    }


def test_a_bare_workbench_shows_the_block_from_the_installed_wheel(seen):
    assert "site-packages" in seen["package"]
    assert seen["status"] == 200
    assert "data-pex-root" in seen["page"]
    assert 'data-pex-phase="not_eligible"' in seen["page"], "nobody is enrolled on a host without enrolments"
    assert "Connectez-vous pour accéder à l" in seen["page"], "in French, from the wheel's own catalogue"


def test_a_bare_workbench_serves_the_blocks_scripts_and_styles(seen):
    kinds = {Path(file).suffix for file in seen["files"]}

    assert kinds >= {".js", ".css"}
    assert set(seen["files"].values()) == {200}


def test_a_bare_workbench_shows_no_answer_key(seen):
    assert "correct" not in seen["page"]


def _versions_here() -> str:
    """The versions under test, so that the empty environment has the same."""
    freeze = subprocess.run(
        [sys.executable, "-m", "pip", "freeze", "--exclude-editable"], capture_output=True, text=True, check=True
    )
    return "\n".join(line for line in freeze.stdout.splitlines() if "==" in line and "proctored" not in line)


def _pip(python: str, *arguments: str) -> None:
    command = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
