"""Files, folders and archives of a course: what is found in them, what is refused, and the bounds that hold."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import tracemalloc
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from proctored_exam_xblock.domain.errors import InvalidPaper
from proctored_exam_xblock.olx import check, files, import_parts, load, read_paper, write_paper
from proctored_exam_xblock.olx.exports import parts_of, read_export
from proctored_exam_xblock.olx.files import read_files, read_text
from proctored_exam_xblock.paper_reasons import CODES, paper_reason
from tests.unit.test_olx import RADIO, mc, part, problem

GOOD = "<problem display_name='Good'>" + mc("<label>Q</label>" + RADIO) + "</problem>"
TYPED = "<problem>\n<numericalresponse answer='3'><formulaequationinput/></numericalresponse></problem>"
COURSE = {
    "course.xml": '<course url_name="2027" org="IAE" course="C"/>',
    "course/2027.xml": '<course><chapter url_name="c1"/></course>',
    "chapter/c1.xml": '<chapter display_name="Chapter"><sequential url_name="s1"/></chapter>',
    "sequential/s1.xml": (
        '<sequential display_name="Exam"><vertical url_name="v2"/><vertical url_name="v1"/></sequential>'
    ),
    "vertical/v1.xml": '<vertical display_name="Last"><problem url_name="b"/><video url_name="w"/></vertical>',
    "vertical/v2.xml": '<vertical display_name="First"><problem url_name="a"/><problem url_name="t"/></vertical>',
    "problem/a.xml": GOOD,
    "problem/b.xml": GOOD.replace(">Q<", ">R<"),
    "problem/t.xml": TYPED,
    "problem/orphan.xml": GOOD.replace(">Q<", ">S<"),
}


def folder(at: Path, contents: dict[str, str] | None = None) -> Path:
    for name, text in (contents or COURSE).items():
        path = at / "course" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return at / "course"


def archive(at: Path, *more: tarfile.TarInfo, contents: dict[str, str] | None = None, mode: str = "w:gz") -> Path:
    path = at / "course.tar.gz"
    with tarfile.open(path, mode) as tar:
        tar.add(folder(at, contents), "course")
        for member in more:
            tar.addfile(member, io.BytesIO(b"x" * member.size))
    return path


def refused(path: Path) -> str:
    with pytest.raises(InvalidPaper) as caught:
        check(path)
    return str(caught.value.params["reason"])


# What is found -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "packed", [folder, archive, lambda at: archive(at, mode="w:bz2"), lambda at: archive(at, mode="w")]
)
def test_a_course_is_read_in_its_own_order_and_everything_is_told(tmp_path: Path, packed) -> None:
    report = check(packed(tmp_path))

    assert [(f.url_name, f.imports, f.reason, f.line) for f in report.findings] == [
        ("a", True, "", 1),
        ("t", False, "unsupported_response", 2),
        ("b", True, "", 1),
        ("orphan", True, "", 1),
    ]
    assert [place.title for place in report.findings[0].places][1:] == ["Chapter", "Exam", "First"]
    assert report.others == {"video": 1}


def test_units_become_parts_and_what_cannot_be_used_is_told(tmp_path: Path) -> None:
    export = load(folder(tmp_path))
    paper, findings = import_parts(export, ["v2", "b", "a"])

    assert [(p.title, [q.id for q in p.questions]) for p in paper.parts] == [("First", ["a"]), ("Good", ["b"])]
    assert [(f.url_name, f.reason) for f in findings if not f.imports] == [
        ("t", "unsupported_response"),
        ("a", "duplicate_url_name"),
    ]
    assert read_paper(write_paper(paper)) == paper
    assert [(place.title, len(found)) for place, found in parts_of(export, "vertical")] == [("First", 2), ("Last", 1)]
    with pytest.raises(InvalidPaper, match="invalid_paper"):
        import_parts(export, ["nowhere"])


def test_a_broken_file_is_a_finding_and_the_rest_imports(tmp_path: Path) -> None:
    report = check(folder(tmp_path, {**COURSE, "problem/a.xml": "<problem>\n<p></problem>"}))

    assert next((f.url_name, f.reason, f.line) for f in report.findings) == ("a", "malformed", 2)
    assert [f.imports for f in report.findings] == [False, False, True, True]


def test_a_folder_without_a_course_is_every_problem_in_it(tmp_path: Path) -> None:
    report = check(folder(tmp_path, {"one.xml": GOOD, "two.md": ">>Q<<\n(x) a\n( ) b\n", "three.md": "no question"}))

    assert [(f.file, f.imports, f.reason) for f in report.findings] == [
        ("one.xml", True, ""),
        ("three.md", False, "no_response"),
        ("two.md", True, ""),
    ]


def test_what_is_left_out_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "p.xml"
    path.write_text(problem("<p>Q</p>\n<iframe src='x'/>" + mc(RADIO + "<hintgroup/>")))
    (found,) = check(path).findings

    assert [(note.reason, note.tag, note.line) for note in found.notes] == [
        ("left_out", "iframe", 2),
        ("hint_left_out", "hintgroup", 2),
    ]


# Hostile -------------------------------------------------------------------------------------------------------------


def member(name: str, size: int = 1, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = size if kind == tarfile.REGTYPE else 0, kind, target
    return info


@pytest.mark.parametrize(
    "bad",
    [
        member("../evil.xml"),
        member("course/../../evil.xml"),
        member("/etc/evil.xml"),
        member("link", kind=tarfile.SYMTYPE, target="/etc/passwd"),
        member("link", kind=tarfile.SYMTYPE, target="../../etc"),
        member("device", kind=tarfile.CHRTYPE),
    ],
    ids=lambda info: info.name,
)
def test_an_archive_that_would_leave_its_folder_is_refused(tmp_path: Path, bad: tarfile.TarInfo) -> None:
    assert refused(archive(tmp_path, bad)) == "unsafe_archive"


def test_a_bomb_is_refused_before_it_fills_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_UNPACKED_BYTES", 20_000_000)
    path = archive(tmp_path, member("static/zeros.bin", 60_000_000))
    assert path.stat().st_size < 200_000
    tracemalloc.start()
    try:
        assert refused(path) == "unpacks_too_large"
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_too_many_files_and_too_much_text_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, place = archive(tmp_path), tmp_path / "course"
    monkeypatch.setattr(files, "MAX_FILES", 5)
    assert {refused(path), refused(place)} == {"too_many_files"}
    monkeypatch.setattr(files, "MAX_FILES", 50)
    monkeypatch.setattr(files, "MAX_KEPT_BYTES", 100)
    assert {refused(path), refused(place)} == {"unpacks_too_large"}


def test_a_file_of_100_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.xml"
    with path.open("wb") as file:
        file.write(b"<problem>")
        file.truncate(100_000_000)
    tracemalloc.start()
    try:
        assert [f.reason for f in check(path).findings] == ["too_large"]
        assert tracemalloc.get_traced_memory()[1] < 25_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x00\x01\x02", "not_an_archive"),
        (gzip.compress(b"no tar", mtime=0), "not_an_archive"),
        (gzip.compress(b"x" * 2000, mtime=0)[:-40], "not_an_archive"),
        (b"", "not_an_archive"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "course.tar.gz"
    path.write_bytes(data)

    assert refused(path) == reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<problem>\xff</problem>", "encoding"),
        (b"<?xml version='1.0' encoding='no-such'?><problem/>", "encoding"),
        (b"<?xml version='1.0' encoding='rot13'?><problem/>", "encoding"),
        (b"<problem>\x00</problem>", "malformed"),
        (b"<!DOCTYPE p [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><problem>&x;</problem>", "doctype"),
        (b"<p>" * 10_000, "too_deep"),
    ],
)
def test_a_hostile_file_is_a_finding_with_its_reason(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "p.xml"
    path.write_bytes(data)

    assert [f.reason for f in check(path).findings] == [reason]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_a_file_is_read_in_the_encoding_it_declares(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "p.xml"
    path.write_bytes(f"<?xml version='1.0' encoding='{encoding}'?>{GOOD.replace('>Q<', '>été<')}".encode(encoding))
    (found,) = check(path).findings

    assert found.problem is not None
    assert found.problem.questions[0].prompt == "été"


SCRAPS = st.sampled_from(
    [
        "(x) a\n",
        "( ) b\n",
        "[x] c\n",
        "{{",
        "}}",
        "[[",
        "]]",
        "\n",
        ">>",
        "<<",
        "||",
        "[explanation]",
        "[code]",
        "---\n",
        "a, (b)",
        "<p>",
        "</p>",
        "<pre>",
        "= 3\n",
        "s= x\n",
        "or= y\n",
        "==\n",
        "&",
        "\x00",
        "(!x@) z\n",
        "{{((A*B)) h}}\n",
    ]
)


@given(st.lists(SCRAPS | st.text(max_size=3), max_size=14).map("".join))
def test_any_markdown_is_read_or_refused_with_the_typed_error(text: str) -> None:
    from proctored_exam_xblock.olx.exports import export_of

    (found,) = [*map(_finding, export_of({"x.md": text.encode("utf-8", "replace")}).sources)]

    assert found.imports or found.reason in CODES


def _finding(source):
    from proctored_exam_xblock.olx.report import finding

    return finding(source)


# The commands --------------------------------------------------------------------------------------------------------


def run(name: str, *arguments: object, capsys: pytest.CaptureFixture[str]) -> str:
    call_command(name, *map(str, arguments))
    return capsys.readouterr().out


def test_check_paper_tells_file_line_and_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = run("check_paper", archive(tmp_path), capsys=capsys)

    assert "REFUSED course/problem/t.xml:2: t: <numericalresponse>" in told
    assert "3 of 4 problems can be used." in told


def test_check_paper_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(run("check_paper", folder(tmp_path), "--json", capsys=capsys))
    first, typed = told["problems"][:2]

    assert (told["usable"], told["refused"], first["inputs"], first["imports"]) == (3, 1, ["1_2_1"], True)
    assert (typed["file"], typed["line"], typed["reason"]) == ("problem/t.xml", 2, "unsupported_response")
    assert typed["message"]


def test_check_paper_prints_the_paper_of_what_is_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = run("check_paper", folder(tmp_path), "--part", "s1", "--olx", capsys=capsys)

    assert [q.id for q in read_paper(written).questions] == ["a", "b"]


def graded(
    tmp_path: Path, answers: object, xml: str = GOOD, capsys: pytest.CaptureFixture[str] | None = None
) -> object:
    assert capsys is not None
    (tmp_path / "p.xml").write_text(xml)
    (tmp_path / "a.json").write_text(json.dumps(answers))
    return json.loads(run("grade_paper", tmp_path / "p.xml", "--answers", tmp_path / "a.json", capsys=capsys))


def test_grade_paper_answers_with_the_platforms_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sets = [{"1_2_1": "choice_0"}, {"1_2_1": "choice_1"}, {}, {"1_2_1": ["choice_0"]}, {"1_2_1": None}]

    assert graded(tmp_path, sets, capsys=capsys) == [
        {"score": n, "total": 1, "points": {"1_2_1": n}} for n in (1, 0, 0, 0, 0)
    ]


def test_grade_paper_grades_what_nobody_can_answer_rightly_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    poll = GOOD.replace('"true"', '"false"')

    assert graded(tmp_path, [{"1_2_1": "choice_0"}], poll, capsys) == [{"score": 0, "total": 1, "points": {"1_2_1": 0}}]


@pytest.mark.parametrize(
    ("xml", "answers", "words"),
    [
        (GOOD, [{"1_9_1": "x"}], "Set 0: an input that the problem does not have (it has 1_2_1)."),
        (GOOD, {"1_2_1": "x"}, "not a list of objects"),
        (TYPED, [], "[unsupported_response]"),
        (GOOD + GOOD, [], "[not_one_problem]"),
        ("<problem", [], "[malformed]"),
    ],
)
def test_grade_paper_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], xml: str, answers: object, words: str
) -> None:
    with pytest.raises(CommandError) as caught:
        graded(tmp_path, answers, xml, capsys)
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["check_paper", "grade_paper"])
def test_a_missing_file_is_said(tmp_path: Path, name: str) -> None:
    more = ["--answers", str(tmp_path / "a.json")] if name == "grade_paper" else []
    with pytest.raises(CommandError, match="No such file"):
        call_command(name, str(tmp_path / "none.xml"), *more)


def test_every_reason_has_a_sentence_of_its_own() -> None:
    sentences = [paper_reason(code) for code in CODES]

    assert len(set(sentences)) == len(CODES)


def test_the_bounds_are_those_that_are_documented() -> None:
    assert (files.MAX_FILES, files.MAX_KEPT_BYTES, files.MAX_UNPACKED_BYTES) == (50_000, 100_000_000, 1_000_000_000)


def test_a_paper_file_is_told_problem_by_problem(tmp_path: Path) -> None:
    path = tmp_path / "paper.xml"
    path.write_text(part("\n" + GOOD + "\n" + problem("<p>Q</p>" + mc(RADIO.replace("true", "false")))))

    assert [(f.reason, f.line) for f in check(path).findings] == [("", 2), ("no_right_choice", 3)]


def test_files_that_lead_to_one_another_without_end_are_told(tmp_path: Path) -> None:
    (tmp_path / "course.xml").write_text('<course url_name="0"/>')
    (tmp_path / "course").mkdir()
    for number in range(2000):
        (tmp_path / "course" / f"{number}.xml").write_text(f'<course url_name="{number + 1}"/>')
    errors = [source.error for source in read_export(tmp_path).sources if source.error is not None]

    assert {error.params["reason"] for error in errors} == {"too_deep"}


def test_a_name_that_is_no_text_is_written_out(tmp_path: Path) -> None:
    path = tmp_path / "course.tar"
    with tarfile.open(path, "w", encoding="utf-8", errors="surrogateescape") as archive:
        member = tarfile.TarInfo("problem/p\udcff.xml")
        member.size = 0
        archive.addfile(member)
    (name,) = read_files(path)

    assert name == "problem/p\\udcff.xml"


@pytest.mark.parametrize("encoding", ["punycode", "idna", "utf-7", "rot13", "zlib"])
def test_what_is_no_encoding_of_texts_is_refused(encoding: str) -> None:
    with pytest.raises(InvalidPaper) as caught:
        read_text(f'<?xml version="1.0" encoding="{encoding}"?><problem/>'.encode())
    assert caught.value.params["reason"] == "encoding"
