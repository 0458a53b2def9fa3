"""What a tar archive says of itself is bounded before it is read: memory stays small, and every refusal is typed."""

from __future__ import annotations

import gzip
import lzma
import tarfile
import tracemalloc
import zlib
from collections.abc import Callable
from itertools import repeat
from pathlib import Path

import pytest

from proctored_exam_xblock.domain.errors import InvalidPaper
from proctored_exam_xblock.olx import check, files
from proctored_exam_xblock.olx.files import read_files

MEGABYTES = 40
END = b"\0" * 1024
Write = Callable[[bytes], object]


def header(kind: bytes, size: int = 0, name: str = "a.xml") -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def mended(block: bytearray) -> bytes:
    """With the checksum of what it says now."""
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 512)


def pax(*records: bytes, kind: bytes = b"x") -> bytes:
    written = b"".join(b"%d %s\n" % (len(r) + (3 if len(r) < 8 else 4), r) for r in records)
    return header(kind, len(written)) + padded(written)


def endless(kind: bytes) -> Callable[[Write], None]:
    """A header of many megabytes."""

    def write(to: Write) -> None:
        to(header(kind, MEGABYTES * 1_000_000))
        for megabyte in repeat(b"a" * 1_000_000, MEGABYTES):
            to(megabyte)

    return write


def headers_without_end(to: Write) -> None:
    for _ in range(20_000):
        to(header(b"L", 512) + b"a" * 512)


def names_for_the_whole_archive(to: Write) -> None:
    for number in range(400):
        to(pax(*(b"%d.%d=" % (number, name) for name in range(700)), kind=b"g") + header(b"0", name=f"{number}"))


def long_headers_of_many(to: Write) -> None:
    for number in range(150):
        to(pax(*(b"%d=" % name for name in range(700))) + header(b"0", name=f"{number}"))
    to(END)


def sparse_of_old(to: Write) -> None:
    first = bytearray(header(b"S"))
    first[482] = 1
    to(mended(first))
    for _ in range(MEGABYTES * 2000):
        to(b"00000000001\0" * 42 + b"\1" + b"\0" * 7)


def sparse_of_today(to: Write) -> None:
    to(pax(b"GNU.sparse.major=1", b"GNU.sparse.minor=0", b"GNU.sparse.realsize=1", b"GNU.sparse.name=x") + header(b"0"))
    to(b"99999999999\n")
    for megabyte in repeat(b"1\n" * 500_000, MEGABYTES):
        to(megabyte)


def sparse_far_away(to: Write) -> None:
    to(pax(b"GNU.sparse.map=9000000000000000,5", b"GNU.sparse.size=5") + header(b"0", 5) + padded(b"<p/> ") + END)


def negative(to: Write) -> None:
    block = bytearray(header(b"L"))
    block[124:136] = b"\xff" * 10 + b"\xfe\x00"
    to(mended(block) + header(b"0") + END)


def larger_than_any_disk(to: Write) -> None:
    to(header(b"0", 2**60))


def larger_by_its_attributes(to: Write) -> None:
    to(pax(b"size=99999999999999999999") + header(b"0"))


def broken_in_the_middle(to: Write) -> None:
    to(header(b"0") + b"x" * 512 + header(b"0", name="b.xml") + END)


HOSTILE = [
    *((endless(kind), "archive_header") for kind in (b"L", b"K", b"x", b"g", b"X")),
    (headers_without_end, "archive_header"),
    (names_for_the_whole_archive, "archive_header"),
    (sparse_of_old, "archive_header"),
    (sparse_of_today, "archive_header"),
    (sparse_far_away, "archive_header"),
    (negative, "archive_header"),
    (larger_than_any_disk, "unpacks_too_large"),
    (larger_by_its_attributes, "unpacks_too_large"),
    (broken_in_the_middle, "not_an_archive"),
    (long_headers_of_many, ""),
]


@pytest.mark.parametrize(("write", "reason"), HOSTILE, ids=lambda value: getattr(value, "__name__", None))
def test_headers_are_bounded_before_they_are_read(tmp_path: Path, write: Callable[[Write], None], reason: str) -> None:
    path = tmp_path / "course.tar.gz"
    with gzip.open(path, "wb", compresslevel=1) as archive:
        write(archive.write)
    tracemalloc.start()
    try:
        assert refused(path) == reason
        assert tracemalloc.get_traced_memory()[1] < 6_000_000
    finally:
        tracemalloc.stop()


def refused(path: Path) -> str:
    try:
        check(path)
    except InvalidPaper as error:
        return str(error.params["reason"])
    return ""


def test_xz_with_a_giant_dictionary_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "course.tar.xz"
    written = bytearray(lzma.compress(header(b"0") + END))
    path.write_bytes(written)
    assert refused(path) == ""
    written[16] = 37  # of the block's header, 12 bytes long: 1.5 GB
    written[20:24] = zlib.crc32(written[12:20]).to_bytes(4, "little")
    path.write_bytes(written)
    assert refused(path) == "not_an_archive"


def test_what_other_programs_write_is_read(tmp_path: Path) -> None:
    """Long names, attributes, an owner, times with fractions: in every format."""
    name = "course/problem/" + "é" * 60 + "/" + "x" * 90 + ".xml"
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        path = tmp_path / f"{form}.tar"
        with tarfile.open(path, "w", format=form, pax_headers={"comment": "of all"}) as archive:
            info = tarfile.TarInfo(name)
            info.mtime, info.uname = 1.5, "é" * 40  # type: ignore[assignment]
            archive.addfile(info)
        assert [*read_files(path)] == [name]


def test_a_large_file_between_small_ones_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "course.tar.gz"
    with gzip.open(path, "wb", compresslevel=1) as archive:
        for name, size in (("a.xml", 4), ("film.mp4", 3_000_000), ("b.xml", 4)):
            archive.write(header(b"0", size, name) + padded(b"x" * size))
        archive.write(END)
    assert read_files(path) == {"a.xml": b"xxxx", "b.xml": b"xxxx"}


def test_the_bounds_are_those_that_are_documented() -> None:
    assert (files.MAX_HEADER_BYTES, files.MAX_HEADERS_BYTES, files.MAX_XZ_BYTES) == (8_192, 65_536, 100_000_000)
