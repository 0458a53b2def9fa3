"""What is fuzzed: each target takes any bytes and may raise nothing; what it asserts is what the reader promises.

The typed error, ``InvalidPaper``, is the only one that reading may end in, and its code has a sentence.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from lxml import etree

from proctored_exam_xblock.authoring import paper as pieces
from proctored_exam_xblock.domain.errors import InvalidPaper
from proctored_exam_xblock.domain.questions import Paper
from proctored_exam_xblock.olx import check, import_parts, load, markdown_to_olx, read_paper, report_of, write_paper
from proctored_exam_xblock.olx.exports import export_of
from proctored_exam_xblock.olx.report import Finding
from proctored_exam_xblock.paper_reasons import CODES

BETWEEN_FILES = b"\n=== "
BETWEEN_PROBLEMS = "\f"
BLOCK = 512


def text_of(data: bytes) -> str:
    """Any bytes as a text that Python can hold, halves of letters included."""
    return data.decode("utf-8", "surrogateescape")


def well_formed(text: str) -> str:
    """The text with every tag closed, so that more of what is tried comes beyond the parser."""
    lenient = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(b"<part>" + text.encode("utf-8", "replace") + b"</part>", lenient)
    whole = etree.tostring(root, encoding="unicode")
    return whole if root[:1] and root[0].tag == "problem" else whole[len("<part>") : -len("</part>")]


def paper(data: bytes) -> None:
    """Course XML: what is read is written so that it is read again, byte for byte."""
    text = text_of(data)
    for olx in dict.fromkeys((text, well_formed(text))):
        read = _read(olx)
        if read is None:
            continue
        written = write_paper(read)
        assert read_paper(written) == read
        assert write_paper(read_paper(written)) == written


def markdown(data: bytes) -> None:
    """Studio's Markdown: every line stays on its line."""
    text = text_of(data)
    try:
        written = markdown_to_olx(text)
    except InvalidPaper as error:
        _told(error)
        return
    assert written.count("\n") == text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    _read(f"<part>{written}</part>")


def archive(data: bytes) -> None:
    """A tar archive whose checksums are right, so that what its headers say is believed."""
    with tempfile.TemporaryDirectory(prefix="pex-fuzz-") as folder:
        path = Path(folder) / "course.tar"
        path.write_bytes(_with_checksums(data))
        try:
            _judged(check(path).findings)
            _imported(load(path))
        except InvalidPaper as error:
            _told(error)


def course(data: bytes) -> None:
    """A course's files, each after a line with its name."""
    files: dict[str, bytes] = {}
    for piece in (b"\n" + data).split(BETWEEN_FILES):
        name, _, content = piece.partition(b"\n")
        if name:
            files[name.decode("utf-8", "backslashreplace")] = content
    try:
        export = export_of(files)
    except InvalidPaper as error:
        _told(error)
        return
    _judged(report_of(export).findings)
    _imported(export)


def authors(data: bytes) -> None:
    """The author's page: a text comes apart, is judged, and is the same after a second round."""
    for text in dict.fromkeys((text_of(data), well_formed(text_of(data)))):
        _edited(text)


def _edited(text: str) -> None:
    try:
        parts = pieces.split(text)
    except InvalidPaper as error:
        _told(error)
        parts = (pieces.PartText("x", tuple(text.split(BETWEEN_PROBLEMS))),)
    else:
        again = pieces.split(pieces.joined(parts))
        assert pieces.joined(again) == pieces.joined(parts)
    written, read, mistakes = pieces.judge(parts)
    assert all(mistake.reason in CODES for mistake in mistakes)
    assert read is None or read == read_paper(written)
    whole = _read(text)
    assert whole is None or read is None or whole == read


def _read(text: str) -> Paper | None:
    try:
        return read_paper(text)
    except InvalidPaper as error:
        _told(error)
        return None


def _judged(findings: tuple[Finding, ...]) -> None:
    for found in findings:
        assert found.imports or found.reason in CODES, found.reason


def _imported(export) -> None:
    names = [source.url_name for source in export.sources]
    try:
        read, _ = import_parts(export, names)
    except InvalidPaper as error:
        _told(error)
        return
    if read.parts:
        assert read_paper(write_paper(read)) == read


def _told(error: InvalidPaper) -> None:
    line = error.params["line"]
    assert error.params["reason"] in CODES, error.params
    assert line is None or line >= 1


def _with_checksums(data: bytes) -> bytes:
    mended = bytearray(data)
    for start in range(0, len(mended) - BLOCK + 1, BLOCK):
        block = mended[start : start + BLOCK]
        if block[257:262] == b"ustar":
            block[148:156] = b" " * 8
            mended[start + 148 : start + 156] = b"%06o\0 " % (sum(block) % 0o1000000)
    return bytes(mended)


def planted(data: bytes) -> None:
    """A mistake that only a fuzzer led by coverage comes upon soon: it shows that one is at work."""
    if data[:1] == b"o":
        if data[1:2] == b"l":
            if data[2:3] == b"x":
                raise IndexError("found")


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (paper, markdown, archive, course, authors)
}
