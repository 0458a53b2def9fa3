"""The paper's text in pieces that authors edit one by one, every mistake in them at once, and the text again.

A problem is kept as it was written, to the letter; only the indentation that it shares with its part is taken off.
Comments between problems are kept with the problem that follows, those at the end of a part with its last one.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import quoteattr

from ..domain.errors import BadRequest, InvalidPaper
from ..domain.questions import Paper
from ..olx import read_paper
from ..olx.hardened import parse

MOST_PARTS = 200
MOST_SHIFTED = 500
"""Of more problems than that, none has its indentation taken off: each would be read twice."""
_TOKEN = re.compile(
    r"""<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(/?)(part|problem)(?=[\s/>])((?:[^>"']|"[^"]*"|'[^']*')*)>""",
    re.DOTALL,
)
_DECLARATION = re.compile(r"\A\ufeff?\s*<\?xml[^>]*\?>")
_ATTRIBUTE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,60}")


@dataclass(frozen=True)
class PartText:
    """One part: ``attributes`` are those beside the title, ``problems`` the text of each."""

    title: str
    problems: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mistake:
    """What is wrong where: numbers from 1 on, 0 for the whole; ``line`` is the problem's own (the paper's for 0, 0)."""

    part: int
    question: int
    line: int | None
    reason: str
    params: Mapping[str, object] = field(default_factory=dict)


def split(text: str) -> tuple[PartText, ...]:
    """Parts and problems of a paper's text; problems without a part make one.

    Raises:
        InvalidPaper: cannot be read as XML, or holds something else beside parts and problems.
    """
    if not text.strip():
        return ()
    root = parse(text)
    if len(root) == 1 and root[0].tag not in ("part", "problem"):
        root = root[0]
    if len(root) == 0:
        raise InvalidPaper(line=None, reason="empty_paper")
    loose = all(child.tag == "problem" for child in root)
    parts = [root] if loose else list(root)
    _refuse_others(root, "problem" if loose else "part")
    for part in parts:
        _refuse_others(part, "problem")
    texts = _problems(text)
    sources = (_commented(one, len(texts) <= MOST_SHIFTED) for one in texts)
    found = []
    for part in parts:
        attributes = {} if loose else {name: value for name, value in part.attrib.items() if name != "title"}
        title = "" if loose else part.get("title", "")
        found.append(PartText(title, tuple(next(sources) for _ in part), attributes))
    return tuple(found)


def _refuse_others(parent: Any, tag: str) -> None:
    for text in (parent.text, *(child.tail for child in parent)):
        if text and text.strip():
            raise InvalidPaper(line=parent.sourceline, reason="stray_text")
    for child in parent:
        if child.tag != tag:
            raise InvalidPaper(line=child.sourceline, reason="unexpected_element", tag=str(child.tag)[:50])


@dataclass
class _Written:
    """A problem as it stands in the paper's text, and the comments around it that stay with it."""

    text: str
    before: list[str]
    after: list[str] = field(default_factory=list)


def _problems(text: str) -> list[_Written]:
    """Each outermost problem of a text that is known to be well-formed."""
    found: list[_Written] = []
    comments: list[str] = []
    depth = start = first = 0
    for token in _TOKEN.finditer(text):
        closing, tag, rest = token[1], token[2], token[3]
        if depth == 0 and token[0].startswith("<!--"):
            comments.append(token[0])
        elif tag == "part" and not closing:
            first = len(found)
        elif tag == "part" and len(found) > first:
            found[-1].after, comments = comments, []
        if tag != "problem":
            continue
        if not closing and depth == 0:
            start = token.start()
        if not (rest or "").endswith("/"):
            depth += -1 if closing else 1
        if depth == 0:
            found.append(_Written(text[start : token.end()], comments))
            comments = []
    if found:
        found[-1].after += comments
    return found


def _commented(written: _Written, shift: bool) -> str:
    return "\n".join([*written.before, _shifted(written.text) if shift else written.text, *written.after])


def _shifted(problem: str) -> str:
    """Without the indentation that its lines after the first share, where that changes nothing in the question."""
    first, line_break, rest = problem.partition("\n")
    shifted = first + line_break + textwrap.dedent(rest)
    if shifted == problem or _asked(shifted) == _asked(problem):
        return shifted
    return problem


def _asked(problem: str) -> Paper | None:
    try:
        return read_paper(f"<part>{problem}</part>")
    except InvalidPaper:
        return None


def joined(parts: Sequence[PartText]) -> str:
    """The paper's text of its pieces."""
    return "".join(line for part in parts for line in _lines(part))


def _lines(part: PartText) -> Iterator[str]:
    others = "".join(f" {name}={quoteattr(value)}" for name, value in part.attributes.items())
    yield f"<part title={quoteattr(part.title)}{others}>\n"
    for problem in part.problems:
        yield _bare(problem).strip() + "\n"
    yield "</part>\n"


def _bare(problem: str) -> str:
    """Without the declaration of a file, whose line stays empty."""
    declaration = _DECLARATION.match(problem)
    return problem if declaration is None else "\n" * declaration[0].count("\n") + problem[declaration.end() :]


def from_json(raw: object) -> tuple[PartText, ...]:
    """The pieces as the page sends them.

    Raises:
        BadRequest: of another form.
    """
    if not isinstance(raw, list) or len(raw) > MOST_PARTS:
        raise BadRequest("parts")
    return tuple(_part(item) for item in raw)


def _part(raw: object) -> PartText:
    if not isinstance(raw, dict):
        raise BadRequest("parts")
    title, problems, attributes = raw.get("title"), raw.get("problems"), raw.get("attributes", {})
    if not isinstance(title, str) or not isinstance(problems, list) or not isinstance(attributes, dict):
        raise BadRequest("parts")
    if not all(isinstance(problem, str) for problem in problems):
        raise BadRequest("parts")
    for name, value in attributes.items():
        if not _ATTRIBUTE_NAME.fullmatch(name) or name == "title" or not isinstance(value, str):
            raise BadRequest("parts")
    return PartText(title, tuple(problems), attributes)


def judge(parts: Sequence[PartText]) -> tuple[str, Paper | None, tuple[Mistake, ...]]:
    """The paper's text, the paper unless something is wrong, and all that is wrong."""
    text = joined(parts)
    mistakes = tuple(_mistakes(parts))
    if mistakes or not parts:
        return text, None, mistakes
    try:
        return text, read_paper(text), ()
    except InvalidPaper as error:
        return text, None, (_placed(error, parts),)


def judge_text(text: str) -> tuple[Paper | None, tuple[Mistake, ...]]:
    """The same of a text that is not in pieces; an empty one is a paper not begun."""
    if not text.strip():
        return None, ()
    try:
        return read_paper(text), ()
    except InvalidPaper as error:
        return None, (mistake(error, 0, 0),)


def _mistakes(parts: Sequence[PartText]) -> Iterator[Mistake]:
    for number, part in enumerate(parts, start=1):
        if not part.problems:
            yield Mistake(number, 0, None, "empty_part")
        for place, problem in enumerate(part.problems, start=1):
            try:
                alone(problem)
            except InvalidPaper as error:
                yield mistake(error, number, place)


def alone(problem: str) -> Paper:
    """A paper of one problem; lines are the problem's own.

    Raises:
        InvalidPaper: reason ``not_one_problem`` for anything beside one.
    """
    text = _bare(problem)
    root = parse(text)
    texts = [root.text, *(child.tail for child in root)]
    if len(root) != 1 or root[0].tag != "problem" or any(text and text.strip() for text in texts):
        raise InvalidPaper(line=1 if len(root) == 0 else root[-1].sourceline, reason="not_one_problem")
    return read_paper(f"<part>{text}</part>")


def mistake(error: InvalidPaper, part: int = 0, question: int = 0) -> Mistake:
    """The error as a mistake at this place."""
    line = error.params.get("line")
    others = {name: value for name, value in error.params.items() if name not in ("line", "reason")}
    return Mistake(part, question, line if isinstance(line, int) else None, str(error.params.get("reason", "")), others)


def _placed(error: InvalidPaper, parts: Sequence[PartText]) -> Mistake:
    """A mistake between problems, of which each is right by itself: in which of them its line is."""
    line = error.params.get("line")
    at = 1
    for number, part in enumerate(parts, start=1):
        at += 1
        for place, problem in enumerate(part.problems, start=1):
            high = _bare(problem).strip().count("\n") + 1
            if isinstance(line, int) and at <= line < at + high:
                found = mistake(error, number, place)
                return Mistake(number, place, line - at + 1, found.reason, found.params)
            at += high
        at += 1
    return mistake(error, 0, 0)
