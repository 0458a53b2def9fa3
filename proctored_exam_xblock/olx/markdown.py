"""Studio's simple editor: its Markdown -> one ``<problem>``, each thing on the line where the author wrote it (R-X-14).

The language is what edx-platform's editor accepts (behaviour read from ``xmodule/js/src/problem/edit.js`` of Teak and
from its tests): ``>>label||description<<``, ``(x)``, ``[x]``, ``[[a, (b)]]``, ``{{hint}}``, ``||demand hint||``,
``[explanation]``, ``[code]``, headings underlined with ``==``, and ``---`` between the questions of one problem. What
the editor turns into a typed answer (``= 42``) becomes a response that reading refuses with its line.
"""

from __future__ import annotations

import re
from html import escape, unescape

from ..domain.errors import InvalidPaper
from .richtext import attribute

MAX_MARKDOWN = 16_384
"""Characters of one problem: no more is read, as some of its marks are looked for from every line on."""
_CHOICE = re.compile(r"^\s*\((.{0,3})\)(.*)$")
_BOX = re.compile(r"^\s*\[(.?)\](.*)$")
_BRACES = re.compile(r"^\s*\{\{.*\}\}\s*$")
_COMPOUND = re.compile(r"^\s*\{\{\s*\(\((.*?)\)\)(.*?)\}\}")
_TYPED = re.compile(r"^s?=\s*(.*)$")
_MORE_TYPED = re.compile(r"^(or|not)=")
_DEMAND = re.compile(r"^\s*\|\|(.*?)\|\|\s*$")
_SEPARATOR = re.compile(r"^\s*---\s*$")
_UNDERLINE = re.compile(r"^==+\s*$")
_BLOCK = re.compile(r"\[(explanation|code)\]", re.IGNORECASE)
_HINT = re.compile(r"\s*\{\{(.*?)\}\}")
_LABELLED = re.compile(r"^(.*?)::(.*)$", re.DOTALL)
_BOX_HINT = re.compile(r"\{\s*(s|selected|u|unselected)\s*:(.*?)\}", re.IGNORECASE)
_VERBATIM = re.compile(r"<(/?)(?:script|pre|label|description)\b", re.IGNORECASE)
_ENTITY = re.compile(r"&(#?\w{1,32};)?")
_XML_ENTITIES = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})


def markdown_to_olx(text: str) -> str:
    """One ``<problem>`` whose lines are the text's own, so that line numbers of what is wrong are the author's.

    Raises:
        InvalidPaper: reason ``too_large``.
    """
    if len(text) > MAX_MARKDOWN:
        raise InvalidPaper(line=None, reason="too_large", limit=MAX_MARKDOWN)
    lines = _joined_hints(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    page = _Page([""] * len(lines))
    start = 0
    for end in [*(n for n, line in enumerate(lines) if _SEPARATOR.match(line)), len(lines)]:
        _Section(lines[:end], start, page).write()
        start = end + 1
    demand = "".join(f"<hint>{hint}</hint>" for hint in page.demand)
    page.out[-1] += (f"<demandhint>{demand}</demandhint>" if demand else "") + "</problem>"
    page.out[0] = "<problem>" + page.out[0]
    return "\n".join(page.out) + "\n"


def _joined_hints(text: str) -> str:
    """Hints over several lines on their first line, the line count unchanged."""

    def on_one_line(found: re.Match[str]) -> str:
        return re.sub(r"\n[ \t]*", " ", found[0]) + "\0" * found[0].count("\n")

    text = text.replace("\0", "")
    end = text.rfind("}}") + 2 if "}}" in text else 0  # what is never closed is not looked for from each beginning
    joined = re.sub(r"\{\{.*?\}\}", on_one_line, text[:end], flags=re.DOTALL)
    pieces = (joined + text[end:]).split("\n")
    return "\n".join(piece.replace("\0", "") + "\n" * piece.count("\0") for piece in pieces)


class _Page:
    """What is written so far, line by line."""

    def __init__(self, out: list[str]) -> None:
        self.out = out
        self.demand: list[str] = []


class _Section:
    """The text between two ``---``: with one response, all of it belongs to that response, as in Studio."""

    def __init__(self, lines: list[str], start: int, page: _Page) -> None:
        self.lines = lines
        self.at = self.start = start
        self.page = page
        self.inputs: list[tuple[int, int, str]] = []  # first line, last line, response
        self.pieces: list[tuple[int, str]] = []
        self.verbatim = False

    def write(self) -> None:
        """Put the section's XML on the page."""
        while self.at < len(self.lines):
            self._step(self.lines[self.at])
        only = self.inputs[0][2] if len(self.inputs) == 1 else ""
        if self.pieces and only:
            self.pieces = [(self.start, f"<{only}>"), *self.pieces, (len(self.lines) - 1, f"</{only}>")]
        opens = {} if only else {id_: (first, last, tag) for id_, (first, last, tag) in enumerate(self.inputs)}
        for line, xml in self.pieces:
            for place, (_first, _last, tag) in opens.items():
                xml = xml.replace(f"\0{place}<", f"<{tag}>").replace(f"\0{place}>", f"</{tag}>")
            for offset, text in enumerate(re.sub("\0[0-9]+[<>]", "", xml).split("\n")):
                self.page.out[min(line + offset, len(self.page.out) - 1)] += text

    def _step(self, line: str) -> None:
        if not self.verbatim:
            for rule in (self._blank, self._hint, self._heading, self._label, self._list, self._block):
                if rule(line):
                    return
            for rule in (self._choices, self._boxes, self._typed):
                if rule(line):
                    return
        self._paragraph(line)
        self.at += 1

    def _put(self, xml: str, line: int | None = None) -> None:
        self.pieces.append((self.at if line is None else line, xml))

    def _paragraph(self, line: str) -> None:
        if not line.strip():
            return
        marks = [found[1] == "" for found in _VERBATIM.finditer(line)]
        bare = self.verbatim or bool(marks) or line.lstrip().startswith("<")
        self._put(xml_text(line) if bare else f"<p>{xml_text(line.strip())}</p>")
        if marks:
            self.verbatim = marks[-1]

    def _blank(self, line: str) -> bool:
        if line.strip():
            return False
        self.at += 1
        return True

    def _hint(self, line: str) -> bool:
        found = _DEMAND.match(line)
        if found:
            self.page.demand.append(xml_text(found[1].strip()))
            self.at += 1
        return bool(found)

    def _heading(self, line: str) -> bool:
        if self.at + 1 >= len(self.lines) or not _UNDERLINE.match(self.lines[self.at + 1]):
            return False
        self._put(f"<h3>{xml_text(line.strip())}</h3>")
        self.at += 2
        return True

    def _between(self, line: str, opening: str, closing: str) -> tuple[str, str, str] | None:
        """What stands before, inside and after a pair of marks that may be lines apart; moves to the last of them."""
        before, mark, rest = line.partition(opening)
        if not mark:
            return None
        for end in range(self.at, len(self.lines)):
            text = rest if end == self.at else self.lines[end]
            inside, found, after = text.partition(closing)
            if found and (inside or end > self.at):
                body = "\n".join([rest, *self.lines[self.at + 1 : end], inside][end == self.at :])
                self._paragraph(before)
                self.lines[end] = after
                self.at = end
                return before, body, after
        return None

    def _label(self, line: str) -> bool:
        first = self.at
        found = self._between(line, ">>", "<<")
        if found is None:
            return False
        words, *described = found[1].split("||")
        description = f"<description>{xml_text(described[0])}</description>" if described and described[0] else ""
        self._put(f"<label>{xml_text(words)}</label>{description}", first)
        return True

    def _list(self, line: str) -> bool:
        first = self.at
        found = self._between(line, "[[", "]]")
        if found is None:
            return False
        body = found[1]
        options = _options_in_lines(body) if "\n" in body else [_options_in_a_line(body)]
        self._open("optionresponse", "<optioninput>", first)
        for offset, written in enumerate(options):
            self._put(written, first + offset)
        self._close("</optioninput>", first + max(0, len(options) - 1))
        return True

    def _block(self, line: str) -> bool:
        found = _BLOCK.search(line)
        if found is None:
            return False
        name, first = found[1].lower(), self.at
        text = "\n".join([line[found.end() :], *self.lines[self.at + 1 :]])
        closing = re.compile(rf"\[/?{name}\]", re.IGNORECASE).search(text)
        if closing is None or "]" in text[: closing.start()]:
            return False
        self._paragraph(line[: found.start()])
        inside = text[: closing.start()].split("\n")
        if name == "code":
            body = "\n".join(inside)
            code = body.lstrip("\n")
            above, code = len(body) - len(code), code.rstrip("\n")
            self._put(f"<pre><code>{xml_text(code)}</code></pre>", first + above)
        else:
            self._put("<solution>", first)
            for offset, words in enumerate(inside):
                self.at = first + offset
                self._paragraph(words)
            self._put("</solution>", first + len(inside) - 1)
        self.at = first + len(inside) - 1
        self.lines[self.at] = text[closing.end() :].split("\n")[0]
        return True

    def _open(self, response: str, group: str, line: int) -> None:
        self._put(f"\0{len(self.inputs)}<{group}", line)
        self.inputs.append((line, line, response))

    def _close(self, group: str, line: int) -> None:
        self._put(f"{group}\0{len(self.inputs) - 1}>", line)

    def _run(self, *patterns: re.Pattern[str]) -> list[tuple[int, str]]:
        """The lines from here that match, blank ones between left out; moves behind them."""
        found = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.strip():
                if not any(pattern.match(line) for pattern in patterns):
                    break
                found.append((self.at, line))
            self.at += 1
        return found

    def _choices(self, line: str) -> bool:
        if not _CHOICE.match(line):
            return False
        run = self._run(_CHOICE)
        shuffle = any("!" in _CHOICE.match(text)[1] for _, text in run)  # type: ignore[index]
        group = '<choicegroup type="MultipleChoice"' + (' shuffle="true">' if shuffle else ">")
        self._open("multiplechoiceresponse", group, run[0][0])
        for number, text in run:
            marks, words = _CHOICE.match(text).groups()  # type: ignore[union-attr]
            words, hint = _with_hint(words.strip(), "choicehint")
            fixed = ' fixed="true"' if "@" in marks else ""
            right = str("x" in marks.lower()).lower()
            self._put(f'<choice correct="{right}"{fixed}>{xml_text(words)}{hint}</choice>', number)
        self._close("</choicegroup>", run[-1][0])
        return True

    def _boxes(self, line: str) -> bool:
        if not (_BOX.match(line) or _BRACES.match(line)):
            return False
        run = self._run(_BOX, _BRACES)
        self._open("choiceresponse", "<checkboxgroup>", run[0][0])
        for number, text in run:
            compound = _COMPOUND.match(text)
            box = _BOX.match(text)
            if compound:
                value = attribute(compound[1].strip())
                self._put(f'<compoundhint value="{value}">{xml_text(compound[2].strip())}</compoundhint>', number)
            else:
                mark, words = box.groups() if box else ("", "")
                words, hints = _with_box_hints(words.strip())
                right = str(mark.lower() == "x").lower()
                self._put(f'<choice correct="{right}">{xml_text(words)}{hints}</choice>', number)
        self._close("</checkboxgroup>", run[-1][0])
        return True

    def _typed(self, line: str) -> bool:
        found = _TYPED.match(line)
        if found is None:
            return False
        first = self.at
        self.at += 1
        self._run(_MORE_TYPED)
        is_number = re.match(r"^[\[(]|^[^a-df-z]*\d", found[1], re.IGNORECASE)
        self._put(f"<{'numericalresponse' if is_number else 'stringresponse'}/>", first)
        return True


def _options_in_a_line(body: str) -> str:
    """``a, (b)``: the first in parentheses is right."""
    written, marked = "", False
    for option in re.split(r",\s*", body):
        inside = re.fullmatch(r"\s*\((.*?)\)\s*", option)
        right = inside is not None and not marked
        marked = marked or inside is not None
        text = inside[1] if inside else option
        written += f'<option correct="{str(right).lower()}">{xml_text(text.strip())}</option>'
    return written


def _options_in_lines(body: str) -> list[str]:
    written = []
    for line in body.split("\n"):
        text, hint = _with_hint(line.strip(), "optionhint")
        right = len(text) >= 2 and text[0] == "(" and text[-1] == ")"
        text = text[1:-1] if right else text
        option = f'<option correct="{str(right).lower()}">{xml_text(text)}{hint}</option>'
        written.append(option if line.strip() else "")
    return written


def _with_hint(words: str, tag: str) -> tuple[str, str]:
    """The words without ``{{label:: hint}}``, and the hint as an element."""
    found = _HINT.search(words)
    if found is None or not found[1].strip():
        return words, ""
    labelled = _LABELLED.match(found[1].strip())
    label, hint = (labelled[1].strip(), labelled[2].strip()) if labelled else ("", found[1].strip())
    name = f' label="{attribute(unescape(label))}"' if label else ""
    rest = (words[: found.start()] + words[found.end() :]).strip()
    return (rest, f"<{tag}{name}>{xml_text(hint)}</{tag}>") if hint else (words, "")


def _with_box_hints(words: str) -> tuple[str, str]:
    """``{{selected: a}, {unselected: b}}``: a hint for each case."""
    found = _HINT.search(words)
    if found is None:
        return words, ""
    hints = ""
    for case, hint in _BOX_HINT.findall("{" + found[1] + "}"):
        selected = "true" if case[0].lower() == "s" else "false"
        hints += f'<choicehint selected="{selected}">{xml_text(hint.strip())}</choicehint>'
    rest = (words[: found.start()] + words[found.end() :]).strip()
    return (rest, hints) if hints else (words, "")


def xml_text(text: str) -> str:
    """Words as XML: tags stay tags, HTML's entities become letters, a lone ``&`` or ``<`` is one."""

    def entity(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return "&amp;"
        if name in _XML_ENTITIES or name.startswith("#"):
            return found[0]
        letters = unescape(found[0])
        return escape(letters, quote=False) if letters != found[0] else "&amp;" + name

    return re.sub(r"<(?![A-Za-z/!?])", "&lt;", _ENTITY.sub(entity, text))
