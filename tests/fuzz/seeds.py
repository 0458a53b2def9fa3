"""Where the fuzzer begins: the project's own papers in each form, and the words of their languages."""

from __future__ import annotations

import io
import random
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from proctored_exam_xblock.domain.errors import InvalidPaper
from proctored_exam_xblock.domain.questions import Question
from proctored_exam_xblock.olx import read_paper, write_markdown
from proctored_exam_xblock.olx.problem import RESPONSES
from proctored_exam_xblock.olx.richtext import HTML_TAGS
from tests.oracle import problems
from tests.unit.test_course_files import COURSE

SCENARIOS = Path(__file__).resolve().parents[2] / "proctored_exam_xblock/scenarios"
EVERY_MARK = """Title
==
>>Q||more<<
(x) a {{b}}
(!@) c

[x] d {{selected: e}, {unselected: f}}
[ ] g
{{((A B)) h}}
---
[[i, (j)]]
[code]k[/code]
||hint||
[explanation]
l
[explanation]
"""
MADE = 40
"""Problems of the generator that the differential tests use."""
_ATTRIBUTES = (
    *("answer-pool", "class", "correct", "display_name", "fixed", "label", "options", "partial_credit", "point_value"),
    *(
        "points",
        "selected",
        "shuffle",
        "src",
        "style",
        "title",
        "type",
        "url_name",
        "value",
        "weight",
        "filename",
        "draw",
        "tags",
        "difficulty",
    ),
)
_VALUES = ("true", "false", "partial", "EDC", "halves", "points", "('a','b')", "A*B", "loncapa/python", "1e308", "nan")
_ELEMENTS = (
    *("part", "problem", "paper", "choice", "option", "label", "description", "solution", "demandhint", "hint"),
    *("choicehint", "optionhint", "compoundhint", "clarification", "solutionset", "numericalresponse", "chapter"),
    *("sequential", "vertical", "course", "script"),
)
_MARKS = (
    *("( )", "(x)", "(!x@)", "[ ]", "[x]", ">>", "<<", "||", "{{", "}}", "[[", "]]", "((", "))", "::", "---", "==="),
    *("[explanation]", "[code]", "= ", "s= ", "or= ", "{selected: ", "{unselected: ", "\\n\\n"),
)
_XML = ("<!--", "-->", "<![CDATA[", "]]>", "<?xml version='1.0'?>", "<!DOCTYPE", "<!ENTITY", "&amp;", "&#x41;", "&x;")
_TAR = ("ustar", "GNU.sparse.map=", "GNU.sparse.major=1", "size=", "path=", "../", "/", "hdrcharset=BINARY", "comment=")


def of(target: str) -> list[bytes]:
    """The seeds of one target."""
    xml = [*(path.read_text(encoding="utf-8") for path in sorted(SCENARIOS.glob("*/paper.xml")))]
    dice = random.Random(1)
    made = [problems.problem(dice) for _ in range(MADE)]
    xml += [f'<part title="P">{one}</part>' for one in made]
    if target == "markdown":
        return [text.encode() for text in _markdown(xml)]
    if target == "archive":
        return [_tar(form) for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)]
    if target == "course":
        files = "".join(f"\n=== {name}\n{content}" for name, content in COURSE.items())
        return [files.encode(), *(f"=== a.xml\n{one}\n=== b.md\n>>Q<<\n(x) a\n( ) b".encode() for one in made)]
    return [text.encode() for text in xml]


def _markdown(papers: list[str]) -> list[str]:
    written = [write_markdown(problem) for paper in papers for problem in _problems(paper)]
    return [EVERY_MARK, *(text for text in written if text is not None)]


def _problems(olx: str) -> list[Sequence[Question]]:
    try:
        return [problem for part in read_paper(olx).parts for problem in part.problems]
    except InvalidPaper:
        return []


def _tar(form: int) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form) as archive:
        for name, content in [*COURSE.items(), ("problem/" + "é" * 120 + ".md", ">>Q<<\n(x) a\n( ) b\n")]:
            info = tarfile.TarInfo(name)
            data = content.encode()
            info.size, info.mtime = len(data), 1.5  # type: ignore[assignment]
            archive.addfile(info, io.BytesIO(data))
    return target.getvalue()


def dictionary() -> str:
    """The words of all targets, in libFuzzer's form."""
    tags = [*_ELEMENTS, *RESPONSES, *(name for names in RESPONSES.values() for name in names), *sorted(HTML_TAGS)]
    words = [*(f"<{tag}>" for tag in tags), *(f"</{tag}>" for tag in tags), *(f' {name}="' for name in _ATTRIBUTES)]
    words += [*_VALUES, *_MARKS, *_XML, *_TAR]
    return "".join(f'"{_escaped(word)}"\n' for word in dict.fromkeys(words))


def _escaped(word: str) -> str:
    return word.replace("\\n", "\n").replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\x0a")


LONGEST: Mapping[str, int] = {"archive": 32_768, "course": 8_192}
"""Bytes of an input; 4,096 for the others."""
