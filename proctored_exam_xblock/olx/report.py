"""What of a file, folder or course export can be used, problem by problem, and the paper made of what was chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..domain.errors import InvalidPaper
from ..domain.questions import Paper
from . import hardened
from .exports import Export, Place, Source, chosen, export_of, only_problem, read_export
from .files import read_text
from .problem import Note, Problem, read_problem, refuse_unanswerable
from .reading import MAX_QUESTIONS, PartOfProblems, paper_of


@dataclass(frozen=True)
class Finding:
    """One problem: read, or refused with a ``reason`` (stable code), its line and, where there is one, its element."""

    file: str
    line: int | None
    url_name: str
    title: str
    places: tuple[Place, ...]
    problem: Problem | None
    reason: str = ""
    tag: str = ""

    @property
    def imports(self) -> bool:
        return self.problem is not None

    @property
    def notes(self) -> tuple[Note, ...]:
        """What is left out of a problem that imports."""
        return self.problem.notes if self.problem is not None else ()


@dataclass(frozen=True)
class Report:
    """All findings in order, and how many blocks of other kinds there are."""

    findings: tuple[Finding, ...]
    others: Mapping[str, int]


def check(path: Path) -> Report:
    """Read a file of course XML or Studio's Markdown, a folder, or a course archive.

    Raises:
        InvalidPaper: the whole cannot be used, e.g. an archive that is none. What is wrong with one problem or one
            file is a finding.
        OSError: it is not there or may not be read.
    """
    return report_of(load(path))


def load(path: Path) -> Export:
    """The problems of whatever ``path`` is: a folder, an archive, course XML, or Markdown by its suffix."""
    if path.is_dir():
        return read_export(path)
    data = _start(path)
    if _is_markdown(path):
        return export_of({path.with_suffix(".md").name: data})
    if path.suffix.lower() in (".xml", ".olx") or data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return export_of({path.with_suffix(".xml").name: data})
    return read_export(path)


def read_file(path: Path) -> Problem:
    """The one problem of a file, whether or not an exam could use it (see ``refuse_unanswerable``).

    Raises:
        InvalidPaper, OSError: it cannot be read.
    """
    return read_problem(only_problem(read_text(_start(path)), _is_markdown(path)))


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(hardened.MAX_BYTES + 1)


def _is_markdown(path: Path) -> bool:
    return path.suffix.lower() in (".md", ".markdown", ".txt")


def report_of(export: Export) -> Report:
    """A finding for every problem."""
    return Report(tuple(finding(source) for source in export.sources), dict(export.others))


def finding(source: Source) -> Finding:
    """Read one problem as an exam would."""
    found = Finding(source.file, source.line, source.url_name, source.title, source.places, None)
    error = source.error
    try:
        if source.problem is not None:
            problem = refuse_unanswerable(source.problem)
            return replace(found, line=problem.line, title=problem.title, problem=problem)
    except InvalidPaper as unanswerable:
        error = unanswerable
    params = error.params if error is not None else {}
    reason, tag = str(params.get("reason", "")), str(params.get("tag", ""))
    return replace(found, line=params.get("line") or source.line, reason=reason, tag=tag)


def import_parts(export: Export, names: Sequence[str]) -> tuple[Paper, tuple[Finding, ...]]:
    """A paper with one part for each chosen container or problem.

    Args:
        export: what was found.
        names: ``url_name`` of chapters, sequentials, verticals or problems.

    Returns:
        The paper of the problems that can be used, and the findings of all that were chosen. A problem that was chosen
        already is refused with reason ``duplicate_url_name``.

    Raises:
        InvalidPaper: reason ``not_in_export`` (``name``) or ``too_many_questions``.
    """
    parts, told = [], []
    seen: set[str] = set()
    for name in names:
        title, sources = chosen(export, name)
        if not sources:
            raise InvalidPaper(line=None, reason="not_in_export", name=name)
        found = list(_once(map(finding, sources), seen))
        told += found
        problems = tuple(f.problem for f in found if f.problem is not None)
        if problems:
            parts.append(PartOfProblems(title or problems[0].title, problems))
    if sum(len(p.questions) for part in parts for p in part.problems) > MAX_QUESTIONS:
        raise InvalidPaper(line=None, reason="too_many_questions", limit=MAX_QUESTIONS)
    return paper_of(parts), tuple(told)


def _once(findings: Iterable[Finding], seen: set[str]) -> Iterator[Finding]:
    for found in findings:
        if found.problem is not None and found.url_name in seen:
            found = replace(found, problem=None, reason="duplicate_url_name")
        seen.add(found.url_name)
        yield found
