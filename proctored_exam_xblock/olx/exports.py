"""A course export (``course.xml``, ``chapter/``, ``problem/``...) or any folder -> its problems in course order.

The layout is the platform's OLX export: an element that has only a ``url_name`` points to ``<tag>/<url_name>.xml``.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from lxml import etree

from ..domain.errors import InvalidPaper
from .files import read_files, read_text
from .hardened import parse
from .markdown import markdown_to_olx
from .problem import URL_NAME, Problem, read_problem

MAX_LEVELS = 20
MAX_POINTERS = 100
"""Files that lead to one another."""
MAX_ELEMENTS = 1_000_000
"""Elements of all files together."""
LEVELS = ("chapter", "sequential", "vertical")
_WRITTEN_ONCE = frozenset({"url_name", "slug", "filename", "org", "course"})


@dataclass(frozen=True)
class Place:
    """A container of the course around a problem."""

    tag: str
    url_name: str
    title: str


@dataclass(frozen=True)
class Source:
    """One problem as it stands in a file: what was read, or why it cannot be read. Trees and texts are not kept."""

    file: str
    url_name: str
    places: tuple[Place, ...]
    line: int | None = None
    title: str = ""
    problem: Problem | None = None
    error: InvalidPaper | None = None


@dataclass
class Export:
    """What was found; ``others`` counts the blocks that are no problems, by their name."""

    sources: list[Source] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)


def read_export(path: Path) -> Export:
    """The problems of a folder or an archive, in the order of the course; those that no unit shows come last.

    Raises:
        InvalidPaper: the folder or archive as a whole cannot be used (see ``files``), or reason ``too_many_elements``.
    """
    return export_of(read_files(path))


def export_of(files: Mapping[str, bytes]) -> Export:
    """The same from the files' contents."""
    roots = sorted((name for name in files if PurePosixPath(name).name == "course.xml"), key=lambda n: n.count("/"))
    reader = _Reader(files, str(PurePosixPath(roots[0]).parent) if roots else ".")
    if roots:
        reader.file(roots[0], "course.xml", ())
    for name in sorted(files):
        if name not in reader.seen and (not roots or PurePosixPath(name).parent.name == "problem"):
            reader.file(name, PurePosixPath(name).stem, ())
    return reader.found


class _Reader:
    """Follows pointers from file to file, each file once."""

    def __init__(self, files: Mapping[str, bytes], base: str) -> None:
        self.files = files
        self.base = PurePosixPath(base)
        self.seen: set[str] = set()
        self.depth = 0
        self.elements = 0
        self.found = Export()

    def file(self, name: str, url_name: str, places: tuple[Place, ...]) -> None:
        """Everything in one file."""
        self.seen.add(name)
        markdown = not name.lower().endswith(".xml")
        try:
            text = read_text(self.files[name])
            root = only_problem(text, True) if markdown else parse(text)
        except InvalidPaper as error:
            self.found.sources.append(Source(name, url_name, places, error=_without_trace(error)))
            return
        self._count(root)
        if markdown:
            self.found.sources.append(_judged(Source(name, url_name, places), root))
            return
        if self.depth >= MAX_POINTERS:
            error = InvalidPaper(line=None, reason="too_deep", limit=MAX_POINTERS)
            self.found.sources.append(Source(name, url_name, places, error=error))
            return
        self.depth += 1
        for element in root:
            self.element(element, name, url_name, places)
        self.depth -= 1

    def element(self, element: etree._Element, file: str, url_name: str, places: tuple[Place, ...]) -> None:
        """A problem, a pointer, or a container."""
        own = element.get("url_name") or url_name
        if len(places) > MAX_LEVELS:
            return
        target = self._target(element)
        if target is not None:
            if target not in self.seen:
                self.file(target, own, places)
            return
        if element.tag == "problem":
            source = Source(file, own, places, element.sourceline, element.get("display_name", ""))
            self.found.sources.append(_judged(source, copy.deepcopy(element)))
            return
        children = list(element)
        if not children or element.tag in ("html", "video", "wiki"):
            self.found.others[str(element.tag)] += 1
            return
        inside = (*places, Place(str(element.tag), own, element.get("display_name") or element.get("title") or own))
        for child in children:
            self.element(child, file, "", inside)

    def _count(self, root: etree._Element) -> None:
        self.elements += sum(1 for _ in root.iter())
        if self.elements > MAX_ELEMENTS:
            raise InvalidPaper(line=None, reason="too_many_elements", limit=MAX_ELEMENTS)

    def _target(self, element: etree._Element) -> str | None:
        if len(element) or (element.text or "").strip():
            return None
        name = element.get("filename") or element.get("url_name") or element.get("slug")
        if not name or (element.get("filename") is None and not set(element.attrib) <= _WRITTEN_ONCE):
            return None
        target = str(self.base / str(element.tag) / (name.replace(":", "/") + ".xml"))
        return target if target in self.files else None


def only_problem(text: str, markdown: bool = False) -> etree._Element:
    """The one ``<problem>`` of a text.

    Raises:
        InvalidPaper: it cannot be read, or holds something else.
    """
    root = parse(markdown_to_olx(text) if markdown else text)
    if len(root) != 1 or root[0].tag != "problem":
        raise InvalidPaper(line=root[0].sourceline if len(root) else 1, reason="not_one_problem")
    return root[0]


def _judged(source: Source, element: etree._Element) -> Source:
    """With the problem that was read; its tree is used up."""
    try:
        problem = read_problem(element)
    except InvalidPaper as error:
        return replace(source, error=_without_trace(error))
    name = source.url_name if URL_NAME.fullmatch(source.url_name) else ""
    return replace(source, problem=replace(problem, url_name=name))


def _without_trace(error: InvalidPaper) -> InvalidPaper:
    """The same error without the frames it came through, which hold the text and its tree."""
    return InvalidPaper(None, **error.params)


def parts_of(export: Export, level: str) -> Iterator[tuple[Place, list[Source]]]:
    """The problems by the container of one of ``LEVELS``, in course order."""
    grouped: dict[Place, list[Source]] = {}
    for source in export.sources:
        place = next((place for place in source.places if place.tag == level), None)
        if place is not None:
            grouped.setdefault(place, []).append(source)
    yield from grouped.items()


def chosen(export: Export, name: str) -> tuple[str, list[Source]]:
    """The title and the problems of a container, or of a lone problem, by its ``url_name``."""
    inside = [source for source in export.sources if any(place.url_name == name for place in source.places)]
    if inside:
        return next(p.title for p in inside[0].places if p.url_name == name), inside
    return "", [source for source in export.sources if source.url_name == name]
