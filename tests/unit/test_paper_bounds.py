"""Papers made to cost much: refused or read within fixed memory, whatever stands in five megabytes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from proctored_exam_xblock.domain.errors import InvalidPaper
from proctored_exam_xblock.olx import check, exports, problem, read_paper
from tests.unit.test_olx import RADIO, mc, part
from tests.unit.test_olx import problem as a_problem

ROOT = Path(__file__).resolve().parents[2]
STATUS = Path("/proc/self/status")
MEASURED = """
import json, re, resource, sys, time
from pathlib import Path
from proctored_exam_xblock.domain.errors import InvalidPaper
from proctored_exam_xblock.olx import check, read_paper

def kilobytes(name):
    return int(re.search(name + r":\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])

def deed(path):
    return check(path) if path.is_dir() else read_paper(path.read_text())

before = kilobytes("VmRSS")
for path in sorted(Path(sys.argv[1]).iterdir()):
    start, reason = time.perf_counter(), ""
    try:
        deed(path)
    except InvalidPaper as error:
        reason = error.params["reason"]
    seconds = round(time.perf_counter() - start, 2)
    print(json.dumps([path.stem, reason, seconds, (kilobytes("VmHWM") - before) // 1024]))
"""
FILLING = '<a b="c">x</a>'
FULL = 4_900_000


def alone(inside: str) -> str:
    return f"<part><problem>{inside}</problem></part>"


def repeated(text: str) -> str:
    return text * (FULL // len(text))


ATTRIBUTES = " ".join(f"a{number}=''" for number in range(400_000))
NAMES = "".join(f"<a{number}/>" for number in range(500_000))
OPTIONS = repeated("'a'")
HINTED = (
    '<choicegroup><choice correct="true">' + "z" * 3_000_000 + "<choicehint/>y" * 19_000 + "</choice></choicegroup>"
)
LABELS = "<label>" * 90 + "<i>x</i>" * 19_000 + "y&lt;" * 400_000 + "</label>" * 90
SOLUTIONS = "z" * 3_000_000 + "<solution>x</solution>y" * 19_000
COSTLY = {
    "elements": (f"<part>{repeated('<a/>')}</part>", "too_many_elements"),
    "attributes": (f"<part {ATTRIBUTES}/>", "empty_part"),
    "names": (f"<part>{NAMES}</part>", "too_many_elements"),
    "options": (
        alone(f'<optionresponse><optioninput options="({OPTIONS})"/></optionresponse>'),
        "too_many_choices",
    ),
    "formulae": (alone("<math>$x$</math>" * 180_000 + mc()), "too_many_elements"),
    "labels": (alone(LABELS + mc()), ""),
    "hints": (alone(mc(HINTED)), "no_prompt"),
    "solutions": (alone(SOLUTIONS + mc()), ""),
    "words": (part(a_problem("<font>x</font>y" * 19_000 + mc()) * 9), ""),
}


@pytest.mark.skipif(not STATUS.exists(), reason="the memory of a process is read from /proc")
def test_a_costly_paper_takes_a_bounded_memory(tmp_path: Path, record_property) -> None:
    for name, (text, _) in COSTLY.items():
        (tmp_path / f"{name}.xml").write_text(text, encoding="utf-8")
    told = measured(tmp_path)
    record_property("seconds", {name: seconds for name, _, seconds, _ in told})

    assert {name: reason for name, reason, *_ in told} == {name: reason for name, (_, reason) in COSTLY.items()}
    assert told[-1][3] < 300


@pytest.mark.skipif(not STATUS.exists(), reason="the memory of a process is read from /proc")
def test_many_large_files_are_held_one_at_a_time(tmp_path: Path, record_property) -> None:
    folder = tmp_path / "course"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.xml").write_text("<a>" + a_problem("<p>Q</p>" + mc()) + FILLING * 195_000 + "</a>")
    [[_, reason, seconds, megabytes]] = measured(tmp_path)
    record_property("seconds", seconds)

    assert (reason, megabytes < 250) == ("too_many_elements", True)


def measured(folder: Path) -> list[list]:
    """For each file or folder in it: its name, the reason, the seconds, the megabytes that this and all before took."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_elements_are_counted_over_all_files_and_formats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.xml").write_text("<a><b/><b/></a>")
    (tmp_path / "b.md").write_text(">>Q<<\n(x) a\n( ) b\n")
    monkeypatch.setattr(exports, "MAX_ELEMENTS", 9)
    with pytest.raises(InvalidPaper) as caught:
        check(tmp_path)
    assert caught.value.params["reason"] == "too_many_elements"
    monkeypatch.setattr(exports, "MAX_ELEMENTS", 100)
    assert [found.imports for found in check(tmp_path).findings] == [True]


def test_a_problem_of_too_many_elements_is_told_and_the_rest_imports(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(problem, "MAX_ELEMENTS", 20)
    large = a_problem("\n<p>Q</p>" + "<br/>" * 20 + mc())
    (tmp_path / "p.xml").write_text(part(a_problem("<p>Q</p>" + mc()) + large))
    assert [(f.imports, f.reason) for f in check(tmp_path).findings] == [(True, ""), (False, "too_many_elements")]


def test_an_error_that_is_kept_keeps_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<problem>")
    (tmp_path / "b.xml").write_text("<problem/>")
    errors = [source.error for source in exports.read_export(tmp_path).sources]
    assert [(error.__traceback__, error.__context__) for error in errors if error] == [(None, None)] * 2


@pytest.mark.parametrize("label", ["<label>a <label>b</label> c</label>", "<label>a <b>b</b> c</label>"])
def test_a_label_in_a_label_is_words_of_it(label: str) -> None:
    [question] = read_paper(part(a_problem(label + mc(RADIO)))).questions
    assert question.prompt.replace("<b>", "").replace("</b>", "") == "a b c"


def test_the_bounds_are_those_that_are_documented() -> None:
    assert (exports.MAX_ELEMENTS, problem.MAX_ELEMENTS) == (1_000_000, 20_000)
