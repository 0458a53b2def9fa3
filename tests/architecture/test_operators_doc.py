"""docs/operators.md names every setting that a service reads, with the default it has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from proctored_exam_xblock.backends import registry

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "proctored_exam_xblock"
DOC = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
READERS = {
    "proctoru": ("## ProctorU", ("backends/proctoru", "services/events.py")),
    "proctorexam": ("## ProctorExam", ("backends/proctorexam", "providers/proctorexam.py")),
    "proctorexam_lti": ("## ProctorExam", ("backends/proctorexam",)),
    "edx_proctoring": ("### A provider behind our exams", ("backends/edx_proctoring", "providers/checks.py")),
}
READ = re.compile(
    r"""(?:settings|found|conf\.backend_settings\(\S+\))(?:\.get\(|\[)"(\w+)"  # a mapping of settings
    |_address\(\s*"(\w+)"  # a template of an address
    |\(\("(\w+)",\s"\{\w+\}"\),\s\("(\w+)",  # the two resource links""",
    re.VERBOSE,
)


def _section(title: str) -> str:
    rest = DOC[DOC.index(f"\n{title}\n") + 1 :]
    level = title.split()[0]
    end = re.search(rf"^#{{1,{len(level)}}} ", rest[len(title) :], re.MULTILINE)
    return rest[: len(title) + end.start()] if end else rest


def _documented(title: str) -> set[str]:
    rows = [row.split("|")[1] for row in _section(title).splitlines() if row.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def _read(places: tuple[str, ...]) -> set[str]:
    found = [READ.findall(file.read_text(encoding="utf-8")) for file in _files(places)]
    return {name for hits in found for hit in hits for name in hit if name}


def _files(places: tuple[str, ...]) -> list[Path]:
    paths = [PACKAGE / place for place in places]
    return [file for path in paths for file in (sorted(path.rglob("*.py")) if path.is_dir() else [path])]


@pytest.mark.parametrize("slug", READERS)
def test_every_setting_that_the_code_reads_has_its_row(slug: str) -> None:
    title, places = READERS[slug]
    read = _read(places) | set(registry.backend_class(slug).required_settings)

    assert len(read) >= len(registry.backend_class(slug).required_settings) + 2, "the code is read at all"
    assert sorted(read - _documented(title)) == []


@pytest.mark.parametrize("title", sorted({title for title, _ in READERS.values()}))
def test_no_row_names_a_setting_that_nothing_reads(title: str) -> None:
    read = {name for told, places in READERS.values() if told == title for name in _read(places)}

    assert sorted(_documented(title) - read) == []


def test_required_settings_say_so() -> None:
    for slug, (title, _) in READERS.items():
        for name in registry.backend_class(slug).required_settings:
            assert re.search(rf"^\| [^|]*`{name}`[^|]* \| required \|", _section(title), re.MULTILINE), (slug, name)


DEFAULTS = [
    (slug, name, default)
    for slug in ("proctoru", "proctorexam")
    for name, default in re.findall(r"^\| `(\w+)` \| (\d+|true|false) \|", _section(READERS[slug][0]), re.MULTILINE)
]


@pytest.mark.parametrize(("slug", "name", "default"), DEFAULTS)
def test_numbers_and_switches_are_those_of_the_code(slug: str, name: str, default: str) -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in _files(READERS[slug][1]))
    words = {get or alternative for get, alternative in re.findall(rf'"{name}"(?:, (\w+)\)|\) or (\w+))', code)}
    constants = dict(re.findall(r"^([A-Z_]+) = (\w+)", code, re.MULTILINE))

    assert {constants.get(word, word).lower() for word in words} == {default}
