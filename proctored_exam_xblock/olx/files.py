"""Course files, one by one or in an archive: read within fixed bounds, nothing unpacked to disk (R-X-14)."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import tarfile
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO, Any, Self

from ..domain.errors import InvalidPaper
from . import hardened

MAX_FILES = 50_000
"""Entries of an archive or a folder."""
MAX_KEPT_BYTES = 100_000_000
"""Course XML that is held at once."""
MAX_UNPACKED_BYTES = 1_000_000_000
"""What an archive may unpack to, images and all; it is read through, never kept."""
MAX_HEADER_BYTES = 8_192
"""A long name or the extended attributes of one member."""
MAX_HEADERS_BYTES = 65_536
"""All that stands before a member's content; also what the headers that hold for the whole archive say together."""
MAX_XZ_BYTES = 100_000_000
"""Memory to unpack xz, whose dictionary is as large as the archive says; ``xz -9`` takes two thirds of it."""
SUFFIXES = (".xml", ".md", ".markdown")

_OPENERS: tuple[tuple[bytes, Any], ...] = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ\x00", lambda raw: _Xz(raw)),
)
_EXTENSIONS = frozenset(
    {tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE}
)
_ENCODINGS = re.compile(
    r"(utf-?(8|16|32)(-?[lb]e)?|(us-)?ascii|iso-?8859-\d{1,2}|latin-?1|(windows-|cp)125\d)", re.IGNORECASE
)
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_text(data: bytes) -> str:
    """The text of a course file, by its byte order mark or XML declaration, UTF-8 otherwise.

    Raises:
        InvalidPaper: reason ``too_large`` or ``encoding``.
    """
    if len(data) > hardened.MAX_BYTES:
        raise InvalidPaper(line=None, reason="too_large", limit=hardened.MAX_BYTES)
    declared = _DECLARED.match(data)
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    if encoding is None:
        encoding = declared[1].decode() if declared else "utf-8"
    try:
        if not _ENCODINGS.fullmatch(encoding):  # some of Python's are no text, or take a minute for a megabyte
            raise LookupError
        return data.decode(encoding).lstrip("\ufeff")
    except (LookupError, ValueError):
        raise InvalidPaper(line=None, reason="encoding") from None


def read_files(path: Path) -> dict[str, bytes]:
    """The course files of a folder or a tar archive, by their path inside, ``/`` between.

    A file that is too large is there with one byte more than what :func:`read_text` takes, so that it is told.

    Raises:
        InvalidPaper: reason ``too_many_files``, ``unpacks_too_large``, ``unsafe_archive`` (a member that would leave
            its folder, or a link out of it), ``archive_header`` (a header beyond its bounds) or ``not_an_archive``.
    """
    kept: dict[str, bytes] = {}
    size = 0
    for name, data in _of_folder(path) if path.is_dir() else _of_archive(path):
        kept[name] = data
        size += len(data)
        if size > MAX_KEPT_BYTES:
            raise InvalidPaper(line=None, reason="unpacks_too_large", limit=MAX_KEPT_BYTES)
    return kept


def _of_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    paths = sorted(islice(folder.rglob("*"), MAX_FILES + 1))
    if len(paths) > MAX_FILES:
        raise InvalidPaper(line=None, reason="too_many_files", limit=MAX_FILES)
    for path in paths:
        if path.suffix.lower() in SUFFIXES and path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                yield _shown(path.relative_to(folder).as_posix()), file.read(hardened.MAX_BYTES + 1)


def _of_archive(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as raw:
        start = raw.read(6)
        raw.seek(0)
        opener = next((kind for magic, kind in _OPENERS if start.startswith(magic)), None)
        unpacked = _Bounded(opener(raw) if opener else raw)
        try:
            with tarfile.open(fileobj=unpacked, mode="r|", tarinfo=_Header) as archive:
                yield from _contents(archive, unpacked)
        except (tarfile.TarError, OSError, EOFError, zlib.error, lzma.LZMAError, ValueError, RecursionError):
            raise InvalidPaper(line=None, reason="not_an_archive") from None


def _contents(archive: tarfile.TarFile, unpacked: _Bounded) -> Iterator[tuple[str, bytes]]:
    for member in _members(archive, unpacked):
        name = PurePosixPath(member.name)
        try:
            tarfile.data_filter(member, "/course")
        except tarfile.FilterError:
            raise InvalidPaper(line=None, reason="unsafe_archive", name=_shown(member.name[:200])) from None
        if name.is_absolute() or ".." in name.parts:
            raise InvalidPaper(line=None, reason="unsafe_archive", name=_shown(member.name[:200]))
        if not member.isfile() or name.suffix.lower() not in SUFFIXES:
            continue
        file = archive.extractfile(member)
        if file is not None:
            yield _shown(name.as_posix()), file.read(hardened.MAX_BYTES + 1)


def _members(archive: tarfile.TarFile, unpacked: _Bounded) -> Iterator[tarfile.TarInfo]:
    """One member at a time, none of them kept."""
    count = 0
    while (member := archive.next()) is not None:
        archive.members.clear()  # type: ignore[attr-defined]  # the library keeps every header, its stubs hide where
        count += 1
        if count > MAX_FILES:
            raise InvalidPaper(line=None, reason="too_many_files", limit=MAX_FILES)
        said = sum(len(name) + len(value) for name, value in archive.pax_headers.items())
        if said > MAX_HEADERS_BYTES:
            raise InvalidPaper(line=None, reason="archive_header", limit=MAX_HEADERS_BYTES)
        _check_size(member, MAX_UNPACKED_BYTES)  # an extended header changes what the member's own header said
        unpacked.allow(member.size if member.isreg() else 0)
        yield member


class _Header(tarfile.TarInfo):
    """A header that is judged before what it announces is read, and that is not taken for the end when it is broken."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            header = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError:
            if not buf.strip(b"\0"):
                raise
            raise InvalidPaper(line=None, reason="not_an_archive") from None
        _check_size(header, MAX_HEADER_BYTES if header.type in _EXTENSIONS else MAX_UNPACKED_BYTES)
        return header


def _check_size(member: tarfile.TarInfo, most: int) -> None:
    if member.size > most >= MAX_UNPACKED_BYTES:
        raise InvalidPaper(line=None, reason="unpacks_too_large", limit=MAX_UNPACKED_BYTES)
    # What is sparse says where each piece lies: anywhere, and without end.
    if not 0 <= member.size <= most or member.type == tarfile.GNUTYPE_SPARSE or member.issparse():
        raise InvalidPaper(line=None, reason="archive_header", limit=MAX_HEADER_BYTES)


def _shown(name: str) -> str:
    """A name that can be printed; bytes that are no UTF-8 are written out."""
    return name.encode("utf-8", "backslashreplace").decode()


class _Bounded(io.RawIOBase):
    """A stream that stops after ``MAX_UNPACKED_BYTES``, and where there are headers and headers and no content."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._read = 0
        self.allow(0)

    def allow(self, size: int) -> None:
        """What may be read from here: so much content, and the headers of the next member."""
        self._until = self._read + size + MAX_HEADERS_BYTES

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._read += len(data)
        if self._read > MAX_UNPACKED_BYTES:
            raise InvalidPaper(line=None, reason="unpacks_too_large", limit=MAX_UNPACKED_BYTES)
        if self._read > self._until:
            raise InvalidPaper(line=None, reason="archive_header", limit=MAX_HEADERS_BYTES)
        return data


class _Xz(io.RawIOBase):
    """``lzma.open`` with a bound of memory."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, MAX_XZ_BYTES)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._unpacker.eof:
            packed = self._raw.read(io.DEFAULT_BUFFER_SIZE) if self._unpacker.needs_input else b""
            if self._unpacker.needs_input and not packed:
                raise EOFError
            if data := self._unpacker.decompress(packed, size):
                return data
        return b""
